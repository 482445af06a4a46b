// The official SDK's client, connected through a wrapper as an MCP host would connect it.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import type { Launch } from './wrapper.ts';

export interface Connection {
  client: Client;
  /** The wrapper's process id. */
  pid: number;
  /** Everything on stderr so far, the wrapper's and the server's. */
  stderr: () => string;
  call: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
  /** Settles when the connection is gone, for whatever reason. */
  closed: Promise<void>;
}

/** Starts the wrapper and initializes a session of the client; both end with the running test. */
export async function connect(
  { command, args, env }: Launch,
  client = new Client({ name: 'policy-wrap-test', version: '1.0.0' }),
): Promise<Connection> {
  const transport = new StdioClientTransport({ command, args, env, stderr: 'pipe' });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = new Promise<void>(resolve => {
    client.onclose = resolve;
  });
  onTestFinished(() => client.close());
  // The first start of a server on a machine downloads it.
  await client.connect(transport, { timeout: 110_000 }).catch((error: unknown) => {
    throw new Error(`no session: ${String(error)}\n${stderr}`);
  });
  return {
    client,
    pid: transport.pid ?? 0,
    stderr: () => stderr,
    call: async (name, args) =>
      (await client.callTool({ name, arguments: args })) as CallToolResult,
    closed,
  };
}

/** The text of a result, its parts joined. */
export function textOf(result: CallToolResult): string {
  return result.content.map(part => (part.type === 'text' ? part.text : `[${part.type}]`)).join('');
}
