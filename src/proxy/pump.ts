// The streams round a session: lines are read, judged, counted, and only then written.
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Desk } from '../approval/desk.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { Framer } from '../rpc/frame.ts';
import type { Demand, MaybePromise, Store, Taken } from '../store/contract.ts';
import { onceEvery, type Say } from '../terminal/stderr.ts';
import type { Action, Turn } from './action.ts';
import type { Exit } from './child.ts';
import { Crowd } from './crowd.ts';
import { Inlet } from './inlet.ts';
import { type Effects, perform } from './perform.ts';
import { inOrder } from './queue.ts';
import type { Session } from './session.ts';
import { ENDINGS, type Upstream } from './upstream.ts';

export interface PumpOptions {
  /** Started already, and not heard yet. */
  readonly upstream: Upstream;
  readonly session: Session;
  readonly store: Store;
  /**
   * Looks whether the rules have changed, carefully where there is time. Where they have, it puts them
   * in force and says what is to be done about it. Never rejects.
   */
  readonly renew: (carefully: boolean) => Promise<readonly Action[]> | undefined;
  /** Bytes of the longest line that a client may send. */
  readonly maxMessage: number;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly say: Say;
}

/** Servers send larger messages than clients; beyond this a line is dropped. */
const MAX_SERVER_LINE = 512 * 1024 * 1024;
const QUIET_MS = 60_000;
/** How long a server that reads no more may still answer what it has read. */
const LAST_WORDS_MS = 2000;
/** What a client has sent while the server failed to start is read for this long, to be answered. */
const LATE_INPUT_MS = 50;
/** A client that has asked for the end may take this long to read what is left for it. */
const FLUSH_MS = 1000;
/** How often the policy is looked at while the client is silent. */
const RENEW_MS = 1000;

/**
 * Holds the session between client and server until that ends; returns the exit code that the wrapper
 * should end with: the server's own, or 128 + n after signal n. Throws `PW_SPAWN` where it did not start.
 */
export async function runPump(options: PumpOptions): Promise<number> {
  const { upstream, session, store, stdout, say } = options;
  const fromClient = new Framer(options.maxMessage);
  const fromServer = new Framer(MAX_SERVER_LINE);
  const isNews = onceEvery(QUIET_MS, () => performance.now());
  /** Why nothing reaches the server any more; undefined while it does. */
  let gone: string | undefined;
  let askedToEnd = () => {};
  const endAsked = new Promise<void>(resolve => {
    askedToEnd = resolve;
  });

  upstream.attach({
    data: guarded(say, (chunk: Buffer) => {
      const { lines, oversized } = fromServer.push(chunk);
      perform(session.fromServer(lines), onClient);
      for (const head of oversized)
        perform(session.oversizedFromServer(head, MAX_SERVER_LINE), onClient);
      crowd.shrunk();
    }),
    drain: () => input.release('server'),
    deaf: () => {
      gone ??= 'it has closed its input';
      input.release('server');
      const answer = () => perform(session.serverGone('it has closed its input'), onServer);
      setTimeout(answer, LAST_WORDS_MS).unref();
    },
    mute: () => {
      gone = 'it has closed its output';
      perform(session.serverGone(gone), onServer);
      upstream.end();
    },
    note: text => say('info', text),
  });
  const end = () => {
    askedToEnd();
    upstream.end();
  };

  const toClient = (bytes: Buffer | string): void => {
    if (stdout.write(bytes)) return;
    // A client that does not read stops both directions; nothing is piled up for it.
    upstream.pause();
    input.hold('client');
  };
  const toServer = (bytes: Buffer): void => {
    if (!upstream.write(bytes)) input.hold('server');
  };
  const effects = (forward: (bytes: Buffer) => void): Effects => ({
    forward,
    reply: toClient,
    answer: text => toServer(Buffer.from(text)),
    settle: settled => store.settle(settled),
    record: demands => void decide({ steps: [], demands: [...demands], requests: [] }),
    denied: text => isNews(text) && say('info', text),
    note: text => isNews(text) && say('warn', text),
    desk,
  });
  const desk = new Desk({
    ...{ store, env: process.env, tell: toClient },
    news: guarded(say, news => decideInOrder(() => decideOrAnswer(session.approvals(news)))),
    warn: text => isNews(text) && say('warn', text),
  });
  const onClient = effects(toClient);
  const onServer = effects(toServer);

  const failure = (error: unknown): PolicyWrapError => {
    if (isNews(messageOf(error))) say('error', `${messageOf(error)}${helpOf(error)}`);
    return error instanceof PolicyWrapError
      ? error
      : new PolicyWrapError('PW_STATE', messageOf(error), { cause: error });
  };
  const take = (demands: readonly Demand[]) => {
    try {
      return store.take(demands);
    } catch (error) {
      return failure(error);
    }
  };
  const decide = (turn: Turn): MaybePromise<void> => {
    if (turn.requests.length > 0 && (gone !== undefined || !upstream.accepts)) {
      const text = `the server ended before it answered: ${gone ?? 'it reads no more'}`;
      return perform(session.undeliverable(turn, text), onServer);
    }
    const conclude = (taken: readonly Taken[] | PolicyWrapError) =>
      perform(session.conclude(turn, taken), onServer);
    if (turn.demands.length === 0) return conclude([]);
    const taken = take(turn.demands);
    return taken instanceof Promise ? taken.catch(failure).then(conclude) : conclude(taken);
  };
  // A bug in one turn must leave neither its requests without an answer nor the turns behind it.
  const decideOrAnswer = (turn: Turn): MaybePromise<void> => {
    try {
      return decide(turn);
    } catch (error) {
      const text = `denied because policy-wrap failed: ${messageOf(error)}`;
      say('error', error instanceof Error ? (error.stack ?? text) : text);
      return perform(session.undeliverable(turn, text), onServer);
    }
  };
  const decideInOrder = inOrder(
    () => input.hold('store'),
    () => input.release('store'),
  );

  const judge = guarded(say, (chunk: Buffer) => {
    const { lines, oversized } = fromClient.push(chunk);
    const turns = [
      ...(lines.starts.length === 0 ? [] : [session.fromClient(lines)]),
      ...oversized.map(head => session.oversized(head, options.maxMessage)),
    ];
    for (const turn of turns) decideInOrder(() => decideOrAnswer(turn));
    crowd.grown();
  });
  // What comes after a change of the policy waits until that is in force.
  const arrive = inOrder(
    () => input.hold('policy'),
    () => input.release('policy'),
  );
  const renew = (carefully: boolean) =>
    options
      .renew(carefully)
      ?.then(guarded(say, (actions: readonly Action[]) => perform(actions, onServer)));
  const timer = setInterval(() => arrive(() => renew(true)), RENEW_MS).unref();

  const input = new Inlet(options.stdin, {
    chunk: chunk => arrive(() => renew(false)?.then(() => judge(chunk)) ?? judge(chunk)),
    end: () =>
      arrive(() => {
        if (fromClient.rest > 0)
          say('warn', 'dropped an unfinished message at the end of the input');
        end();
      }),
  });
  const crowd = new Crowd(session, input);
  stdout.on('error', end);
  stdout.on('drain', () => {
    upstream.resume();
    input.release('client');
  });
  for (const signal of ENDINGS) process.on(signal, end);

  try {
    const exit = await upstream.ended;
    gone = describeExit(exit);
    return exitCode(exit);
  } catch (error) {
    gone = messageOf(error);
    await delay(LATE_INPUT_MS);
    throw error;
  } finally {
    clearInterval(timer);
    await new Promise<void>(resolve => arrive(resolve));
    perform(session.serverGone(gone ?? ''), onServer);
    await Promise.all([upstream.cleared(), flushed(stdout, endAsked)]);
    input.stop();
    for (const signal of ENDINGS) process.off(signal, end);
    await store.close();
  }
}

// The last replies wait for a client that reads slowly, but not once it has asked for the end.
async function flushed(stdout: Writable, endAsked: Promise<void>): Promise<void> {
  const written = new Promise<void>(resolve => {
    stdout.write('', () => resolve());
  });
  await Promise.race([written, endAsked.then(() => delay(FLUSH_MS))]);
}

// A bug must not end the session, and what it struck goes nowhere.
function guarded<T>(say: Say, work: (what: T) => void): (what: T) => void {
  return what => {
    try {
      work(what);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      say(
        'error',
        `a message was dropped because policy-wrap failed: ${stack ?? messageOf(error)}`,
      );
    }
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
