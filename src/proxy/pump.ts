// The streams round a session: lines are read, judged, counted, and only then written.
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { Framer, type Lines } from '../rpc/frame.ts';
import type { MaybePromise, Store, Taken } from '../store/contract.ts';
import { onceEvery, type Say } from '../terminal/stderr.ts';
import type { Action, Turn } from './action.ts';
import type { Exit } from './child.ts';
import type { Session } from './session.ts';
import { startUpstream } from './upstream.ts';

export interface PumpOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly session: Session;
  readonly store: Store;
  /** Bytes of the longest line that a client may send. */
  readonly maxMessage: number;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly say: Say;
}

/** Servers send larger messages than clients; beyond this a line is dropped. */
const MAX_SERVER_LINE = 512 * 1024 * 1024;
const QUIET_MS = 60_000;
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the server behind the session until it ends; returns the exit code that the wrapper should
 * end with: the server's own, or 128 + n after signal n. Throws `PW_SPAWN` where it did not start.
 */
export async function runPump(options: PumpOptions): Promise<number> {
  const { session, store, stdin, stdout, say } = options;
  const fromClient = new Framer(options.maxMessage);
  const fromServer = new Framer(MAX_SERVER_LINE);
  const isNews = onceEvery(QUIET_MS, () => performance.now());
  const input = gate(stdin);

  const upstream = startUpstream(options.command, options.args, options.env, {
    data: guarded(say, chunk => {
      const { lines, oversized } = fromServer.push(chunk);
      for (const read of lines) apply(session.fromServer(read, utf8Check(read)), toClient);
      if (oversized > 0)
        say('error', `dropped a message of the server's over ${MAX_SERVER_LINE} bytes`);
    }),
    drain: () => input.release('server'),
    note: text => say('info', text),
  });

  const toClient = (bytes: Buffer | string): void => {
    if (stdout.write(bytes)) return;
    // A client that does not read stops both directions; nothing is piled up for it.
    upstream.pause();
    input.hold('client');
  };
  const toServer = (bytes: Buffer): void => {
    if (!upstream.write(bytes)) input.hold('server');
  };

  /** Carries out actions in order; adjacent lines of one buffer go out as one write. */
  const apply = (actions: readonly Action[], forward: (bytes: Buffer) => void): void => {
    let run: { buffer: Buffer; start: number; end: number } | undefined;
    const flush = () => {
      if (run !== undefined) forward(run.buffer.subarray(run.start, run.end));
      run = undefined;
    };
    for (const action of actions) {
      switch (action.kind) {
        case 'forward':
          if (run?.buffer === action.buffer && run.end === action.start) run.end = action.end;
          else {
            flush();
            run = { buffer: action.buffer, start: action.start, end: action.end };
          }
          break;
        case 'reply':
          toClient(action.text);
          break;
        case 'settle':
          store.settle([action.settled]);
          break;
        case 'denied': {
          const { effect, subject, reason } = action.verdict;
          const text = `${effect} ${subject}${reason === null ? '' : `: ${reason}`}`;
          if (isNews(text)) say('info', text);
          break;
        }
        case 'note':
          if (isNews(action.text)) say('warn', action.text);
      }
    }
    flush();
  };

  const failure = (error: unknown): PolicyWrapError => {
    if (isNews(messageOf(error))) say('error', `${messageOf(error)}${helpOf(error)}`);
    return error instanceof PolicyWrapError
      ? error
      : new PolicyWrapError('PW_STATE', messageOf(error), { cause: error });
  };

  const decide = (turn: Turn): MaybePromise<void> => {
    if (!upstream.accepts) return apply(session.undeliverable(turn), toServer);
    const conclude = (taken: readonly Taken[] | PolicyWrapError) =>
      apply(session.conclude(turn, taken), toServer);
    if (turn.demands.length === 0) return conclude([]);
    try {
      const taken = store.take(turn.demands);
      return taken instanceof Promise ? taken.catch(failure).then(conclude) : conclude(taken);
    } catch (error) {
      return conclude(failure(error));
    }
  };
  const inOrder = queue(
    () => input.hold('store'),
    () => input.release('store'),
  );

  stdin.on(
    'data',
    guarded(say, chunk => {
      const { lines, oversized } = fromClient.push(chunk);
      for (const read of lines) {
        const turn = session.fromClient(read, utf8Check(read));
        inOrder(() => decide(turn));
      }
      for (let i = 0; i < oversized; i++) {
        const turn = session.oversized(options.maxMessage);
        inOrder(() => decide(turn));
      }
    }),
  );
  stdin.on('end', () => {
    if (fromClient.rest > 0) say('warn', 'dropped an unfinished message at the end of the input');
    upstream.end();
  });
  stdin.on('error', () => upstream.end());
  stdout.on('error', () => upstream.end());
  stdout.on('drain', () => {
    upstream.resume();
    input.release('client');
  });
  const end = () => upstream.end();
  for (const signal of ENDINGS) process.on(signal, end);

  try {
    const exit = await upstream.ended;
    apply(session.serverGone(describeExit(exit)), toServer);
    return exitCode(exit);
  } catch (error) {
    apply(session.serverGone(messageOf(error)), toServer);
    throw error;
  } finally {
    stdin.destroy();
    await upstream.cleared();
    for (const signal of ENDINGS) process.off(signal, end);
    await store.close();
  }
}

// A bug must not end the session, and what it struck goes nowhere.
function guarded(say: Say, work: (chunk: Buffer) => void): (chunk: Buffer) => void {
  return chunk => {
    try {
      work(chunk);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      say(
        'error',
        `a message was dropped because policy-wrap failed: ${stack ?? messageOf(error)}`,
      );
    }
  };
}

function utf8Check({ buffer }: Lines): (start: number, end: number) => boolean {
  return isUtf8(buffer) ? () => true : (start, end) => isUtf8(buffer.subarray(start, end));
}

// Work in order, at once where nothing waits: what comes later must not overtake what waits for the
// store, and a store that answers at once costs no turn of the event loop.
function queue(began: () => void, emptied: () => void) {
  let last: Promise<void> | undefined;
  const track = (work: Promise<void>) => {
    if (last === undefined) began();
    last = work;
    void work.finally(() => {
      if (last !== work) return;
      last = undefined;
      emptied();
    });
  };
  return (work: () => MaybePromise<void>): void => {
    const result = last === undefined ? work() : last.then(work);
    if (result instanceof Promise) track(result);
  };
}

// A stream is read only while nobody holds it.
function gate(stream: Readable) {
  const holds = new Set<string>();
  return {
    hold(reason: string) {
      if (holds.size === 0) stream.pause();
      holds.add(reason);
    },
    release(reason: string) {
      if (holds.delete(reason) && holds.size === 0) stream.resume();
    },
  };
}

function helpOf(error: unknown): string {
  return error instanceof PolicyWrapError && error.help !== undefined ? `; ${error.help}` : '';
}

function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`;
}

function exitCode({ code, signal }: Exit): number {
  return signal === null ? (code ?? 0) : 128 + constants.signals[signal];
}
