// What the agent reads where a call was stopped.
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { LimitState } from '../../src/policy/limits.ts';
import { denialText, EFFECTS, rateText, stricter, type Verdict } from '../../src/policy/verdict.ts';
import { policyOf, SEED } from './policies.ts';

function verdict(given: Partial<Verdict>): Verdict {
  return {
    ...{ effect: 'deny', subject: 'tool', category: 'unknown', layer: 'policy', key: null },
    ...{ reason: null, limits: [], approval: null, ...given },
  };
}
function state(given: Partial<LimitState>): LimitState {
  return {
    ...{ counter: 'c', scope: 'grant', max: 30, window: 'minute', used: 30, retryAfterMs: 12_000 },
    ...given,
  };
}

test('the seed policy, word for word', async () => {
  const policy = await policyOf(SEED);
  const { subject, category, layer, key, limits } = evaluate([policy], {
    kind: 'tool',
    name: 'stream_group_create',
    args: () => ({ value: {} }),
  });
  const due = limits[0]?.limit;
  const full: LimitState[] = due
    ? [
        {
          counter: due.counter,
          scope: due.scope,
          max: due.max,
          window: due.window.label,
          used: 30,
          retryAfterMs: 11_400,
        },
      ]
    : [];
  const reached = verdict({ effect: 'rate_limit', subject, category, layer, key, limits: full });
  expect(denialText(reached)).toBe(
    '[POLICY DENIED] stream_group_create is limited to 30 calls per minute; try again in 12 s',
  );
});

describe('denialText', () => {
  const ASK = "needs a person's approval, which this session has no way to ask for";
  const TELL = 'tell the person what you wanted to do and why, and let them decide';
  test.each([
    [{}, 'tool is not allowed'],
    [{ reason: 'never on a Friday' }, 'tool is not allowed: never on a Friday'],
    [{ effect: 'require_approval' }, `tool ${ASK}; ${TELL}`],
    [{ effect: 'require_approval', reason: 'it deletes' }, `tool ${ASK}: it deletes; ${TELL}`],
    [{ subject: 'door:DeleteCluster' }, 'door:DeleteCluster is not allowed'],
  ] as [Partial<Verdict>, string][])('%j', (given, text) => {
    expect(denialText(verdict(given))).toBe(`[POLICY DENIED] ${text}`);
  });

  test.each([
    [
      'its own key',
      { key: 'tool' },
      {},
      'tool is limited to 30 calls per minute; try again in 12 s',
    ],
    [
      'its own counter',
      { key: '*' },
      { counter: 'tool' },
      'tool is limited to 30 calls per minute; try again in 12 s',
    ],
    [
      'a counter of several',
      { key: 'categories.write' },
      { counter: 'write' },
      'tool is limited to 30 calls per minute, counted together as "write"; try again in 12 s',
    ],
    [
      'one call',
      { key: 'tool' },
      { max: 1, used: 1 },
      'tool is limited to 1 call per minute; try again in 12 s',
    ],
    [
      'none ever',
      { key: 'tool' },
      { max: 0, used: 0, retryAfterMs: null },
      'tool is limited to 0 calls per minute; none are left',
    ],
    [
      'a window in seconds',
      { key: 'tool' },
      { window: '90s' },
      'tool is limited to 30 calls per 90 seconds; try again in 12 s',
    ],
    [
      'a long wait',
      { key: 'tool' },
      { window: 'day', retryAfterMs: 7_500_000 },
      'tool is limited to 30 calls per day; try again in 2 h 5 min',
    ],
  ] as [string, Partial<Verdict>, Partial<LimitState>, string][])(
    'limited: %s',
    (_, given, limit, text) => {
      const reached = verdict({ effect: 'rate_limit', limits: [state(limit)], ...given });
      expect(denialText(reached)).toBe(`[POLICY DENIED] ${text}`);
    },
  );

  test('of several limits the one that holds longest is told, and none that has room', () => {
    const limits = [
      state({ window: 'hour', max: 100, used: 50, retryAfterMs: null }),
      state({ retryAfterMs: 12_000 }),
      state({ window: 'day', retryAfterMs: 50_000 }),
    ];
    expect(denialText(verdict({ effect: 'rate_limit', key: 'tool', limits }))).toBe(
      '[POLICY DENIED] tool is limited to 30 calls per day; try again in 50 s',
    );
  });
});

test.each([
  [{ max: 30, window: 'minute' }, '30 calls per minute'],
  [{ max: 1, window: 'month' }, '1 call per month'],
  [{ max: 5, window: '60s' }, '5 calls per minute'],
  [{ max: 5, window: '15m' }, '5 calls per 15 minutes'],
])('%j: %s', (given, text) => {
  expect(rateText(state(given))).toBe(text);
});

test('effects are ordered from mild to strict, and a tie keeps the first', () => {
  expect(EFFECTS).toEqual(['allow', 'require_approval', 'rate_limit', 'deny']);
  for (const [i, a] of EFFECTS.entries())
    for (const [j, b] of EFFECTS.entries()) {
      const [first, second] = [
        { effect: a, n: 1 },
        { effect: b, n: 2 },
      ];
      expect(stricter(first, second)).toBe(j > i ? second : first);
    }
});
