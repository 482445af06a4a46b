// An entry of a policy made ready: its action, its rules on arguments and its limits.
import { type ArgumentRules, RULE_KEYS, type RuleList } from './argument-rules.ts';
import type { Conditions } from './conditions/condition.ts';
import type { Path } from './document-path.ts';
import { type Metered, meter, metered } from './metered.ts';
import type { Category, EntryDocument } from './schema.ts';

export type Action = 'allow' | 'deny' | 'require_approval';

/** `key` is how the verdict names it. */
export interface Entry {
  readonly key: string;
  /** Undefined where the entry does not say: it allows, unless its `category` has an entry. */
  readonly action: Action | undefined;
  readonly reason: string | undefined;
  readonly category: Category | undefined;
  readonly rules: readonly Rule[];
  readonly limits: readonly Metered[];
  /** How many of its calls may be in flight at once. */
  readonly concurrency: number | undefined;
}

/** A rule on the arguments of a call. */
export interface Rule {
  /** `transfer.deny_if[0]`. */
  readonly key: string;
  readonly list: RuleList;
  readonly conditions: Conditions;
  /** What the policy says of it, for the agent and the person. */
  readonly reason: string | undefined;
}

export function compileEntry(
  key: string,
  path: Path,
  entry: EntryDocument,
  rules: ArgumentRules,
): Entry {
  const limits = (entry.limits ?? []).map((limit, i) =>
    meter(limit, key, [...path, 'limits', i], rules),
  );
  if (entry.rate_limit !== undefined)
    limits.push(
      metered({
        ...entry.rate_limit,
        counter: key,
        named: false,
        scope: 'session',
        kind: 'sliding',
        cost: undefined,
        per: undefined,
      }),
    );
  return {
    key,
    action: entry.action,
    reason: entry.reason,
    category: 'category' in entry ? entry.category : undefined,
    rules: RULE_KEYS.flatMap(list => rulesOf(list, key, path, entry, rules)),
    limits,
    concurrency: entry.concurrency,
  };
}

function rulesOf(
  list: RuleList,
  key: string,
  path: Path,
  entry: EntryDocument,
  rules: ArgumentRules,
): Rule[] {
  return (entry[list] ?? []).map((rule, i) => ({
    key: `${key}.${list}[${i}]`,
    list,
    conditions: rules.conditions([...path, list, i, 'conditions']),
    reason: 'on_deny' in rule ? rule.on_deny : 'reason' in rule ? rule.reason : undefined,
  }));
}
