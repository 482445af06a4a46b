// Operators on text: beginnings, ends, patterns; all of them see the case of letters.
import type { Exact } from '../../rpc/exact.ts';
import { compilePattern } from '../match.ts';
import { type Effort, TOO_MUCH } from './effort.ts';
import { whyNotComparable } from './equal.ts';
import type { Comparison } from './operators.ts';
import type { Regex } from './regex.ts';
import { show } from './show.ts';
import { type Outcome, truthOf, unknown } from './truth.ts';

const MAX_BYTES = 256 * 1024;

export function compileText(op: 'starts_with' | 'ends_with', wanted: string): Comparison {
  const [yes, no] =
    op === 'starts_with'
      ? ['starts with', 'does not start with']
      : ['ends with', 'does not end with'];
  return value => {
    if (typeof value !== 'string') return unknown(() => whyNotComparable(value, wanted));
    const holds = op === 'starts_with' ? value.startsWith(wanted) : value.endsWith(wanted);
    return { truth: truthOf(holds), why: () => `${holds ? yes : no} ${show(wanted)}` };
  };
}

/** Searches anywhere in the text. */
export function compileRegex(source: string, { size, test }: Regex): Comparison {
  return compileMatch(source, size, test);
}

/** Matches the whole text. */
export function compileGlob(pattern: string): Comparison {
  return compileMatch(pattern, pattern.includes('*') ? pattern.length : 1, compilePattern(pattern));
}

/** `steps`: how many one character may cost. */
function compileMatch(pattern: string, steps: number, test: (text: string) => boolean): Comparison {
  return (value: Exact, effort: Effort): Outcome => {
    if (typeof value !== 'string') return unknown(() => whyNotComparable(value, pattern));
    // The length first: it says without looking that most are short enough.
    if (value.length > MAX_BYTES / 4 && Buffer.byteLength(value) > MAX_BYTES)
      return unknown('is longer than 256 KiB');
    if (!effort.spend(steps * value.length)) return unknown(TOO_MUCH);
    const holds = test(value);
    return {
      truth: truthOf(holds),
      why: () =>
        `is ${show(value)}, which ${holds ? 'matches' : 'does not match'} ${show(pattern)}`,
    };
  };
}
