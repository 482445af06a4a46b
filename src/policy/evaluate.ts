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
  | { kind: 'resource' | 'prompt'; name: string };

/** A layer's limit that this call must take. */
export interface DueLimit {
  readonly policy: Policy;
  /** The policy key that carries it. */
  readonly key: string;
  readonly limit: Limit;
}

/** The verdict as far as rules alone can give it; limits are read by the store. */
export interface Decision {
  readonly effect: Exclude<Effect, 'rate_limit'>;
  readonly subject: string;
  readonly category: Category | null;
  readonly layer: string;
  readonly key: string | null;
  readonly reason: string | null;
  readonly limits: readonly DueLimit[];
}

/** The strictest decision of all layers, with the limits of all of them. */
export function evaluate(policies: readonly Policy[], call: Call): Decision {
  const decisions = policies.map(policy =>
    call.kind === 'tool'
      ? decideTool(policy, call.name, call.args)
      : decideSection(policy, call.kind, call.name),
  );
  const first = decisions[0];
  if (first === undefined) throw new RangeError('no policy to evaluate');
  const decision = decisions.reduce(stricter, first);
  return { ...decision, limits: decisions.flatMap(({ limits }) => limits) };
}

function decideSection(policy: Policy, kind: 'resource' | 'prompt', name: string): Decision {
  const key = kind === 'resource' ? 'resources' : 'prompts';
  const section: Section = policy[key];
  const denied = section.default === 'deny';
  return {
    effect: denied ? 'deny' : 'allow',
    subject: name,
    category: null,
    layer: policy.layer,
    key: denied || section.limits.length === 0 ? null : key,
    reason: denied ? `no rule of the policy allows this ${kind}` : null,
    limits: denied ? [] : due(policy, key, section.limits),
  };
}

function decideTool(policy: Policy, tool: string, args: () => unknown): Decision {
  const { subject, problem } = subjectOf(policy, tool, args);
  const about = { subject, category: classify(subject), layer: policy.layer };
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
  const named = found.flatMap(entry => (entry.action === undefined ? [entry.category] : []));
  const deferred = (found.length === 0 ? [category] : named).map(
    name => name && policy.categories.get(name),
  );
  const entries = [...found, ...deferred.filter(entry => entry !== undefined)];
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
    limits:
      decisive.effect === 'deny' ? [] : all.flatMap(({ key, limits }) => due(policy, key, limits)),
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

function due(policy: Policy, key: string, limits: readonly Limit[]): DueLimit[] {
  return limits.map(limit => ({ policy, key, limit }));
}

function effectOf(entry: Entry): { effect: Action; entry: Entry | undefined } {
  return { effect: entry.action ?? 'allow', entry };
}

// A tool that is one door to many operations is judged as `tool:operation`.
function subjectOf(
  policy: Policy,
  tool: string,
  args: () => unknown,
): { subject: string; problem?: string } {
  if (policy.operations.size === 0) return { subject: tool };
  // A tool of such a name would pass for an operation of another one.
  for (const door of policy.operations.keys())
    if (tool.startsWith(`${door}:`))
      return { subject: tool, problem: 'its name looks like an operation of another tool' };
  const argument = policy.operations.get(tool);
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
  return typeof value === 'string' ? value : undefined;
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
