// The real server: a child that is started once, or once more where `uvx` named what it should run.

import { type Relay, relayToStderr } from '../terminal/stderr.ts';
import { type Child, type Exit, startChild } from './child.ts';
import { correctedArgs, isUvx } from './uvx.ts';

export interface UpstreamHandlers {
  data(chunk: Buffer): void;
  /** The server reads again after `write` said that it does not keep up. */
  drain(): void;
  /** The server takes no more input: it has closed it, or ended. */
  deaf(): void;
  /** The server has closed its output and goes on: no answer can come any more. */
  mute(): void;
  note(text: string): void;
}

export interface Upstream {
  /** To be called once: until then nothing that it writes is read. */
  attach(handlers: UpstreamHandlers): void;
  /** Ends it at once, where nothing was exchanged with it yet. */
  kill(): Promise<void>;
  /** False where the server does not keep up: wait for `drain`. */
  write(bytes: Buffer): boolean;
  /** True while bytes that are written can reach it. */
  readonly accepts: boolean;
  end(): void;
  pause(): void;
  resume(): void;
  /** Resolves when it has ended; rejects with `PW_SPAWN` where it did not start. */
  readonly ended: Promise<Exit>;
  /** Resolves when nothing of it is left, and what it wrote on stderr has been passed on. */
  cleared(): Promise<void>;
}

/** Input that is kept for a second start; a client sends less before the first answer. */
const MAX_KEPT = 1 << 20;
const MAX_ANSWER = 1 << 16;
/** How long a server that has closed its output may take to end by itself, as most do. */
const MUTE_MS = 1000;
/** How long a client that does not read our stderr holds up the end, and one that has asked for it. */
const UNREAD_MS = 3000;
const HURRIED_UNREAD_MS = 500;

/** Signals that ask for the end: of the server first, and with it of the wrapper. */
export const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts the server. `attach` must follow before the event loop turns: what a server that ends at
 * once has written would be lost.
 */
export function startUpstream(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Upstream {
  const retry = isUvx(command) ? new Retry() : undefined;
  let child: Child | undefined;
  let ending = false;
  let relayed: Relay | undefined;
  let attach: (handlers: UpstreamHandlers) => void = () => {};
  const attached = new Promise<UpstreamHandlers>(resolve => {
    attach = resolve;
  });

  const run = async (argv: readonly string[]): Promise<Exit> => {
    const started = startChild(command, argv, env);
    child = started;
    const handlers = await attached;
    started.stdout.on('data', (chunk: Buffer) => {
      retry?.answered();
      handlers.data(chunk);
    });
    started.stdin.on('drain', () => handlers.drain());
    started.stdin.on('close', () => {
      if (!ending && retry?.open !== true) handlers.deaf();
    });
    relayed = relayToStderr(started.stderr);
    let isOver = false;
    started.stdout.on('end', () => {
      const tell = () => {
        if (!isOver && !ending) handlers.mute();
      };
      setTimeout(tell, MUTE_MS).unref();
    });
    started.stderr.on('data', (chunk: Buffer) => retry?.heard(chunk));
    if (argv !== args) {
      for (const bytes of retry?.input ?? []) started.stdin.write(bytes);
      // What the first start did not take is not waited for any more.
      handlers.drain();
    }
    if (ending) started.end();
    const exit = await started.ended.finally(() => {
      isOver = true;
    });
    const corrected = exit.code === 1 ? retry?.correct(argv) : undefined;
    if (corrected === undefined) return exit;
    handlers.note(
      `no such executable in that package, starting \`${[command, ...corrected].join(' ')}\` instead`,
    );
    return run(corrected);
  };

  const ended = run(args);
  // It may fail before anybody waits for it.
  ended.catch(() => {});
  return {
    ended,
    attach,
    async kill() {
      await child?.kill();
    },
    write(bytes) {
      retry?.sent(bytes);
      // A child that is to be started again takes no input; it gets what was kept.
      return child?.stdin.writable ? child.stdin.write(bytes) : true;
    },
    get accepts() {
      return child !== undefined && (child.stdin.writable || (retry?.open ?? false));
    },
    end() {
      ending = true;
      child?.end();
    },
    pause: () => void child?.stdout.pause(),
    resume: () => void child?.stdout.resume(),
    async cleared() {
      await child?.cleared();
      await relayed?.finished(() => (ending ? HURRIED_UNREAD_MS : UNREAD_MS));
    },
  };
}

/** What must be kept until the first byte of an answer, for the command to be started again. */
class Retry {
  input: Buffer[] = [];
  private size = 0;
  private heardText = '';
  private closed = false;

  get open(): boolean {
    return !this.closed;
  }

  sent(bytes: Buffer): void {
    if (this.closed) return;
    this.size += bytes.length;
    if (this.size > MAX_KEPT) this.answered();
    else this.input.push(bytes);
  }

  heard(chunk: Buffer): void {
    if (!this.closed) this.heardText = (this.heardText + chunk.toString('utf8')).slice(-MAX_ANSWER);
  }

  /** The server speaks, so the command was right: nothing is kept any more. */
  answered(): void {
    this.closed = true;
    this.input = [];
    this.heardText = '';
  }

  /** Once. */
  correct(args: readonly string[]): string[] | undefined {
    if (this.closed) return undefined;
    const corrected = correctedArgs(args, this.heardText);
    this.heardText = '';
    if (corrected === undefined) this.closed = true;
    return corrected;
  }
}
