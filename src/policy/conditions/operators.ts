// The operators of conditions, each made ready for one value of the policy.
import { type Exact, ExactNumber } from '../../rpc/exact.ts';
import { type Effort, TOO_MUCH, VISIT } from './effort.ts';
import { equal, type Json, whyNotComparable } from './equal.ts';
import { compileHosts } from './host.ts';
import { compileLength } from './length.ts';
import { listIn, readingOf } from './list-in-string.ts';
import type { Regex } from './regex.ts';
import { kindOf, show, showList, typeOf } from './show.ts';
import { compileGlob, compileRegex, compileText } from './text.ts';
import { Combined, negate, type Outcome, truthOf, unknown } from './truth.ts';
import { compileWithin, type PathMeans } from './within.ts';

export const OPERATORS = [
  'eq',
  'neq',
  'in',
  'not_in',
  'lt',
  'lte',
  'gt',
  'gte',
  'regex',
  'contains',
  'starts_with',
  'ends_with',
  'glob',
  'exists',
  'within',
  'host_in',
  'length_lt',
  'length_gt',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a pure engine cannot do by itself. */
export interface Means extends PathMeans {
  /** Of a pattern that the policy's loader has compiled. */
  readonly regex: (source: string) => Regex;
}

/** Compares one argument that is there. */
export type Comparison = (value: Exact, effort: Effort) => Outcome;

/** `wanted` and `base` are as the schema accepts them for the operator. */
export function compileOperator(
  op: Exclude<Operator, 'exists'>,
  wanted: Json,
  base: string | undefined,
  means: Means,
): Comparison {
  switch (op) {
    case 'eq':
      return value => isEqual(value, wanted);
    case 'neq':
      return value => negated(isEqual(value, wanted));
    case 'in':
      return compileIn(wanted as readonly Json[]);
    case 'not_in': {
      const isIn = compileIn(wanted as readonly Json[]);
      return (value, effort) => negated(isIn(value, effort));
    }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return compileOrder(op, wanted as number);
    case 'contains':
      return compileContains(wanted);
    case 'starts_with':
    case 'ends_with':
      return compileText(op, wanted as string);
    case 'regex':
      return compileRegex(wanted as string, means.regex(wanted as string));
    case 'glob':
      return compileGlob(wanted as string);
    case 'length_lt':
    case 'length_gt':
      return compileLength(op, wanted as number);
    case 'within':
      return compileWithin([wanted].flat() as string[], base, means);
    case 'host_in':
      return compileHosts(wanted as readonly string[]);
  }
}

function negated({ truth, why }: Outcome): Outcome {
  return { truth: negate(truth), why };
}

function isEqual(value: Exact, wanted: Json): Outcome {
  const truth = equal(value, wanted);
  if (truth === 'unknown') return unknown(() => whyNotComparable(value, wanted));
  const not = () => (isScalar(wanted) ? `, not ${show(wanted as Exact)}` : ', another one');
  return { truth, why: () => `is ${show(value)}${truth === 'true' ? '' : not()}` };
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

// Members of another type say nothing about the value: a list may hold 1 and "1".
function compileIn(wanted: readonly Json[]): Comparison {
  const scalars = new Set(wanted.filter(isScalar));
  const types = new Set(wanted.map(typeOf));
  const isNone = (value: Exact) => () =>
    `is ${show(value)}, not one of ${showList(wanted as Exact[])}`;
  return (value, effort) => {
    if (!types.has(typeOf(value)))
      return unknown(() => `is ${kindOf(value)}, of which there is none in the list`);
    if (value instanceof ExactNumber) return unknown(() => whyNotComparable(value, 0));
    if (typeof value !== 'object' || value === null)
      return scalars.has(value)
        ? { truth: 'true', why: () => `is ${show(value)}` }
        : { truth: 'false', why: isNone(value) };
    if (!effort.spend(VISIT * wanted.length)) return unknown(TOO_MUCH);
    const some = new Combined('any');
    for (const member of wanted)
      if (typeOf(member) === typeOf(value) && !some.add(isEqual(value, member))) break;
    const { truth, why } = some.outcome;
    return { truth, why: truth === 'false' ? isNone(value) : why };
  };
}

const ORDERS = {
  lt: { holds: (a: number, b: number) => a < b, yes: 'less than', no: 'not less than' },
  lte: { holds: (a: number, b: number) => a <= b, yes: 'not more than', no: 'more than' },
  gt: { holds: (a: number, b: number) => a > b, yes: 'more than', no: 'not more than' },
  gte: { holds: (a: number, b: number) => a >= b, yes: 'not less than', no: 'less than' },
};

function compileOrder(op: keyof typeof ORDERS, wanted: number): Comparison {
  const { holds, yes, no } = ORDERS[op];
  return value => {
    if (typeof value !== 'number') return unknown(() => whyNotComparable(value, wanted));
    const truth = truthOf(holds(value, wanted));
    return { truth, why: () => `is ${show(value)}, ${truth === 'true' ? yes : no} ${wanted}` };
  };
}

function compileContains(wanted: Json): Comparison {
  const inList = (list: readonly Exact[]): Outcome => {
    const some = new Combined('any');
    for (const member of list) if (!some.add(isEqual(member, wanted))) break;
    const { truth } = some.outcome;
    if (truth === 'unknown')
      return unknown(() => `has members that cannot be compared with ${kindOf(wanted)}`);
    return { truth, why: () => contains(truth === 'true', wanted) };
  };
  return (value, effort) => {
    if (Array.isArray(value))
      return effort.spend(VISIT * value.length) ? inList(value) : unknown(TOO_MUCH);
    if (typeof value !== 'string' || typeof wanted !== 'string')
      return unknown(() => whyNotComparable(value, wanted));
    // A search takes many characters in one step.
    if (!effort.spend(value.length / 16 + readingOf(value))) return unknown(TOO_MUCH);
    const truth = truthOf(value.includes(wanted));
    const list = listIn(value);
    if (list === 'unclear' || (list !== undefined && inList(list).truth !== truth))
      return unknown('is a string that may stand for a list');
    return { truth, why: () => contains(truth === 'true', wanted) };
  };
}

function contains(does: boolean, wanted: Json): string {
  const what = isScalar(wanted) ? show(wanted as Exact) : `such ${kindOf(wanted)}`;
  return `${does ? 'contains' : 'does not contain'} ${what}`;
}
