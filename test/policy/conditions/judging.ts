// Conditions judged on arguments that are written as JSON.
import {
  compileConditions,
  type Judged,
  type Reading,
} from '../../../src/policy/conditions/condition.ts';
import type { Means } from '../../../src/policy/conditions/operators.ts';
import { compileRegexes, type Regex } from '../../../src/policy/conditions/regex.ts';
import { type ConditionDocument, regexesIn } from '../../../src/policy/conditions/schema.ts';
import { type Exact, readExact } from '../../../src/rpc/exact.ts';

export const argsOf = (json: string): Exact => {
  const bytes = Buffer.from(json);
  return readExact(bytes, { start: 0, end: bytes.length });
};

/** As on a Unix machine without links, where each pattern is compiled before. */
export const means = (regexes = new Map<string, Regex>()): Means => ({
  regex: source => {
    const found = regexes.get(source);
    if (found === undefined) throw new Error(`not compiled: ${source}`);
    return found;
  },
  realPath: path => path,
  home: '/home/u',
  isWindows: false,
});

export async function regexMeans(documents: readonly ConditionDocument[]): Promise<Means> {
  const compiled = await compileRegexes([...regexesIn(documents)].map(({ source }) => source));
  const regexes = new Map<string, Regex>();
  for (const [source, found] of compiled) if ('test' in found) regexes.set(source, found);
  return means(regexes);
}

/** `args` is JSON; undefined stands for a call without arguments. */
export const judge = (
  documents: readonly ConditionDocument[],
  reading: Reading,
  args: string | undefined,
  by: Means = means(),
): Judged =>
  compileConditions(documents, reading, by)(args === undefined ? undefined : argsOf(args));
