// One layer's decision on a call of a tool: hidden, its operation, its entries, their rules and limits.
import type { ToolCall } from './call.ts';
import { classifyName } from './classify/name.ts';
import type { Decision, Trace } from './decision.ts';
import { entriesFor } from './entries.ts';
import type { Action, Entry, Rule } from './entry.ts';
import type { Due } from './limits.ts';
import type { Subject } from './metered.ts';
import type { Policy } from './policy.ts';
import { HIDDEN } from './section.ts';
import { type Operations, subjectOf } from './subject.ts';
import { stricter } from './verdict.ts';

/** What one key says to the call. */
interface Finding {
  readonly effect: Action;
  readonly key: string | null;
  readonly reason: string | null;
}

/** `operations` are the layer's own, or those of another layer. */
export function decideTool(
  policy: Policy,
  operations: Operations,
  call: ToolCall,
  trace?: Trace,
): Decision {
  const { name: tool } = call;
  const { layer } = policy;
  const { subject, problem } = subjectOf(operations, call);
  // Of a tool with operations the operation decides, all of it: the agent writes it.
  const operation = subject === tool ? tool : subject.slice(tool.length + 1);
  const { category: classified, why } = classifyName(operation);
  const decision = (
    { effect, key, reason }: Finding,
    category = classified,
    limits: readonly Due[] = [],
    slots: Decision['slots'] = [],
  ): Decision => ({ effect, subject, category, layer, key, reason, limits, slots });
  const told = (finding: Finding, text: string): Finding => {
    trace?.({ layer, key: finding.key, effect: finding.effect, text });
    return finding;
  };
  const deny = (key: string | null, reason: string) =>
    told({ effect: 'deny', key, reason }, reason);

  if (policy.isHidden(tool) || policy.isHidden(subject)) return decision(deny('hide', HIDDEN));
  if (problem !== undefined) return decision(deny('operations', problem));

  const { category, entries } = entriesFor(policy, tool, subject, classified);
  const about = category === classified ? `${category}: ${why}` : `${category} by its entry`;
  trace?.({ layer, key: null, effect: null, text: `${subject} is ${about}` });
  if (entries.length === 0 && policy.default === 'deny')
    return decision(deny(null, 'no rule of the policy allows it'), category);
  const all = policy.allTools === undefined ? entries : [...entries, policy.allTools];
  const findings = all.flatMap(entry => findingsOf(entry, call, layer, trace));
  if (all.length === 0)
    told({ effect: 'allow', key: null, reason: null }, 'no rule reaches it, and `default` allows');
  const first = findings[0] ?? { effect: 'allow', key: null, reason: null };
  const decisive = findings.reduce(stricter, first);
  if (decisive.effect === 'deny') return decision(decisive, category);

  const due = duesOf(all, { tool, subject }, call);
  if ('problem' in due) return decision(deny(due.key, due.problem), category);
  const slots = all.flatMap(({ key, concurrency }) =>
    concurrency === undefined ? [] : [{ layer, key, max: concurrency }],
  );
  return decision(decisive, category, due.limits, slots);
}

function findingsOf(entry: Entry, call: ToolCall, layer: string, trace?: Trace): Finding[] {
  const { key, rules } = entry;
  const effect = entry.action ?? 'allow';
  const reason = entry.reason ?? null;
  const isDeferring = entry.action === undefined && entry.category !== undefined;
  const said = isDeferring ? `says that it is ${entry.category}` : EFFECT_TEXT[effect];
  trace?.({ layer, key, effect: isDeferring ? null : effect, text: reason ?? said });
  const own: Finding = { effect, key, reason };
  const { args, effort } = call;
  if (rules.length === 0 || args === undefined) return [own];
  const given = args();
  if ('problem' in given) {
    trace?.({ layer, key, effect: 'deny', text: given.problem });
    return [{ effect: 'deny', key, reason: given.problem }];
  }
  const found = rules.map(rule => {
    const judged = rule.conditions(given.value, effort);
    return findingOf(rule, judged, layer, trace);
  });
  return [own, ...found.filter(finding => finding !== undefined)];
}

const EFFECT_TEXT: Record<Action, string> = {
  allow: 'allows it',
  deny: 'denies it',
  require_approval: "needs a person's approval",
};

function findingOf(
  { key, list, reason }: Rule,
  { holds, why }: ReturnType<Rule['conditions']>,
  layer: string,
  trace?: Trace,
): Finding | undefined {
  const effect: Action = list === 'require_approval_if' ? 'require_approval' : 'deny';
  const strikes = list === 'require' ? !holds : holds;
  const shown = strikes ? effect : list === 'require' ? 'allow' : null;
  trace?.({ layer, key, effect: shown, text: why() });
  return strikes ? { effect, key, reason: reason ?? why() } : undefined;
}

function duesOf(
  entries: readonly Entry[],
  about: Pick<Subject, 'tool' | 'subject'>,
  { args }: ToolCall,
): { limits: Due[] } | { key: string; problem: string } {
  const limits: Due[] = [];
  for (const { key, limits: metered } of entries) {
    for (const meter of metered) {
      if (args === undefined) {
        limits.push({ limit: meter.limit, amount: 1, value: undefined });
        continue;
      }
      const due = meter.due({ ...about, args });
      if ('problem' in due) return { key, problem: due.problem };
      limits.push(due.value);
    }
  }
  return { limits };
}
