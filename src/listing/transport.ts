// The SDK's transport over a child process of ours, which is ended with all that it started.
import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import { messageOf } from '../errors.ts';
import type { Child, Exit } from '../proxy/child.ts';

/** Of one message; the SDK's own cap is lower than some lists of tools are long. */
const MAX_MESSAGE = 64 * 1024 * 1024;
/** Of all of them together: pages are kept until the last has come. */
const MAX_READ = 2 * MAX_MESSAGE;
/** Of what the server writes to stderr, the end is kept. */
const MAX_SAID = 1 << 16;

export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** The end of what it has written to stderr. */
  said = '';
  /** How it ended, if it has. */
  exit: Exit | undefined;
  /** Why it did not start. */
  failure: unknown;
  private readonly buffer = new ReadBuffer({ maxBufferSize: MAX_MESSAGE });
  private size = 0;
  private isClosed = false;

  constructor(private readonly child: Child) {}

  async start(): Promise<void> {
    const { stdout, stderr, ended } = this.child;
    stderr.on('data', (chunk: Buffer) => {
      this.said = (this.said + chunk.toString('utf8')).slice(-MAX_SAID);
    });
    stdout.on('data', (chunk: Buffer) => this.read(chunk));
    ended.then(
      exit => {
        this.exit = exit;
        this.closed();
      },
      (error: unknown) => {
        this.failure = error;
        this.closed();
      },
    );
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.child.stdin.write(serializeMessage(message));
  }

  /** The child itself is ended by whoever started it. */
  async close(): Promise<void> {
    this.closed();
  }

  private read(chunk: Buffer): void {
    if (this.isClosed) return;
    this.size += chunk.length;
    try {
      if (this.size > MAX_READ) throw new Error(`it wrote more than ${MAX_READ >> 20} MiB`);
      this.buffer.append(chunk);
    } catch (error) {
      this.failure = error;
      this.closed();
      return;
    }
    // Many servers write a line of their log to stdout; it is passed over.
    for (;;) {
      try {
        const message = this.buffer.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        this.onerror?.(error instanceof Error ? error : new Error(messageOf(error)));
      }
    }
  }

  private closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onclose?.();
  }
}
