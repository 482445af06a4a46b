// Bytes in chunks → lines ending in LF, all of a chunk's in one buffer; copied only where one was begun before.

const LF = 0x0a;

/** Complete lines within one buffer: line i is [starts[i], ends[i]), with an LF at ends[i]. */
export interface Lines {
  readonly buffer: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface Framed {
  /** May be none. */
  readonly lines: Lines;
  /** The beginnings of lines that were dropped because they were longer than the cap. */
  readonly oversized: readonly Buffer[];
}

const NO_LINES: Lines = { buffer: Buffer.alloc(0), starts: [], ends: [] };

/** Of a line that is dropped so much is kept: its id stands near its beginning. */
const HEAD = 4096;

/** Splits a stream; a line over `maxLine` bytes is dropped up to its LF, but for its beginning. */
export class Framer {
  private pieces: Buffer[] = [];
  private size = 0;
  /** Set while a line is dropped. */
  private head: Buffer | undefined;

  constructor(private readonly maxLine: number) {}

  push(chunk: Buffer): Framed {
    const oversized: Buffer[] = [];
    let lines = NO_LINES;
    let from = 0;
    if (this.head !== undefined) {
      const end = chunk.indexOf(LF);
      if (end < 0) return { lines, oversized };
      oversized.push(this.head);
      this.reset();
      from = end + 1;
    }
    const last = chunk[chunk.length - 1] === LF ? chunk.length - 1 : chunk.lastIndexOf(LF);
    if (last >= from) {
      const whole = part(chunk, from, last + 1);
      const begun = this.size > 0;
      const size = this.size + whole.length;
      const buffer = begun ? Buffer.concat([...this.pieces, whole], size) : whole;
      lines = split(buffer, this.size, this.maxLine, oversized);
      this.reset();
      from = last + 1;
    }
    if (from < chunk.length) this.keep(chunk.subarray(from));
    return { lines, oversized };
  }

  /** Bytes after the last LF: an unfinished line. */
  get rest(): number {
    return this.size;
  }

  private keep(piece: Buffer): void {
    this.size += piece.length;
    this.pieces.push(piece);
    if (this.size <= this.maxLine) return;
    const head = Buffer.concat(this.pieces.map(part => part.subarray(0, HEAD)));
    this.reset();
    this.head = head.subarray(0, HEAD);
  }

  private reset(): void {
    this.pieces = [];
    this.size = 0;
    this.head = undefined;
  }
}

/** Bytes [start, end); the buffer itself where these are all, as in nearly every read. */
export function part(buffer: Buffer, start: number, end: number): Buffer {
  return start === 0 && end === buffer.length ? buffer : buffer.subarray(start, end);
}

/**
 * The lines of whole lines, of which the first has no end before `begun`; of those over `maxLine` bytes
 * the beginnings go to `oversized`.
 */
function split(buffer: Buffer, begun: number, maxLine: number, oversized: Buffer[]): Lines {
  const first = buffer.indexOf(LF, begun);
  const isOne = first === buffer.length - 1 && first <= maxLine;
  // Nearly every read is one line: no lists that have room for more.
  if (isOne) return { buffer, starts: [0], ends: [first] };
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = 0, end = first; end >= 0; start = end + 1, end = buffer.indexOf(LF, start)) {
    if (end - start > maxLine) oversized.push(buffer.subarray(start, Math.min(end, start + HEAD)));
    else {
      starts.push(start);
      ends.push(end);
    }
  }
  return { buffer, starts, ends };
}
