// One call against all layers: which rule of each decides, and which limits it must take.
import { classify } from './classify.ts';
import type { Limit } from './limits.ts';
import { folded } from './match.ts';
import type { Action, Entry, Policy, Section } from './policy.ts';
import type { Category } from './schema.ts';
import { type Effect, stricter } from './verdict.ts';

/** What is asked for. `args` is called only where a rule looks at the arguments. */
export type Call =
  | { kind: 'tool'; name: string; args: () => unknown }
  /** Several names where one request asks for several resources. */
  | { kind: 'resource' | 'prompt'; names: readonly [string, ...string[]] };

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
  const decisions = policies.flatMap(policy =>
    call.kind === 'tool'
      ? operationsFor(policy, call.name, all).map(operations =>
          decideTool(policy, operations, call),
        )
      : [decideSection(policy, call.kind, call.names)],
  );
  const first = decisions[0];
  if (first === undefined) throw new RangeError('no policy to evaluate');
  const limits = new Set(decisions.flatMap(decision => decision.limits));
  return { ...decisions.reduce(stricter, first), limits: [...limits] };
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
  kind: 'resource' | 'prompt',
  names: readonly string[],
): Decision {
  const key = kind === 'resource' ? 'resources' : 'prompts';
  const section: Section = policy[key];
  const denied = section.default === 'deny';
  return {
    effect: denied ? 'deny' : 'allow',
    subject: names.join(', '),
    category: null,
    layer: policy.layer,
    key: denied || section.limits.length === 0 ? null : key,
    reason: denied ? `no rule of the policy allows this ${kind}` : null,
    limits: denied ? [] : section.limits,
  };
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

  if (policy.isHidden(tool) || policy.isHidden(subject))
    return deny('hide', 'hidden by the policy');
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
  return typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : undefined;
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
