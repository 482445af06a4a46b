// Conditions on the arguments of a call, compiled, judged and explained.
import type { Exact } from '../../rpc/exact.ts';
import { Effort, TOO_MUCH, VISIT } from './effort.ts';
import { type Comparison, compileOperator, type Means } from './operators.ts';
import { type ArgumentPath, type Found, follow, parsePath } from './path.ts';
import type { ConditionDocument, LeafDocument } from './schema.ts';
import {
  Combined,
  negate,
  type Outcome,
  type Quantifier,
  type Truth,
  truthOf,
  unknown,
} from './truth.ts';

/** `deny` is the reading of whatever makes a rule stricter when it holds: approval too. */
export type Reading = 'require' | 'deny';

export interface Judged {
  /** Whether the rule takes the conditions to hold: what cannot be said is the stricter answer. */
  readonly holds: boolean;
  readonly truth: Truth;
  /** The comparisons that decided: `args.amount is 700, more than 500`. Not escaped, but short. */
  readonly why: () => string;
}

/** Judges the `arguments` of a call, undefined where it has none; all rules of a call share an effort. */
export type Conditions = (args: Exact | undefined, effort?: Effort) => Judged;

/** Makes ready a list of conditions that the schema has accepted; all of them must hold. */
export function compileConditions(
  documents: readonly ConditionDocument[],
  reading: Reading,
  means: Means,
): Conditions {
  const all = compileAll(documents, { reading, isNegated: false, means });
  return (args, effort = new Effort()) => {
    const { truth, why } = all(args, effort);
    const holds = reading === 'deny' ? truth !== 'false' : truth === 'true';
    return { holds, truth, why: documents.length === 0 ? () => 'it has no conditions' : why };
  };
}

type Condition = (args: Exact | undefined, effort: Effort) => Outcome;

interface Setting {
  readonly reading: Reading;
  /** True below an odd number of `not`. */
  readonly isNegated: boolean;
  readonly means: Means;
}

function compile(document: ConditionDocument, setting: Setting): Condition {
  if ('any' in document) return compileAll(document.any, setting, 'any');
  if ('all' in document) return compileAll(document.all, setting);
  if (!('not' in document)) return compileLeaf(document, setting);
  const inner = compile(document.not, { ...setting, isNegated: !setting.isNegated });
  return (args, effort) => {
    const { truth, why } = inner(args, effort);
    return { truth: negate(truth), why };
  };
}

function compileAll(
  documents: readonly ConditionDocument[],
  setting: Setting,
  quantifier: Quantifier = 'every',
): Condition {
  const conditions = documents.map(document => compile(document, setting));
  return (args, effort) => {
    const combined = new Combined(quantifier);
    for (const condition of conditions) if (!combined.add(condition(args, effort))) break;
    return combined.outcome;
  };
}

function compileLeaf(leaf: LeafDocument, setting: Setting): Condition {
  const path = pathOf(leaf);
  const judge = leaf.op === 'exists' ? judgeExists(leaf) : judgeValue(leaf, setting);
  // The strict one of the two: a member that a rule is about counts, wherever it stands.
  const isStrictByAny = (setting.reading === 'deny') !== setting.isNegated;
  const quantifier = leaf.quantifier ?? (isStrictByAny ? 'any' : 'every');
  return (args, effort) => {
    const combined = new Combined(quantifier);
    const visit = (found: Found): boolean => {
      const isTooMuch = !effort.spend(VISIT);
      const { truth, why } = isTooMuch ? unknown(TOO_MUCH) : judge(found, effort);
      return combined.add({ truth, why: () => `${found.where()} ${why()}` }) && !isTooMuch;
    };
    follow(path, args, visit, effort);
    return combined.outcome;
  };
}

function pathOf({ path }: LeafDocument): ArgumentPath {
  const parsed = parsePath(path);
  if ('problem' in parsed) throw new Error(`a path that no schema accepts: ${parsed.problem}`);
  return parsed;
}

type Judge = (found: Found, effort: Effort) => Outcome;

function judgeExists({ value = true }: LeafDocument): Judge {
  return found => {
    if (found.kind === 'unclear') return unknown(found.why);
    const isThere = found.kind === 'value';
    return {
      truth: truthOf(isThere === value),
      why: () => (found.kind === 'absent' ? found.why : 'is there'),
    };
  };
}

const HOLD_WHERE_ABSENT: ReadonlySet<string> = new Set(['neq', 'not_in']);

function judgeValue(leaf: LeafDocument, { reading, means }: Setting): Judge {
  const { op, value, base } = leaf;
  if (op === 'exists' || value === undefined) throw new Error(`\`${op}\` without a value`);
  const compare: Comparison = compileOperator(op, value, base, means);
  // What is absent fulfils nothing that is required, not even through `not`.
  const absent = reading === 'require' ? 'unknown' : truthOf(HOLD_WHERE_ABSENT.has(op));
  return (found, effort) => {
    if (found.kind === 'value') return compare(found.value, effort);
    return { truth: found.kind === 'absent' ? absent : 'unknown', why: () => found.why };
  };
}
