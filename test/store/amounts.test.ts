// Limits that add up costs or have a counter for each value: what every store does with them.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { partsOf } from '../../src/policy/amount.ts';
import { type BoundLimit, MAX_SLIDING, MAX_VALUES } from '../../src/policy/limits.ts';
import type { Store, Taken } from '../../src/store/contract.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { tempDir } from '../support/wrapper.ts';
import { drivers } from './drivers.ts';
import { demand, limit, onDisk, one, START, type Subject, sharing } from './subjects.ts';

const stores: [string, () => Subject][] = [
  [
    'memory',
    () => {
      const clock = { now: START };
      return { store: memoryStore(() => clock.now), second: undefined, clock, warnings: [] };
    },
  ],
  ...drivers().map((driver): [string, () => Subject] => [driver.name, () => onDisk(driver)]),
];

const KINDS = ['sliding', 'fixed'] as const;
const COST = '{"path":"args.amount"}';

/** A limit on costs, as it meets a call that costs this much. */
function spending(max: number, window: string, cost: number, more: Partial<BoundLimit> = {}) {
  return costing(limit(max, window, { cost: COST, ...more }), cost);
}

function costing(bound: BoundLimit, cost: number): BoundLimit {
  const amount = partsOf(cost);
  if (amount === undefined) throw new Error(`no cost: ${cost}`);
  return { ...bound, amount };
}

/** The limit as it meets a call with this value. */
function of(value: unknown, bound: BoundLimit): BoundLimit {
  const text = JSON.stringify(value);
  const per = { ...bound, per: 'args.v', value: text };
  return { ...per, group: `${bound.id} `, id: `${bound.id} ${text}` };
}

async function waysOf(store: Store, ...limits: BoundLimit[]): Promise<string> {
  let ways = '';
  for (const each of limits) ways += (await one(store, each)).granted ? '→' : '←';
  return ways;
}
/** What one demand after the other says in one transaction. */
async function batchOf(store: Store, limits: readonly BoundLimit[]): Promise<Taken[]> {
  return store.take(limits.map(each => demand([each])));
}

describe.each(stores)('%s', (_, make) => {
  describe.each(KINDS)('%s', kind => {
    it.each<[number, number[], string]>([
      [0.3, [0.1, 0.2, 0.000001], '→→←'],
      [0.3, [0.1, 0.1, 0.1, 0], '→→→→'],
      [1, Array(11).fill(0.1), '→→→→→→→→→→←'],
      [500, [499.999999, 0.000001, 0.000001], '→→←'],
      [500, [500.000001, 500, 0], '←→→'],
      [0, [0, 0.000001, 0], '→←→'],
      [0.000001, [0.000001, 0], '→→'],
      [1_000_000_000, [999_999_999.999999, 0.000001, 0.000001], '→→←'],
      // What does not fit takes nothing from what does.
      [10, [6, 5, 4, 1], '→←→←'],
      [10, [11, 0, 10], '←→→'],
    ])('of %s: costs %j pass as %s', async (max, costs, ways) => {
      const { store } = make();
      const limits = costs.map(cost => spending(max, 'hour', cost, { kind }));
      expect(await waysOf(store, ...limits)).toBe(ways);
    });

    it('says what is used, what the call costs, and null where it can never fit', async () => {
      const { store } = make();
      const state = async (cost: number) =>
        (await one(store, spending(1, 'minute', cost, { kind }))).limits[0];
      expect(await state(0.7)).toMatchObject({ used: 0.7, cost: 0.7, retryAfterMs: null });
      expect(await state(0.4)).toMatchObject({ used: 0.7, cost: 0.4, retryAfterMs: 60_000 });
      expect(await state(1.1)).toMatchObject({ used: 0.7, cost: 1.1, retryAfterMs: null });
      expect(await state(0.3)).toMatchObject({ used: 1, cost: 0.3, retryAfterMs: null });
    });

    it('has a counter for each value, told apart by type', async () => {
      const { store } = make();
      const bound = limit(1, 'hour', { per: 'args.v', kind });
      const values = [1, '1', true, 'true', null, 'null', '', ' ', 'a b', '"', '\\', '!', 'a!'];
      const more = [1.5, -1, 'é', 'e\u0301', 'A', 'a', 'a ', ' a', '\u{1f600}', '%', '_', 'a%'];
      for (const value of [...values, ...more])
        expect(await waysOf(store, of(value, bound), of(value, bound)), String(value)).toBe('→←');
      // Those of a limit whose id begins as this one's are others.
      const other = limit(1, 'hour', { per: 'args.v', kind, counter: 'c!' });
      expect(await waysOf(store, of(1, other), of(1, other))).toBe('→←');
    });

    it('adds up costs for each value', async () => {
      const { store } = make();
      const bound = (value: string, cost: number) =>
        of(value, spending(1, 'hour', cost, { per: 'args.v', kind }));
      const calls = [bound('a', 0.6), bound('b', 0.6), bound('a', 0.5), bound('b', 0.4)];
      expect(await waysOf(store, ...calls, bound('a', 0.4), bound('b', 0.1))).toBe('→→←→→←');
    });

    it('counts a cost once for limits that share the counter, also where only one applied', async () => {
      const { store } = make();
      const [a, b] = sharing(
        limit(10, 'minute', { cost: COST, kind }),
        limit(3, 'hour', { cost: COST, kind }),
      );
      for (let i = 0; i < 2; i++) await one(store, costing(a!, 1.25));
      const both = await one(store, costing(a!, 0.5), costing(b!, 0.5));
      expect(both.limits.map(({ used }) => used)).toEqual([3, 3]);
      expect((await one(store, costing(b!, 0.000001))).granted).toBe(false);
      expect((await one(store, costing(a!, 7))).granted).toBe(true);
    });

    it('what adds up costs and what counts calls have nothing in common, of the same name', async () => {
      const { store } = make();
      const plain = limit(2, 'hour', { kind });
      const calls = [plain, spending(2, 'hour', 1.5, { kind }), plain];
      expect(await waysOf(store, ...calls, plain, spending(2, 'hour', 0.5, { kind }))).toBe(
        '→→→←→',
      );
    });

    it('sums beyond all bounds stop a call for as long as a window can see them', async () => {
      const { store, clock } = make();
      const most = 1_000_000_000;
      const [second, hour] = sharing(
        limit(most, '1s', { cost: COST, kind }),
        limit(most, 'hour', { cost: COST, kind }),
      );
      for (let i = 0; i < 200; i++) {
        expect((await one(store, costing(second!, most))).granted).toBe(true);
        expect((await one(store, costing(second!, 0.5))).granted).toBe(false);
        expect((await one(store, costing(hour!, 1))).granted).toBe(false);
        clock.now += 1000;
      }
      const refused = await one(store, costing(hour!, 1));
      expect(refused.limits[0]?.retryAfterMs).toBe(
        kind === 'sliding' ? 3_600_000 - 1000 : 3_600_000 - 200_000,
      );
      clock.now += 3_600_000;
      expect((await one(store, costing(hour!, most))).granted).toBe(true);
    });
  });

  it('keeps sums exact over many entries and while old ones are forgotten', async () => {
    const { store, clock } = make();
    const entries: { at: number; cost: number }[] = [];
    // Ten seconds hold about 130 entries: two parts, of which others are dropped all the time.
    for (let i = 0; i < 900; i++) {
      const cost = ((i * 7919) % 1000) / 1e6;
      const inside = entries.filter(({ at }) => at > clock.now - 10_000);
      const used = inside.reduce((sum, entry) => sum + Math.round(entry.cost * 1e6), 0);
      const taken = await one(store, spending(0.065, '10s', cost));
      const fits = used + Math.round(cost * 1e6) <= 65_000;
      expect([taken.granted, taken.limits[0]?.used]).toEqual([
        fits,
        (used + (fits ? Math.round(cost * 1e6) : 0)) / 1e6,
      ]);
      if (fits && cost > 0) entries.push({ at: clock.now, cost });
      clock.now += i % 3 === 0 ? 150 : 40;
    }
  });

  it('tells the very millisecond at which a cost fits', async () => {
    const { store, clock } = make();
    for (let i = 0; i < 100; i++) {
      await one(store, spending(10, 'minute', 0.1));
      clock.now += 10;
    }
    for (const cost of [0.1, 0.25, 3, 9.95, 10]) {
      const wait = (await one(store, { ...spending(10, 'minute', cost) })).limits[0]?.retryAfterMs;
      if (wait == null) throw new Error('it fits');
      const began = clock.now;
      clock.now = began + wait - 1;
      const [early] = await store.take([demand([spending(10, 'minute', cost)], false)]);
      expect(early?.exceeded).toMatchObject({ counter: 'c' });
      clock.now = began + wait;
      const [late] = await store.take([demand([spending(10, 'minute', cost)], false)]);
      expect(late?.exceeded).toBeUndefined();
      clock.now = began;
    }
  });

  it('never loosens where the clock goes back', async () => {
    for (const kind of KINDS) {
      const { store, clock } = make();
      const bound = (value: string, cost: number) =>
        of(value, spending(1, 'minute', cost, { per: 'args.v', kind }));
      clock.now = START + 30_000;
      await one(store, bound('a', 0.6));
      clock.now = START - 25_000;
      expect(await waysOf(store, bound('a', 0.4), bound('a', 0.1), bound('b', 1))).toBe('→←→');
      clock.now = START + 59_999;
      expect(await waysOf(store, bound('a', 0.7))).toBe('←');
    }
  });

  it('forgets nothing of one window, however little each call costs: 100,000 are told apart', async () => {
    const { store, clock } = make();
    const tiny = spending(1, 'day', 0.000001);
    const taken = await batchOf(store, Array(MAX_SLIDING).fill(tiny));
    expect(taken.every(({ granted }) => granted)).toBe(true);
    clock.now += 1000;
    const refused = await one(store, tiny);
    expect(refused).toMatchObject({ granted: false });
    expect(refused.limits[0]).toMatchObject({ used: 0.1, retryAfterMs: 86_400_000 - 1000 });
    expect((await one(store, spending(1, 'day', 0))).granted).toBe(true);
    clock.now = START + 86_400_000;
    expect((await one(store, tiny)).limits[0]).toMatchObject({ used: 0.000001 });
  }, 120_000);

  it('counts 10,000 values at a time; for one more there is room once others have gone by', async () => {
    const { store, second = store, clock } = make();
    const bound = limit(1, 'minute', { per: 'args.v' });
    const numbers = [...Array(MAX_VALUES).keys()];
    const [early, late] = [numbers.slice(0, 1000), numbers.slice(1000)];
    const first = await batchOf(
      store,
      early.map(i => of(i, bound)),
    );
    clock.now += 1000;
    const rest = await batchOf(
      second,
      late.map(i => of(i, bound)),
    );
    expect([...first, ...rest].every(({ granted }) => granted)).toBe(true);
    for (const wrapper of [store, second]) {
      const refused = await one(wrapper, of('one more', bound));
      expect(refused).toMatchObject({ granted: false, exceeded: { crowded: true } });
      expect(refused.limits[0]).toMatchObject({ crowded: true, value: '"one more"' });
    }
    // Those that are known are counted as ever, and other limits have room of their own.
    expect(await waysOf(store, of(5, bound))).toBe('←');
    const other = limit(1, 'minute', { per: 'args.v', counter: 'other' });
    expect(await waysOf(store, of('one more', other))).toBe('→');
    clock.now = START + 60_001;
    expect(await waysOf(store, of('one more', bound), of('two more', bound))).toBe('→→');
    // A value that had gone by needs room like any other.
    const again = await batchOf(
      store,
      early.map(i => of(i, bound)),
    );
    expect(again.filter(({ granted }) => granted)).toHaveLength(998);
  }, 120_000);

  it('calls that are denied use up no room for values', async () => {
    const { store } = make();
    const bound = limit(1, 'hour', { per: 'args.v' });
    const full = limit(0, 'hour', { counter: 'full' });
    const denied = (i: number) => demand([of(`denied ${i}`, bound), full]);
    for (let from = 0; from < 12_000; from += 3000) {
      const taken = await store.take([...Array(3000).keys()].map(i => denied(from + i)));
      expect(taken.some(({ granted }) => granted)).toBe(false);
      expect(taken.some(({ limits }) => limits[0]?.crowded)).toBe(false);
    }
    const free = [...Array(3000).keys()].map(i => of(i, limit(1, 'hour', { per: 'args.v' })));
    expect((await batchOf(store, free)).every(({ granted }) => granted)).toBe(true);
  }, 120_000);

  it('in any span of one window no more than max passes, whatever the costs', async () => {
    const call = fc.record({
      wait: fc.oneof(
        fc.integer({ min: 0, max: 2500 }),
        fc.constantFrom(9_999, 10_000, 10_001, -1, -5000, -20_000),
      ),
      cost: fc.oneof(fc.nat({ max: 40 }), fc.constantFrom(0, 1, 100, 101)),
      value: fc.constantFrom('a', 'b'),
      second: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 80 }), async calls => {
        const { store, second, clock } = make();
        // Real time never goes back, whatever the clock shows.
        const granted: { at: number; cost: number; value: string }[] = [];
        let real = START;
        for (const { wait, cost, value, second: other } of calls) {
          real += Math.max(0, wait);
          clock.now += wait;
          const bound = of(value, spending(0.1, '10s', cost / 1000, { per: 'args.v' }));
          const taken = await one((other ? second : undefined) ?? store, bound);
          if (taken.granted) granted.push({ at: real, cost, value });
        }
        for (const { at, value } of granted) {
          const span = granted.filter(g => g.value === value && g.at >= at && g.at < at + 10_000);
          expect(span.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(drivers().map(driver => [driver.name, driver] as const))(
  '%s on disk',
  (_, driver) => {
    const all = [
      ...sharing(
        limit(0.5, '10s', { cost: COST, counter: 'spent' }),
        limit(0.9, 'minute', { cost: COST, counter: 'spent' }),
      ),
      ...sharing(
        limit(0.4, '10s', { cost: COST, counter: 'fixed', kind: 'fixed' }),
        limit(0.7, 'minute', { cost: COST, counter: 'fixed', kind: 'fixed' }),
      ),
      limit(0.05, '5s', { cost: COST, counter: 'tiny' }),
      limit(0.2, '10s', { cost: COST, counter: 'observed', enforced: false }),
    ];
    const counting = [
      limit(3, '10s', { counter: 'each', per: 'args.v' }),
      limit(2, '5s', { counter: 'each fixed', per: 'args.v', kind: 'fixed' }),
    ];
    const picked = fc.record({
      limits: fc.subarray([...all.keys()], { minLength: 1 }),
      cost: fc.nat({ max: 30 }),
      per: fc.subarray([...counting.keys()]),
      value: fc.constantFrom<unknown>('a', 'a ', 1, '1', null),
      takes: fc.nat({ max: 9 }).map(chance => chance > 0),
    });
    const step = fc.record({
      wrapper: fc.nat({ max: 2 }),
      reopened: fc.integer({ min: 0, max: 5 }).map(chance => chance === 0),
      wait: fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(0, 0, 2500, 9999, 10_000, -700)),
      calls: fc.array(picked, { minLength: 1, maxLength: 20 }),
    });

    it('says what a store says that forgets nothing, whichever of three wrappers asks', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async steps => {
          const clock = { now: START };
          const file = join(tempDir(), 'state.db');
          const open = () => sqliteStore(file, { now: () => clock.now, warn: () => {}, driver });
          const wrappers = [open(), open(), open()];
          const model = memoryStore(() => clock.now);
          try {
            for (const { wrapper, reopened, wait, calls } of steps) {
              clock.now += wait;
              if (reopened) {
                wrappers[wrapper]?.close();
                wrappers[wrapper] = open();
              }
              const demands = calls.map(({ limits, cost, per, value, takes }) =>
                demand(
                  [
                    ...limits.map(i => costing(all[i]!, cost / 1000)),
                    ...per.map(i => of(value, counting[i]!)),
                  ],
                  takes,
                ),
              );
              const said = (taken: Taken[]) =>
                taken.map(({ granted, exceeded, limits }) => ({ granted, exceeded, limits }));
              const taken = await wrappers[wrapper]!.take(demands);
              expect(said(taken)).toEqual(said(model.take(demands)));
            }
          } finally {
            for (const wrapper of wrappers) wrapper.close();
          }
        }),
        { numRuns: 60 },
      );
    });

    it('keeps sums over a restart in the middle of a part, and at the end of one', async () => {
      for (const count of [1, 63, 64, 65, 128, 150]) {
        const file = join(tempDir(), 'state.db');
        const open = () => {
          const store = sqliteStore(file, { now: () => START, warn: () => {}, driver });
          onTestFinished(() => void store.close());
          return store;
        };
        const max = (count + 1) / 10;
        for (let i = 0; i < count; i++) {
          const store = open();
          expect((await one(store, spending(max, 'day', 0.1))).limits[0]?.used).toBe((i + 1) / 10);
          store.close();
        }
        const again = open();
        expect(await waysOf(again, spending(max, 'day', 0.2), spending(max, 'day', 0.1))).toBe(
          '←→',
        );
        again.close();
      }
    });

    it('clamps what a wrong clock had counted, and keeps its sum', async () => {
      const { store, second, clock, warnings } = onDisk(driver);
      clock.now = START + 1e9;
      for (let i = 0; i < 100; i++) await one(store, spending(10, 'minute', 0.1));
      clock.now = START;
      expect(await waysOf(second!, spending(10, 'minute', 0.000001))).toBe('←');
      expect(warnings).toHaveLength(1);
      clock.now = START + 60_000;
      expect(await waysOf(store, spending(10, 'minute', 10))).toBe('→');
    });
  },
);
