// `policy-wrap approvals watch`: requests as they come, answered by a key.
import chalk from 'chalk';
import { givenName } from '../config/server-name.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { answerRequest, queueReader } from '../store/queue.ts';
import { renderAnswered } from '../terminal/approvals.ts';
import { escapeText } from '../terminal/escape.ts';
import { INTERRUPT, onKeys } from '../terminal/terminal.ts';
import { type Pressed, Watching } from '../terminal/watching.ts';
import { queueFile, type StateOptions } from './approvals.ts';

export interface WatchCommandOptions extends StateOptions {
  readonly server?: string;
}

const POLL_MS = 250;
const BELL = '\u0007';

export async function watch(options: WatchCommandOptions): Promise<number> {
  const file = queueFile(options);
  const server = options.server === undefined ? undefined : givenName(options.server);
  // Without both a person does not see what they answer, or it is no person.
  const asks = process.stdin.isTTY && process.stdout.isTTY;
  const watching = new Watching({ asks, server, columns: () => process.stdout.columns, chalk });
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const read = queueReader(file);
  const look = () => {
    const entries = orBusy(read);
    if (entries === undefined) return;
    const lines = watching.look(entries, Date.now());
    if (asks && lines.includes('')) process.stdout.write(BELL);
    for (const line of lines) print(line);
  };
  process.stderr.write(
    `policy-wrap: requests for approval are shown as they come; ${asks ? 'q' : 'Ctrl-C'} ends\n`,
  );
  await untilStopped(asks, look, key => {
    const pressed = watching.press(key);
    if (pressed?.kind === 'answer') print(answered(file, pressed));
    if (pressed?.kind === 'skip') print('skipped: it still waits');
    return pressed?.kind;
  });
  return ExitCode.ok;
}

function answered(file: string, { request, answer }: Extract<Pressed, { kind: 'answer' }>): string {
  try {
    const { before, after, at } = answerRequest(file, request, answer, Date.now);
    return renderAnswered(before, after, answer, at);
  } catch (error) {
    if (!(error instanceof PolicyWrapError)) throw error;
    return `not answered: ${escapeText(error.message)}`;
  }
}

/** Undefined where another process is long about it: the next look finds what there is. */
function orBusy<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PolicyWrapError && error.code === 'PW_STATE_BUSY') return undefined;
    throw error;
  }
}

// Until a key or a signal ends it, or the terminal or the reader of our output is gone.
async function untilStopped(
  asks: boolean,
  look: () => void,
  press: (key: string) => Pressed['kind'] | undefined,
): Promise<void> {
  const { promise, resolve, reject } = withResolvers();
  const guarded = (step: () => void) => () => {
    try {
      step();
    } catch (error) {
      reject(error);
    }
  };
  const timer = setInterval(guarded(look), POLL_MS);
  process.stdout.once('error', resolve);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, resolve);
  const onKey = (key: string) =>
    guarded(() => {
      if (key === INTERRUPT || press(key) === 'quit') resolve();
    })();
  const release = asks ? onKeys(onKey, resolve) : () => {};
  guarded(look)();
  try {
    await promise;
  } finally {
    clearInterval(timer);
    release();
    for (const signal of signals) process.off(signal, resolve);
  }
}

// `Promise.withResolvers` is there from Node 22 on.
function withResolvers() {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
