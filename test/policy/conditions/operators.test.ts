// Every operator against every kind of argument: T true, F false, U cannot be said.
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/policy/conditions/equal.ts';
import { OPERATORS, type Operator } from '../../../src/policy/conditions/operators.ts';
import type { LeafDocument } from '../../../src/policy/conditions/schema.ts';
import { judge, regexMeans } from './judging.ts';

const LETTERS = { true: 'T', false: 'F', unknown: 'U' } as const;

const COLUMNS: readonly (string | undefined)[] = [
  'null',
  'true',
  '5',
  '1e400',
  '"abc"',
  '""',
  '["abc",5]',
  '[]',
  '{"a":1}',
  '{}',
  undefined,
];

// The last column is an argument that is missing, where a rule denies and where one requires.
const GRID = `
op          value             null true 5 1e400 "abc" ""  list [] {"a"} {} missing
eq          null                 T    U U     U     U  U     U  U     U  U F/U
eq          true                 U    T U     U     U  U     U  U     U  U F/U
eq          false                U    F U     U     U  U     U  U     U  U F/U
eq          5                    U    U T     U     U  U     U  U     U  U F/U
eq          "abc"                U    U U     U     T  F     U  U     U  U F/U
eq          ["abc",5]            U    U U     U     U  U     T  F     U  U F/U
eq          ["abc","5"]          U    U U     U     U  U     U  F     U  U F/U
eq          ["x","5"]            U    U U     U     U  U     F  F     U  U F/U
eq          {"a":1}              U    U U     U     U  U     U  U     T  F F/U
eq          {"A":1}              U    U U     U     U  U     U  U     U  F F/U
eq          {}                   U    U U     U     U  U     U  U     F  T F/U
neq         null                 F    U U     U     U  U     U  U     U  U T/U
neq         5                    U    U F     U     U  U     U  U     U  U T/U
neq         "abc"                U    U U     U     F  T     U  U     U  U T/U
neq         []                   U    U U     U     U  U     T  F     U  U T/U
in          ["abc","b"]          U    U U     U     T  F     U  U     U  U F/U
in          ["abc",6,null]       T    U F     U     T  F     U  U     U  U F/U
in          [[],{}]              U    U U     U     U  U     F  T     F  T F/U
not_in      ["abc","b"]          U    U U     U     F  T     U  U     U  U T/U
not_in      ["abc",6,null]       F    U T     U     F  T     U  U     U  U T/U
lt          5                    U    U F     U     U  U     U  U     U  U F/U
lt          6                    U    U T     U     U  U     U  U     U  U F/U
lte         5                    U    U T     U     U  U     U  U     U  U F/U
lte         4.5                  U    U F     U     U  U     U  U     U  U F/U
gt          5                    U    U F     U     U  U     U  U     U  U F/U
gt          4.5                  U    U T     U     U  U     U  U     U  U F/U
gte         5                    U    U T     U     U  U     U  U     U  U F/U
gte         6                    U    U F     U     U  U     U  U     U  U F/U
regex       "^a.c$"              U    U U     U     T  F     U  U     U  U F/U
contains    "b"                  U    U U     U     T  F     U  F     U  U F/U
contains    "abc"                U    U U     U     T  F     T  F     U  U F/U
contains    5                    U    U U     U     U  U     T  F     U  U F/U
contains    6                    U    U U     U     U  U     U  F     U  U F/U
starts_with "ab"                 U    U U     U     T  F     U  U     U  U F/U
ends_with   "ab"                 U    U U     U     F  F     U  U     U  U F/U
ends_with   "bc"                 U    U U     U     T  F     U  U     U  U F/U
glob        "a*"                 U    U U     U     T  F     U  U     U  U F/U
glob        "*"                  U    U U     U     T  T     U  U     U  U F/U
exists      true                 T    T T     T     T  T     T  T     T  T F/F
exists      false                F    F F     F     F  F     F  F     F  F T/T
within      "/srv"               U    U U     U     U  U     U  U     U  U F/U
host_in     ["abc"]              U    U U     U     U  U     U  U     U  U F/U
length_lt   2                    U    U U     U     F  T     F  T     U  U F/U
length_lt   3                    U    U U     U     F  T     T  T     U  U F/U
length_gt   2                    U    U U     U     T  F     F  F     U  U F/U
length_gt   0                    U    U U     U     T  F     T  F     U  U F/U`
  .trim()
  .split('\n')
  .slice(1)
  .map(line => line.split(/\s+/))
  .map(([op = '', value = '', ...cells]) => ({
    leaf: { path: 'args.a', op: op as Operator, value: JSON.parse(value) as Json },
    cells,
  }));

test('the grid has every operator and every kind', () => {
  expect(new Set(GRID.map(({ leaf }) => leaf.op))).toEqual(new Set(OPERATORS));
  for (const { cells } of GRID) expect(cells).toHaveLength(COLUMNS.length);
});

describe('every operator against every kind of argument', async () => {
  const by = await regexMeans(GRID.map(({ leaf }) => leaf));
  const truth = (leaf: LeafDocument, reading: 'deny' | 'require', value: string | undefined) =>
    LETTERS[judge([leaf], reading, value === undefined ? '{}' : `{"a":${value}}`, by).truth];

  test.each(GRID)('$leaf.op $leaf.value', ({ leaf, cells }) => {
    const found = COLUMNS.map(value => {
      const [deny, require] = [truth(leaf, 'deny', value), truth(leaf, 'require', value)];
      if (value === undefined) return `${deny}/${require}`;
      expect(require).toBe(deny);
      return deny;
    });
    expect(found).toEqual(cells);
  });
});

describe('values that are written in more than one way', () => {
  test.each<[string, Operator, Json, string]>([
    // Numbers
    ['1.0', 'eq', 1, 'T'],
    ['100e-2', 'eq', 1, 'T'],
    ['-0', 'eq', 0, 'T'],
    ['0', 'in', [-0], 'T'],
    ['-0', 'lt', 0, 'F'],
    ['0.1', 'eq', 0.1, 'T'],
    ['0.1000000000000000055', 'eq', 0.1, 'U'],
    ['9007199254740993', 'eq', 9007199254740991, 'U'],
    ['9007199254740993', 'gt', 5, 'U'],
    ['1e400', 'gt', 5, 'U'],
    ['-1e400', 'lt', 5, 'U'],
    ['1e-400', 'gt', 0, 'U'],
    ['1e400', 'not_in', [1, 2], 'U'],
    ['"5"', 'eq', 5, 'U'],
    ['"700"', 'gt', 500, 'U'],
    ['["700"]', 'contains', 700, 'U'],
    ['[1e400]', 'eq', [1], 'U'],
    ['{"n":1e400}', 'eq', { n: 1 }, 'U'],
    ['{"n":1e400,"m":1}', 'eq', { n: 1 }, 'F'],
    // Strings stand for themselves, to the last bit.
    ['"\\u0061bc"', 'eq', 'abc', 'T'],
    ['"ABC"', 'eq', 'abc', 'F'],
    ['"e\\u0301"', 'eq', 'é', 'F'],
    ['"true"', 'eq', true, 'U'],
    ['"null"', 'eq', null, 'U'],
    // Objects, whatever their keys are called and in which order they stand
    ['{"b":2,"a":1}', 'eq', { a: 1, b: 2 }, 'T'],
    ['{"__proto__":1}', 'eq', {}, 'F'],
    ['{"constructor":1}', 'eq', { constructor: 1 }, 'T'],
    ['{}', 'eq', { constructor: 1 }, 'F'],
    ['{}', 'eq', { toString: 1 }, 'F'],
    ['{"A":1,"b":1}', 'eq', { a: 1 }, 'F'],
    ['{"b":1,"A":1}', 'eq', { a: 1 }, 'F'],
    ['{"a":1,"A":1}', 'eq', { a: 1 }, 'U'],
    ['{"\\uff41":1}', 'eq', { a: 1 }, 'U'],
    ['[{"a":[1]}]', 'eq', [{ a: [1] }], 'T'],
    ['[{"a":["1"]}]', 'eq', [{ a: [1] }], 'U'],
    ['[1,2]', 'eq', [2, 1], 'F'],
    ['[1,1]', 'eq', [1], 'F'],
    // A list as JSON inside a string
    ['"[\\"prod\\"]"', 'contains', 'prod', 'T'],
    ['"[\\"pr\\\\u006fd\\"]"', 'contains', 'prod', 'U'],
    ['"[\\"malice\\"]"', 'contains', 'alice', 'U'],
    ['" [\\"a\\",\\n\\"b\\"] "', 'contains', 'b', 'T'],
    ['"[NaN, \\"pr\\\\u006fd\\"]"', 'contains', 'prod', 'U'],
    ['"[WIP] see prod"', 'contains', 'prod', 'T'],
    ['"[WIP]"', 'contains', 'prod', 'F'],
    ['"[WIP] a \\\\ b"', 'contains', 'prod', 'F'],
    ['"[1,2,3]"', 'length_gt', 5, 'U'],
    ['"[1,2,3]"', 'length_gt', 2, 'T'],
    ['"[\\"a\\"]"', 'length_lt', 3, 'U'],
    ['"[NaN,\'a\']"', 'length_lt', 3, 'U'],
    // Characters that some languages count twice
    ['"\\ud83d\\ude00\\ud83d\\ude00"', 'length_gt', 2, 'U'],
    ['"\\ud83d\\ude00\\ud83d\\ude00"', 'length_gt', 4, 'F'],
    ['"\\ud83d\\ude00\\ud83d\\ude00"', 'length_gt', 1, 'T'],
    ['"日本語"', 'length_lt', 4, 'T'],
    // Lists: one member decides, one that cannot be compared spoils only the rest
    ['["a","b"]', 'contains', 'b', 'T'],
    ['[1,"b"]', 'contains', 'b', 'T'],
    ['[1,"b"]', 'contains', 'c', 'U'],
    ['["a"]', 'contains', 'ab', 'F'],
    ['[["a"]]', 'contains', ['a'], 'T'],
    ['[null]', 'contains', null, 'T'],
    // Globs match the whole, and `?` one character
    ['"xabc"', 'glob', 'a*', 'F'],
    ['"a/b"', 'glob', 'a*', 'T'],
    ['"\\ud83d\\ude00"', 'glob', '?', 'T'],
    ['"a.c"', 'glob', 'a.c', 'T'],
    ['"abc"', 'glob', 'a.c', 'F'],
  ])('%s %s %j: %s', (value, op, wanted, expected) => {
    for (const reading of ['deny', 'require'] as const) {
      const { truth } = judge([{ path: 'args.a', op, value: wanted }], reading, `{"a":${value}}`);
      expect(LETTERS[truth]).toBe(expected);
    }
  });
});

describe('regular expressions', async () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ['b', 'abc', true],
    ['^b', 'abc', false],
    ['^abc$', 'abc\n', false],
    ['^abc$', 'x\nabc\ny', false],
    ['(?m)^abc$', 'x\nabc\ny', true],
    ['a.c', 'a\nc', false],
    ['(?s)a.c', 'a\nc', true],
    ['ABC', 'abc', false],
    ['(?i)ABC', 'abc', true],
    ['^.$', '😀', true],
    ['^\\w+$', 'é', false],
    ['^\\p{L}+$', 'é', true],
    ['\\bdrop\\s+table\\b', 'x; drop\t\ttable y', true],
  ];
  const leaves = cases.map(([value]) => ({ path: 'args.a', op: 'regex', value }) as const);
  const by = await regexMeans(leaves);

  test.each(cases)('%j in %j: %s', (value, text, matches) => {
    const args = JSON.stringify({ a: text });
    const { truth } = judge([{ path: 'args.a', op: 'regex', value }], 'deny', args, by);
    expect(truth).toBe(String(matches));
  });
});

describe('long texts', async () => {
  const K = 256 * 1024;
  const regex = (value: string) => ({ path: 'args.a', op: 'regex', value }) as const;
  const glob = (value: string) => ({ path: 'args.a', op: 'glob', value }) as const;
  const slow = regex('(?s).*b.{400}[cz]');
  const by = await regexMeans([regex('a'), regex('b'), slow]);
  const why = (leaf: LeafDocument, value: unknown) => {
    const { truth, why } = judge([leaf], 'deny', JSON.stringify({ a: value }), by);
    return truth === 'unknown' ? why() : truth;
  };
  const LONG = 'args.a is longer than 256 KiB';
  const MUCH = /^args\.a(?:\[\d+\])? is too much to look at$/;

  test.each<[string, LeafDocument, unknown, string | RegExp]>([
    ['256 KiB', regex('a'), 'a'.repeat(K), 'true'],
    ['256 KiB', regex('b'), 'a'.repeat(K), 'false'],
    ['a byte more', regex('a'), 'a'.repeat(K + 1), LONG],
    ['256 KiB of é', regex('b'), 'é'.repeat(K / 2), 'false'],
    ['more of é', regex('b'), 'é'.repeat(K / 2 + 1), LONG],
    ['256 KiB', glob('*b'), 'a'.repeat(K), 'false'],
    ['a byte more', glob('a'), 'a'.repeat(K + 1), LONG],
    ['a costly pattern', slow, 'a'.repeat(10_000), 'false'],
    ['a costly pattern', slow, 'a'.repeat(K), MUCH],
    ['a costly pattern', glob(`${'*a'.repeat(200)}b`), 'a'.repeat(K), MUCH],
    ['many', { ...glob('*a*b'), path: 'args.a[*]' }, Array(300).fill('a'.repeat(K / 2)), MUCH],
    ['few', { ...glob('*a*b'), path: 'args.a[*]' }, Array(30).fill('a'.repeat(K / 2)), 'false'],
    [
      'many URLs',
      { path: 'args.a[*]', op: 'host_in', value: ['b'] },
      Array(40_000).fill('http://a/'),
      MUCH,
    ],
  ])('%s', (_, leaf, value, expected) => expect(why(leaf, value)).toMatch(expected));
});
