// The id of a line that is no message, so that whoever waits for an answer gets one.
//
// The line may be broken in any way: it is walked leniently, and an id counts only where the line
// names exactly one.
import { type Id, readId } from './message.ts';

export interface Salvaged {
  readonly id: Id;
  /** Keys of the top level, as far as the line could be walked. */
  readonly keys: ReadonlySet<string>;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The only id that bytes [start, end) name at their top level; undefined where there is none. */
export function salvage(buffer: Buffer, start: number, end: number): Salvaged | undefined {
  const keys = new Set<string>();
  const ids: (Id | undefined)[] = [];
  let i = blank(buffer, start, end);
  if (buffer[i] !== 0x7b) return undefined;
  i = blank(buffer, i + 1, end);
  while (i < end && buffer[i] === QUOTE) {
    const keyEnd = stringEnd(buffer, i, end);
    const colon = blank(buffer, keyEnd, end);
    if (buffer[colon] !== 0x3a) break;
    const from = blank(buffer, colon + 1, end);
    const to = valueEnd(buffer, from, end);
    const key = buffer.toString('latin1', i + 1, keyEnd - 1);
    keys.add(key);
    // A value that runs up to the end of the line may have been cut.
    if (key === 'id') ids.push(to < end ? plainId(buffer, from, to) : undefined);
    i = blank(buffer, to, end);
    if (buffer[i] !== 0x2c) break;
    i = blank(buffer, i + 1, end);
  }
  // Behind the place where the walk ended, or under another spelling, there may be a second one.
  const rest = buffer.subarray(i, end);
  const isOnly = ids.length === 1 && !rest.includes('"id"') && !hasEscapedKey(keys);
  const [id] = ids;
  return isOnly && id !== undefined ? { id, keys } : undefined;
}

function hasEscapedKey(keys: ReadonlySet<string>): boolean {
  return [...keys].some(key => key.includes('\\'));
}

function plainId(buffer: Buffer, start: number, end: number): Id | undefined {
  const text = buffer.toString('latin1', start, end);
  return /^("[\x20-\x7e]*"|-?[0-9]+)$/.test(text) && !text.includes('\\')
    ? readId(buffer, start, end)
    : undefined;
}

function blank(buffer: Buffer, at: number, end: number): number {
  let i = at;
  while (i < end && (buffer[i] === 0x20 || buffer[i] === 0x09 || buffer[i] === 0x0d)) i++;
  return i;
}

function stringEnd(buffer: Buffer, at: number, end: number): number {
  let i = at + 1;
  while (i < end && buffer[i] !== QUOTE) i += buffer[i] === BACKSLASH ? 2 : 1;
  return Math.min(i + 1, end);
}

function valueEnd(buffer: Buffer, at: number, end: number): number {
  let depth = 0;
  let i = at;
  while (i < end) {
    const c = buffer[i];
    if (c === QUOTE) {
      i = stringEnd(buffer, i, end);
      if (depth === 0) return i;
      continue;
    }
    if (c === 0x7b || c === 0x5b) depth++;
    else if (c === 0x7d || c === 0x5d) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (c === 0x2c || blank(buffer, i, i + 1) > i)) return i;
    i++;
  }
  return end;
}
