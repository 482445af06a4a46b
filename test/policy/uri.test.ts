// The forms of a URI: whatever a server does before it looks one up, a rule has seen the outcome.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formsOfPattern, formsOfUri } from '../../src/policy/uri.ts';

const all = (uri: string) => {
  const { forms, stripped } = formsOfUri(uri);
  return [...forms, ...stripped];
};

describe('one resource in many spellings', () => {
  test.each([
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    'file:/etc/passwd',
    'file:////etc//passwd',
    'file://localhost/etc/passwd',
    'file:///data/../etc/passwd',
    'file:///data/./../etc/./passwd',
    'file:///data/%2e%2e/etc/passwd',
    'file:///data/%2E./etc/passwd',
    'file:///data/%252e%252e/etc/passwd',
    'file:///data/..%2fetc%2fpasswd',
    'file:///data/..%252fetc%252fpasswd',
    'file:///data/..\\etc\\passwd',
    'file:///data/..%5cetc%5cpasswd',
    'file:\\\\\\etc\\passwd',
    'file:///%65tc/pass%77d',
    'file:///../../../etc/passwd',
    'file:///etc/passwd#part',
    'file:///etc/passwd?x=1',
    'file:///etc/passwd%23part',
    'file:///etc/passwd%3fx',
    'file:///etc/x/../passwd?a=../..',
  ])('%s is read as file:///etc/passwd by some server', uri =>
    expect(all(uri)).toContain('file:///etc/passwd'),
  );

  test.each([
    ['HTTP://Example.COM/a', 'http://example.com/a'],
    ['http://EXAMPLE.com:80/a', 'http://example.com/a'],
    ['https://user@EXAMPLE.com/A', 'https://user@example.com/A'],
    ['http://example.com/a/../b', 'http://example.com/b'],
    ['http://example.com/a/b/..', 'http://example.com/a/'],
    ['notes:a/../b', 'notes:b'],
    ['memo://box/%E4%BD%A0', 'memo://box/你'],
  ])('%s → %s', (uri, form) => expect(all(uri)).toContain(form));

  test.each([
    ['the path keeps its case', 'file:///Data/X', 'file:///data/x'],
    ['a query is not dropped where it must be allowed', 'http://h/a?b', 'http://h/a'],
  ])('%s', (_, uri, other) => expect(formsOfUri(uri).forms).not.toContain(other));
});

test.each([
  ['file:///a%00b', false],
  ['file:///a%0ab', false],
  [`file:///${'%25'.repeat(1)}${'25'.repeat(20)}41`, false],
  ['file:///a%2', true],
  ['file:///a%ff', true],
  ['file:///100%25', true],
])('%s: plain %s', (uri, isPlain) => expect(formsOfUri(uri).isPlain).toBe(isPlain));

test.each([
  ['file:///My%20Docs/*', 'file:///My Docs/*'],
  ['FILE:///a/*', 'file:///a/*'],
  ['file:/a/*', 'file:///a/*'],
])('the pattern %s also stands for %s', (pattern, form) =>
  expect(formsOfPattern(pattern)).toContain(form),
);

test.each(['file:///a%2Ab', 'file:///a%3Fb', 'file:///a%2a%2f'])(
  'what stands for itself in %s never becomes a wildcard',
  pattern => {
    for (const form of formsOfPattern(pattern)) expect(form).not.toMatch(/[*?]/);
  },
);

test('any text: few forms, quickly, the text itself among them', () => {
  const piece = fc.constantFrom(
    '%',
    '%25',
    '2e',
    '..',
    '/',
    '\\',
    'file:',
    '//',
    '?',
    '#',
    'a',
    '@',
  );
  const uri = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map(parts => parts.join('')),
  );
  fc.assert(
    fc.property(uri, text => {
      const { forms, stripped } = formsOfUri(text);
      expect(forms).toContain(text);
      expect(forms.length + stripped.length).toBeLessThan(120);
    }),
  );
});

test('a megabyte of it does not hang', () => {
  for (const text of [
    '%25'.repeat(3e5),
    '../'.repeat(3e5),
    '%2e%2e/'.repeat(1e5),
    'a@'.repeat(5e5),
  ])
    expect(formsOfUri(`file:///${text}`).forms.length).toBeGreaterThan(0);
});
