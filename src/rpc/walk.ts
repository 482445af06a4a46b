// Walking JSON that the scanner has accepted: where the members of an object and the elements of an
// array stand, so that parts of a message can be cut out without rebuilding the rest.
import { readString, type Span } from './message.ts';
import type { Member } from './scan.ts';

export interface WalkedMember {
  readonly key: string;
  /** From the key's opening quote. */
  readonly start: number;
  readonly value: Span;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The members of the object at `at`, in order; none where it is no object. */
export function membersOf(buffer: Buffer, at: number): WalkedMember[] {
  const members: WalkedMember[] = [];
  if (buffer[at] !== 0x7b) return members;
  let i = skipSpace(buffer, at + 1);
  while (buffer[i] !== 0x7d) {
    const start = i;
    i = skipString(buffer, i);
    const key = readString(buffer, start, i) ?? '';
    const from = skipSpace(buffer, skipSpace(buffer, i) + 1);
    i = skipValue(buffer, from);
    members.push({ key, start, value: { start: from, end: i } });
    i = skipComma(buffer, i);
  }
  return members;
}

/** The same as the scanner notes members: a key, and the span of its value. */
export function partsOf(buffer: Buffer, at: number): Member[] {
  return membersOf(buffer, at).map(({ key, value }) => ({ key, ...value }));
}

/** The elements of the array at `at`, in order; none where it is no array. */
export function elementsOf(buffer: Buffer, at: number): Span[] {
  const elements: Span[] = [];
  if (buffer[at] !== 0x5b) return elements;
  let i = skipSpace(buffer, at + 1);
  while (buffer[i] !== 0x5d) {
    const start = i;
    i = skipValue(buffer, i);
    elements.push({ start, end: i });
    i = skipComma(buffer, i);
  }
  return elements;
}

/**
 * Visits every object of the value at `at`, in one pass, inner ones first: with the key of the member
 * whose value it is, empty for elements of an array and for the value itself. Returns the value's end.
 */
export function eachObject(
  buffer: Buffer,
  at: number,
  visit: (key: string, members: readonly WalkedMember[]) => void,
  under = '',
): number {
  let i = skipSpace(buffer, at);
  const c = buffer[i];
  if (c !== 0x7b && c !== 0x5b) return skipValue(buffer, i);
  const isObject = c === 0x7b;
  const members: WalkedMember[] = [];
  i = skipSpace(buffer, i + 1);
  while (buffer[i] !== 0x7d && buffer[i] !== 0x5d) {
    const start = i;
    let key = '';
    if (isObject) {
      i = skipString(buffer, i);
      key = readString(buffer, start, i) ?? '';
      i = skipSpace(buffer, skipSpace(buffer, i) + 1);
    }
    const from = i;
    i = eachObject(buffer, from, visit, key);
    if (isObject) members.push({ key, start, value: { start: from, end: i } });
    i = skipComma(buffer, i);
  }
  if (isObject) visit(under, members);
  return i + 1;
}

/** A copy of bytes [start, end) with each of the `cuts` left out; one may lie within another. */
export function without(buffer: Buffer, start: number, end: number, cuts: readonly Span[]): Buffer {
  const pieces: Buffer[] = [];
  let from = start;
  for (const cut of [...cuts].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (cut.end <= from) continue;
    pieces.push(buffer.subarray(from, cut.start));
    from = cut.end;
  }
  pieces.push(buffer.subarray(from, end));
  return Buffer.concat(pieces);
}

/** What to cut so that the chosen items of a list go, each with one of the commas beside it. */
export function cutsFor(items: readonly Span[], goes: (index: number) => boolean): Span[] {
  const cuts: Span[] = [];
  const last = items.findLastIndex((_, index) => !goes(index));
  const [first, end] = [items[0], items.at(-1)];
  if (last < 0) return first && end ? [{ start: first.start, end: end.end }] : [];
  for (const [index, item] of items.entries()) {
    if (!goes(index)) continue;
    // Behind the last item that stays a comma must go that stands before, elsewhere the one behind.
    const before = items[index - 1];
    const next = items[index + 1];
    if (index > last && before !== undefined) cuts.push({ start: before.end, end: item.end });
    else cuts.push({ start: item.start, end: next?.start ?? item.end });
  }
  return cuts;
}

/** The first offset from `at` on that is no white space. */
export function skipSpace(buffer: Buffer, at: number): number {
  let i = at;
  while (buffer[i] === 0x20 || buffer[i] === 0x09 || buffer[i] === 0x0d) i++;
  return i;
}

function skipComma(buffer: Buffer, at: number): number {
  const i = skipSpace(buffer, at);
  return buffer[i] === 0x2c ? skipSpace(buffer, i + 1) : i;
}

/** The offset behind the string whose opening quote is at `at`. */
export function skipString(buffer: Buffer, at: number): number {
  let i = at + 1;
  while (buffer[i] !== QUOTE) i += buffer[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}

function skipValue(buffer: Buffer, at: number): number {
  const c = buffer[at];
  if (c === QUOTE) return skipString(buffer, at);
  if (c !== 0x7b && c !== 0x5b) return skipScalar(buffer, at);
  let depth = 0;
  let i = at;
  do {
    const b = buffer[i];
    if (b === QUOTE) {
      i = skipString(buffer, i);
      continue;
    }
    if (b === 0x7b || b === 0x5b) depth++;
    else if (b === 0x7d || b === 0x5d) depth--;
    i++;
  } while (depth > 0);
  return i;
}

/** The offset behind a number, true, false or null: white space or one of `, ] }` ends it. */
export function skipScalar(buffer: Buffer, at: number): number {
  let i = at;
  for (;;) {
    const c = buffer[i] ?? 0;
    if (c <= 0x20 || c === 0x2c || c === 0x5d || c === 0x7d) return i;
    i++;
  }
}
