// What a policy may say in conditions, and what it is told of the rest.
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { compileRegexes } from '../../../src/policy/conditions/regex.ts';
import { conditionsSchema, regexesIn } from '../../../src/policy/conditions/schema.ts';
import { describePath, problemsOf } from '../../../src/policy/problems.ts';

const problems = (document: unknown) => {
  const parsed = conditionsSchema.safeParse(document);
  return parsed.success
    ? []
    : problemsOf(parsed.error, document, conditionsSchema).map(
        ({ path, message }) => `${describePath(path)}: ${message}`,
      );
};

describe('accepted as it stands', () => {
  test.each<[string, unknown]>([
    ['none', []],
    ['eq', [{ path: 'args.a', op: 'eq', value: 1 }]],
    ['null', [{ path: 'args.a', op: 'eq', value: null }]],
    ['an object', [{ path: 'args.a', op: 'eq', value: { a: [1, 'b', null, { c: true }] } }]],
    ['in', [{ path: 'args.a', op: 'in', value: ['a', 1, null] }]],
    ['exists', [{ path: 'args.a', op: 'exists' }]],
    ['exists: false', [{ path: 'args.a', op: 'exists', value: false }]],
    ['quantifier', [{ path: 'args.a[*]', op: 'gt', value: 0.5, quantifier: 'every' }]],
    ['within', [{ path: 'args.a', op: 'within', value: '~/a', base: '/srv' }]],
    ['within some', [{ path: 'args.a', op: 'within', value: ['/a', 'C:\\b', '\\\\s\\c', '~'] }]],
    ['host_in', [{ path: 'args.a', op: 'host_in', value: ['a.example', '*.b.example', '[::1]'] }]],
    ['any', [{ any: [{ path: 'args', op: 'exists' }] }]],
    [
      'deep',
      [
        {
          not: { all: [{ any: [{ not: { path: 'args.a["b.c"][0]', op: 'glob', value: '*' } }] }] },
        },
      ],
    ],
  ])('%s', (_, document) => {
    expect(problems(document)).toEqual([]);
    expect(conditionsSchema.parse(document)).toEqual(document);
  });
});

describe('refused, and where', () => {
  const leaf = (parts: object) => [{ path: 'args.a', op: 'eq', value: 1, ...parts }];
  const NUMBER = 'expected a number, in whole ones within ±9007199254740991';
  test.each<[unknown, string | RegExp]>([
    [{}, ': expected a list of conditions, found an object'],
    [['x'], '[0]: expected a condition: an object, found `"x"`'],
    [[{}], '[0]: expected {path, op, value}, or one of "any", "all" and "not", found an object'],
    [[{ any: [{ path: 'args', op: 'exists' }], op: 'eq' }], /^\[0\]: expected \{path, op, value\}/],
    [
      [{ any: [{ path: 'args', op: 'exists' }], not: { path: 'args', op: 'exists' } }],
      /^\[0\]: expected/,
    ],
    [[{ any: [] }], '[0].any: expected at least one condition, found an empty list'],
    [[{ all: {} }], '[0].all: expected a list of conditions, found an object'],
    [
      [{ not: [] }],
      '[0].not: expected a condition: an object, found an empty list; for several conditions write `{"all": […]}`',
    ],
    [
      [{ not: { all: [{ path: 'args.a', op: 'lt', value: '1' }] } }],
      `[0].not.all[0].value: ${NUMBER}, found \`"1"\``,
    ],
    [leaf({ vlaue: 1 }), '[0].vlaue: unknown key'],
    [[{ op: 'eq', value: 1 }], /^\[0\]\.path: expected a path such as .*, but it is missing$/],
    [
      [{ path: 'args.a', value: 1 }],
      /^\[0\]\.op: expected an operator: eq, neq, .*, but it is missing$/,
    ],
    [
      leaf({ op: 'equals' }),
      '[0].op: expected an operator, found `"equals"`; did you mean `"eq"`?',
    ],
    [leaf({ path: 7 }), '[0].path: expected a path such as "args.name", in quotes, found `7`'],
    [
      leaf({ quantifier: 'any' }),
      '[0].quantifier: expected only where the path has "[*]", found `"any"`',
    ],
    [
      leaf({ path: 'args.a[*]', quantifier: 'all' }),
      '[0].quantifier: expected "any" or "every", found `"all"`',
    ],
    [leaf({ base: '/srv' }), '[0].base: expected only with "within", found `"/srv"`'],
    [leaf({ op: 'within', value: '/a', base: 'b' }), /^\[0\]\.base: expected an absolute path/],
    [leaf({ value: undefined }), /^\[0\]\.value: expected a value of JSON.*, but it is missing$/],
    [[{ path: 'args.a', op: 'gt' }], `[0].value: ${NUMBER}, but it is missing`],
  ])('%j', (document, expected) => {
    const found = problems(document);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test.each<[string, unknown[]]>([
    [
      'eq',
      [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 53,
        1e300,
        [2 ** 53],
        { a: 2 ** 53 },

        new Date(0),
        new Map(),
        { ['x'.repeat(65)]: 1 },
      ],
    ],
    ['neq', [2 ** 53]],
    ['in', ['a', 1, [], [2 ** 53], {}]],
    ['not_in', [null, []]],
    ['lt', ['1', null, [1], 2 ** 53, true]],
    ['lte', ['1']],
    ['gt', ['1']],
    ['gte', ['1']],
    ['regex', [1, '', ['a']]],
    ['contains', ['', 2 ** 53]],
    ['starts_with', ['', 1]],
    ['ends_with', ['', 1]],
    ['glob', ['', 1]],
    ['exists', ['true', 1, null]],
    [
      'within',
      ['', 'a', './a', '../a', '~u/a', [], ['/a', 'b'], '/a\u0000', 'file:///a', '\\\\?\\C:\\', 1],
    ],
    ['host_in', ['a.example', [], ['https://a.example'], ['a.example:80'], ['*'], [1]]],
    ['length_lt', [-1, 1.5, '1', null]],
    ['length_gt', [-1, 1.5, '1', null]],
  ])('%s takes none of these', (op, values) => {
    for (const value of values)
      expect(problems([{ path: 'args.a', op, value }]).join()).toMatch(/^\[0\]\.value: expected /);
  });

  test.each([
    '',
    'arg.a',
    'a',
    'argsa',
    'args.',
    'args..a',
    'args.a.',
    'args.a b',
    'args.*',
    'args[a]',
    "args['a']",
    'args["a]',
    'args["a\\q"]',
    'args[-1]',
    'args[01]',
    'args[]',
    'args[*',
    'args.a[*]b',
    'args.a[1.5]',
    ' args.a',
    'args.a ',
    'args.a\n',
    '$.a',
    `args.${'a'.repeat(65)}`,
  ])('%j is no path', path => {
    expect(problems([{ path, op: 'eq', value: 1 }]).join()).toMatch(/^\[0\]\.path: expected /);
  });

  test('several at once', () => {
    const document = [
      { path: 'a', op: 'lt', value: 'x' },
      {
        any: [
          { path: 'args.a', op: 'in', value: 1 },
          { path: 'args.a', op: 'regexp', value: 1 },
        ],
      },
    ];
    expect(problems(document).map(text => text.split(':')[0])).toEqual([
      '[0].path',
      '[0].value',
      '[1].any[0].value',
      '[1].any[1].op',
    ]);
  });
});

test('a JSON Schema can be made of it', () => {
  const schema = z.toJSONSchema(conditionsSchema, { io: 'input' });
  expect(JSON.stringify(schema)).toContain('"host_in"');
});

describe('regular expressions', () => {
  test('each is found in its place', () => {
    const regex = (value: string) => ({ path: 'args.a', op: 'regex', value }) as const;
    const document = conditionsSchema.parse([
      regex('a'),
      { any: [regex('b'), { not: regex('c') }] },
      { not: { all: [{ path: 'args.a', op: 'glob', value: 'x' }, regex('d')] } },
    ]);
    const found = [...regexesIn(document, ['deny_if', 0])].map(
      ({ path, source }) => `${describePath(path)} ${source}`,
    );
    expect(found).toEqual([
      'deny_if[0][0].value a',
      'deny_if[0][1].any[0].value b',
      'deny_if[0][1].any[1].not.value c',
      'deny_if[0][2].not.all[1].value d',
    ]);
  });

  test.each<[string, string]>([
    ['(?=a)b', 'invalid or unsupported Perl syntax: `(?=`'],
    ['(?!a)b', 'invalid or unsupported Perl syntax: `(?!`'],
    ['(?<=a)b', 'invalid named capture'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['(', 'missing closing )'],
    ['a{1001}', 'invalid repeat count'],
    ['[z-a]', 'invalid character class range'],
  ])('%s is refused: %s', async (source, why) => {
    const found = (await compileRegexes([source])).get(source);
    expect(found).toEqual({
      problem: expect.stringContaining("expected a regular expression in RE2's syntax"),
    });
    expect(found).toEqual({ problem: expect.stringContaining(why) });
  });

  test('one with very many parts is refused', async () => {
    const source = '(?:a?){999}(?:b?){999}';
    expect((await compileRegexes([source])).get(source)).toHaveProperty('problem');
  });
});
