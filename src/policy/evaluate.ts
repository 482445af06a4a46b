// One call against all layers: which rule of each decides, and which limits it must take.
import { folded } from '../rpc/fold.ts';
import { classify } from './classify.ts';
import type { Limit } from './limits.ts';
import type { Action, Entry, Policy } from './policy.ts';
import type { Category } from './schema.ts';
import { HIDDEN, SECTION_KEYS, type SectionKind } from './section.ts';
import { type Effect, stricter } from './verdict.ts';

/** Characters of the longest name or operation that is looked into. */
export const LONGEST_NAME = 4096;

/** What is asked for. `args` is called only where a rule looks at the arguments. */
export type Call =
  | { kind: 'tool'; name: string; args: () => unknown }
  /** Several names where one request asks for several resources. */
  | { kind: SectionKind; names: readonly [string, ...string[]] }
  /** A task that no call of this session is known to have made, by its id. */
  | { kind: 'task'; names: readonly [string, ...string[]] }
  /** One request for several things: all of them are judged. */
  | { kind: 'all'; calls: readonly Call[] };

/** The verdict as far as rules alone can give it; limits are read by the store. */
export interface Decision {
  readonly effect: Exclude<Effect, 'rate_limit'>;
  readonly subject: string;
  readonly category: Category | null;
  readonly layer: string;
  readonly key: string | null;
  readonly reason: string | null;
  /** Of all layers, to be taken together. */
  readonly limits: readonly Limit[];
}

/**
 * The strictest decision of all layers, with the limits of all of them. A layer that does not say
 * that a tool is a door to operations is asked about the operation too where one of `all` does say
 * so; `policies` may be a part of `all`.
 */
export function evaluate(
  policies: readonly Policy[],
  call: Call,
  all: readonly Policy[] = policies,
): Decision {
  const decisions = policies.flatMap(policy => decide(policy, call, all));
  const first = decisions[0];
  if (first === undefined) throw new RangeError('no policy to evaluate');
  const limits = new Set(decisions.flatMap(decision => decision.limits));
  return { ...decisions.reduce(stricter, first), limits: [...limits] };
}

function decide(policy: Policy, call: Call, all: readonly Policy[]): Decision[] {
  switch (call.kind) {
    case 'tool':
      return operationsFor(policy, call.name, all).map(operations =>
        decideTool(policy, operations, call),
      );
    case 'all':
      return call.calls.flatMap(part => decide(policy, part, all));
    case 'task':
      return [decideTask(policy, call.names.join(', '))];
    default:
      return [decideSection(policy, call.kind, call.names)];
  }
}

type Operations = ReadonlyMap<string, string>;

function operationsFor(policy: Policy, tool: string, all: readonly Policy[]): Operations[] {
  const other = all.find(({ operations }) => operations.has(tool))?.operations;
  return other === undefined || policy.operations.has(tool)
    ? [policy.operations]
    : [policy.operations, other];
}

function decideSection(
  policy: Policy,
  kind: SectionKind,
  names: readonly [string, ...string[]],
): Decision {
  const section = policy[SECTION_KEYS[kind]];
  const about = { subject: names.join(', '), category: null, layer: policy.layer };
  const keys: string[] = [];
  // One by one: what follows a denial, at whatever length, is not looked at.
  for (const name of names) {
    const { key, denied } = section.decide(name);
    if (denied !== null) return { ...about, effect: 'deny', key, reason: denied, limits: [] };
    if (key !== null) keys.push(key);
  }
  const [rule] = keys;
  const key = rule ?? (section.limits.length === 0 ? null : section.key);
  return { ...about, effect: 'allow', key, reason: null, limits: section.limits };
}

// A task that no allowed call made may be any tool's.
function decideTask(policy: Policy, id: string): Decision {
  const about = { subject: id, category: null, layer: policy.layer, key: null, limits: [] };
  return policy.stopsTools
    ? { ...about, effect: 'deny', reason: 'no call that the policy let through made this task' }
    : { ...about, effect: 'allow', reason: null };
}

function decideTool(
  policy: Policy,
  operations: Operations,
  { name: tool, args }: Extract<Call, { kind: 'tool' }>,
): Decision {
  const { subject, problem } = subjectOf(operations, tool, args);
  // Of a tool with operations the operation decides, all of it: the agent writes it.
  const operation = subject === tool ? tool : subject.slice(tool.length + 1);
  const about = { subject, category: classify(operation), layer: policy.layer };
  const deny = (key: string | null, reason: string): Decision => ({
    ...about,
    effect: 'deny',
    key,
    reason,
    limits: [],
  });

  if (policy.isHidden(tool) || policy.isHidden(subject)) return deny('hide', HIDDEN);
  if (problem !== undefined) return deny('operations', problem);

  const found = entriesFor(policy, tool, subject);
  const category = mostDangerous(found.map(entry => entry.category)) ?? about.category;
  const decided = { ...about, category };
  // An entry that only names a category leaves the decision to that category's entry.
  const deferring = found.filter(entry => entry.action === undefined);
  const categories = found.length === 0 ? [category] : deferring.map(entry => entry.category);
  const deferred = categories.map(name => name && policy.categories.get(name));
  const entries = [...new Set([...found, ...deferred])].filter(entry => entry !== undefined);
  if (entries.length === 0 && policy.default === 'deny')
    return { ...deny(null, 'no rule of the policy allows it'), category };

  const all = policy.allTools === undefined ? entries : [...entries, policy.allTools];
  const decisive = all.map(effectOf).reduce(stricter, { effect: 'allow', entry: undefined });
  const entry = decisive.entry ?? all[0];
  return {
    ...decided,
    effect: decisive.effect,
    key: entry?.key ?? null,
    reason: entry?.reason ?? null,
    limits: decisive.effect === 'deny' ? [] : all.flatMap(({ limits }) => limits),
  };
}

// Ordered by how much harm a call may do: of several the last one counts.
const BY_DANGER: readonly Category[] = [
  'read',
  'write',
  'execute',
  'unknown',
  'destructive',
  'financial',
];

function mostDangerous(categories: readonly (Category | undefined)[]): Category | undefined {
  return BY_DANGER.findLast(category => categories.includes(category));
}

function effectOf(entry: Entry): { effect: Action; entry: Entry | undefined } {
  return { effect: entry.action ?? 'allow', entry };
}

// A tool that is one door to many operations is judged as `tool:operation`.
function subjectOf(
  operations: Operations,
  tool: string,
  args: () => unknown,
): { subject: string; problem?: string } {
  if (operations.size === 0) return { subject: tool };
  // A tool of such a name would pass for an operation of another one.
  for (const door of operations.keys())
    if (tool.startsWith(`${door}:`))
      return { subject: tool, problem: 'its name looks like an operation of another tool' };
  const argument = operations.get(tool);
  if (argument === undefined) return { subject: tool };
  const operation = ownString(args(), argument);
  return operation === undefined
    ? { subject: tool, problem: `the operation in its argument \`${argument}\` cannot be read` }
    : { subject: `${tool}:${operation}` };
}

// A twin of the key in other case could be the one that the server reads.
function ownString(args: unknown, key: string): string | undefined {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return undefined;
  const twins = Object.keys(args).filter(other => folded(other) === folded(key));
  if (twins.length !== 1 || twins[0] !== key) return undefined;
  const value: unknown = (args as Record<string, unknown>)[key];
  if (typeof value !== 'string' || value.length > LONGEST_NAME) return undefined;
  return /\p{Cc}/u.test(value) ? undefined : value;
}

// The first step that finds an entry decides; patterns of one step apply together.
function entriesFor(policy: Policy, tool: string, subject: string): readonly Entry[] {
  const exactly = (name: string) => {
    const entry = policy.exact.get(name);
    return entry === undefined ? [] : [entry];
  };
  const byPattern = (name: string) =>
    policy.patterns.filter(({ matches }) => matches(name)).map(({ entry }) => entry);
  const steps = [
    () => exactly(subject),
    () => byPattern(subject),
    () => (subject === tool ? [] : exactly(tool)),
    () => (subject === tool ? [] : byPattern(tool)),
    () => (policy.star === undefined ? [] : [policy.star]),
  ];
  for (const step of steps) {
    const entries = step();
    if (entries.length > 0) return entries;
  }
  return [];
}
