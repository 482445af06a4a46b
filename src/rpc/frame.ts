// Bytes in chunks → lines ending in LF, without copying a line that came in one piece.

const LF = 0x0a;

/** Complete lines within one buffer: line i is [starts[i], ends[i]), with an LF at ends[i]. */
export interface Lines {
  readonly buffer: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface Framed {
  readonly lines: Lines[];
  /** The beginnings of lines that were dropped because they were longer than the cap. */
  readonly oversized: readonly Buffer[];
}

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
    const lines: Lines[] = [];
    const oversized: Buffer[] = [];
    let from = 0;
    if (this.size > 0 || this.head !== undefined) {
      const end = chunk.indexOf(LF);
      if (end < 0) {
        this.keep(chunk);
        return { lines, oversized };
      }
      this.keep(chunk.subarray(0, end + 1));
      if (this.head !== undefined) oversized.push(this.head);
      else lines.push(split(Buffer.concat(this.pieces, this.size)));
      this.reset();
      from = end + 1;
    }
    const last = chunk.lastIndexOf(LF);
    if (last >= from) {
      // Whole lines of one chunk can be over the cap only where the cap is small.
      const whole = split(
        from === 0 && last === chunk.length - 1 ? chunk : chunk.subarray(from, last + 1),
      );
      const fitting = within(whole, this.maxLine);
      oversized.push(...heads(whole, this.maxLine));
      lines.push(fitting);
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
    if (this.head !== undefined) return;
    this.size += piece.length;
    // The LF itself does not count.
    const length = piece[piece.length - 1] === LF ? this.size - 1 : this.size;
    if (length <= this.maxLine) {
      this.pieces.push(piece);
      return;
    }
    const head = Buffer.concat([...this.pieces, piece].map(part => part.subarray(0, HEAD)));
    this.reset();
    this.head = head.subarray(0, HEAD);
  }

  private reset(): void {
    this.pieces = [];
    this.size = 0;
    this.head = undefined;
  }
}

function split(buffer: Buffer): Lines {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = 0; start < buffer.length; ) {
    const end = buffer.indexOf(LF, start);
    starts.push(start);
    ends.push(end);
    start = end + 1;
  }
  return { buffer, starts, ends };
}

function heads({ buffer, starts, ends }: Lines, maxLine: number): Buffer[] {
  return starts.flatMap((start, i) => {
    const end = ends[i] ?? start;
    return end - start > maxLine ? [buffer.subarray(start, Math.min(end, start + HEAD))] : [];
  });
}

function within(lines: Lines, maxLine: number): Lines {
  const fits = (_: number, i: number) => (lines.ends[i] ?? 0) - (lines.starts[i] ?? 0) <= maxLine;
  if (lines.starts.every(fits)) return lines;
  return {
    buffer: lines.buffer,
    starts: lines.starts.filter(fits),
    ends: lines.ends.filter(fits),
  };
}
