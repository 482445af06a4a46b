// Patterns on names, against the regular expressions that they stand for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, compilePatterns, isPattern } from '../../src/policy/match.ts';
import { folded } from '../../src/rpc/fold.ts';

describe('compilePattern', () => {
  test.each([
    ['a', 'a', true],
    ['a', 'A', false],
    ['a', 'ab', false],
    ['', '', true],
    ['*', '', true],
    ['*', 'anything:at/all\n', true],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*c', 'abbc', true],
    ['a*c', 'acb', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a**c', 'ac', true],
    ['*a*', 'bab', true],
    ['?*', '', false],
    ['*?', 'a', true],
    ['a?c', 'ac', false],
    ['*ab', 'aab', true],
    ['*aab', 'aaab', true],
    ['get_*', 'get_', true],
    ['ecs_*:Delete*', 'ecs_resource_management:DeleteCluster', true],
    ['file:///a/*', 'file:///a/b/c', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['(a|b)', 'a', false],
    ['a+', 'aa', false],
    ['\\*', '\\x', true],
    ['^a$', 'a', false],
  ])('%j on %j: %s', (pattern, name, expected) => {
    expect(compilePattern(pattern)(name)).toBe(expected);
    expect(compilePatterns([pattern])(name)).toBe(expected);
  });
});

test.each([
  ['a', false],
  ['', false],
  ['a.b[c]', false],
  ['a*', true],
  ['?', true],
])('%j is a pattern: %s', (text, expected) => {
  expect(isPattern(text)).toBe(expected);
});

const oracle = (pattern: string) => {
  const source = [...pattern]
    .map(c => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's');
};
const ALPHABET = [...'aab:./\\^$+([{|\n'];
const patternText = fc.string({
  unit: fc.constantFrom(...ALPHABET, ...'***???aaaabb'),
  maxLength: 8,
});
const nameText = fc.string({
  unit: fc.constantFrom(...ALPHABET, ...'aaaaaabbb*'),
  maxLength: 8,
});

test('a pattern matches what its regular expression matches', () => {
  let matched = 0;
  fc.assert(
    fc.property(patternText, nameText, (pattern, name) => {
      const expected = oracle(pattern).test(name);
      expect(compilePattern(pattern)(name)).toBe(expected);
      matched += expected ? 1 : 0;
    }),
    { numRuns: 5000 },
  );
  expect(matched).toBeGreaterThan(50);
});

test('a pattern made from a name by wildcards matches that name', () => {
  const wild = fc.array(
    fc.tuple(fc.constantFrom(...'ab:_'), fc.constantFrom('=', '?', '*', '=*', '*=')),
  );
  fc.assert(
    fc.property(wild, parts => {
      const pattern = parts.map(([c, how]) => how.replace('=', c)).join('');
      const name = parts.map(([c]) => c).join('');
      expect(compilePattern(pattern)(name)).toBe(true);
    }),
  );
});

test('a list matches what one of its patterns matches', () => {
  fc.assert(
    fc.property(fc.array(patternText, { maxLength: 5 }), nameText, (patterns, name) => {
      const expected = patterns.some(pattern => compilePattern(pattern)(name));
      expect(compilePatterns(patterns)(name)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test('hostile patterns and names take no exponential time', () => {
  const name = 'a'.repeat(20_000);
  const before = performance.now();
  for (const pattern of [`${'*a'.repeat(50)}b`, `${'*?'.repeat(50)}b`, `${'a*'.repeat(50)}*b`])
    expect(compilePattern(pattern)(name)).toBe(false);
  expect(performance.now() - before).toBeLessThan(20_000);
});

describe('folded', () => {
  test.each([
    ['name', 'NAME'],
    ['name', 'ｎame'],
    ['api_operation', 'API_Operation'],
    ['k', '\u212a'],
    ['s', 'ſ'],
    ['straße', 'STRASSE'],
    ['é', 'e\u0301'],
    ['ﬁle', 'file'],
    ['ς', 'σ'],
    ['uri', 'ur\u0130'],
    ['uri', 'ur\u0131'],
  ])('%j and %j are one', (a, b) => expect(folded(a)).toBe(folded(b)));

  test.each([
    ['name', 'nаme'],
    ['a', 'á'],
    ['a_b', 'ab'],
  ])('%j and %j are two', (a, b) => expect(folded(a)).not.toBe(folded(b)));

  test('a long run of combining marks does not hang', () => {
    const name = `a${'\u0301\u0323'.repeat(500_000)}`;
    expect(folded(name)).toBe(name);
  });

  test('folding twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => {
        expect(folded(folded(name))).toBe(folded(name));
      }),
      { numRuns: 2000 },
    );
  });
});
