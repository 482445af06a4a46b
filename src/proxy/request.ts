// What a client's request asks for, in the policy's terms: tools, resources and prompts by name.
import type { Call } from '../policy/evaluate.ts';
import { folded } from '../policy/match.ts';
import {
  ErrorCode,
  type Id,
  type Message,
  readString,
  readValue,
  stringMember,
} from '../rpc/message.ts';
import { type Member, scanJson } from '../rpc/scan.ts';
import { membersOf, skipSpace } from '../rpc/walk.ts';
import { MODERN, PARAM_KEYS, PROTOCOL_VERSION_KEY, REQUESTS } from './methods.ts';

export type Request = Extract<Message, { kind: 'request' }>;

export type Asked =
  /** Nothing that a policy is about. */
  | { kind: 'pass' }
  | { kind: 'judge'; calls: readonly [Call, ...Call[]]; arguments: () => unknown }
  | { kind: 'error'; code: number; message: string };

const FOLDED_KEYS = new Map(PARAM_KEYS.map(key => [folded(key), key]));

/** Reads a request whose line the scanner has accepted. */
export function whatIsAsked(buffer: Buffer, request: Request): Asked {
  const policed = REQUESTS.get(request.method);
  if (policed === undefined)
    return fault(ErrorCode.methodNotFound, `method not found: ${request.method.slice(0, 100)}`);
  if (policed === 'pass') return { kind: 'pass' };
  const { members } = request;
  const twin = lookAlike(members);
  if (twin !== undefined)
    return fault(ErrorCode.invalidParams, `\`params\` has a key that looks like \`${twin}\``);
  const value = (key: string) => valueIn(buffer, members, key);
  switch (policed) {
    case 'tool': {
      const name = stringMember(buffer, members, 'name');
      const args = () => value('arguments');
      return name === undefined ? missing('name') : judged([{ kind: 'tool', name, args }], args);
    }
    case 'prompt': {
      const name = stringMember(buffer, members, 'name');
      return name === undefined
        ? missing('name')
        : judged([{ kind: 'prompt', name }], () => value('arguments'));
    }
    case 'resource': {
      const uri = stringMember(buffer, members, 'uri');
      return uri === undefined ? missing('uri') : judged([{ kind: 'resource', name: uri }]);
    }
    case 'completion': {
      const call = callOfReference(value('ref'));
      return call === undefined ? missing('ref') : judged([call], () => value('argument'));
    }
    case 'listen':
      return subscriptions(value('notifications'));
  }
}

function fault(code: number, message: string): Asked {
  return { kind: 'error', code, message };
}

function missing(key: string): Asked {
  return fault(ErrorCode.invalidParams, `\`params.${key}\` is missing or not of its type`);
}

function judged(calls: readonly [Call, ...Call[]], args: () => unknown = () => undefined): Asked {
  return { kind: 'judge', calls, arguments: args };
}

// A lenient server may read `Name` or `ｎame` where the policy read `name`.
function lookAlike(members: readonly Member[]): string | undefined {
  for (const { key } of members) {
    const known = FOLDED_KEYS.get(folded(key));
    if (known !== undefined && known !== key) return known;
  }
  return undefined;
}

function valueIn(buffer: Buffer, members: readonly Member[], key: string): unknown {
  const found = members.find(member => member.key === key);
  return found && readValue(buffer, found);
}

function callOfReference(ref: unknown): Call | undefined {
  const of = (key: string) => stringIn(ref, key);
  const uri = of('uri');
  const name = of('name');
  // Both would leave it to the server which one counts.
  if (of('type') === 'ref/resource' && uri !== undefined && name === undefined)
    return { kind: 'resource', name: uri };
  if (of('type') === 'ref/prompt' && name !== undefined && uri === undefined)
    return { kind: 'prompt', name };
  return undefined;
}

function subscriptions(filter: unknown): Asked {
  const uris = propertyOf(filter, 'resourceSubscriptions');
  if (uris === undefined) return { kind: 'pass' };
  if (!Array.isArray(uris) || !uris.every(uri => typeof uri === 'string'))
    return missing('notifications');
  const [first, ...rest] = uris.map((name): Call => ({ kind: 'resource', name }));
  return first === undefined ? { kind: 'pass' } : judged([first, ...rest], () => uris);
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function stringIn(value: unknown, key: string): string | undefined {
  const found = propertyOf(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** True where the request is of the era without a handshake, whose results say `resultType`. */
export function isModern(buffer: Buffer, members: readonly Member[]): boolean {
  const meta = members.find(({ key }) => key === '_meta');
  if (meta === undefined) return false;
  const version = membersOf(buffer, meta.start).find(({ key }) => key === PROTOCOL_VERSION_KEY);
  if (version === undefined) return false;
  return (readString(buffer, version.value.start, version.value.end) ?? '') >= MODERN;
}

/** The id that a `notifications/cancelled` names; undefined where it names none. */
export function cancelledId(buffer: Buffer, members: readonly Member[]): Id | undefined {
  const id = valueIn(buffer, members, 'requestId');
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id))
    ? id
    : undefined;
}

/** The distinct ids of a batch, which MCP's stdio transport does not know; undefined where it is none. */
export function batchIds(buffer: Buffer, start: number, end: number): Id[] | undefined {
  if (buffer[skipSpace(buffer, start)] !== 0x5b) return undefined;
  if (scanJson(buffer, start, end) !== undefined) return undefined;
  const items = readValue(buffer, { start, end });
  const ids = (Array.isArray(items) ? items : [])
    .map(item => propertyOf(item, 'id'))
    .filter(id => typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id)));
  return [...new Set(ids)] as Id[];
}
