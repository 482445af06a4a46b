// What an entry of the corpus is, and the words that its files are written in.

export type Id = string | number;

/** One message that must come back, and no other. */
export type Answer =
  /** The server's own answer. */
  | { is: 'ok'; id: Id }
  /** A tool result that says it was denied. */
  | { is: 'denied'; id: Id }
  /** A JSON-RPC error, under this id; `null`: under none. */
  | { is: 'error'; code: number; id: Id | null }
  /** An error that says the line is no valid message; under its id or under none. */
  | { is: 'refused'; id: Id };

/** The bytes a client sends, what may reach the server of them, and what comes back. */
export interface Wire {
  readonly name: string;
  /** Without the LF at its end. */
  readonly line: string | Uint8Array;
  /** The lines that reach the server; none where it is left out. */
  readonly reaches?: readonly string[];
  readonly answers: readonly Answer[];
}

/** Denies by name, by operation and by section, and lets everything else pass. */
export const policy = {
  version: '1',
  default: 'allow',
  hide: ['hidden_tool', 'secret_*'],
  operations: { ecs_resource_management: 'api_operation' },
  tools: {
    delete_all: { action: 'deny' },
    café: { action: 'deny' },
    ecs_resource_management: { action: 'deny' },
    'ecs_resource_management:List*': {},
  },
  resources: { default: 'deny' },
};

export const ok = (id: Id = 1): Answer => ({ is: 'ok', id });
export const denied = (id: Id = 1): Answer => ({ is: 'denied', id });
export const error = (code: number, id: Id | null = 1): Answer => ({ is: 'error', code, id });
export const refused = (id: Id = 1): Answer => ({ is: 'refused', id });

export const PARSE = -32700;
export const INVALID = -32600;
export const METHOD = -32601;
export const PARAMS = -32602;
export const INTERNAL = -32603;
export const POLICY = -31001;

/** A line of which nothing reaches the server, and what comes back instead. */
export const bad = (name: string, line: string | Uint8Array, ...answers: Answer[]): Wire => ({
  name,
  line,
  answers,
});

/** A line that passes as it is, or as `as`. */
export const good = (name: string, line: string, as = line, ...answers: Answer[]): Wire => ({
  name,
  line,
  reaches: [as],
  answers: answers.length > 0 ? answers : [ok()],
});

/** A message with these members behind `jsonrpc`, as text. */
export const message = (rest: string) => `{"jsonrpc":"2.0",${rest}}`;
export const request = (method: string, params?: string, id = '1') =>
  message(`"id":${id},"method":"${method}"${params === undefined ? '' : `,"params":${params}`}`);
export const notification = (method: string, params = '{}') =>
  message(`"method":"${method}","params":${params}`);
/** A tool call whose `params` are the text in braces. */
export const call = (params: string, id = '1') => request('tools/call', `{${params}}`, id);
export const tool = (name: string, args = '{}') => call(`"name":"${name}","arguments":${args}`);

/** So many members, each with a key of its own. */
export const members = (count: number) =>
  Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',');
