// What a sliding counter has counted, entry by entry, in parts of a fixed size, so that one more call
// costs the same for a maximum of 10 and of 100,000. Entries have a number each, and ascending times.
// Where amounts are added up, each also has the sum of all amounts before it.

/** Entries in one part: 512 bytes, three times as much with sums. */
export const PART = 64;
const BYTES = 8;
/** A sum begins anew at it, and counts how often it did, so that it stays exact whatever it comes to. */
const LAP = 2 ** 52;

/** How often it began anew, and what is left. */
export type Sum = readonly [laps: number, rest: number];

/** Entries of one part; `sums` where amounts are added up: two numbers each, also behind the last one. */
export interface Part {
  readonly times: Float64Array;
  readonly sums: Float64Array | undefined;
}

export function emptyPart(withSums: boolean): Part {
  return {
    times: new Float64Array(PART),
    sums: withSums ? new Float64Array(2 * (PART + 1)) : undefined,
  };
}

/** A part of `count` entries as it is stored: times, then sums and the one behind them. */
export function partBytes({ times, sums }: Part, count: number): Uint8Array {
  if (sums === undefined) return new Uint8Array(times.buffer, times.byteOffset, BYTES * count);
  const all = new Float64Array(3 * count + 2);
  all.set(times.subarray(0, count));
  all.set(sums.subarray(0, 2 * (count + 1)), count);
  return bytesOf(all);
}

export function partOfBytes(bytes: Uint8Array | undefined, withSums: boolean): Part {
  const part = emptyPart(withSums);
  if (bytes === undefined) return part;
  const read = new Float64Array(Math.floor(bytes.length / BYTES));
  bytesOf(read).set(bytes.subarray(0, read.length * BYTES));
  const written = part.sums === undefined ? read.length : Math.floor((read.length - 2) / 3);
  const count = Math.max(0, Math.min(PART, written));
  part.times.set(read.subarray(0, count));
  part.sums?.set(read.subarray(count, 3 * count + 2));
  return part;
}

/** The sum before the entry of this number. */
export function sumBefore({ sums }: Part, index: number): Sum {
  return [sums?.[2 * index] ?? 0, sums?.[2 * index + 1] ?? 0];
}

/** Notes what an entry has counted. */
export function addUp(part: Part, index: number, amount: number): void {
  const [laps, rest] = sumBefore(part, index);
  const sum = rest + amount;
  part.sums?.set(sum < LAP ? [laps, sum] : [laps + 1, sum - LAP], 2 * (index + 1));
}

/** A part that goes on where a full one ends. */
export function nextPart({ sums }: Part): Part {
  const part = emptyPart(sums !== undefined);
  if (sums !== undefined) part.sums?.set(sums.subarray(2 * PART));
  return part;
}

/** What lies between two sums: exact up to 2 ** 53, and no less than that beyond. */
export function between(earlier: Sum, later: Sum): number {
  return (later[0] - earlier[0]) * LAP + (later[1] - earlier[1]);
}

function bytesOf(numbers: Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
