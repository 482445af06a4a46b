// Every method of MCP that a client may send, 2024-11-05 to 2026-07-28, and what the policy has to do
// with it. What is not listed here does not pass.

import type { ClientKey } from '../policy/schema.ts';
import { OWN_PREFIX } from '../rpc/keys.ts';

/** How a request is judged. */
export type Policed =
  /** It passes: it reads nothing and changes nothing that a policy is about. */
  | 'pass'
  | 'tool'
  /** One resource, by `uri`. */
  | 'resource'
  /** One prompt, by `name`. */
  | 'prompt'
  /** The resource or prompt in `ref`. */
  | 'completion'
  /** The resources in `notifications.resourceSubscriptions` and the tasks in `taskIds`. */
  | 'listen'
  /** One task, by `taskId`. */
  | 'task';

export const REQUESTS: ReadonlyMap<string, Policed> = new Map<string, Policed>([
  ['initialize', 'pass'],
  ['server/discover', 'pass'],
  ['ping', 'pass'],
  ['logging/setLevel', 'pass'],
  ['tools/list', 'pass'],
  ['tools/call', 'tool'],
  ['resources/list', 'pass'],
  ['resources/templates/list', 'pass'],
  ['resources/read', 'resource'],
  ['resources/subscribe', 'resource'],
  ['resources/unsubscribe', 'pass'],
  ['prompts/list', 'pass'],
  ['prompts/get', 'prompt'],
  ['completion/complete', 'completion'],
  ['subscriptions/listen', 'listen'],
  ['tasks/list', 'pass'],
  ['tasks/get', 'task'],
  ['tasks/result', 'task'],
  ['tasks/cancel', 'task'],
  ['tasks/update', 'task'],
]);

/** What a list shows, where its items stand in the result, and which key names an item. */
export interface Listing {
  readonly of: 'tool' | 'resource' | 'template' | 'prompt' | 'task';
  readonly items: string;
  readonly name: string;
}

export const LISTS: ReadonlyMap<string, Listing> = new Map<string, Listing>([
  ['tools/list', { of: 'tool', items: 'tools', name: 'name' }],
  ['resources/list', { of: 'resource', items: 'resources', name: 'uri' }],
  ['resources/templates/list', { of: 'template', items: 'resourceTemplates', name: 'uriTemplate' }],
  ['prompts/list', { of: 'prompt', items: 'prompts', name: 'name' }],
  ['tasks/list', { of: 'task', items: 'tasks', name: 'taskId' }],
]);

/** What a server may ask of the client, by the key of the policy's `client` that decides it. */
export const ASKED_OF_CLIENT: ReadonlyMap<string, ClientKey> = new Map<string, ClientKey>([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
]);

/** 2025-11-25: an error of this code asks for elicitation, by the URLs in its `data`. */
export const URL_ELICITATION_REQUIRED = -32042;

export const NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/tasks/status',
]);

/** Keys of `params`, `ref` and `notifications` that the policy reads; a look-alike of one is refused. */
export const PARAM_KEYS: readonly string[] = [
  'name',
  'arguments',
  'uri',
  'type',
  'resourceSubscriptions',
  'taskId',
  'taskIds',
  'ref',
  'argument',
  'context',
  'task',
  'notifications',
  'cursor',
  'inputResponses',
  'requestState',
  '_meta',
];

export const PROTOCOL_VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
/** The first protocol version without a handshake, whose results carry `resultType`. */
export const MODERN = '2026-07-28';
export const VERDICT_KEY = `${OWN_PREFIX}verdict`;
