// Intercept's conditions on arguments in policy-wrap's language, never easier to fulfil than there.
import type { Json } from '../policy/conditions/equal.ts';
import { type ConditionDocument, conditionSchema } from '../policy/conditions/schema.ts';
import type { InterceptCondition } from './document.ts';
import { withTwins } from './twins.ts';

/** A rule that must hold, or one that asks for an approval where it holds: which way is strict. */
export type Reading = 'require' | 'approval';

/** `problem`: why there is no equal. */
export type Converted = { readonly condition: ConditionDocument } | { readonly problem: string };

export function convertCondition(given: InterceptCondition, reading: Reading): Converted {
  const { op, value = null } = given;
  const path = convertPath(given.path);
  const values = Array.isArray(value) && op !== 'eq' && op !== 'neq' ? value : [value];
  if (values.some(isStructure))
    return { problem: 'lists and objects are compared by the text that Go prints of them' };
  const condition = convert({ path, op, value: value as Json }, reading);
  const checked = conditionSchema.safeParse(condition);
  if (checked.success) return { condition };
  return { problem: checked.error.issues.map(({ message }) => message).join('; ') };
}

type Leaf = { readonly path: string; readonly op: InterceptCondition['op']; readonly value: Json };

function convert(leaf: Leaf, reading: Reading): ConditionDocument {
  const { path, op, value } = leaf;
  if (op === 'exists') return value === true ? isGiven(path, reading) : isNotGiven(path, reading);
  // Fulfilled by whatever is there.
  if (op === 'not_in' && isEmpty(value)) return { path, op: 'exists', value: true };
  if (op === 'regex' && value === '') return { path, op, value: '^' };
  const isEasierByTwins = op === (reading === 'require' ? 'not_in' : 'in');
  return isEasierByTwins ? { path, op, value: withTwins(value as readonly Json[]) } : leaf;
}

/** One value of each type but null, which thereby is neither in the list nor not in it. */
const EACH_TYPE: readonly Json[] = ['', 0, false, [], {}];

function isSomething(path: string): ConditionDocument {
  return {
    any: [
      { path, op: 'in', value: EACH_TYPE },
      { path, op: 'not_in', value: EACH_TYPE },
    ],
  };
}

// To Intercept, null is not there.
function isGiven(path: string, reading: Reading): ConditionDocument {
  return reading === 'require' ? isSomething(path) : { path, op: 'exists', value: true };
}

function isNotGiven(path: string, reading: Reading): ConditionDocument {
  const isNull: ConditionDocument =
    reading === 'require' ? { path, op: 'eq', value: null } : { not: isSomething(path) };
  return { any: [{ path, op: 'exists', value: false }, isNull] };
}

/** Holds for every number at a path of Intercept; undefined where no path leads there. */
export function isNumber(given: string): ConditionDocument | undefined {
  const path = convertPath(given);
  const ops = ['lt', 'gte'] as const;
  const condition = { any: ops.map(op => ({ path, op, value: 0 })) };
  return conditionSchema.safeParse(condition).success ? condition : undefined;
}

/** Intercept's names end at dots alone: `args.a[0]` is the argument `a[0]`. */
export function convertPath(path: string): string {
  const [args = '', ...names] = path.split('.');
  return args + names.map(stepOf).join('');
}

function stepOf(name: string): string {
  return /^[\p{L}\p{N}_$-]+$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}
