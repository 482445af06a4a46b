// Did you mean: what is near, and what is not.
import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/policy/messages/nearest.ts';

const KEYS = [
  'action',
  'reason',
  'limits',
  'rate_limit',
  'deny_if',
  'require',
  'description',
  'max',
];

describe('the nearest', () => {
  test.each([
    ['limts', 'limits'],
    ['limit', 'limits'],
    ['LIMITS', 'limits'],
    ['lmiits', 'limits'],
    ['rateLimit', 'rate_limit'],
    ['rate limit', 'rate_limit'],
    ['ratelimits', 'rate_limit'],
    ['acton', 'action'],
    ['desc', 'description'],
    ['amx', 'max'],
    ['requires', 'require'],
    ['x', undefined],
    ['', undefined],
    ['no', undefined],
    ['cost', undefined],
    ['frobnicate', undefined],
    ['de', undefined],
    ['limits'.repeat(10_000), undefined],
  ])('%.20s: %s', (word, expected) => expect(nearest(word, KEYS)).toBe(expected));
});

test('of several the nearest, whatever their order', () => {
  for (const known of [
    ['allow', 'allows'],
    ['allows', 'allow'],
  ])
    expect(nearest('alow', known)).toBe('allow');
});
