// All that a policy says of the arguments of calls, checked and made ready. A file of its own in dist/.
import type { ArgumentRules, Measure, RulePlaces } from '../argument-rules.ts';
import { describePath, type Path, type Problem, problemsOf } from '../problems.ts';
import { type Conditions, compileConditions } from './condition.ts';
import { compileCost, compileValue } from './measure.ts';
import { parsePath } from './path.ts';
import { compileRegexes, type Regex } from './regex.ts';
import { type ConditionDocument, conditionsSchema, regexesIn } from './schema.ts';
import type { PathMeans } from './within.ts';

export type { PathMeans } from './within.ts';

/** The rules of a document, or what is wrong with them. */
export async function compileRules(
  places: RulePlaces,
  means: PathMeans,
): Promise<{ rules: ArgumentRules } | { problems: Problem[] }> {
  const problems: Problem[] = [];
  const lists: { path: Path; list: ConditionDocument[]; reading: 'require' | 'deny' }[] = [];
  for (const { path, value, reading } of places.conditions) {
    const parsed = conditionsSchema.safeParse(value);
    if (parsed.success) lists.push({ path, list: parsed.data, reading });
    else problems.push(...problemsBelow(path, problemsOf(parsed.error, value)));
  }
  const sources = lists.flatMap(({ path, list }) =>
    [...regexesIn(list)].map(found => ({ ...found, path: [...path, ...found.path] })),
  );
  const regexes = await compileRegexes(sources.map(({ source }) => source));
  for (const { path, source } of sources) {
    const compiled = regexes.get(source);
    if (compiled !== undefined && 'problem' in compiled)
      problems.push({ path, message: compiled.problem });
  }
  problems.push(...[...places.costs, ...places.values].flatMap(pathProblems));
  if (problems.length > 0) return { problems };

  const regex = (source: string): Regex => {
    const compiled = regexes.get(source);
    if (compiled === undefined || 'problem' in compiled) throw new RangeError(`regex ${source}`);
    return compiled;
  };
  const conditions = byPath(
    lists.map(({ path, list, reading }): [Path, Conditions] => [
      path,
      compileConditions(list, reading, { ...means, regex }),
    ]),
  );
  const costs = byPath(
    places.costs.map(({ path, value }): [Path, Measure<number | undefined>] => [
      path,
      compileCost(String(value)),
    ]),
  );
  const values = byPath(
    places.values.map(({ path, value }): [Path, Measure<string>] => [
      path,
      compileValue(String(value)),
    ]),
  );
  return { rules: { conditions, cost: costs, value: values } };
}

function problemsBelow(path: Path, problems: readonly Problem[]): Problem[] {
  return problems.map(problem => ({ ...problem, path: [...path, ...problem.path] }));
}

function pathProblems({ path, value }: { path: Path; value: unknown }): Problem[] {
  if (typeof value !== 'string') return [];
  const parsed = parsePath(value);
  if ('problem' in parsed) return [{ path, message: parsed.problem }];
  return parsed.isMany ? [{ path, message: 'expected a path to one value, without "[*]"' }] : [];
}

function byPath<T>(found: readonly (readonly [Path, T])[]): (path: Path) => T {
  const all = new Map(found.map(([path, value]) => [describePath(path), value]));
  return path => {
    const value = all.get(describePath(path));
    // INVARIANT: what the policy is compiled from is what was looked through.
    if (value === undefined) throw new RangeError(`nothing was compiled for ${describePath(path)}`);
    return value;
  };
}
