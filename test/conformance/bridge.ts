// A streamable-HTTP endpoint in front of a stdio server: every message is passed on as it came.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Launch } from '../support/wrapper.ts';

export interface Bridge {
  url: string;
  /** Ends every server by the end of its input, and waits until they are gone. */
  close: () => Promise<void>;
}

export interface Message {
  jsonrpc: '2.0';
  id?: string | number;
  method?: string;
  params?: { _meta?: Record<string, unknown>; progressToken?: unknown };
  error?: { code: number };
}

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

/**
 * One server for each session in the era of `initialize`. Later there are no sessions and one server
 * answers all; `opening` is its first message, by which a server over stdio knows the era.
 */
export async function startBridge(command: Launch, opening?: Message): Promise<Bridge> {
  const sessions = new Map<string, StdioServer>();
  const started: StdioServer[] = [];
  const start = () => {
    const server = new StdioServer(command);
    started.push(server);
    return server;
  };
  const shared = opening === undefined ? undefined : start();
  if (shared && opening) await shared.ask(opening);

  function serverFor(request: IncomingMessage, message?: Message): [StdioServer, string?] | [] {
    if (shared) return [shared];
    const session = request.headers['mcp-session-id'];
    if (session === undefined && message?.method === 'initialize') {
      const id = randomUUID();
      const server = start();
      sessions.set(id, server);
      return [server, id];
    }
    const server = sessions.get(String(session));
    return server ? [server, String(session)] : [];
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = await text(request);
    const message = request.method === 'POST' ? (JSON.parse(line) as Message) : undefined;
    const [server, session] = serverFor(request, message);
    if (server === undefined) return endWith(response, 404);
    if (session !== undefined) response.setHeader('mcp-session-id', session);
    if (message !== undefined) return server.pass(line, message, new Stream(response, !shared));
    if (session === undefined) return endWith(response, 405);
    if (request.method === 'GET') return server.listen(new Stream(response, true));
    // What is left is DELETE.
    sessions.delete(session);
    server.end();
    endWith(response, 200);
  }

  const http = createServer((request, response) => {
    answer(request, response).catch(() => endWith(response, 400));
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    close: async () => {
      http.close();
      http.closeAllConnections();
      await Promise.all(started.map(server => server.end()));
    },
  };
}

function endWith(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status);
  response.end();
}

/** The reply to one HTTP request: JSON where its first message is its last, else events. */
class Stream {
  readonly response: ServerResponse;
  readonly #alwaysOk: boolean;

  constructor(response: ServerResponse, alwaysOk: boolean) {
    this.response = response;
    this.#alwaysOk = alwaysOk;
  }

  open(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  }

  send(line: string): void {
    this.open();
    this.response.write(`data: ${line}\n\n`);
  }

  finish(line: string, { error }: Message): void {
    if (this.response.headersSent) {
      this.send(line);
      this.response.end();
      return;
    }
    const status = this.#alwaysOk || error === undefined ? 200 : statusOf(error.code);
    this.response.writeHead(status, { 'content-type': 'application/json' }).end(line);
  }
}

/** How the 2026-07-28 era says over HTTP what went wrong. */
function statusOf(code: number): number {
  if (code === -32601) return 404;
  return code === -32602 || (code <= -32020 && code >= -32029) ? 400 : 200;
}

class StdioServer {
  #stderr = '';
  readonly #child;
  readonly #exit;
  readonly #waiting = new Map<string | number, { stream: Stream; message: Message }>();
  readonly #asked = new Map<string | number, () => void>();
  #listening: Stream | undefined;

  constructor({ command, args, env }: Launch) {
    this.#child = spawn(command, args, { env, stdio: 'pipe' });
    this.#exit = once(this.#child, 'close');
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    createInterface(this.#child.stdout).on('line', line => this.#receive(line));
    this.#exit.then(() => {
      for (const { stream } of this.#waiting.values()) endWith(stream.response, 502);
    });
  }

  /** Sends a request of the bridge's own and waits for its answer. */
  ask(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#exit.then(() => reject(new Error(`the server has ended\n${this.#stderr}`)));
      this.#asked.set(message.id ?? '', resolve);
      this.#write(JSON.stringify(message));
    });
  }

  pass(line: string, message: Message, stream: Stream): void {
    const { id, method } = message;
    if (id === undefined || method === undefined) {
      this.#write(line);
      endWith(stream.response, 202);
      return;
    }
    this.#waiting.set(id, { stream, message });
    // A client that leaves has cancelled its request.
    stream.response.on('close', () => {
      if (this.#waiting.get(id)?.stream !== stream) return;
      this.#waiting.delete(id);
      const params = { requestId: id };
      this.#write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
    });
    this.#write(line);
  }

  listen(stream: Stream): void {
    stream.open();
    this.#listening = stream;
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    const stuck = setTimeout(() => this.#child.kill('SIGKILL'), 20_000);
    await this.#exit;
    clearTimeout(stuck);
  }

  #write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  #receive(line: string): void {
    const message = JSON.parse(line) as Message;
    if (message.method !== undefined) return this.#streamFor(message)?.send(line);
    const id = message.id ?? '';
    this.#asked.get(id)?.();
    const request = this.#waiting.get(id);
    this.#waiting.delete(id);
    request?.stream.finish(line, message);
  }

  /** The request that a message of the server belongs to, else the newest one that waits. */
  #streamFor({ params }: Message): Stream | undefined {
    const { progressToken, _meta } = params ?? {};
    const waiting = [...this.#waiting.values()].reverse();
    const subscription = _meta?.[SUBSCRIPTION];
    if (subscription !== undefined)
      return waiting.find(({ message }) => String(message.id) === String(subscription))?.stream;
    const named = waiting.find(
      ({ message }) =>
        progressToken !== undefined && message.params?._meta?.progressToken === progressToken,
    );
    return (named ?? waiting[0])?.stream ?? this.#listening;
  }
}
