// How much the rules on one call may cost, however many there are and whatever they look at.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { policyOf } from '../policies.ts';
import { argsOf, judge, regexMeans } from './judging.ts';

const many = (value: unknown, count: number) => JSON.stringify({ l: Array(count).fill(value) });
const TOO_MUCH = /is too much to look at/;
type Leaf = Parameters<typeof judge>[0][number];

describe('one condition', () => {
  // What it looks at fits; a hundred times as much does not.
  it.each<[string, unknown, string, string]>([
    ['eq', 'x', many('a', 2000), many('a', 300_000)],
    ['in', ['x'], many('a', 2000), many('a', 300_000)],
    ['in', [{ a: 1 }, [1]], many({ b: 1 }, 2000), many({ b: 1 }, 200_000)],
    ['glob', '*x*y*', many('a', 2000), many('a'.repeat(1000), 4000)],
    ['regex', '(a|b|ab)*c', many('a', 2000), many('a'.repeat(1000), 4000)],
    ['host_in', ['x.y'], many('http://a.b/', 500), many('http://a.b/', 50_000)],
    ['contains', 'x', many('["a"]', 1000), many(JSON.stringify(Array(9999).fill('a')), 100)],
    ['length_gt', 1e6, many('a'.repeat(1000), 100), many('a'.repeat(1000), 20_000)],
    ['starts_with', 'x', many('a', 2000), many('a', 300_000)],
  ])('%s %j', async (op, value, fits, exceeds) => {
    const leaf = { path: 'args.l[*]', op, value } as Leaf;
    const by = await regexMeans([leaf]);
    expect(judge([leaf], 'deny', fits, by).truth).toBe('false');
    const { truth, holds, why } = judge([leaf], 'deny', exceeds, by);
    expect([truth, holds, why()]).toEqual(['unknown', true, expect.stringMatching(TOO_MUCH)]);
    expect(judge([{ not: leaf }], 'deny', exceeds, by).holds).toBe(true);
    for (const list of [leaf, { not: leaf }])
      expect(judge([list], 'require', exceeds, by).holds).toBe(false);
  });

  it('looks at so many keys', () => {
    const objects = (count: number, keys: number) =>
      many(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 0])), count);
    const leaf = { path: 'args.l[*].b', op: 'eq', value: 7 } as const;
    expect(judge([leaf], 'deny', objects(10, 1000)).truth).toBe('false');
    const { truth, why } = judge([leaf], 'deny', objects(100, 9000));
    expect([truth, why()]).toEqual(['unknown', expect.stringMatching(TOO_MUCH)]);
  });

  it('comes to the end of long texts that are simple to search', () => {
    const long = JSON.stringify({ s: 'a'.repeat(8_000_000) });
    for (const op of ['contains', 'starts_with', 'ends_with', 'eq'] as const) {
      const leaves: Leaf[] = Array(20).fill({ not: { path: 'args.s', op, value: 'x' } });
      expect(judge(leaves, 'require', long).truth).toBe('true');
    }
  });
});

describe('several rules', () => {
  const conditions = [{ path: 'args.l[*]', op: 'eq', value: 'x' }];
  const rules = (count: number) => Array(count).fill({ conditions });
  const args = argsOf(many('a', 100_000));
  const call = { kind: 'tool' as const, name: 't', args: () => ({ value: args }) };

  it.each<[string, object]>([
    ['of one list', { tools: { t: { deny_if: rules(20) } } }],
    ['of several lists', { tools: { t: { deny_if: rules(2), require_approval_if: rules(4) } } }],
    [
      'of several entries',
      { all_tools: { deny_if: rules(2) }, tools: { t: { deny_if: rules(2) } } },
    ],
  ])('%s share what they may cost, and what is too much is denied', async (_, document) => {
    const policy = await policyOf({ default: 'allow', ...document });
    // Each time anew: the same call is judged alike.
    for (let i = 0; i < 3; i++) {
      const { effect, reason } = evaluate([policy], call);
      expect([effect === 'allow', reason]).toEqual([false, expect.stringMatching(TOO_MUCH)]);
    }
  });

  it('those of all layers too, and one alone fits', async () => {
    const layer = (name: string) =>
      policyOf({ default: 'allow', tools: { t: { deny_if: rules(2) } } }, { layer: name });
    const layers = [await layer('policy'), await layer('_all')];
    expect(evaluate(layers.slice(0, 1), call).effect).toBe('allow');
    expect(evaluate(layers, call).effect).toBe('deny');
  });
});
