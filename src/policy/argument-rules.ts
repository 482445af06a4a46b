// Where a policy document looks at the arguments of calls: conditions, costs, and values to tell apart.
// What stands there is read by conditions/compile.ts, which is loaded only where there is any.
import type { Exact } from '../rpc/exact.ts';
import type { Conditions, Reading } from './conditions/condition.ts';
import type { Path } from './document-path.ts';

export interface Place {
  readonly path: Path;
  /** What stands there, unchecked. */
  readonly value: unknown;
}

export interface RulePlaces {
  readonly conditions: readonly (Place & { reading: Reading })[];
  readonly costs: readonly Place[];
  readonly values: readonly Place[];
}

export type Measured<T> = { readonly value: T } | { readonly problem: string };
/** Reads one thing from the arguments of a call, undefined where it has none. */
export type Measure<T> = (args: Exact | undefined) => Measured<T>;

/** The compiled rules, by the path of what they were made from. */
export interface ArgumentRules {
  conditions(path: Path): Conditions;
  /** What a call costs, in millionths; undefined where its arguments do not say. */
  cost(path: Path): Measure<number | undefined>;
  /** A scalar, as JSON. */
  value(path: Path): Measure<string>;
}

/** Lists of rules in an entry, and how an argument that cannot be judged is read there. */
export const RULE_LISTS = {
  deny_if: 'deny',
  require: 'require',
  require_approval_if: 'deny',
} as const satisfies Record<string, Reading>;
export type RuleList = keyof typeof RULE_LISTS;
export const RULE_KEYS = Object.keys(RULE_LISTS) as RuleList[];

/** By what calls can be told apart without their arguments. */
export const PER_NAMES: readonly unknown[] = ['tool', 'subject'];

/** Finds them in a document that need not be valid. */
export function rulePlaces(document: unknown): RulePlaces {
  const entries = [
    ...below({ path: [], value: document }, 'all_tools'),
    ...below({ path: [], value: document }, 'tools').flatMap(children),
    ...below({ path: [], value: document }, 'categories').flatMap(children),
  ];
  const sections = ['resources', 'prompts'].flatMap(key =>
    below({ path: [], value: document }, key),
  );
  const limits = [...entries, ...sections].flatMap(entry =>
    below(entry, 'limits').flatMap(children),
  );
  return {
    conditions: RULE_KEYS.flatMap(list =>
      entries
        .flatMap(entry => below(entry, list).flatMap(children))
        .flatMap(rule => below(rule, 'conditions'))
        // What is no list, and below what is no text, the schema of the document refuses.
        .filter(({ value }) => Array.isArray(value))
        .map(place => ({ ...place, reading: RULE_LISTS[list] })),
    ),
    costs: limits
      .flatMap(limit => below(limit, 'cost'))
      .flatMap(cost => below(cost, 'path'))
      .filter(({ value }) => typeof value === 'string'),
    values: limits
      .flatMap(limit => below(limit, 'per'))
      .filter(({ value }) => typeof value === 'string' && !PER_NAMES.includes(value)),
  };
}

function below({ path, value }: Place, key: string): Place[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
  return [{ path: [...path, key], value: (value as Record<string, unknown>)[key] }];
}

function children({ path, value }: Place): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, child]) => ({
    path: [...path, Array.isArray(value) ? Number(key) : key],
    value: child as unknown,
  }));
}

/** Of a document without any. */
export const NO_RULES: ArgumentRules = { conditions: none, cost: none, value: none };

// INVARIANT: what a policy is compiled from is what was looked through.
function none(path: Path): never {
  throw new RangeError(`no rule was found at ${JSON.stringify(path)}`);
}
