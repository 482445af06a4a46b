// Whether a value from a call equals one from a policy, where that can be said.
import { type Exact, ExactNumber } from '../../rpc/exact.ts';
import { folded } from '../../rpc/fold.ts';
import { kindOf, show, typeOf } from './show.ts';
import { type Truth, truthOf } from './truth.ts';

/** A value of a policy: its numbers are those that a double holds. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Values of different types cannot be compared, as servers convert them in many ways. */
export function equal(value: Exact, wanted: Json): Truth {
  if (typeOf(value) !== typeOf(wanted) || value instanceof ExactNumber) return 'unknown';
  if (Array.isArray(value) && Array.isArray(wanted)) return equalLists(value, wanted);
  if (isObject(value) && isObject(wanted)) return equalObjects(value, wanted);
  return truthOf(value === wanted);
}

function isObject<T>(value: T): value is T & { readonly [key: string]: never } {
  return typeOf(value) === 'object';
}

function equalLists(value: readonly Exact[], wanted: readonly Json[]): Truth {
  if (value.length !== wanted.length) return 'false';
  return all(wanted.map((member, i) => equal(value[i] as Exact, member)));
}

function equalObjects(
  value: { readonly [key: string]: Exact },
  wanted: { readonly [key: string]: Json },
): Truth {
  const known = new Set(Object.keys(wanted).map(folded));
  let hasTwin = false;
  for (const key in value) {
    if (Object.hasOwn(wanted, key)) continue;
    if (!known.has(folded(key))) return 'false';
    hasTwin = true;
  }
  // Some servers take such a key for the other one.
  if (hasTwin) return 'unknown';
  return all(
    Object.entries(wanted).map(([key, member]) =>
      Object.hasOwn(value, key) ? equal(value[key] as Exact, member) : 'false',
    ),
  );
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes('false')) return 'false';
  return truths.includes('unknown') ? 'unknown' : 'true';
}

/** Why `equal` cannot say. */
export function whyNotComparable(value: Exact, wanted: Json): string {
  if (value instanceof ExactNumber) return `is ${show(value)}, which not every server reads alike`;
  const [has, wants] = [kindOf(value), kindOf(wanted)];
  return has === wants
    ? `is ${has}, parts of which cannot be compared`
    : `is ${has}, cannot be compared with ${wants}`;
}
