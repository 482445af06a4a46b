// Which sessions, servers and layers share what a limit has counted.
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/policy/policy.ts';
import { Session } from '../../src/proxy/session.ts';
import { Framer } from '../../src/rpc/frame.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { policyOf } from '../policy/policies.ts';
import { call } from '../support/conversation.ts';

const HERE = { session: 's1', server: 'srv', grant: 'g' };
type Owner = typeof HERE;

/** Sessions of any owners and policies, all on one store. */
function world() {
  const clock = { now: Date.UTC(2026, 10, 22, 12) };
  const store = memoryStore(() => clock.now);
  let id = 0;
  return {
    clock,
    enter(policies: Policy[], owner: Partial<Owner> = {}) {
      const settings = { ...HERE, ...owner, policies, policyHash: () => 'h' };
      const session = new Session({ ...settings, mode: 'enforce', now: () => clock.now });
      /** True where the call goes on. */
      return (name: string, args: object = {}): boolean => {
        const line = Buffer.from(`${JSON.stringify(call(++id, name, args))}\n`);
        const turn = session.fromClient(new Framer(1 << 20).push(line).lines);
        const actions = session.conclude(turn, store.take(turn.demands));
        return actions.some(({ kind }) => kind === 'forward');
      };
    },
  };
}
const limited = (...limits: object[]) => ({ default: 'allow', tools: { x: { limits } } });
const others: [string, Partial<Owner>][] = [
  ['the same session', {}],
  ['another session', { session: 's2' }],
  ['another grant', { session: 's2', grant: 'g2' }],
  ['another server', { session: 's2', server: 'srv2' }],
];
/** How many of these share the counter, from the first on. */
const SHARED = { session: 1, grant: 2, global: 4 } as const;

describe.each(['sliding', 'fixed'])('%s', kind => {
  describe.each(['session', 'grant', 'global'] as const)('scope %s', scope => {
    const counting = [
      ['calls', {}],
      ['costs', { cost: { path: 'args.n', default: 1 } }],
      ['calls by value', { per: 'args.v' }],
      ['costs by value', { per: 'args.v', cost: 1 }],
      ['calls by tool', { per: 'tool' }],
    ] as const;
    it.each(counting)('%s', async (_, how) => {
      const policy = await policyOf(limited({ max: 1, window: 'hour', kind, scope, ...how }));
      for (const [i, [name, owner]] of others.entries()) {
        const { enter, clock } = world();
        const first = enter([policy]);
        const other = Object.keys(owner).length === 0 ? first : enter([policy], owner);
        expect(first('x', { v: 'a' })).toBe(true);
        expect(other('x', { v: 'a' }), name).toBe(i >= SHARED[scope]);
        expect(first('x', { v: 'a' })).toBe(false);
        expect(first('x', { v: 'b' })).toBe('per' in how && how.per !== 'tool');
        clock.now += 3_600_000 - 1;
        expect(first('x', { v: 'a' })).toBe(false);
        clock.now += 1;
        expect(first('x', { v: 'a' })).toBe(true);
      }
    });
  });
});

describe('tools and entries', () => {
  it('a pattern counts all of its tools together, and each by itself with `per`', async () => {
    const limits = (per?: string) => [{ max: 1, window: 'hour', ...(per && { per }) }];
    for (const [per, second] of [
      [undefined, false],
      ['tool', true],
    ] as const) {
      const enter = world().enter;
      const send = enter([
        await policyOf({ default: 'deny', tools: { 'x*': { limits: limits(per) } } }),
      ]);
      expect([send('x1'), send('x2'), send('x1')]).toEqual([true, second, false]);
    }
  });

  it('operations of one tool are subjects of their own', async () => {
    const limits = [{ max: 1, window: 'hour', per: 'subject' }];
    const policy = await policyOf({
      default: 'deny',
      operations: { x: 'op' },
      tools: { x: { limits } },
    });
    const send = world().enter([policy]);
    const sent = ['A', 'A', 'B', 'B'].map(op => send('x', { op }));
    expect(sent).toEqual([true, false, true, false]);
  });

  it('a call takes the limits of all its entries and layers or none', async () => {
    const own = await policyOf({
      default: 'allow',
      all_tools: { limits: [{ max: 3, window: 'hour', counter: 'all' }] },
      tools: { x: { limits: [{ max: 10, window: 'hour', cost: { path: 'args.n' } }] } },
    });
    const further = await policyOf(limited({ max: 2, window: 'hour', per: 'args.v' }), {
      layer: '_all',
    });
    const send = world().enter([own, further]);
    expect(send('x', { n: 11, v: 'a' })).toBe(false);
    expect(send('x', { n: 4, v: 'a' })).toBe(true);
    expect(send('x', { n: 7, v: 'a' })).toBe(false);
    expect(send('x', { n: 4, v: 'a' })).toBe(true);
    expect(send('x', { n: 1, v: 'a' })).toBe(false);
    // Only the two that passed have been counted anywhere.
    expect([send('y'), send('y')]).toEqual([true, false]);
  });

  it('a policy that begins to count costs begins with none', async () => {
    const { enter } = world();
    const plain = enter([await policyOf(limited({ max: 1, window: 'day', counter: 'c' }))]);
    expect([plain('x'), plain('x')]).toEqual([true, false]);
    const costs = limited({ max: 1, window: 'day', counter: 'c', cost: { path: 'args.n' } });
    const spending = enter([await policyOf(costs)]);
    expect([0.6, 0.6, 0.4].map(n => spending('x', { n }))).toEqual([true, false, true]);
    expect(plain('x')).toBe(false);
  });

  it('layers share a counter by its name, and only by that', async () => {
    const rules = [
      [{ max: 1, window: 'hour', counter: 'c' }, false],
      [{ max: 1, window: 'hour' }, true],
    ] as const;
    for (const [rule, passes] of rules) {
      const { enter } = world();
      const own = enter([await policyOf(limited(rule))]);
      const other = enter([await policyOf(limited(rule), { layer: '_all' })]);
      expect([own('x'), other('x')]).toEqual([true, passes]);
    }
  });
});
