// What holds for all conditions and all arguments.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileConditions } from '../../../src/policy/conditions/condition.ts';
import type { Means } from '../../../src/policy/conditions/operators.ts';
import { type ConditionDocument, conditionSchema } from '../../../src/policy/conditions/schema.ts';
import type { Exact } from '../../../src/rpc/exact.ts';
import { argsOf, judge, means, regexMeans } from './judging.ts';

const REGEXES = ['a', '^a+$', 'b|1'];
const by: Means = await regexMeans(
  REGEXES.map(value => ({ path: 'args.a', op: 'regex', value }) as const),
);

const path = fc.constantFrom(
  'args',
  'args.a',
  'args.b',
  'args.a.b',
  'args.l[*]',
  'args.l[0]',
  'args.l[*].a',
  'args.l[*].l[*]',
  'args.__proto__',
);
const scalar = fc.constantFrom(
  null,
  true,
  false,
  0,
  1,
  -1,
  2.5,
  'a',
  'ab',
  '1',
  '',
  '[1]',
  '/a/b',
  'http://a/',
);
const wanted = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(scalar, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'A'), scalar, { maxKeys: 2 }),
);
const number = fc.constantFrom(0, 1, 2, 2.5, -1);
const text = fc.constantFrom('a', 'b', 'ab', '1', '[');
const withValue = fc.oneof(
  fc.record({ op: fc.constantFrom('eq', 'neq'), value: wanted }),
  fc.record({ op: fc.constant('contains'), value: wanted.filter(value => value !== '') }),
  fc.record({
    op: fc.constantFrom('in', 'not_in'),
    value: fc.array(wanted, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ op: fc.constantFrom('lt', 'lte', 'gt', 'gte'), value: number }),
  fc.record({ op: fc.constantFrom('length_lt', 'length_gt'), value: fc.nat(3) }),
  fc.record({ op: fc.constantFrom('starts_with', 'ends_with'), value: text }),
  fc.record({ op: fc.constant('glob'), value: fc.constantFrom('a*', '?', '*b*') }),
  fc.record({ op: fc.constant('regex'), value: fc.constantFrom(...REGEXES) }),
  fc.record({ op: fc.constant('exists'), value: fc.boolean() }),
  fc.record({ op: fc.constant('within'), value: fc.constantFrom('/a', '/') }),
  fc.record({ op: fc.constant('host_in'), value: fc.constant(['a', '*.b']) }),
);
const leaf = fc
  .tuple(path, withValue, fc.constantFrom(undefined, undefined, 'any', 'every'))
  .map(([path, parts, quantifier]) =>
    path.includes('*') && quantifier !== undefined
      ? { path, ...parts, quantifier }
      : { path, ...parts },
  );
const condition = fc
  .letrec<{ node: unknown }>(tie => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({ not: tie('node') }),
      fc.record({ any: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ all: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    ),
  }))
  .node.map(document => conditionSchema.parse(document));

/** JSON texts, with numbers that no double holds and keys in many spellings. */
const json: fc.Arbitrary<string> = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar.map(value => JSON.stringify(value)),
    fc.constantFrom('1e400', '9007199254740993', '1.0', '"~/a"', '"/a/%2e%2e"', '"http://x.b"'),
    fc.array(tie('value'), { maxLength: 3 }).map(items => `[${items.join()}]`),
    members(tie('value')).map(object),
  ),
})).value;

function members(value: fc.Arbitrary<string>) {
  const key = fc.constantFrom('a', 'b', 'l', 'A', 'B', 'L', '__proto__', 'constructor');
  return fc.uniqueArray(fc.tuple(key, value), { maxLength: 4, selector: ([key]) => key });
}

function object(entries: readonly [string, string][]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`;
}

const args = fc.option(fc.oneof({ weight: 9, arbitrary: members(json).map(object) }, json), {
  nil: undefined,
  freq: 20,
});

const denies = (document: ConditionDocument, given: string | undefined) =>
  judge([document], 'deny', given, by);
const requires = (document: ConditionDocument, given: string | undefined) =>
  judge([document], 'require', given, by);

test('what is fulfilled is not denied by its opposite', () => {
  const seen = { fulfilled: 0, not: 0 };
  fc.assert(
    fc.property(condition, args, (document, given) => {
      const { holds, truth } = requires(document, given);
      seen[holds ? 'fulfilled' : 'not']++;
      expect(holds).toBe(truth === 'true');
      if (holds) expect(denies({ not: document }, given).holds).toBe(false);
      if (holds) expect(denies(document, given).truth).toBe('true');
      // The same, the other way round.
      if (!denies(document, given).holds) {
        expect(requires(document, given).holds).toBe(false);
        expect(requires({ not: { not: document } }, given).holds).toBe(false);
      }
    }),
    { numRuns: 5000 },
  );
  expect(Math.min(seen.fulfilled, seen.not)).toBeGreaterThan(200);
});

test('a condition and its opposite: one of them denies, and not both are fulfilled', () => {
  fc.assert(
    fc.property(condition, args, (document, given) => {
      const not = { not: document };
      // Of lists each is taken in its strict reading, so both may deny; never neither.
      expect(denies(document, given).holds || denies(not, given).holds).toBe(true);
      expect(requires(document, given).holds && requires(not, given).holds).toBe(false);
    }),
    { numRuns: 3000 },
  );
});

describe('what cannot be said', () => {
  // Leaves by letters, each of which is given a truth by an argument of that name.
  const NAMES = ['p', 'q', 'r'] as const;
  const tree = fc.letrec<{ node: ConditionDocument }>(tie => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc
        .constantFrom(...NAMES)
        .map(name => ({ path: `args.${name}`, op: 'eq', value: 1 }) as const),
      tie('node').map(node => ({ not: node })),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map(any => ({ any })),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map(all => ({ all })),
    ),
  })).node;
  const given = (values: readonly string[]) =>
    `{${NAMES.map((name, i) => `"${name}":${values[i]}`).join()}}`;

  test('only ever makes a rule stricter', () => {
    const values = fc.array(fc.constantFrom('1', '2', '"1"'), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(tree, values, fc.nat(2), (document, known, at) => {
        const less = given(known.map((value, i) => (i === at ? '"1"' : value)));
        if (denies(document, given(known)).holds) expect(denies(document, less).holds).toBe(true);
        if (requires(document, less).holds)
          expect(requires(document, given(known)).holds).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('is what remains where no value makes it clear', () => {
    // Of a tree with each letter once, as the same letter twice may say `p or not p`.
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), ([a, b, c, d]) => {
        const leaves = NAMES.map((name, i): ConditionDocument => {
          const leaf = { path: `args.${name}`, op: 'eq', value: 1 } as const;
          return [a, b, c][i] ? { not: leaf } : leaf;
        });
        const document: ConditionDocument = d ? { any: leaves } : { all: leaves };
        const outcomes = (values: string[]) => denies(document, given(values)).truth;
        const all = ['1', '2'].flatMap(p =>
          ['1', '2'].flatMap(q => ['1', '2'].map(r => [p, q, r])),
        );
        for (const [p = '', q = ''] of all) {
          const ends = new Set([outcomes([p, q, '1']), outcomes([p, q, '2'])]);
          const expected = ends.size === 1 ? [...ends][0] : 'unknown';
          expect(outcomes([p, q, '"1"'])).toBe(expected);
        }
      }),
    );
  });
});

function reversed(value: Exact): Exact {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object' || 'lexeme' in value) return value;
  const turned = Object.create(null) as { [key: string]: Exact };
  for (const [key, member] of Object.entries(value).reverse()) turned[key] = reversed(member);
  return turned;
}

test('the order of keys decides nothing', () => {
  fc.assert(
    fc.property(condition, args, (document, given) => {
      const value = given === undefined ? undefined : argsOf(given);
      for (const reading of ['deny', 'require'] as const) {
        const conditions = compileConditions([document], reading, by);
        expect(conditions(value && reversed(value)).truth).toBe(conditions(value).truth);
      }
    }),
    { numRuns: 3000 },
  );
});

test('one more condition: fewer calls fulfil the list, and more are denied by one more list', () => {
  fc.assert(
    fc.property(condition, condition, args, (one, other, given) => {
      const both = judge([one, other], 'require', given, by).holds;
      expect(both).toBe(requires(one, given).holds && requires(other, given).holds);
      if (judge([one, other], 'deny', given, by).holds)
        expect(denies(one, given).holds && denies(other, given).holds).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('any text whatever is judged, and explained in short', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc
      .array(
        fc.constantFrom(
          'file:',
          '/',
          '\\',
          '..',
          '%',
          '2e',
          '25',
          '~',
          'C:',
          '@',
          '[',
          ']',
          'http://',
          ':',
          '?',
          '#',
          '{',
          '\u2025',
          '.',
        ),
      )
      .map(parts => parts.join('')),
  );
  const leaves = (
    [
      { op: 'within', value: ['/a', '~', 'C:\\', '\\\\s\\s'], base: '/a' },
      { op: 'host_in', value: ['a', '*.b', '[::1]'] },
      { op: 'contains', value: 'a' },
      { op: 'length_gt', value: 3 },
    ] as const
  ).map(parts => ({ path: 'args', ...parts }));
  fc.assert(
    fc.property(
      any.map(text => Buffer.from(text).toString()),
      fc.boolean(),
      (text, isWindows) => {
        for (const leaf of leaves) {
          const conditions = compileConditions([leaf], 'deny', { ...means(), isWindows });
          const { truth, why } = conditions(text);
          expect(['true', 'false', 'unknown']).toContain(truth);
          expect(why().length).toBeLessThan(400);
        }
      },
    ),
    { numRuns: 5000 },
  );
});

describe('large arguments take no more than linear time', async () => {
  const MB = 2 ** 20;
  const many = (unit: string, count: number) => JSON.stringify(unit.repeat(count));
  const cases: [string, ConditionDocument, string][] = [
    ['eq', { path: 'args.a', op: 'eq', value: 'a' }, many('a', 8 * MB)],
    ['members', { path: 'args.a[*]', op: 'in', value: ['x', 1] }, `[${'"a",'.repeat(MB)}1]`],
    ['objects', { path: 'args.a[*].b', op: 'eq', value: 1 }, `[${'{"c":1},'.repeat(MB / 2)}{}]`],
    [
      'keys',
      { path: 'args.a.b', op: 'eq', value: 1 },
      `{${Array.from({ length: 1e5 }, (_, i) => `"é${i}":1`)}}`,
    ],
    ['list in a string', { path: 'args.a', op: 'contains', value: 'x' }, many('[', 4 * MB)],
    [
      'list in a string',
      { path: 'args.a', op: 'contains', value: 'x' },
      JSON.stringify(`[${' '.repeat(4 * MB)}]x`),
    ],
    ['regex', { path: 'args.a', op: 'regex', value: '^(a|aa)+[bc]$' }, many('a', 256 * 1024)],
    [
      'regexes',
      { path: 'args.a[*]', op: 'regex', value: '(?s).*a.{400}[zc]' },
      `[${`${many('ab0zc', 5e4)},`.repeat(50)}1]`,
    ],
    ['glob', { path: 'args.a', op: 'glob', value: `${'*a'.repeat(100)}b` }, many('a', 256 * 1024)],
    [
      'globs',
      { path: 'args.a[*]', op: 'glob', value: `${'*a'.repeat(100)}b` },
      `[${`${many('a', 2e5)},`.repeat(100)}1]`,
    ],
    ['within', { path: 'args.a', op: 'within', value: '/a' }, many('%25', MB)],
    [
      'within',
      { path: 'args.a[*]', op: 'within', value: '/a' },
      `[${`${many('/{..', 1000)},`.repeat(5000)}1]`,
    ],
    [
      'within',
      { path: 'args.a[*]', op: 'within', value: '/a' },
      `[${`${many('\u0315\u0300', 2000)},`.repeat(2000)}1]`,
    ],
    [
      'host_in',
      { path: 'args.a', op: 'host_in', value: ['a'] },
      JSON.stringify(`http://${'a.'.repeat(MB)}`),
    ],
    [
      'host_in',
      { path: 'args.a[*]', op: 'host_in', value: ['a'] },
      `[${`"http://${'é.'.repeat(100)}a",`.repeat(2e4)}1]`,
    ],
    ['length', { path: 'args.a', op: 'length_lt', value: 5 }, many('😀', 2 * MB)],
  ];
  const large = await regexMeans(cases.map(([, document]) => document));

  // A bound against hanging alone.
  test.each(cases)('%s %j', { timeout: 60_000 }, (_, document, value) => {
    const given = argsOf(`{"a":${value}}`);
    for (const reading of ['deny', 'require'] as const) {
      const judged = compileConditions([document], reading, large)(given);
      expect(judged.why().length).toBeLessThan(400);
    }
  });
});
