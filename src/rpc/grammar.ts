// The grammar of JSON, RFC 8259 to the letter, over bytes: each function reads one construct at an
// offset and returns the offset behind it, or refuses. It builds no values and copies nothing.
//
// The bytes are valid UTF-8 with a line feed behind the last one: a byte below 0x20 ends every inner
// loop, so none of them needs a bounds check.
import {
  beginKeys,
  closeObject,
  keyName,
  mayBeOwn,
  noteKey,
  openObject,
  refuseMisreadKey,
} from './keys.ts';
import { refuse } from './refusal.ts';
import { beginStrings, key, keyString, string } from './strings.ts';

export interface ScanOptions {
  /** Depth down to which duplicate keys are refused; 1 is the message itself. */
  readonly duplicateDepth: number;
  readonly loneSurrogates: 'refuse' | 'pass';
  /** Keys that a reader takes for others, or that make something else of an object; see keys.ts. */
  readonly misreadKeys: 'refuse' | 'pass';
}

export const MAX_DEPTH = 128;
export const MAX_KEYS = 10_000;

const QUOTE = 0x22;
const LF = 0x0a;

// The scan in progress. One scan runs to its end before the next begins, so the state is shared.
let bytes: Buffer = Buffer.alloc(1);
let limit = 0;
let ownKeys = false;
let options: ScanOptions = {
  duplicateDepth: MAX_DEPTH,
  loneSurrogates: 'refuse',
  misreadKeys: 'refuse',
};

/** Sets the bytes that the functions below read: up to `end`, where an LF must stand. */
export function beginScan(buffer: Buffer, end: number, how: ScanOptions): void {
  if (buffer[end] !== LF) throw new RangeError('a line feed must follow the scanned bytes');
  bytes = buffer;
  limit = end;
  options = how;
  ownKeys = false;
  beginStrings(buffer, how.loneSurrogates);
  beginKeys(buffer);
}

/** True where some key of the scanned text, at any depth, may be one that only policy-wrap may write. */
export function hadOwnKey(): boolean {
  return ownKeys;
}

/** The first offset from `at` on that is no white space. */
export function space(at: number): number {
  let i = at;
  let c = bytes[i];
  while (c === 0x20 || c === 0x09 || c === 0x0d || (c === LF && i < limit)) c = bytes[++i];
  return i;
}

/** `at` is the first byte of a value; returns the offset behind it. */
export function value(at: number, depth: number): number {
  const c = bytes[at] as number;
  if (c === QUOTE) return string(at + 1);
  if (c === 0x7b) return object(at + 1, depth + 1);
  if (c === 0x5b) return array(at + 1, depth + 1);
  if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return number(at);
  if (c === 0x74) return literal(at, 'true');
  if (c === 0x66) return literal(at, 'false');
  if (c === 0x6e) return literal(at, 'null');
  return refuse('expected a JSON value', at);
}

function literal(at: number, word: string): number {
  for (let i = 0; i < word.length; i++)
    if (bytes[at + i] !== word.charCodeAt(i)) refuse('expected a JSON value', at);
  return at + word.length;
}

function number(at: number): number {
  let i = bytes[at] === 0x2d ? at + 1 : at;
  if (bytes[i] === 0x30) i++;
  else i = digits(i);
  if (bytes[i] === 0x2e) i = digits(i + 1);
  if (bytes[i] === 0x65 || bytes[i] === 0x45) {
    i++;
    if (bytes[i] === 0x2b || bytes[i] === 0x2d) i++;
    i = digits(i);
  }
  return i;
}

function digits(at: number): number {
  let i = at;
  let c = bytes[i] as number;
  if (c < 0x30 || c > 0x39) refuse('invalid number', i);
  while (c >= 0x30 && c <= 0x39) c = bytes[++i] as number;
  return i;
}

function array(at: number, depth: number): number {
  if (depth > MAX_DEPTH) refuse(`nested deeper than ${MAX_DEPTH} levels`, at);
  let i = space(at);
  if (bytes[i] === 0x5d) return i + 1;
  for (;;) {
    i = space(value(space(i), depth));
    const c = bytes[i++];
    if (c === 0x5d) return i;
    if (c !== 0x2c) refuse('expected `,` or `]`', i - 1);
  }
}

/** Is told of an object's members. */
export interface Visitor {
  /** Who is told of the members of this member's value, where that is an object. */
  within(key: string): Visitor | undefined;
  /** A member whose value is in bytes [start, end). */
  member(key: string, start: number, end: number): void;
}

/** `at` is behind the opening brace; returns the offset behind the closing one. */
export function object(at: number, depth: number, visitor?: Visitor): number {
  if (depth > MAX_DEPTH) refuse(`nested deeper than ${MAX_DEPTH} levels`, at);
  const base = openObject();
  let seen: Set<string> | undefined;
  let i = space(at);
  if (bytes[i] === 0x7d) return i + 1;
  for (let count = 1; ; count++) {
    i = space(i);
    if (bytes[i] !== QUOTE) refuse('expected a key in quotes', i);
    if (count > MAX_KEYS && depth <= options.duplicateDepth)
      refuse(`more than ${MAX_KEYS} keys in one object`, i);
    i = keyString(i + 1);
    if (mayBeOwn(key)) ownKeys = true;
    const name = visitor === undefined ? '' : keyName(key);
    if (options.misreadKeys === 'refuse') refuseMisreadKey(key);
    if (depth <= options.duplicateDepth) seen = noteKey(base, seen, key);
    i = space(i);
    if (bytes[i] !== 0x3a) refuse('expected `:`', i);
    i = space(i + 1);
    const start = i;
    const inner = bytes[i] === 0x7b ? visitor?.within(name) : undefined;
    i = inner === undefined ? value(i, depth) : object(i + 1, depth + 1, inner);
    visitor?.member(name, start, i);
    i = space(i);
    const c = bytes[i++];
    if (c === 0x7d) {
      closeObject(base);
      return i;
    }
    if (c !== 0x2c) refuse('expected `,` or `}`', i - 1);
  }
}
