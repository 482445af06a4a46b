// One call against all layers: which rule of each decides, and which limits it must take.
import type { Call } from './call.ts';
import { Effort } from './conditions/effort.ts';
import { decideTool } from './decide-tool.ts';
import type { Decision, Slot, Trace } from './decision.ts';
import type { Due, Limit } from './limits.ts';
import type { Policy } from './policy.ts';
import { SECTION_KEYS, type SectionKind } from './section.ts';
import type { Operations } from './subject.ts';
import { stricter } from './verdict.ts';

/**
 * The strictest decision of all layers, with the limits of all of them. Where one of `all` says that a
 * tool is a door to operations, every layer is asked about the operation too, by each argument that
 * may name it; `policies` may be a part of `all`. `trace` is told of every step.
 */
export function evaluate(
  policies: readonly Policy[],
  call: Call,
  all: readonly Policy[] = policies,
  trace?: Trace,
): Decision {
  const asked = call.kind === 'tool' ? { effort: new Effort(), ...call } : call;
  const decisions = policies.flatMap(policy => decide(policy, asked, all, trace));
  const first = decisions[0];
  if (first === undefined) throw new RangeError('no policy to evaluate');
  if (decisions.length === 1) return first;
  return {
    ...decisions.reduce(stricter, first),
    limits: withoutTwins(decisions.flatMap(({ limits }) => limits)),
    slots: decisions
      .flatMap(({ slots }) => slots)
      .filter((slot, i, slots) => i === slots.findIndex(other => isSameSlot(slot, other))),
  };
}

// Both readings of a tool with operations may have the same limits. One request may have thousands.
function withoutTwins(dues: readonly Due[]): Due[] {
  const seen = new Map<Limit, Set<string | undefined>>();
  return dues.filter(({ limit, value }) => {
    const values = seen.get(limit) ?? new Set();
    seen.set(limit, values);
    const { size } = values;
    return values.add(value).size > size;
  });
}

// A tool may be called `all_tools`, as the key of a policy is: two entries of one name in one layer.
function isSameSlot(a: Slot, b: Slot): boolean {
  return a.layer === b.layer && a.key === b.key && a.max === b.max;
}

function decide(policy: Policy, call: Call, all: readonly Policy[], trace?: Trace): Decision[] {
  switch (call.kind) {
    case 'tool':
      return operationsFor(policy, call.name, all).map(operations =>
        decideTool(policy, operations, call, trace),
      );
    case 'all':
      return call.calls.flatMap(part => decide(policy, part, all, trace));
    case 'task':
      return [traced(decideTask(policy, call.names.join(', ')), trace)];
    default:
      return [traced(decideSection(policy, call.kind, call.names), trace)];
  }
}

function traced(decision: Decision, trace?: Trace): Decision {
  const { layer, key, effect, reason } = decision;
  trace?.({ layer, key, effect, text: reason ?? 'allows it' });
  return decision;
}

// The layer's own, and of the others those by which another argument names the operation.
function operationsFor(policy: Policy, tool: string, all: readonly Policy[]): Operations[] {
  const known = new Set<string | undefined>([undefined, policy.operations.get(tool)]);
  const found = [policy.operations];
  for (const { operations } of all) {
    const argument = operations.get(tool);
    if (known.has(argument)) continue;
    known.add(argument);
    found.push(operations);
  }
  return found;
}

function decideSection(
  policy: Policy,
  kind: SectionKind,
  names: readonly [string, ...string[]],
): Decision {
  const section = policy[SECTION_KEYS[kind]];
  const about = { subject: names.join(', '), category: null, layer: policy.layer, slots: [] };
  const denial = (key: string | null, reason: string): Decision => ({
    ...about,
    effect: 'deny',
    key,
    reason,
    limits: [],
  });
  const keys: string[] = [];
  // One by one: what follows a denial, at whatever length, is not looked at.
  for (const name of names) {
    const { key, denied } = section.decide(name);
    if (denied !== null) return denial(key, denied);
    if (key !== null) keys.push(key);
  }
  const limits: Due[] = [];
  for (const meter of section.limits) {
    // One by one where each has a counter: no list of names is a new name.
    const counted = meter.limit.per === undefined ? [about.subject] : new Set(names);
    for (const name of counted) {
      const due = meter.due({ tool: name, subject: name, args: () => ({ value: undefined }) });
      if ('problem' in due) return denial(section.key, due.problem);
      limits.push(due.value);
    }
  }
  const [rule] = keys;
  const key = rule ?? (limits.length === 0 ? null : section.key);
  return { ...about, effect: 'allow', key, reason: null, limits };
}

// A task that no allowed call made may be any tool's.
function decideTask(policy: Policy, id: string): Decision {
  const about = { subject: id, category: null, layer: policy.layer, key: null };
  const nothing = { limits: [], slots: [] };
  return policy.stopsTools
    ? {
        ...about,
        ...nothing,
        effect: 'deny',
        reason: 'no call that the policy let through made this task',
      }
    : { ...about, ...nothing, effect: 'allow', reason: null };
}
