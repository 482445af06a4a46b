// The demo's agent: a minimal MCP client over the stdio of the wrapper's process.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ToolResult {
  readonly isError: boolean;
  readonly text: string;
}

interface Reply {
  result?: Record<string, unknown>;
  error?: { message: string };
}

export class DemoClient {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private readonly ended: Promise<void>;
  private nextId = 1;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.child;
    if (stdout === null) throw new Error('the wrapper was started without pipes');
    createInterface({ input: stdout }).on('line', line => {
      const message = JSON.parse(line) as Reply & { id?: number };
      this.waiting.get(message.id ?? 0)?.(message);
    });
    this.ended = new Promise(resolve => {
      this.child.once('close', () => {
        for (const settle of this.waiting.values())
          settle({ error: { message: 'policy-wrap has ended' } });
        resolve();
      });
    });
  }

  async initialize(): Promise<void> {
    await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'runaway-agent', version: '1.0.0' },
    });
    this.send({ method: 'notifications/initialized' });
  }

  /** Of all pages. */
  async toolNames(): Promise<string[]> {
    const names: string[] = [];
    let cursor: unknown;
    do {
      const result = await this.request('tools/list', cursor === undefined ? {} : { cursor });
      names.push(...(result.tools as { name: string }[]).map(({ name }) => name));
      cursor = result.nextCursor;
    } while (cursor !== undefined);
    return names;
  }

  async call(name: string, args: Record<string, unknown>): Promise<ToolResult> {
    const result = await this.request('tools/call', { name, arguments: args });
    const content = result.content as { text?: string }[];
    return {
      isError: result.isError === true,
      text: content.map(({ text }) => text ?? '').join(' '),
    };
  }

  /** Ends the session as a client does, and waits for the wrapper's end. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }

  private async request(method: string, params: unknown): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    const reply = await new Promise<Reply>(resolve => {
      this.waiting.set(id, resolve);
      this.send({ id, method, params });
    });
    this.waiting.delete(id);
    if (reply.result === undefined) throw new Error(reply.error?.message ?? 'no result');
    return reply.result;
  }

  private send(message: Record<string, unknown>): void {
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }
}
