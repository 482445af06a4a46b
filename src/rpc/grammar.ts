// The grammar of JSON, RFC 8259 to the letter, over bytes: each function reads one construct at an
// offset and returns the offset behind it, or refuses. It builds no values and copies nothing.
//
// The bytes are valid UTF-8 with a line feed behind the last one: a byte below 0x20 ends every inner
// loop, so none of them needs a bounds check.
import {
  beginKeys,
  closeObject,
  keyName,
  noteKey,
  openObject,
  refuseSerdeKey,
  SEED,
} from './keys.ts';
import { refuse } from './refusal.ts';

export interface ScanOptions {
  /** Depth down to which duplicate keys are refused; 1 is the message itself. */
  readonly duplicateDepth: number;
  readonly loneSurrogates: 'refuse' | 'pass';
  /** Keys by which serde_json makes something else of an object; see keys.ts. */
  readonly serdeKeys: 'refuse' | 'pass';
}

export const MAX_DEPTH = 128;
export const MAX_KEYS = 10_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 0x0a;

// Bytes that end a run of plain string bytes.
const STOPS = new Uint8Array(256).fill(1, 0, 0x20);
STOPS[QUOTE] = 1;
STOPS[BACKSLASH] = 1;
const HEX = new Int8Array(256).fill(-1);
for (const [value, digits] of [...'0123456789abcdef'].entries())
  for (const digit of [digits, digits.toUpperCase()]) HEX[digit.charCodeAt(0)] = value;

// The scan in progress. One scan runs to its end before the next begins, so the state is shared.
let bytes: Buffer = Buffer.alloc(1);
/** The same bytes, four at a time; none where they do not begin at a multiple of four. */
let words = new Int32Array(0);
let limit = 0;
let escapedKeys = false;
let options: ScanOptions = {
  duplicateDepth: MAX_DEPTH,
  loneSurrogates: 'refuse',
  serdeKeys: 'refuse',
};

/** Sets the bytes that the functions below read: up to `end`, where an LF must stand. */
export function beginScan(buffer: Buffer, end: number, how: ScanOptions): void {
  if (buffer[end] !== LF) throw new RangeError('a line feed must follow the scanned bytes');
  if (buffer !== bytes) words = wordsOf(buffer);
  bytes = buffer;
  limit = end;
  options = how;
  escapedKeys = false;
  beginKeys(buffer);
}

function wordsOf({ buffer, byteOffset, length }: Buffer): Int32Array<ArrayBuffer> {
  return byteOffset % 4 === 0
    ? new Int32Array(buffer as ArrayBuffer, byteOffset, length >> 2)
    : new Int32Array(0);
}

/** True where some key of the scanned text, at any depth, is spelt with an escape. */
export function hadEscapedKey(): boolean {
  return escapedKeys;
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

/** `at` is behind the opening quote; returns the offset behind the closing one. */
function string(at: number): number {
  const data = bytes;
  const stops = STOPS;
  let i = at;
  for (;;) {
    const long = i + LONG;
    while (stops[data[i] as number] === 0 && i < long) i++;
    if (i === long) i = plainWords(i);
    while (stops[data[i] as number] === 0) i++;
    if (data[i] === QUOTE) return i + 1;
    if (data[i] !== BACKSLASH) refuse('control character in a string', i);
    i = escapeSequence(i + 1);
  }
}

/** Plain bytes of a string after which the next ones are looked at eight at a time. */
const LONG = 32;

// From `at` on, up to the first eight bytes in which one may end a run of plain ones. In a word, the
// high bit of a byte is set by: a borrow below 0x20; or by one from 0x01 where the byte, with quotes
// or backslashes turned to zeros, was zero. A byte of 0x80 or more, or a borrow from the byte below,
// is seen as plain or as an end, but an end never as plain.
function plainWords(at: number): number {
  const aligned = (at + 3) & ~3;
  for (let i = at; i < aligned; i++) if (STOPS[bytes[i] as number] === 1) return i;
  let i = aligned >> 2;
  for (const last = words.length - 1; i < last; i += 2) {
    const a = words[i] as number;
    const b = words[i + 1] as number;
    const endsInA =
      (a - 0x20202020) | ((a ^ 0x22222222) - 0x01010101) | ((a ^ 0x5c5c5c5c) - 0x01010101);
    const endsInB =
      (b - 0x20202020) | ((b ^ 0x22222222) - 0x01010101) | ((b ^ 0x5c5c5c5c) - 0x01010101);
    if (((endsInA & ~a) | (endsInB & ~b)) & 0x80808080) break;
  }
  return i << 2;
}

/** `at` is behind the backslash; returns the offset behind the escape. */
function escapeSequence(at: number): number {
  switch (bytes[at]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at + 1;
    case 0x75:
      return unicodeEscape(at + 1);
    default:
      return refuse('invalid escape in a string', at);
  }
}

function unicodeEscape(at: number): number {
  const unit = hex4(at);
  if ((unit & 0xf800) !== 0xd800 || options.loneSurrogates === 'pass') return at + 4;
  const isPair =
    unit < 0xdc00 &&
    bytes[at + 4] === BACKSLASH &&
    bytes[at + 5] === 0x75 &&
    (hex4(at + 6) & 0xfc00) === 0xdc00;
  return isPair ? at + 10 : refuse('lone surrogate in a string', at);
}

function hex4(at: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const digit = HEX[bytes[i] as number] as number;
    if (digit < 0) refuse('invalid escape in a string', i);
    unit = (unit << 4) | digit;
  }
  return unit;
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
    const name = visitor === undefined ? '' : keyName(key);
    if (options.serdeKeys === 'refuse') refuseSerdeKey(key);
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

/** The key that was read last. */
const key = { start: 0, end: 0, hash: 0, escaped: false };

/** As `string`, and notes in `key` what it read. */
function keyString(at: number): number {
  const data = bytes;
  const stops = STOPS;
  let i = at;
  let h = SEED;
  key.escaped = false;
  for (;;) {
    let c = data[i] as number;
    while (stops[c] === 0) {
      h = Math.imul(h ^ c, 0x01000193);
      c = data[++i] as number;
    }
    if (c === QUOTE) {
      key.start = at;
      key.end = i;
      key.hash = h;
      return i + 1;
    }
    if (c !== BACKSLASH) refuse('control character in a string', i);
    key.escaped = true;
    escapedKeys = true;
    i = escapeSequence(i + 1);
  }
}
