// Line breaks that only some readers see: made harmless before a line is forwarded.
//
// A raw CR is legal JSON only as white space, and U+2028, U+2029 and U+0085 only inside strings;
// readers that split at them would see other messages than the ones that were judged.

const CR = 0x0d;

/** True where bytes [start, end) hold none of them, so that they can go out as they are. */
export function isNeutral(buffer: Buffer, start: number, end: number): boolean {
  const region = buffer.subarray(start, end);
  if (region.includes(CR)) return false;
  return !(region.includes('\u2028') || region.includes('\u2029') || region.includes('\u0085'));
}

/** A copy of an accepted line [start, end) with its LF, the same JSON value without such breaks. */
export function neutralise(buffer: Buffer, start: number, end: number): Buffer {
  const text = buffer.toString('utf8', start, end).replaceAll('\r', ' ');
  return Buffer.from(`${escapeBreaks(text)}\n`);
}

/** JSON text in which U+2028, U+2029 and U+0085, legal only inside its strings, are escapes. */
export function escapeBreaks(json: string): string {
  return json.replace(
    /[\u0085\u2028\u2029]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
