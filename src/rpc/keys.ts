// Keys that parsers read differently: of two alike some take the first and some the last, in Rust there
// are keys that are none, and V8 may take one with an escape for another. An object with such keys is
// refused.
//
// The keys of all open objects lie on one stack with a hash each. An object that outgrows a linear
// search, or has a key with an escape, goes on with a set of decoded keys.
import { refuse } from './refusal.ts';

const LINEAR = 16;
/** Where hashes begin: unpredictable, so that nobody can prepare keys that collide. */
export const SEED = (Math.random() * 0x7fffffff) | 0;

// Of an object with such a key and no other, serde_json makes a number or whatever its text says,
// where a program has switched on the features `arbitrary_precision` or `raw_value`.
const SERDE = Buffer.from('$serde_json::private::');
const BACKSLASH = 0x5c;

// V8 of Node 24 and 26 takes a key with an escape for the first characters of its own spelling, where
// JSON.parse has seen an object with such a key before: `"\u0064ry_run"` for the seven of `\u0064r`, if a
// call had an argument of that name. https://github.com/nodejs/node/issues/63785
// Let pass are escapes that writers of JSON make: of what has to be escaped, of these characters, which
// mean something in web pages, and of all beyond ASCII. Hardly any name of an argument has one.
const ESCAPED_BY_SOME = new Set(Buffer.from('"\\/<>&\'+=`'));

let bytes: Buffer = Buffer.alloc(1);
let starts = new Int32Array(256);
let ends = new Int32Array(256);
let hashes = new Int32Array(256);
let count = 0;

export function beginKeys(buffer: Buffer): void {
  bytes = buffer;
  count = 0;
}

/** Where the keys of an object that opens now begin; `closeObject` takes it. */
export function openObject(): number {
  return count;
}

export function closeObject(base: number): void {
  count = base;
}

/** A key without its quotes, as the scanner has read it. */
interface Key {
  readonly start: number;
  readonly end: number;
  readonly hash: number;
  readonly escaped: boolean;
}

/** Keys that only policy-wrap may write begin so. */
export const OWN_PREFIX = 'policy-wrap/';
const OWN_BYTES = Buffer.from(OWN_PREFIX);

/** True where a key, decoded, may begin with the prefix of our own keys. */
export function mayBeOwn({ start, end, escaped }: Key): boolean {
  if (escaped) return true;
  return beginsWith(OWN_BYTES, start, end);
}

function beginsWith(prefix: Uint8Array, start: number, end: number): boolean {
  return bytes[start] === prefix[0] && isAt(prefix, start, Math.min(end, start + prefix.length));
}

/** Refuses a key that some reader takes for another one, or for a command. */
export function refuseMisreadKey({ start, end, escaped }: Key): void {
  if (escaped) refuseNeedlessEscape(start, end);
  if (beginsWith(SERDE, start, end)) refuse('key that is private to serde_json', start);
}

function refuseNeedlessEscape(start: number, end: number): void {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== BACKSLASH) continue;
    const isHex = bytes[++i] === 0x75;
    const unit = isHex ? Number.parseInt(bytes.toString('latin1', i + 1, i + 5), 16) : 0;
    if (unit >= 0x20 && unit < 0x7f && !ESCAPED_BY_SOME.has(unit))
      refuse('needless escape in a key', i - 1);
  }
}

/**
 * Notes a key of the object that began at `base`; refuses one that it has already. Returns the set
 * that the object goes on with, where it has one: hand it in with the next key.
 */
export function noteKey(
  base: number,
  seen: Set<string> | undefined,
  key: Key,
): Set<string> | undefined {
  const { start, end, hash } = key;
  if (seen === undefined && !key.escaped && count - base < LINEAR) {
    for (let k = base; k < count; k++)
      if (hashes[k] === hash && sameBytes(k, start, end)) refuse(DUPLICATE, start);
    push(start, end, hash);
    return undefined;
  }
  const set = seen ?? stacked(base);
  const text = keyText(bytes, start, end, key.escaped);
  if (set.has(text)) refuse(DUPLICATE, start);
  return set.add(text);
}

export const DUPLICATE = 'duplicate key';

/** Keys that were read lately, by their hash: most messages have the same few. */
const KNOWN = 128;
const LONGEST_KNOWN = 32;
const known: { bytes: Uint8Array; text: string }[] = [];

/** The text of a key that the scanner has read; `hash` as the scanner made it. */
export function keyName({ start, end, hash, escaped }: Key): string {
  if (escaped || end - start > LONGEST_KNOWN) return keyText(bytes, start, end, escaped);
  const slot = hash & (KNOWN - 1);
  const found = known[slot];
  if (found !== undefined && isAt(found.bytes, start, end)) return found.text;
  const text = keyText(bytes, start, end, false);
  known[slot] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), text };
  return text;
}

function isAt(key: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}

/** The key between its quotes, decoded. */
export function keyText(buffer: Buffer, start: number, end: number, escaped: boolean): string {
  const raw = buffer.toString('utf8', start, end);
  return escaped ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function stacked(base: number): Set<string> {
  const set = new Set<string>();
  for (let k = base; k < count; k++) set.add(bytes.toString('utf8', starts[k], ends[k]));
  return set;
}

function sameBytes(k: number, start: number, end: number): boolean {
  const from = starts[k] as number;
  if ((ends[k] as number) - from !== end - start) return false;
  for (let i = start; i < end; i++) if (bytes[from + i - start] !== bytes[i]) return false;
  return true;
}

function push(start: number, end: number, hash: number): void {
  if (count === starts.length) {
    starts = grown(starts);
    ends = grown(ends);
    hashes = grown(hashes);
  }
  starts[count] = start;
  ends[count] = end;
  hashes[count++] = hash;
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
