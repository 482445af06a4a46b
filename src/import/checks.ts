// What makes an Intercept policy invalid although each part of it is in order.
import { compileRegexes } from '../policy/conditions/regex.ts';
import type { Path, Problem } from '../policy/problems.ts';
import { counterIdIn, counterOf, countersOf } from './counters.ts';
import type { InterceptDocument, InterceptRule } from './document.ts';

export async function problemsOfWhole(document: InterceptDocument): Promise<Problem[]> {
  return [
    ...hideProblems(document.hide),
    ...eachRule(document).flatMap(({ rule, at }) => ruleProblems(rule, at)),
    ...counterProblems(document),
    ...(await regexProblems(document)),
  ];
}

function hideProblems(hide: readonly string[]): Problem[] {
  return hide.flatMap((name, i) => {
    const path = ['hide', i];
    if (name.trim() === '') return [{ path, message: 'expected a name, not an empty string' }];
    return hide.indexOf(name) < i ? [{ path, message: `\`${name}\` stands here twice` }] : [];
  });
}

function eachRule({ tools }: InterceptDocument) {
  return Object.entries(tools).flatMap(([tool, { rules }]) =>
    rules.map((rule, i) => ({ tool, rule, at: ['tools', tool, 'rules', i] as Path })),
  );
}

function ruleProblems(rule: InterceptRule, at: Path): Problem[] {
  const { action = 'evaluate', rate_limit, conditions, state, spend } = rule;
  const problem = (key: string, message: string): Problem[] => [
    { path: [...at, key], message, atKey: true },
  ];
  if (rate_limit !== undefined) {
    if (conditions.length > 0 || state !== undefined || spend !== undefined)
      return problem('rate_limit', 'expected alone: give what stands beside it a rule of its own');
    if (action !== 'evaluate')
      return problem('rate_limit', `expected no action beside it, found \`${action}\``);
  }
  if (action === 'deny' && (conditions.length > 0 || spend !== undefined))
    return problem('action', 'a rule that denies always has neither "conditions" nor "spend"');
  if (action === 'evaluate' && conditions.length === 0 && !rate_limit && !spend)
    return [
      {
        path: at,
        message: 'expected "conditions", "rate_limit", "spend", or another action than "evaluate"',
      },
    ];
  return [];
}

function counterProblems(document: InterceptDocument): Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  const known = countersOf(document);
  for (const { tool, rule, at } of eachRule(document)) {
    const counter = counterOf(tool, rule);
    if (counter !== undefined && owners.has(counter.id))
      problems.push({
        path: at,
        message: `the counter \`${counter.id}\` is defined here and in another rule`,
      });
    if (counter !== undefined) owners.set(counter.id, tool);
    for (const [i, { path }] of rule.conditions.entries()) {
      const id = counterIdIn(path);
      if (id !== undefined && !known.has(id))
        problems.push({
          path: [...at, 'conditions', i, 'path'],
          message: `no rule has a "state" with the counter \`${id}\``,
        });
    }
  }
  return problems;
}

async function regexProblems(document: InterceptDocument): Promise<Problem[]> {
  const found = eachRule(document).flatMap(({ rule, at }) =>
    rule.conditions.flatMap(({ op, value }, i) =>
      op === 'regex' && typeof value === 'string'
        ? [{ path: [...at, 'conditions', i, 'value'], source: value }]
        : [],
    ),
  );
  const compiled = await compileRegexes(found.map(({ source }) => source));
  return found.flatMap(({ path, source }) => {
    const result = compiled.get(source);
    return result !== undefined && 'problem' in result ? [{ path, message: result.problem }] : [];
  });
}
