// Intercept policies that are not in order: every problem, and where it stands.
import { describe, expect, test } from 'vitest';
import { readIntercept } from '../../src/import/read.ts';

async function problemsIn(text: string): Promise<string[]> {
  const read = await readIntercept('p.yaml', text);
  return 'problems' in read ? read.problems : [];
}

/** Of a rule of the tool `t`, each of whose lines is one of the text, the first of them line 5. */
const inRule = (...lines: string[]) =>
  problemsIn(
    [
      'version: "1"',
      'tools:',
      '  t:',
      '    rules:',
      ...lines.map((l, i) => `${i ? '        ' : '      - '}${l}`),
    ].join('\n'),
  );
const RULE = '`tools.t.rules[0]';

describe('the document', () => {
  test.each([
    ['', 'p.yaml:1:1: expected an object with "version" and "tools", found `null`'],
    ['[]', 'p.yaml:1:1: expected an object with "version" and "tools", found an empty list'],
    [
      '{}',
      'p.yaml:1:1: `version`: expected "1", the only version of Intercept\'s format that is known, but it is missing',
    ],
    [
      'version: "2"',
      'p.yaml:1:10: `version`: expected "1", the only version of Intercept\'s format that is known, found `"2"`',
    ],
    [
      'version: 1.5',
      'p.yaml:1:10: `version`: expected "1", the only version of Intercept\'s format that is known, found `1.5`',
    ],
    [
      'version: 1\nrules: []',
      'p.yaml:2:1: `rules`: unknown key, expected one of version, description, default, hide, tools, approvals',
    ],
    [
      'version: 1\ndefault: block',
      'p.yaml:2:10: `default`: expected "allow" or "deny", or no default, found `"block"`; did you mean `"deny"`?',
    ],
    ['version: 1\nhide: a', 'p.yaml:2:7: `hide`: expected a list, found `"a"`'],
    [
      'version: 1\nhide: [a, " ", a]',
      'p.yaml:2:11: `hide[1]`: expected a name, not an empty string',
    ],
    ['version: 1\nhide: [a, b, a]', 'p.yaml:2:14: `hide[2]`: `a` stands here twice'],
    ['version: 1\nhide: [{}]', 'p.yaml:2:8: `hide[0]`: expected a text, found an object'],
    ['version: 1\ntools: []', 'p.yaml:2:8: `tools`: expected an object, found an empty list'],
    [
      'version: 1\ntools: { "": {} }',
      'p.yaml:2:10: `tools[""]`: expected a name, not an empty string',
    ],
    [
      'version: 1\ntools: { t: [] }',
      'p.yaml:2:13: `tools.t`: expected an object with "rules", found an empty list',
    ],
    [
      'version: 1\ntools: { t: { limits: [] } }',
      'p.yaml:2:15: `tools.t.limits`: unknown key, expected one of rules',
    ],
    [
      'version: 1\ntools: { __proto__: {} }',
      'p.yaml:2:10: `tools.__proto__`: this name cannot be used',
    ],
    ['version: 1\nversion: 1', expect.stringContaining('p.yaml:2:1: ')],
    ['version: 1\ntools:\n  *: {}', expect.stringContaining('needs quotes')],
    ['version: 1\n---\nversion: 1', expect.stringContaining('p.yaml:2:1: ')],
    ['version: "1', expect.stringContaining('p.yaml:1:')],
    ['a: &a [*a]', expect.stringContaining('aliases')],
  ])('%j', async (text, problem) => {
    expect(await problemsIn(text)).toContainEqual(problem);
  });
});

describe('rules', () => {
  const COND = 'conditions: [{ path: args.n, op: lt, value: 1 }]';
  test.each([
    [
      ['name: n'],
      `5:9: ${RULE}\`: expected "conditions", "rate_limit", "spend", or another action than "evaluate"`,
    ],
    [['name: n', 'conditions: []'], `5:9: ${RULE}\`: expected "conditions"`],
    [
      ['name: n', 'when: always'],
      `6:9: ${RULE}.when\`: unknown key, expected one of name, action, `,
    ],
    [['rate_limt: 5/hour'], `5:9: ${RULE}.rate_limt\`: unknown key, did you mean \`rate_limit\`?`],
    [['name: []', COND], `5:15: ${RULE}.name\`: expected a text, found an empty list`],
    [
      ['action: block'],
      `5:17: ${RULE}.action\`: expected "evaluate", "deny" or "require_approval", found \`"block"\``,
    ],
    [
      ['action: deny', COND],
      `5:9: ${RULE}.action\`: a rule that denies always has neither "conditions" nor "spend"`,
    ],
    [
      ['rate_limit: 5/week'],
      `5:21: ${RULE}.rate_limit\`: expected "<count>/<window>" such as "5/hour", of a minute, an hour or a day, found \`"5/week"\``,
    ],
    [['rate_limit: 0/hour'], `${RULE}.rate_limit\`: expected`],
    [['rate_limit: -1/hour'], `${RULE}.rate_limit\`: expected`],
    [['rate_limit: 5 / hour'], `${RULE}.rate_limit\`: expected`],
    [['rate_limit: 99999999999999999/hour'], `${RULE}.rate_limit\`: expected`],
    [['rate_limit: 5'], `${RULE}.rate_limit\`: expected`],
    [['rate_limit: 5/hour', COND], `5:9: ${RULE}.rate_limit\`: expected alone`],
    [
      ['rate_limit: 5/hour', 'action: deny'],
      `${RULE}.rate_limit\`: expected no action beside it, found \`deny\``,
    ],
    [
      ['rate_limit: 5/hour', 'action: require_approval'],
      `${RULE}.rate_limit\`: expected no action`,
    ],
    [
      [COND, 'state: { window: day }'],
      `${RULE}.state.counter\`: expected a text, but it is missing`,
    ],
    [
      [COND, 'state: { counter: "", window: day }'],
      `6:27: ${RULE}.state.counter\`: expected a name`,
    ],
    [
      [COND, 'state: { counter: c, window: week }'],
      `${RULE}.state.window\`: expected "minute", "hour" or "day", found \`"week"\``,
    ],
    [
      [COND, 'state: { counter: c, window: day, increment: 1.5 }'],
      `${RULE}.state.increment\`: expected a whole number, found \`1.5\``,
    ],
    [
      [COND, 'state: { counter: c, window: day, increment_from: amount }'],
      `${RULE}.state.increment_from\`: expected a path of arguments such as "args.amount", found \`"amount"\``,
    ],
    [['spend: 5'], `${RULE}.spend\`: expected an object, found \`5\``],
  ])('%j', async (lines, problem) => {
    const found = await inRule(...lines);
    expect(found).toContainEqual(expect.stringContaining(problem));
  });

  test('two counters of one name, and two limits of one window', async () => {
    const state = '{ counter: c, window: day }';
    const limit = '{ path: state.t.c, op: lte, value: 1 }';
    const rules = [`{ conditions: [${limit}], state: ${state} }`, '{ rate_limit: 1/day }'];
    const text = (list: string[]) =>
      `version: 1\ntools:\n  t:\n    rules:\n${list.map(r => `      - ${r}`).join('\n')}`;
    expect(await problemsIn(text(rules))).toEqual([]);
    expect(await problemsIn(text([...rules, ...rules]))).toEqual([
      'p.yaml:7:9: `tools.t.rules[2]`: the counter `t.c` is defined here and in another rule',
      'p.yaml:8:9: `tools.t.rules[3]`: the counter `t._rate_day` is defined here and in another rule',
    ]);
  });
});

describe('conditions', () => {
  test.each([
    [
      '{ path: n, op: lt, value: 1 }',
      '5:30',
      'path',
      'expected a path such as "args.amount" or "state.<tool>.<counter>", found `"n"`',
    ],
    ['{ path: args., op: lt, value: 1 }', '5:30', 'path', 'expected a path such as'],
    [
      '{ path: state.t.c, op: lt, value: 1 }',
      '5:30',
      'path',
      'no rule has a "state" with the counter `t.c`',
    ],
    [
      '{ path: args.n, op: matches, value: 1 }',
      '5:42',
      'op',
      'expected an operator of Intercept: eq, neq, in, not_in, lt, lte, gt, gte, regex, contains, exists, found `"matches"`',
    ],
    [
      '{ path: args.n, op: lt, value: "1" }',
      '5:53',
      'value',
      'expected a number for "lt", found `"1"`',
    ],
    ['{ path: args.n, op: lt }', '', 'value', 'expected a number for "lt", but it is missing'],
    ['{ path: args.n, op: in, value: a }', '5:53', 'value', 'expected a list for "in"'],
    [
      '{ path: args.n, op: exists, value: 1 }',
      '5:57',
      'value',
      'expected true or false for "exists"',
    ],
    ['{ path: args.n, op: regex, value: 1 }', '5:56', 'value', 'expected a string for "regex"'],
    [
      '{ path: args.n, op: regex, value: "(?=a)" }',
      '5:56',
      'value',
      "expected a regular expression in RE2's syntax",
    ],
    ['{ path: args.n, op: eq, value: 1, quantifier: any }', '5:56', 'quantifier', 'unknown key'],
  ])('%s', async (condition, position, key, message) => {
    const [problem, ...more] = await inRule(`conditions: [${condition}]`);
    expect(more).toEqual([]);
    expect(problem).toContain(`p.yaml:${position}`);
    expect(problem).toContain(`${RULE}.conditions[0].${key}\`: ${message}`);
  });

  // Of each list, what gopkg.in/yaml.v3 3.0.1 and the `yaml` of this program made of it was compared.
  const ODD =
    '010 08 1_000 1_0.5 0b101 -0x1f 2026-01-31 -0o17 0x1_F 1e1_0 1_ 0B1 -0b1 0X1f 0O7 +0b1 +0x1f 1__0 -1_0 1._5 .5_0';
  test.each([...ODD.split(' '), '2026-1-3 10:00:00', '2026-01-31T10:00:00Z'])(
    'what readers of YAML do not agree on: %s',
    async scalar => {
      const [problem] = await inRule(
        `conditions: [{ path: args.n, op: in, value: [5, ${scalar}] }]`,
      );
      expect(problem).toMatch(/^p\.yaml:5:57: readers of YAML do not agree on/);
      expect(problem).toContain(`\`${scalar}\``);
      expect(await inRule(`conditions: [{ path: args.n, op: in, value: ["${scalar}"] }]`)).toEqual(
        [],
      );
    },
  );

  const PLAIN =
    '0 10 -10 +5 1.50 1e3 .5 5. -0 0x1F 0o17 true ~ Null yes tRue a_b _1 1e 2026-13 20260131';
  test.each(PLAIN.split(' '))('what they do agree on: %s', async scalar => {
    const value = `conditions: [{ path: args.n, op: eq, value: ${scalar} }]`;
    expect(await inRule(value)).toEqual([]);
  });

  test('all problems at once, in the order of the text', async () => {
    const found = await inRule('name: []', 'on_deny: {}', 'conditions: [{ op: lt, value: 010 }]');
    expect(found.map(problem => problem.split(':')[1])).toEqual(['5', '6', '7', '7']);
  });
});
