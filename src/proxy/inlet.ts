// The client's input: read no faster than it can go on, and still not deaf to its end.
import type { Readable } from 'node:stream';

export interface InletHandlers {
  chunk(bytes: Buffer): void;
  /** The client has ended its input, or is gone. Called once, after the last chunk. */
  end(): void;
}

/** What is read ahead while held, so that an end behind it is seen. */
const MAX_AHEAD = 16 << 20;
/** Of that, in one look. */
const ONE_LOOK = 1 << 20;
const LOOK_MS = 500;

export class Inlet {
  private readonly holds = new Set<string>();
  private readonly ahead: Buffer[] = [];
  private aheadBytes = 0;
  private lookUpTo = 0;
  private ended = false;
  private readonly parent = process.ppid;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stream: Readable,
    private readonly handlers: InletHandlers,
  ) {
    stream.on('data', (chunk: Buffer) => this.received(chunk));
    for (const event of ['end', 'error', 'close']) stream.on(event, () => this.end());
  }

  /** Stops reading until `release` is called with the same reason. */
  hold(reason: string): void {
    this.holds.add(reason);
    this.lookUpTo = 0;
    this.stream.pause();
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  release(reason: string): void {
    if (!this.holds.delete(reason) || this.holds.size > 0) return;
    while (this.ahead.length > 0 && this.holds.size === 0) this.next();
    if (this.holds.size > 0) return;
    this.stopLooking();
    if (!this.ended) this.stream.resume();
  }

  stop(): void {
    this.ended = true;
    this.stopLooking();
    this.stream.destroy();
  }

  private received(chunk: Buffer): void {
    if (this.holds.size === 0) return this.handlers.chunk(chunk);
    this.ahead.push(chunk);
    this.aheadBytes += chunk.length;
    if (this.aheadBytes >= this.lookUpTo) this.stream.pause();
  }

  private next(): void {
    const chunk = this.ahead.shift();
    if (chunk === undefined) return;
    this.aheadBytes -= chunk.length;
    this.handlers.chunk(chunk);
  }

  // A paused stream does not tell its end, so a little is read ahead; and whoever started us may be
  // gone while more than that lies in the pipe.
  private look(): void {
    if (process.ppid !== this.parent) this.end();
    else if (this.aheadBytes < MAX_AHEAD) {
      this.lookUpTo = this.aheadBytes + ONE_LOOK;
      this.stream.resume();
    }
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.stopLooking();
    while (this.ahead.length > 0) this.next();
    this.handlers.end();
  }

  private stopLooking(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
