// What a limit reads from the arguments of a call: what it costs, and the value that it is counted by.
import { ExactNumber } from '../../rpc/exact.ts';
import { MAX_COST, partsOf } from '../amount.ts';
import type { Measure } from '../argument-rules.ts';
import { type Found, follow, parsePath } from './path.ts';
import { kindOf } from './show.ts';

/** The cost at a path, in millionths; undefined where there is nothing. */
export function compileCost(path: string): Measure<number | undefined> {
  const find = finder(path);
  return args => {
    const found = find(args);
    if (found.kind === 'absent') return { value: undefined };
    if (found.kind === 'unclear') return { problem: `${found.where()} ${found.why}` };
    const parts = partsOf(found.value);
    if (parts !== undefined) return { value: parts };
    const isNumber = typeof found.value === 'number' || found.value instanceof ExactNumber;
    const why = isNumber
      ? `no number from 0 to ${MAX_COST} with up to 6 decimals`
      : `${kindOf(found.value)}, not a number`;
    return { problem: `${found.where()} is ${why}` };
  };
}

/** The scalar at a path, as JSON. */
export function compileValue(path: string): Measure<string> {
  const find = finder(path);
  return args => {
    const found = find(args);
    if (found.kind !== 'value') return { problem: `${found.where()} ${found.why}` };
    const { value } = found;
    // Some servers read it as the nearest double: an agent that spells a number in many ways must not
    // get many counters.
    if (value instanceof ExactNumber) return { value: String(Number(value.lexeme)) };
    if (typeof value === 'object' && value !== null)
      return { problem: `${found.where()} is ${kindOf(value)}` };
    return { value: JSON.stringify(value) };
  };
}

function finder(path: string): (args: Parameters<typeof follow>[1]) => Found {
  const parsed = parsePath(path);
  if ('problem' in parsed) throw new Error(`a path that was not checked: ${parsed.problem}`);
  return args => {
    let only: Found = { kind: 'absent', why: 'is missing', where: () => path };
    follow(parsed, args, found => {
      only = found;
      return true;
    });
    return only;
  };
}
