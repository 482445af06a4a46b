// How long a string or a list is: `length_lt` and `length_gt`.
import { TOO_MUCH } from './effort.ts';
import { listIn, readingOf } from './list-in-string.ts';
import type { Comparison } from './operators.ts';
import { kindOf } from './show.ts';
import { truthOf, unknown } from './truth.ts';

// Some languages count a character beyond U+FFFF twice: both counts must say the same.
export function compileLength(op: 'length_lt' | 'length_gt', wanted: number): Comparison {
  const holds = (length: number) => (op === 'length_lt' ? length < wanted : length > wanted);
  return (value, effort) => {
    if (typeof value !== 'string' && !Array.isArray(value))
      return unknown(() => `is ${kindOf(value)}, which has no length`);
    if (typeof value === 'string' && !effort.spend(value.length + readingOf(value)))
      return unknown(TOO_MUCH);
    const lengths = lengthsOf(value);
    const [least = 0, most = 0] = [Math.min(...lengths), Math.max(...lengths)];
    const isIn = holds(least);
    if (isIn !== holds(most))
      return unknown(() => `has length ${least} or ${most}, by how one counts`);
    const [yes, no] = op === 'length_lt' ? ['less', 'not less'] : ['more', 'not more'];
    return {
      truth: truthOf(isIn),
      why: () => `has length ${least}, ${isIn ? yes : no} than ${wanted}`,
    };
  };
}

function lengthsOf(value: string | readonly unknown[]): number[] {
  if (typeof value !== 'string') return [value.length];
  const list = listIn(value);
  // Each member takes one character or more, so the string is longer than any list in it.
  const asList = list === undefined ? [] : [list === 'unclear' ? 0 : list.length];
  return [codePoints(value), value.length, ...asList];
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
