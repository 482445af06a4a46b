// All that a policy says of the arguments of calls, checked and made ready. A file of its own in dist/.
import type { ArgumentRules, Measure, RulePlaces } from '../argument-rules.ts';
import { describePath, type Path } from '../document-path.ts';
import type { Problem } from '../problems.ts';
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
    else {
      const { problemsOf } = await import('../problems.ts');
      problems.push(...problemsBelow(path, problemsOf(parsed.error, value, conditionsSchema)));
    }
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
  for (const place of [...places.costs, ...places.values]) {
    const message = pathFault(place.value);
    if (message === undefined) continue;
    const { problemAt } = await import('../problems.ts');
    const isValue = places.values.includes(place);
    const expected = isValue
      ? message.replace('a path such', '"tool", "subject" or a path such')
      : message;
    problems.push(problemAt(place.path, expected, place.value));
  }
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
  // What is no text is for the document's own schema to refuse.
  const costs = byPath(
    places.costs.flatMap(({ path, value }): [Path, Measure<number | undefined>][] =>
      typeof value === 'string' ? [[path, compileCost(value)]] : [],
    ),
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

function pathFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const parsed = parsePath(value);
  if ('problem' in parsed) return parsed.problem;
  return parsed.isMany ? 'expected a path to one value, without "[*]"' : undefined;
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
