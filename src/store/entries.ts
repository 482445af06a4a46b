// What a sliding counter has counted, entry by entry, in parts of a fixed size, so that one more call
// costs the same for a maximum of 10 and of 100,000. Entries have a number each, and ascending times.
// Where amounts are added up, each also has the sum of all amounts before it.

/** Entries in one part: 512 bytes, twice as much with sums. */
export const PART = 64;
const BYTES = 8;
/** Sums begin anew at it, so that they stay exact; what one window holds is less than half of it. */
const LAP = 2 ** 52;

/** Entries of one part; `sums` where amounts are added up, and then the sum behind the last entry. */
export interface Part {
  readonly times: Float64Array;
  readonly sums: Float64Array | undefined;
}

export function emptyPart(withSums: boolean): Part {
  return {
    times: new Float64Array(PART),
    sums: withSums ? new Float64Array(PART + 1) : undefined,
  };
}

/** A part of `count` entries as it is stored: times, then sums and the one behind them. */
export function partBytes({ times, sums }: Part, count: number): Uint8Array {
  if (sums === undefined) return bytesOf(times.subarray(0, count));
  const all = new Float64Array(2 * count + 1);
  all.set(times.subarray(0, count));
  all.set(sums.subarray(0, count + 1), count);
  return bytesOf(all);
}

export function partOfBytes(bytes: Uint8Array | undefined, withSums: boolean): Part {
  const part = emptyPart(withSums);
  if (bytes === undefined) return part;
  const read = new Float64Array(Math.floor(bytes.length / BYTES));
  bytesOf(read).set(bytes.subarray(0, read.length * BYTES));
  const count = Math.min(PART, part.sums === undefined ? read.length : (read.length - 1) >> 1);
  part.times.set(read.subarray(0, count));
  part.sums?.set(read.subarray(count, 2 * count + 1));
  return part;
}

/** `a` + `b`, and what lies between two sums. */
export function addedUp(a: number, b: number): number {
  return (a + b) % LAP;
}
export function between(earlier: number, later: number): number {
  return later >= earlier ? later - earlier : later - earlier + LAP;
}

function bytesOf(numbers: Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
