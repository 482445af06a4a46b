// Strings of JSON, RFC 8259 to the letter, over bytes; see grammar.ts, which has the rest.
import { SEED } from './keys.ts';
import { refuse } from './refusal.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

// Bytes that end a run of plain string bytes.
const STOPS = new Uint8Array(256).fill(1, 0, 0x20);
STOPS[QUOTE] = 1;
STOPS[BACKSLASH] = 1;
const HEX = new Int8Array(256).fill(-1);
for (const [value, digits] of [...'0123456789abcdef'].entries())
  for (const digit of [digits, digits.toUpperCase()]) HEX[digit.charCodeAt(0)] = value;

// The scan in progress.
let bytes: Buffer = Buffer.alloc(1);
/** The bytes of `inWords`, four at a time; none where they do not begin at a multiple of four. */
let words = new Int32Array(0);
let inWords: Buffer | undefined;
let passesSurrogates = false;

/** Sets the bytes that the functions below read; a byte below 0x20 must stand at their end. */
export function beginStrings(buffer: Buffer, loneSurrogates: 'refuse' | 'pass'): void {
  bytes = buffer;
  passesSurrogates = loneSurrogates === 'pass';
}

function wordsOf({ buffer, byteOffset, length }: Buffer): Int32Array<ArrayBuffer> {
  return byteOffset % 4 === 0
    ? new Int32Array(buffer as ArrayBuffer, byteOffset, length >> 2)
    : new Int32Array(0);
}

/** Bytes of a string after which the next ones are looked at four at a time. */
const SHORT = 16;

/** `at` is behind the opening quote; returns the offset behind the closing one. */
export function string(at: number): number {
  const data = bytes;
  const stops = STOPS;
  const long = at + SHORT;
  let i = at;
  while (i < long) {
    if (stops[data[i] as number] === 0) i++;
    else if (data[i] === QUOTE) return i + 1;
    else i = escaped(i);
  }
  return longString(i);
}

// The same from within a string on. In a word, the high bit of a byte is set by: a borrow below 0x20; or
// by one from 0x01 where the byte, with quotes or backslashes turned to zeros, was zero. A byte of 0x80
// or more, or a borrow from the byte below, is seen as plain or as an end, but an end never as plain.
function longString(at: number): number {
  if (inWords !== bytes) {
    words = wordsOf(bytes);
    inWords = bytes;
  }
  const data = bytes;
  const stops = STOPS;
  const all = words;
  const last = all.length;
  for (let i = at; ; ) {
    const aligned = (i + 3) & ~3;
    while (i < aligned && stops[data[i] as number] === 0) i++;
    if (i === aligned) {
      let k = i >> 2;
      for (; k < last; k++) {
        const w = all[k] as number;
        const ends =
          (w - 0x20202020) | ((w ^ 0x22222222) - 0x01010101) | ((w ^ 0x5c5c5c5c) - 0x01010101);
        if ((ends & ~w & 0x80808080) !== 0) break;
      }
      i = k << 2;
      while (stops[data[i] as number] === 0) i++;
    }
    if (data[i] === QUOTE) return i + 1;
    i = escaped(i);
  }
}

/** `at` is at a byte that is no plain one; returns the offset behind the escape. */
function escaped(at: number): number {
  if (bytes[at] !== BACKSLASH) refuse('control character in a string', at);
  return escapeSequence(at + 1);
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
  if ((unit & 0xf800) !== 0xd800 || passesSurrogates) return at + 4;
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

/** The key that was read last. */
export const key = { start: 0, end: 0, hash: 0, escaped: false };

/** As `string`, and notes in `key` what it read. */
export function keyString(at: number): number {
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
    i = escapeSequence(i + 1);
  }
}
