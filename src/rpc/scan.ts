// The strict one-pass JSON scanner (RFC 8259 to the letter): says whether bytes are one JSON value,
// and where the members of a JSON-RPC message stand. It builds no values and copies nothing.
//
// INVARIANT: what it accepts, every conforming parser reads to the same value. Hence no duplicate
// keys (parsers differ in which one wins) and no lone surrogates (some refuse, some replace them).
//
// The caller has checked that the bytes are valid UTF-8 and that a line feed follows the last one:
// a byte below 0x20 ends every inner loop, so none of them needs a bounds check.

/** What is wrong, and at which offset of the buffer. */
export interface Fault {
  readonly at: number;
  readonly message: string;
}

/** A member of `params`, `result` or `error`: its key, and the span of its value. */
export interface Member {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** Half-open byte spans of a message's top-level values; a start of -1 where one is absent. */
export interface Spans {
  jsonrpcStart: number;
  jsonrpcEnd: number;
  idStart: number;
  idEnd: number;
  methodStart: number;
  methodEnd: number;
  paramsStart: number;
  paramsEnd: number;
  resultStart: number;
  resultEnd: number;
  errorStart: number;
  errorEnd: number;
  /** True where a top-level key is none of JSON-RPC's. */
  hasOther: boolean;
  /** Members of `params`, `result` or `error`, whichever is an object, in order. */
  members: Member[];
}

export interface ScanOptions {
  /** Depth down to which duplicate keys are refused; 1 is the message itself. */
  readonly duplicateDepth: number;
  readonly loneSurrogates: 'refuse' | 'pass';
}

export const MAX_DEPTH = 128;
export const MAX_KEYS = 10_000;

/** For what comes from the client: nothing that two parsers could read differently. */
export const STRICT: ScanOptions = { duplicateDepth: MAX_DEPTH, loneSurrogates: 'refuse' };
/** For what comes from the server: what real servers write is let through. */
export const TOLERANT: ScanOptions = { duplicateDepth: 1, loneSurrogates: 'pass' };

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

class Refusal extends Error {
  constructor(
    override readonly message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

// The scan in progress. One scan runs to its end before the next begins, so the state is shared.
let bytes: Uint8Array = new Uint8Array(1);
let text: Buffer = Buffer.alloc(1);
let limit = 0;
let options: ScanOptions = STRICT;
let escaped = false;

/** Whether bytes [start, end) are one JSON value; undefined where they are. `buffer[end]` must be LF. */
export function scanJson(
  buffer: Buffer,
  start: number,
  end: number,
  how: ScanOptions = STRICT,
): Fault | undefined {
  return guarded(buffer, end, how, () => {
    finish(value(space(start), 0));
  });
}

/**
 * Scans bytes [start, end) as one JSON object and notes where its parts stand in `spans`, which is
 * overwritten. Returns what is wrong, or undefined. `buffer[end]` must be LF.
 */
export function scanMessage(
  buffer: Buffer,
  start: number,
  end: number,
  spans: Spans,
  how: ScanOptions = STRICT,
): Fault | undefined {
  clear(spans);
  return guarded(buffer, end, how, () => {
    const first = space(start);
    if (bytes[first] !== 0x7b) refuse('expected a JSON object', first);
    finish(object(first + 1, 1, (key, from, to) => top(spans, key, from, to), spans));
  });
}

export function emptySpans(): Spans {
  return clear({ members: [] as Member[] } as Spans);
}

function clear(spans: Spans): Spans {
  spans.jsonrpcStart = spans.jsonrpcEnd = spans.idStart = spans.idEnd = -1;
  spans.methodStart = spans.methodEnd = spans.paramsStart = spans.paramsEnd = -1;
  spans.resultStart = spans.resultEnd = spans.errorStart = spans.errorEnd = -1;
  spans.hasOther = false;
  spans.members = [];
  return spans;
}

function top(spans: Spans, key: string, start: number, end: number): void {
  switch (key) {
    case 'jsonrpc':
      spans.jsonrpcStart = start;
      spans.jsonrpcEnd = end;
      break;
    case 'id':
      spans.idStart = start;
      spans.idEnd = end;
      break;
    case 'method':
      spans.methodStart = start;
      spans.methodEnd = end;
      break;
    case 'params':
      spans.paramsStart = start;
      spans.paramsEnd = end;
      break;
    case 'result':
      spans.resultStart = start;
      spans.resultEnd = end;
      break;
    case 'error':
      spans.errorStart = start;
      spans.errorEnd = end;
      break;
    default:
      spans.hasOther = true;
  }
}

function guarded(
  buffer: Buffer,
  end: number,
  how: ScanOptions,
  scan: () => void,
): Fault | undefined {
  if (buffer[end] !== LF) throw new RangeError('a line feed must follow the scanned bytes');
  bytes = text = buffer;
  limit = end;
  options = how;
  keyCount = 0;
  try {
    scan();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return { at: error.at, message: error.message };
    throw error;
  }
}

function refuse(message: string, at: number): never {
  throw new Refusal(message, at);
}

function finish(at: number): void {
  const rest = space(at);
  if (rest !== limit) refuse('unexpected text after the end of the value', rest);
}

function space(at: number): number {
  let i = at;
  let c = bytes[i];
  while (c === 0x20 || c === 0x09 || c === 0x0d || (c === LF && i < limit)) c = bytes[++i];
  return i;
}

/** `at` is the first byte of a value; returns the offset behind it. */
function value(at: number, depth: number): number {
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
    while (stops[data[i] as number] === 0) i++;
    if (data[i] === QUOTE) return i + 1;
    if (data[i] !== BACKSLASH) refuse('control character in a string', i);
    escaped = true;
    i = escapeSequence(i + 1);
  }
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

type Visit = (key: string, start: number, end: number) => void;

/** `at` is behind the opening brace. `visit` is told of each member; `spans` asks for the next level's. */
function object(at: number, depth: number, visit?: Visit, spans?: Spans): number {
  if (depth > MAX_DEPTH) refuse(`nested deeper than ${MAX_DEPTH} levels`, at);
  const base = keyCount;
  let seen: Set<string> | undefined;
  let count = 0;
  let i = space(at);
  if (bytes[i] === 0x7d) return i + 1;
  for (;;) {
    i = space(i);
    if (bytes[i] !== QUOTE) refuse('expected a key in quotes', i);
    const keyStart = i + 1;
    i = keyString(keyStart);
    const keyEnd = i - 1;
    const name = visit === undefined && !escaped ? undefined : keyText(keyStart, keyEnd);
    if (++count > MAX_KEYS) refuse(`more than ${MAX_KEYS} keys in one object`, keyStart);
    if (depth <= options.duplicateDepth) seen = unique(base, seen, keyStart, keyEnd);
    i = space(i);
    if (bytes[i] !== 0x3a) refuse('expected `:`', i);
    const start = space(i + 1);
    if (visit === undefined || name === undefined) i = value(start, depth);
    else {
      i =
        isContainer(name) && spans !== undefined ? inner(start, depth, spans) : value(start, depth);
      visit(name, start, i);
    }
    i = space(i);
    const c = bytes[i++];
    if (c === 0x7d) {
      keyCount = base;
      return i;
    }
    if (c !== 0x2c) refuse('expected `,` or `}`', i - 1);
  }
}

function isContainer(key: string): boolean {
  return key === 'params' || key === 'result' || key === 'error';
}

function inner(at: number, depth: number, spans: Spans): number {
  if (bytes[at] !== 0x7b) return value(at, depth);
  return object(at + 1, depth + 1, (key, start, end) => {
    spans.members.push({ key, start, end });
  });
}

// Duplicate keys. The keys of all open objects lie on one stack with a hash each; an object that
// outgrows a linear search, or has a key with an escape, goes on with a set of decoded keys.
const LINEAR = 16;
// An unpredictable seed, so that nobody can prepare keys that collide.
const SEED = (Math.random() * 0x7fffffff) | 0;
let keyStarts = new Int32Array(256);
let keyEnds = new Int32Array(256);
let keyHashes = new Int32Array(256);
let keyCount = 0;
let hash = 0;

/** As `string`, and leaves the key's hash in `hash` and whether it has escapes in `escaped`. */
function keyString(at: number): number {
  const data = bytes;
  const stops = STOPS;
  let i = at;
  let h = SEED;
  escaped = false;
  for (;;) {
    let c = data[i] as number;
    while (stops[c] === 0) {
      h = Math.imul(h ^ c, 0x01000193);
      c = data[++i] as number;
    }
    if (c === QUOTE) {
      hash = h;
      return i + 1;
    }
    if (c !== BACKSLASH) refuse('control character in a string', i);
    escaped = true;
    i = escapeSequence(i + 1);
  }
}

function unique(
  base: number,
  seen: Set<string> | undefined,
  start: number,
  end: number,
): Set<string> | undefined {
  if (seen === undefined && !escaped && keyCount - base < LINEAR) {
    for (let k = base; k < keyCount; k++)
      if (
        keyHashes[k] === hash &&
        sameBytes(keyStarts[k] as number, keyEnds[k] as number, start, end)
      )
        refuse('duplicate key', start);
    push(start, end);
    return undefined;
  }
  const set = seen ?? stacked(base);
  const key = keyText(start, end);
  if (set.has(key)) refuse('duplicate key', start);
  return set.add(key);
}

function stacked(base: number): Set<string> {
  const set = new Set<string>();
  for (let k = base; k < keyCount; k++)
    set.add(text.toString('utf8', keyStarts[k] as number, keyEnds[k] as number));
  return set;
}

function sameBytes(start: number, end: number, otherStart: number, otherEnd: number): boolean {
  const length = end - start;
  if (otherEnd - otherStart !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== bytes[otherStart + i]) return false;
  return true;
}

function push(start: number, end: number): void {
  if (keyCount === keyStarts.length) {
    keyStarts = grown(keyStarts);
    keyEnds = grown(keyEnds);
    keyHashes = grown(keyHashes);
  }
  keyStarts[keyCount] = start;
  keyEnds[keyCount] = end;
  keyHashes[keyCount++] = hash;
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function keyText(start: number, end: number): string {
  const raw = text.toString('utf8', start, end);
  return escaped ? (JSON.parse(`"${raw}"`) as string) : raw;
}
