// What a client's request asks for, in the policy's terms: tools, resources and prompts by name.
import type { Arguments, Call } from '../policy/call.ts';
import { LONGEST_NAME } from '../policy/subject.ts';
import { readExactUpTo, readValue } from '../rpc/exact.ts';
import { folded } from '../rpc/fold.ts';
import {
  ErrorCode,
  type Id,
  isId,
  type Message,
  member,
  readString,
  stringMember,
} from '../rpc/message.ts';
import { type Member, scanJson } from '../rpc/scan.ts';
import { membersOf, skipSpace } from '../rpc/walk.ts';
import { MODERN, PARAM_KEYS, type Policed, PROTOCOL_VERSION_KEY, REQUESTS } from './methods.ts';

export type Request = Extract<Message, { kind: 'request' }>;

export type Asked =
  /** Nothing that a policy is about. */
  | { kind: 'pass' }
  /** `shown`: the member of `params` that the record shows. */
  | { kind: 'judge'; call: Call; shown: Member | undefined }
  | { kind: 'error'; code: number; message: string };

/** Methods that the policy decides on and 2026-07-28 does not have: a server knows them no more. */
const GONE: ReadonlySet<string> = new Set(['resources/subscribe', 'tasks/result']);

const FOLDED_KEYS = new Map(PARAM_KEYS.map(key => [folded(key), key]));

/** What a request is read with. */
export interface Known {
  /** True for tasks that allowed calls made. */
  readonly ownsTask: (id: string) => boolean;
  /** True for methods that the protocol does not have and the policy lets through. */
  readonly isVendors: (method: string) => boolean;
}

/** Reads a request whose line the scanner has accepted. */
export function whatIsAsked(
  buffer: Buffer,
  request: Request,
  { ownsTask, isVendors }: Known,
): Asked {
  const policed = REQUESTS.get(request.method);
  if (policed === undefined)
    return isVendors(request.method) ? { kind: 'pass' } : notFound(request.method);
  if (policed === 'pass') return { kind: 'pass' };
  const { members } = request;
  if (GONE.has(request.method) && isModern(buffer, members)) return notFound(request.method);
  const asked = read(buffer, members, policed, ownsTask);
  const twin = lookAlike(members);
  if (twin !== undefined)
    return fault(ErrorCode.invalidParams, `\`params\` has a key that looks like \`${twin}\``);
  if (asked.kind !== 'judge') return asked;
  const problem = nameProblem(asked.call);
  return problem === undefined ? asked : fault(ErrorCode.invalidParams, problem);
}

const CONTROL = /\p{Cc}/u;

function nameProblem(call: Call): string | undefined {
  if (call.kind === 'tool') return problemOf(call.name, LONGEST_NAME);
  if (call.kind === 'all') return call.calls.map(nameProblem).find(found => found !== undefined);
  // The rules on resources have a bound of their own.
  const longest = call.kind === 'resource' ? Number.POSITIVE_INFINITY : LONGEST_NAME;
  return call.names.map(name => problemOf(name, longest)).find(found => found !== undefined);
}

// Some servers cut a name at a NUL; no name has a reason to hold such characters.
function problemOf(name: string, longest: number): string | undefined {
  if (name.length > longest) return `a name of more than ${longest} characters`;
  return CONTROL.test(name) ? 'a name with control characters' : undefined;
}

function read(
  buffer: Buffer,
  members: readonly Member[],
  policed: Policed,
  ownsTask: (id: string) => boolean,
): Asked {
  switch (policed) {
    case 'tool': {
      const name = stringMember(buffer, members, 'name');
      if (name === undefined) return missing('name');
      const given = member(members, 'arguments');
      return judged({ kind: 'tool', name, args: argumentsAt(buffer, given) }, given);
    }
    case 'prompt': {
      const name = stringMember(buffer, members, 'name');
      if (name === undefined) return missing('name');
      return judged({ kind: 'prompt', names: [name] }, member(members, 'arguments'));
    }
    case 'resource': {
      const uri = stringMember(buffer, members, 'uri');
      return uri === undefined ? missing('uri') : judged({ kind: 'resource', names: [uri] });
    }
    case 'completion': {
      const call = callOfReference(valueIn(buffer, members, 'ref'));
      return call === undefined ? missing('ref') : judged(call, member(members, 'argument'));
    }
    case 'task': {
      const id = stringMember(buffer, members, 'taskId');
      if (id === undefined) return missing('taskId');
      return ownsTask(id) ? { kind: 'pass' } : judged({ kind: 'task', names: [id] });
    }
    case 'listen':
      return subscriptions(valueIn(buffer, members, 'notifications'), ownsTask);
    case 'pass':
      return { kind: 'pass' };
  }
}

/** Bytes of arguments beyond which they are not looked at: that would take ten times the memory. */
const MAX_LOOKED_AT = 8 * 1024 * 1024;
/** Values in them, however deep: reading so many takes a tenth of a second at the worst. */
const MAX_VALUES = 200_000;

// Read once, however many layers and rules look at them.
function argumentsAt(buffer: Buffer, given: Member | undefined): Arguments {
  let read: ReturnType<Arguments> | undefined;
  return () => {
    read ??= argumentsIn(buffer, given);
    return read;
  };
}

function argumentsIn(buffer: Buffer, given: Member | undefined): ReturnType<Arguments> {
  if (given === undefined) return { value: undefined };
  if (given.end - given.start > MAX_LOOKED_AT)
    return {
      problem: `its arguments are longer than the ${MAX_LOOKED_AT} bytes that rules look at`,
    };
  const value = readExactUpTo(MAX_VALUES, buffer, given);
  return value === undefined
    ? { problem: `its arguments hold more than the ${MAX_VALUES} values that rules look at` }
    : { value };
}

function fault(code: number, message: string): Asked {
  return { kind: 'error', code, message };
}

function notFound(method: string): Asked {
  return fault(ErrorCode.methodNotFound, `method not found: ${method.slice(0, 100)}`);
}

function missing(key: string): Asked {
  return fault(ErrorCode.invalidParams, `\`params.${key}\` is missing or not of its type`);
}

function judged(call: Call, shown?: Member): Asked {
  return { kind: 'judge', call, shown };
}

// A lenient server may read `Name` or `ｎame` where the policy read `name`.
function lookAlike(members: readonly { key: string }[]): string | undefined {
  for (const { key } of members) {
    const known = FOLDED_KEYS.get(folded(key));
    if (known !== undefined && known !== key) return known;
  }
  return undefined;
}

function hasLookAlike(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return lookAlike(Object.keys(value).map(key => ({ key }))) !== undefined;
}

function valueIn(buffer: Buffer, members: readonly Member[], key: string): unknown {
  const found = member(members, key);
  return found && readValue(buffer, found);
}

function callOfReference(ref: unknown): Call | undefined {
  const type = propertyOf(ref, 'type');
  const uri = propertyOf(ref, 'uri');
  const name = propertyOf(ref, 'name');
  // Both, or one that only some servers read, would leave it to the server which one counts.
  if (hasLookAlike(ref)) return undefined;
  if (type === 'ref/resource' && typeof uri === 'string' && name === undefined)
    return { kind: 'resource', names: [uri] };
  if (type === 'ref/prompt' && typeof name === 'string' && uri === undefined)
    return { kind: 'prompt', names: [name] };
  return undefined;
}

/** More resources or tasks than this in one request are no client at work. */
const MAX_SUBSCRIBED = 10_000;

function subscriptions(filter: unknown, ownsTask: (id: string) => boolean): Asked {
  if (hasLookAlike(filter)) return missing('notifications');
  const uris = listOf(filter, 'resourceSubscriptions');
  const tasks = listOf(filter, 'taskIds')?.filter(id => !ownsTask(id));
  if (uris === undefined || tasks === undefined) return missing('notifications');
  const calls = [callOn('resource', uris), callOn('task', tasks)].filter(
    call => call !== undefined,
  );
  return calls.length === 0 ? { kind: 'pass' } : judged({ kind: 'all', calls });
}

function callOn(kind: 'resource' | 'task', names: readonly string[]): Call | undefined {
  const [first, ...rest] = names;
  return first === undefined ? undefined : { kind, names: [first, ...rest] };
}

/** None where the key is absent; undefined where it is no list of strings, or too long a one. */
function listOf(value: unknown, key: string): string[] | undefined {
  const list = propertyOf(value, key);
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length > MAX_SUBSCRIBED) return undefined;
  return list.every(item => typeof item === 'string') ? list : undefined;
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** True where the request is of the era without a handshake, whose results say `resultType`. */
export function isModern(buffer: Buffer, members: readonly Member[]): boolean {
  const meta = member(members, '_meta');
  if (meta === undefined) return false;
  const version = membersOf(buffer, meta.start).find(({ key }) => key === PROTOCOL_VERSION_KEY);
  if (version === undefined) return false;
  return (readString(buffer, version.value.start, version.value.end) ?? '') >= MODERN;
}

/** The id that a `notifications/cancelled` names; undefined where it names none. */
export function cancelledId(buffer: Buffer, members: readonly Member[]): Id | undefined {
  const id = valueIn(buffer, members, 'requestId');
  return isId(id) ? id : undefined;
}

/** The distinct ids of a batch, which MCP's stdio transport does not know; undefined where it is none. */
export function batchIds(buffer: Buffer, start: number, end: number): Id[] | undefined {
  if (buffer[skipSpace(buffer, start)] !== 0x5b) return undefined;
  if (scanJson(buffer, start, end) !== undefined) return undefined;
  const items = readValue(buffer, { start, end });
  const ids = (Array.isArray(items) ? items : []).map(item => propertyOf(item, 'id'));
  return [...new Set(ids.filter(isId))];
}
