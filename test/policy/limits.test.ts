// How limits read their counters, which of several is told, and which limits share a counter.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BoundLimit,
  bindingLimit,
  type CounterView,
  counterId,
  type LimitState,
  limitState,
  MAIN_LAYER,
} from '../../src/policy/limits.ts';
import { alignedSpan, parseWindow } from '../../src/policy/window.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-01T12:34:56.000Z');

function limitOf(
  given: Partial<BoundLimit> & { window?: never } = {},
  window: unknown = 'minute',
): BoundLimit {
  const parsed = parseWindow(window);
  if (parsed === undefined) throw new Error('no window');
  return {
    counter: 'c',
    named: true,
    scope: 'grant',
    kind: 'sliding',
    max: 3,
    cost: undefined,
    per: undefined,
    amount: 1,
    value: undefined,
    group: undefined,
    id: 'id',
    layer: 'policy',
    key: 'c',
    enforced: true,
    windows: [parsed],
    ...given,
    window: parsed,
  };
}

/** A counter that holds all times of its calls. */
function counterOf(times: readonly number[]): CounterView {
  const newestFirst = [...times].sort((a, b) => b - a);
  return {
    usedAfter: time => newestFirst.filter(at => at > time).length,
    timeLeaving: left => newestFirst[left],
    entryBefore: later => newestFirst[later],
    tally: (alignment, start) =>
      newestFirst.filter(at => alignedSpan(alignment, at).start === start).length,
  };
}

const state = (limit: BoundLimit, ago: readonly number[]) =>
  limitState(limit, counterOf(ago.map(ms => NOW - ms)), NOW).state;

describe('sliding', () => {
  test.each([
    [3, [], 0, null],
    [3, [0, 1], 2, null],
    [3, [0, 1000, 2000], 3, MINUTE - 2000],
    [3, [0, 0, 0], 3, MINUTE],
    [3, [0, 1000, MINUTE - 1], 3, 1],
    [3, [0, 1000, MINUTE], 2, null],
    [3, [0, 1000, MINUTE + 1], 2, null],
    [1, [59_000], 1, 1000],
    [0, [], 0, null],
    [0, [1000], 1, null],
    // More than `max`, after the policy was tightened: free once fewer than `max` are left.
    [2, [1000, 2000, 3000, 4000], 4, MINUTE - 2000],
  ])('max %i, calls %j ms ago: %i used, free in %s', (max, ago, used, retryAfterMs) => {
    expect(state(limitOf({ max }), ago)).toEqual({
      counter: 'c',
      scope: 'grant',
      max,
      window: 'minute',
      used,
      retryAfterMs,
    });
  });
});

describe('fixed', () => {
  test.each([
    [3, [0, 1000], 2, null],
    [3, [0, 1000, 56_000], 3, 4000],
    // 12:34:56: a call 57 s ago lies in the minute before.
    [3, [0, 1000, 57_000], 2, null],
    [1, [0, 0], 2, 4000],
    [0, [], 0, null],
  ])('max %i, calls %j ms ago: %i used, free in %s', (max, ago, used, retryAfterMs) => {
    const found = state(limitOf({ max, kind: 'fixed' }), ago);
    expect([found.used, found.retryAfterMs]).toEqual([used, retryAfterMs]);
  });
});

test.each([
  [0, 0, false],
  [1, 0, false],
  [0, 1, true],
  [29, 30, true],
  [30, 30, false],
  [31, 30, false],
])('%i of %i: one more fits %s', (used, max, expected) => {
  const times = Array.from({ length: used }, () => 0);
  expect(limitState(limitOf({ max }), counterOf(times.map(() => NOW)), NOW).fits).toBe(expected);
});

const arrivals = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 80 });

test('no span of one sliding window ever holds more than max', () => {
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 0, max: 4 }), (gaps, max) => {
      const limit = limitOf({ max }, 1);
      const granted: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        if (limitState(limit, counterOf(granted), now).fits) granted.push(now);
      }
      for (const start of granted)
        expect(granted.filter(at => at >= start && at < start + 1000).length).toBeLessThanOrEqual(
          max,
        );
      // Nor is a call refused that fits.
      const last = granted.filter(at => at > now - 1000).length;
      expect(last).toBe(Math.min(max, last));
      expect(granted.length).toBeGreaterThanOrEqual(Math.min(max, gaps.length));
    }),
    { numRuns: 500 },
  );
});

test('the wait that is told is exact: a millisecond earlier nothing fits', () => {
  const kind = fc.constantFrom('sliding' as const, 'fixed' as const);
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 4 }), kind, (gaps, max, how) => {
      const limit = limitOf({ max, kind: how }, 1);
      const times = gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0));
      const now = times.at(-1) ?? 0;
      const { state: found, fits } = limitState(limit, counterOf(times), now);
      expect(found.retryAfterMs === null).toBe(fits);
      if (found.retryAfterMs === null) return;
      const at = (time: number) => limitState(limit, counterOf(times), time).fits;
      expect([at(now + found.retryAfterMs - 1), at(now + found.retryAfterMs)]).toEqual([
        false,
        true,
      ]);
    }),
    { numRuns: 500 },
  );
});

describe('bindingLimit', () => {
  const one = (
    counter: string,
    used: number,
    max: number,
    retryAfterMs: number | null,
  ): LimitState => ({
    counter,
    scope: 'grant',
    window: 'minute',
    used,
    max,
    retryAfterMs,
  });
  test.each([
    ['none', [], undefined],
    ['none used up', [one('a', 1, 2, null)], undefined],
    ['one used up', [one('a', 1, 2, null), one('b', 2, 2, 5)], 'b'],
    ['the longer wait', [one('a', 2, 2, 5), one('b', 2, 2, 6), one('c', 2, 2, 4)], 'b'],
    ['never before any wait', [one('a', 2, 2, 5), one('b', 0, 0, null), one('c', 2, 2, 6)], 'b'],
    ['not used up counts for nothing', [one('a', 1, 2, null), one('b', 2, 2, 1)], 'b'],
  ])('%s', (_, states, expected) => {
    expect(bindingLimit(states)?.counter).toBe(expected);
  });
});

describe('counterId', () => {
  const OWNER = { session: 's1', server: 'srv', grant: 'default', layer: MAIN_LAYER };
  const id = (limit: Partial<BoundLimit>, owner: Partial<typeof OWNER> = {}) =>
    counterId(limitOf(limit as Partial<BoundLimit> & { window?: never }), { ...OWNER, ...owner });

  test.each([
    ['a name, two layers', [{}, {}], [{}, { layer: '_all' }]],
    ['a name, two other layers', [{}, { layer: 'machine' }], [{}, { layer: '_all' }]],
    ['two windows', [{ max: 1 }, {}], [{ max: 2 }, {}]],
    ['scope grant, two sessions', [{}, {}], [{}, { session: 's2' }]],
    [
      'scope session, two grants',
      [{ scope: 'session' }, {}],
      [{ scope: 'session' }, { grant: 'g' }],
    ],
    [
      'scope global, two servers',
      [{ scope: 'global' }, {}],
      [{ scope: 'global' }, { server: 'x', grant: 'g', session: 's2' }],
    ],
    ['a key and its name in the main layer', [{ named: false }, {}], [{ named: true }, {}]],
  ] as const)('shared: %s', (_, [a, ownerA], [b, ownerB]) => {
    expect(id(a, ownerA)).toBe(id(b, ownerB));
  });

  test.each([
    ['two names', [{}, {}], [{ counter: 'd' }, {}]],
    ['grant and session', [{}, {}], [{ scope: 'session' }, {}]],
    ['grant and global', [{}, {}], [{ scope: 'global' }, {}]],
    ['session and global', [{ scope: 'session' }, {}], [{ scope: 'global' }, {}]],
    ['two servers', [{}, {}], [{}, { server: 'other' }]],
    ['two grants', [{}, {}], [{}, { grant: 'other' }]],
    ['two sessions', [{ scope: 'session' }, {}], [{ scope: 'session' }, { session: 's2' }]],
    ['a key in two layers', [{ named: false }, {}], [{ named: false }, { layer: '_all' }]],
    [
      'a key in two other layers',
      [{ named: false }, { layer: 'machine' }],
      [{ named: false }, { layer: '_all' }],
    ],
  ] as const)('apart: %s', (_, [a, ownerA], [b, ownerB]) => {
    expect(id(a, ownerA)).not.toBe(id(b, ownerB));
  });

  test('owners and counters of different names never meet, whatever the names hold', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('a', '"', ',', '[', ']', '\\', ':'),
      maxLength: 4,
    });
    const limit = fc.record({
      counter: hostile,
      scope: fc.constantFrom('grant' as const, 'session' as const, 'global' as const),
    });
    const owner = fc.record({ session: hostile, server: hostile, grant: hostile });
    const what = (
      l: { counter: string; scope: string },
      o: { session: string; server: string; grant: string },
    ) =>
      JSON.stringify([
        l.scope,
        l.counter,
        l.scope === 'session' ? o.session : '',
        ...(l.scope === 'grant' ? [o.server, o.grant] : []),
      ]);
    fc.assert(
      fc.property(limit, limit, owner, owner, (a, b, ownerA, ownerB) => {
        expect(id(a, ownerA) === id(b, ownerB)).toBe(what(a, ownerA) === what(b, ownerB));
      }),
      { numRuns: 2000 },
    );
  });
});
