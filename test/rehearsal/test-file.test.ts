// Files of policy tests: the good ones are read as they are written, the bad ones say what is wrong where.
import { describe, expect, test } from 'vitest';
import { parseTestFile, type TestCall, type TestFile } from '../../src/rehearsal/test-file.ts';
import { parseStart, parseTime } from '../../src/rehearsal/time.ts';

async function read(text: string): Promise<TestFile> {
  const parsed = await parseTestFile('t.yaml', text);
  expect('problems' in parsed ? parsed.problems : []).toEqual([]);
  if ('problems' in parsed) throw new Error('it has problems');
  return parsed.file;
}

async function problemsIn(text: string): Promise<string[]> {
  const parsed = await parseTestFile('t.yaml', text);
  return 'problems' in parsed ? parsed.problems : [];
}

/** The calls of the one test in a file. */
async function callsOf(text: string): Promise<TestCall[]> {
  const [only] = (await read(text)).tests;
  return (only?.steps ?? []).filter(step => step.kind === 'call');
}

describe('what is read', () => {
  test('a whole file', async () => {
    const file = await read(`policy: [a.json, preset:ecs]
server: srv
start: 2026-03-04T05:06:07Z
tests:
  - name: long
    mode: observe
    start: 2026-03-05T00:00:00+01:00
    calls:
      - tool: t
        args: { a: 1 }
        repeat: 3
        answer: false
        expect: allow
      - { at: 1m30s, restart: true }
      - resource: file:///x
        expect: { effect: deny, reason: why, key: null, category: null, layer: policy, subject: s }
      - prompt: p
        args: { b: c }
        expect: rate_limit
  - name: short
    tool: t
    expect: require_approval
`);
    expect(file).toEqual({
      policies: ['a.json', 'preset:ecs'],
      server: 'srv',
      tests: [
        {
          ...{ name: 'long', line: 5, mode: 'observe' },
          start: Date.UTC(2026, 2, 4, 23),
          steps: [
            {
              ...{ kind: 'call', number: 1, line: 9, at: undefined, repeat: 3, answered: false },
              request: { method: 'tools/call', params: '{"name":"t","arguments":{"a":1}}' },
              expected: { effect: 'allow' },
            },
            { kind: 'restart', at: 90_000 },
            {
              ...{ kind: 'call', number: 2, line: 15, at: undefined, repeat: 1, answered: true },
              request: { method: 'resources/read', params: '{"uri":"file:///x"}' },
              expected: {
                ...{ effect: 'deny', reason: 'why', key: null, category: null },
                ...{ layer: 'policy', subject: 's' },
              },
            },
            {
              ...{ kind: 'call', number: 3, line: 17, at: undefined, repeat: 1, answered: true },
              request: { method: 'prompts/get', params: '{"name":"p","arguments":{"b":"c"}}' },
              expected: { effect: 'rate_limit' },
            },
          ],
        },
        {
          ...{ name: 'short', line: 20, mode: 'enforce', start: Date.UTC(2026, 2, 4, 5, 6, 7) },
          steps: [
            {
              ...{ kind: 'call', number: 1, line: 20, at: undefined, repeat: 1, answered: true },
              request: { method: 'tools/call', params: '{"name":"t"}' },
              expected: { effect: 'require_approval' },
            },
          ],
        },
      ],
    });
  });

  test('JSON, also with tabs', async () => {
    const text = '{\n\t"tests": [\n\t\t{ "name": "n", "tool": "t", "expect": "deny" }\n\t]\n}\n';
    expect(await callsOf(text)).toMatchObject([{ line: 3, expected: { effect: 'deny' } }]);
    expect((await read(text)).policies).toBeUndefined();
  });

  test('one policy, and what is there by default', async () => {
    const file = await read('policy: p.json\ntests: [{ name: n, tool: t, expect: deny }]');
    expect(file).toMatchObject({
      ...{ policies: ['p.json'], server: 'test' },
      tests: [{ mode: 'enforce', start: Date.UTC(2026, 0, 1) }],
    });
  });

  test.each([
    ['a number as it is written', '1.10', '1.10'],
    ['one that no double holds', '12345678901234567890', '12345678901234567890'],
    ['one beyond all doubles', '1e400', '1e400'],
    ['one of another notation', '0x10', '16'],
    ['one with a sign', '+5', '5'],
    ['a text that looks like one', '"1.10"', '"1.10"'],
    ['no value', '', 'null'],
    ['null and booleans', '[null, true, false]', '[null,true,false]'],
    ['lists and objects', '{ b: [1.0, { c: x }], a: [] }', '{"b":[1.0,{"c":"x"}],"a":[]}'],
    ['a key that is a number', '{ 1: x }', '{"1":"x"}'],
    ['a key of this name', '{ __proto__: 1 }', '{"__proto__":1}'],
    ['line breaks and quotes', '"a\\n\\"b\\""', '"a\\n\\"b\\""'],
    ['no date', '2026-01-01', '"2026-01-01"'],
  ])('arguments: %s', async (_, value, json) => {
    const text = `tests:\n  - name: n\n    tool: t\n    args:\n      v: ${value}\n    expect: deny\n`;
    const [found] = await callsOf(text);
    expect(found?.request.params).toBe(`{"name":"t","arguments":{"v":${json}}}`);
  });

  test('aliases, of arguments and of whole calls', async () => {
    const found = await callsOf(`tests:
  - name: n
    calls:
      - &first { tool: t, args: &args { a: [1.50] }, expect: deny }
      - *first
      - { tool: u, args: *args, expect: deny }
`);
    expect(found.map(({ line, request }) => [line, request.params])).toEqual([
      [4, '{"name":"t","arguments":{"a":[1.50]}}'],
      [5, '{"name":"t","arguments":{"a":[1.50]}}'],
      [6, '{"name":"u","arguments":{"a":[1.50]}}'],
    ]);
  });
});

describe('times', () => {
  test.each([
    [0, 0],
    [90, 90_000],
    [0.5, 500],
    ['0s', 0],
    ['60s', 60_000],
    ['59999ms', 59_999],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    [-1, undefined],
    [Number.NaN, undefined],
    [1e300, undefined],
    ['', undefined],
    ['60', undefined],
    ['1 m', undefined],
    ['1M', undefined],
    ['-1s', undefined],
    ['1s2', undefined],
    ['x1s', undefined],
    ['999999999w', undefined],
    [null, undefined],
  ])('%j after the beginning: %j ms', (value, ms) => expect(parseTime(value)).toBe(ms));

  test.each([
    ['2026-01-31T23:59:59Z', Date.UTC(2026, 0, 31, 23, 59, 59)],
    ['2026-01-31T23:59Z', Date.UTC(2026, 0, 31, 23, 59)],
    ['2026-01-31T23:59:59.500+02:00', Date.UTC(2026, 0, 31, 21, 59, 59, 500)],
    ['2026-01-31', undefined],
    ['2026-01-31T23:59:59', undefined],
    ['2026-13-31T23:59:59Z', undefined],
    [1_767_225_600, undefined],
  ])('a beginning at %j', (value, ms) => expect(parseStart(value)).toBe(ms));
});

const one = (rest: string) => `tests:\n  - name: n\n${rest}`;
const calls = (...items: string[]) =>
  one(`    calls:\n${items.map(item => `      - ${item}\n`).join('')}`);

describe('problems, each with its place', () => {
  test.each<[string, string, string[]]>([
    ['an empty file', '', ['t.yaml:1:1: expected an object, found `null`']],
    ['no tests', 'server: x', ['t.yaml:1:1: `tests`: expected a list, but it is missing']],
    [
      'an empty list',
      'tests: []',
      ['t.yaml:1:8: `tests`: expected at least one test, found an empty list'],
    ],
    ['no YAML', 'tests: [', [expect.stringMatching(/^t\.yaml:1:\d+: /)]],
    [
      'a key twice',
      one('    tool: t\n    tool: u\n    expect: deny'),
      [expect.stringMatching(/^t\.yaml:4:5: duplicate key/)],
    ],
    [
      'an unknown key at the top',
      'test: 1\ntests: [{ name: n, tool: t, expect: deny }]',
      ['t.yaml:1:1: `test`: unknown key, did you mean `tests`?'],
    ],
    [
      'an unknown key of a test',
      one('    tol: t\n    tool: t\n    expect: deny'),
      ['t.yaml:3:5: `tests[0].tol`: unknown key, did you mean `tool`?'],
    ],
    [
      'an unknown key of a call',
      calls('{ tool: t, expct: deny, expect: deny }'),
      ['t.yaml:4:20: `tests[0].calls[0].expct`: unknown key, did you mean `expect`?'],
    ],
    [
      'an unknown key of an expectation',
      calls('{ tool: t, expect: { effect: deny, raeson: x } }'),
      ['t.yaml:4:44: `tests[0].calls[0].expect.raeson`: unknown key, did you mean `reason`?'],
    ],
    [
      'a wrong effect',
      calls('{ tool: t, expect: denied }'),
      [
        't.yaml:4:28: `tests[0].calls[0].expect.effect`: expected "allow", "require_approval", "rate_limit" or "deny", found `"denied"`',
      ],
    ],
    [
      'an expectation without effect',
      calls('{ tool: t, expect: { reason: x } }'),
      [
        expect.stringMatching(
          /^t\.yaml:4:\d+: `tests\[0\]\.calls\[0\]\.expect\.effect`: .* missing$/,
        ),
      ],
    ],
    [
      'no expectation',
      calls('{ tool: t }'),
      ['t.yaml:4:9: `tests[0].calls[0]`: expected `expect`: what the call should come to'],
    ],
    [
      'a number where a text is expected',
      calls('{ tool: t, expect: { effect: deny, reason: 30 } }'),
      ['t.yaml:4:52: `tests[0].calls[0].expect.reason`: expected a text in quotes, found `30`'],
    ],
    [
      'a wrong mode',
      one('    mode: observed\n    tool: t\n    expect: deny'),
      [
        't.yaml:3:11: `tests[0].mode`: expected "enforce" or "observe", found `"observed"`; did you mean `"observe"`?',
      ],
    ],
    [
      'arguments that are no object',
      calls('{ tool: t, args: [1], expect: deny }'),
      ['t.yaml:4:26: `tests[0].calls[0].args`: expected an object, found a list'],
    ],
    [
      'a number that JSON does not have',
      calls('{ tool: t, args: { x: [.inf] }, expect: deny }'),
      ['t.yaml:4:32: `tests[0].calls[0].args`: JSON has no such number: `.inf`'],
    ],
    [
      'arguments of a resource',
      calls('{ resource: x, args: {}, expect: deny }'),
      ['t.yaml:4:24: `tests[0].calls[0].args`: a resource takes no arguments'],
    ],
    [
      'two targets',
      calls('{ tool: t, prompt: p, expect: deny }'),
      [
        't.yaml:4:9: `tests[0].calls[0]`: expected one of `tool`, `resource`, `prompt` and `restart`',
      ],
    ],
    [
      'no target',
      one('    expect: deny'),
      ['t.yaml:2:5: `tests[0]`: expected one of `tool`, `resource`, `prompt` and `calls`'],
    ],
    [
      'calls beside a call',
      one('    tool: t\n    calls: [{ tool: t, expect: deny }]'),
      ['t.yaml:3:5: `tests[0].tool`: expected `calls` or one call of its own, not both'],
    ],
    [
      'a time that goes back, after a call without one',
      calls(
        '{ at: 5s, tool: t, expect: deny }',
        '{ tool: t, expect: deny }',
        '{ at: 4999ms, tool: t, expect: deny }',
      ),
      ['t.yaml:6:15: `tests[0].calls[2].at`: expected no time before that of the call above'],
    ],
    [
      'a time that is none',
      calls('{ at: soon, tool: t, expect: deny }'),
      [
        expect.stringMatching(
          /^t\.yaml:4:15: `tests\[0\]\.calls\[0\]\.at`: expected a time .* `"soon"`$/,
        ),
      ],
    ],
    [
      'a beginning that is none',
      'start: yesterday\ntests: [{ name: n, tool: t, expect: deny }]',
      [expect.stringMatching(/^t\.yaml:1:8: `start`: expected a date .* `"yesterday"`$/)],
    ],
    [
      'a repetition of nothing',
      calls('{ tool: t, repeat: 0, expect: deny }'),
      ['t.yaml:4:28: `tests[0].calls[0].repeat`: expected a number of at least 1, found `0`'],
    ],
    [
      'half a repetition',
      calls('{ tool: t, repeat: 1.5, expect: deny }'),
      ['t.yaml:4:28: `tests[0].calls[0].repeat`: expected a whole number, found `1.5`'],
    ],
    [
      'a restart that is a call',
      calls('{ restart: true, tool: t }', '{ tool: t, expect: deny }'),
      ['t.yaml:4:26: `tests[0].calls[0].tool`: a restart is no call'],
    ],
    [
      'only restarts',
      calls('{ restart: true }'),
      ['t.yaml:3:5: `tests[0].calls`: expected at least one call: this test checks nothing'],
    ],
    [
      'no calls',
      one('    calls: []'),
      ['t.yaml:3:5: `tests[0].calls`: expected at least one call: this test checks nothing'],
    ],
    [
      'no name',
      'tests: [{ tool: t, expect: deny }]',
      ['t.yaml:1:9: `tests[0].name`: expected a text in quotes, but it is missing'],
    ],
    [
      'no policies',
      'policy: []\ntests: [{ name: n, tool: t, expect: deny }]',
      [
        't.yaml:1:9: `policy`: expected a file, preset:NAME or a list of these, found an empty list',
      ],
    ],
  ])('%s', async (_, text, problems) => expect(await problemsIn(text)).toEqual(problems));

  test('all at once', async () => {
    const text = calls(
      '{ tool: t }',
      '{ expect: deny }',
      '{ resource: x, args: {}, expect: deny }',
    );
    expect(await problemsIn(text)).toHaveLength(3);
  });
});
