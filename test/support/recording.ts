// Runs a scripted MCP session and writes down all that its client can see of the server.
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StdioClientTransport,
  type StdioServerParameters,
} from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Launch } from './wrapper.ts';

/** What a script works with. */
export interface Session {
  client: Client;
  /** Performs one step and records what it came to: a value or an error. */
  step<T>(name: string, action: () => T | Promise<T>): Promise<T | undefined>;
  /** Waits until the server has written `text` (stdout and stderr taken together) `times` times. */
  until(text: string, times?: number): Promise<void>;
}

export interface Script {
  /** A client that is not connected yet; its handlers answer what the server asks. */
  createClient(): Client;
  run(session: Session): Promise<void>;
}

export interface Transcript {
  /** Each step's name and what it came to. */
  steps: [name: string, outcome: unknown][];
  /** Every line of the server's stdout, as it came. */
  lines: string[];
  stderr: string[];
  /** As a shell sees it: the exit code, or 128 + the signal. */
  exit: number;
}

export async function record(
  server: Pick<Launch, 'command' | 'args' | 'env'>,
  script: Script,
): Promise<Transcript> {
  const transport = new RecordingTransport({ ...server, stderr: 'pipe' });
  const client = script.createClient();
  const steps: Transcript['steps'] = [];

  async function step<T>(name: string, action: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const value = await action();
      steps.push([name, value]);
      return value;
    } catch (error) {
      steps.push([name, { failed: describe(error) }]);
      return undefined;
    }
  }

  try {
    await client.connect(transport);
    await script.run({ client, step, until: (text, times) => transport.until(text, times) });
  } finally {
    await client.close();
  }
  const exit = await transport.exit;
  return {
    steps,
    lines: transport.stdout.split('\n'),
    stderr: transport.stderrText.split('\n'),
    exit,
  };
}

function describe(error: unknown) {
  if (!(error instanceof Error)) return error;
  const { code, data } = error as { code?: unknown; data?: unknown };
  return { message: error.message, code, data };
}

/** The official transport, with an ear at the server's pipes. */
class RecordingTransport extends StdioClientTransport {
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  #exited: (status: number) => void = () => {};
  readonly exit = new Promise<number>(resolve => {
    this.#exited = resolve;
  });

  constructor(server: StdioServerParameters) {
    super(server);
    this.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
  }

  override async start(): Promise<void> {
    await super.start();
    // biome-ignore lint/complexity/useLiteralKeys: private to the transport, which offers no exit code
    const child: ChildProcess = this['_process'];
    child.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    child.on('close', (code, signal) =>
      this.#exited(code ?? 128 + constants.signals[signal ?? 'SIGKILL']),
    );
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString();
  }

  get stderrText(): string {
    return Buffer.concat(this.#stderr).toString();
  }

  async until(text: string, times = 1): Promise<void> {
    const deadline = Date.now() + 15_000;
    while ((this.stdout + this.stderrText).split(text).length <= times) {
      if (Date.now() > deadline) throw new Error(`the server never wrote ${text} (${times} times)`);
      await sleep(5);
    }
  }
}
