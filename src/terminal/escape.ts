// Text from servers, agents and files made safe to show: what moves the cursor, hides or reorders
// text appears as an escape instead.

// Controls, line separators, lone surrogates, and all that is drawn as nothing: bidirectional
// controls, zero-width and tag characters, fillers, variation selectors.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

// Nearly all of what is said; the tables of Unicode behind `UNSAFE` take a while to be made.
const PLAIN = /^[ -~]*$/;

/** One line of harmless text. */
export function escapeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSAFE, c => {
    if (c === '\n') return '\\n';
    if (c === '\t') return '\\t';
    if (c === '\r') return '\\r';
    const code = (c.codePointAt(0) ?? 0).toString(16);
    return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`;
  });
}

/** JSON text that says the same without any of them: they become escapes within its strings. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE, c =>
    Array.from({ length: c.length }, (_, i) => unit(c.charCodeAt(i))).join(''),
  );
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
