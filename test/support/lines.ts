// A client that speaks bytes: what it sends is not checked, and what comes back is kept as it came.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithTest } from './processes.ts';
import { fixture, type Launch, launch, tempDir } from './wrapper.ts';

/** A JSON-RPC message as far as the tests look into it. */
export interface Message {
  jsonrpc: '2.0';
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Result;
  error?: { code: number; message: string; data?: unknown };
}

export interface Result {
  content?: { type: string; text: string }[];
  isError?: boolean;
  _meta?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface Wrapped {
  child: ChildProcess;
  pid: number;
  /** Every message from the wrapper so far. */
  received: Message[];
  /** Messages, a line each, in one write. */
  send: (...messages: object[]) => void;
  write: (bytes: string | Uint8Array) => void;
  /** Sends a request under a new id and waits for its answer. */
  request: (method: string, params?: object) => Promise<Message>;
  call: (name: string, args?: object) => Promise<Message>;
  /** The first message with this id. */
  reply: (id: string | number) => Promise<Message>;
  stderr: () => string;
  stderrBytes: () => Buffer;
  /** As a shell sees it, a wrapper that was killed as its signal; after all output is read. */
  ended: Promise<number | NodeJS.Signals>;
}

/** How long anything that must happen may take on a busy machine. */
const PATIENCE_MS = 30_000;

/** Starts the program and reads all it says, unless `reading` is put off. */
export function start(
  { command, args, env }: Pick<Launch, 'command' | 'args' | 'env'>,
  options: { reading?: boolean } & Pick<SpawnOptions, 'cwd'> = {},
): Wrapped {
  const child = spawn(command, args, { env, stdio: 'pipe', cwd: options.cwd });
  endWithTest(child);
  const received: Message[] = [];
  let rest: Buffer[] = [];
  const listen = () =>
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = cut(chunk);
      if (lines.length > 1) {
        lines[0] = Buffer.concat([...rest, lines[0] ?? Buffer.alloc(0)]);
        rest = [];
      }
      rest.push(lines.pop() ?? Buffer.alloc(0));
      for (const line of lines) received.push(JSON.parse(line.toString('utf8')) as Message);
    });
  if (options.reading !== false) listen();
  const heard: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => heard.push(chunk));
  child.stdin.on('error', () => {});
  const ended = new Promise<number | NodeJS.Signals>(resolve => {
    child.on('close', (code, signal) => resolve(signal ?? code ?? -1));
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const stderrBytes = () => Buffer.concat(heard);
  const stderr = () => stderrBytes().toString('utf8');
  const write = (bytes: string | Uint8Array) => void child.stdin.write(bytes);
  const send = (...messages: object[]) =>
    write(messages.map(message => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join(''));
  const reply = async (id: string | number): Promise<Message> => {
    const found = () => received.find(message => message.id === id && message.method === undefined);
    await until(
      () => found() !== undefined || isOver,
      () => `a reply to ${id}\n${stderr()}`,
    );
    const message = found();
    if (message === undefined) throw new Error(`ended without a reply to ${id}\n${stderr()}`);
    return message;
  };
  let last = 1000;
  const request = (method: string, params?: object) => {
    const id = ++last;
    send({ id, method, ...(params && { params }) });
    return reply(id);
  };
  return {
    child,
    pid: child.pid ?? 0,
    received,
    send,
    write,
    request,
    call: (name, args = {}) => request('tools/call', { name, arguments: args }),
    reply,
    stderr,
    stderrBytes,
    ended,
  };
}

function cut(chunk: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
    lines.push(chunk.subarray(from, at));
    from = at + 1;
  }
  return [...lines, chunk.subarray(from)];
}

/** Waits for a condition; fails with what it was that did not come. */
export async function until(
  holds: () => boolean,
  what: string | (() => string),
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(`not within ${patienceMs} ms: ${typeof what === 'string' ? what : what()}`);
    await sleep(10);
  }
}

/** A program of the fixtures as a command. */
export const node = (name: string, ...args: string[]): string[] => [
  process.execPath,
  fixture(name),
  ...args,
];

/** The recording server behind a wrapper, and what has reached it. */
export function echoing(options: Parameters<typeof launch>[1] = {}): {
  setup: Launch;
  /** Lines that reached the server, as text. */
  reached: () => string[];
  /** The names of the tools whose calls reached it. */
  calls: () => string[];
} {
  const file = join(tempDir(), 'received');
  const setup = launch(node('echo.mjs', file), options);
  const reached = () =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter(line => line !== '')
      : [];
  return {
    setup,
    reached,
    calls: () =>
      reached()
        .map(line => JSON.parse(line) as Message)
        .filter(({ method }) => method === 'tools/call')
        .map(({ params }) => String(params?.name)),
  };
}

/** A tool call as a message. */
export const toolCall = (id: string | number, name: string, args: object = {}) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** The text of a reply's result, or its error's message. */
export const textOf = ({ result, error }: Message): string =>
  result?.content?.[0]?.text ?? error?.message ?? '';

/** True while a process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^\d+ \(.*\) [ZX]/s.test(status);
  } catch {
    return false;
  }
}

/** The number behind the first match of a pattern on the wrapper's stderr, once it is there. */
export async function pidOn(wrapped: Wrapped, pattern: RegExp): Promise<number> {
  await until(
    () => pattern.test(wrapped.stderr()),
    () => `${pattern}\n${wrapped.stderr()}`,
  );
  return Number(pattern.exec(wrapped.stderr())?.[1]);
}

/** Kilobytes of memory that a process has in use now, or had at most. */
export function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
}
