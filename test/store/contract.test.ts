// The contract that every store of counters and records keeps.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDriver } from '../../src/store/driver.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { deniedRow } from '../support/rows.ts';
import { tempDir } from '../support/wrapper.ts';
import { drivers } from './drivers.ts';
import { demand, entriesIn, limit, onDisk, one, START, type Subject, sharing } from './subjects.ts';

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

describe.each(stores)('%s', (_, make) => {
  it('dates each counter by itself where the clock was ahead for one of them', async () => {
    for (const kind of ['sliding', 'fixed'] as const) {
      const { store, clock } = make();
      const wide = limit(100_000, 'day', { counter: 'wide' });
      const narrow = limit(5, 'minute', { counter: 'narrow', kind });
      clock.now = START + 20 * 3_600_000;
      await one(store, wide);
      clock.now = START;
      const granted = [];
      for (let i = 0; i < 20; i++) granted.push((await one(store, wide, narrow)).granted);
      expect(granted.filter(passed => passed)).toHaveLength(5);
    }
  });

  it('counts a call for every limit that shares the counter, also where only one applied', async () => {
    for (const kind of ['sliding', 'fixed'] as const) {
      const { store, clock } = make();
      const [a, b] = sharing(limit(100, 'minute', { kind }), limit(3, 'hour', { kind }));
      for (let i = 0; i < 5; i++) await one(store, a!);
      expect((await one(store, b!)).granted).toBe(false);
      clock.now += 61_000;
      expect((await one(store, b!)).granted).toBe(false);
    }
  });

  it('keeps a call for as long as the longest window that reads it', async () => {
    const { store, clock } = make();
    const [a, b] = sharing(limit(1000, '1s'), limit(400, 'day'));
    for (let i = 0; i < 400; i++) {
      await one(store, a!);
      clock.now += 1000;
    }
    const refused = await one(store, b!);
    expect(refused).toMatchObject({ granted: false });
    expect(refused.limits[0]?.used).toBe(400);
  });

  it('knows one window by several spellings', async () => {
    const { store } = make();
    const [a, b] = sharing(
      limit(5, '1m', { kind: 'fixed' }),
      limit(5, 'minute', { kind: 'fixed' }),
    );
    for (let i = 0; i < 3; i++) await one(store, a!);
    expect((await one(store, b!)).limits[0]?.used).toBe(4);
    await one(store, a!);
    expect((await one(store, b!)).granted).toBe(false);
  });

  it('lets max calls through in a window and says when the next one fits', async () => {
    const { store, clock } = make();
    for (let i = 1; i <= 3; i++) {
      const taken = await one(store, limit(3, 'minute'));
      expect(taken).toMatchObject({ granted: true, exceeded: undefined });
      expect(taken.limits[0]).toMatchObject({ used: i, retryAfterMs: null });
      clock.now += 1000;
    }
    const refused = await one(store, limit(3, 'minute'));
    expect(refused).toMatchObject({ granted: false, exceeded: { counter: 'c' } });
    expect(refused.limits[0]).toMatchObject({ used: 3, retryAfterMs: 57_000 });
    clock.now = START + 59_999;
    expect((await one(store, limit(3, 'minute'))).granted).toBe(false);
    clock.now = START + 60_000;
    expect((await one(store, limit(3, 'minute'))).granted).toBe(true);
    expect((await one(store, limit(3, 'minute'))).granted).toBe(false);
  });

  it('takes all limits of a call or none', async () => {
    const { store } = make();
    const narrow = limit(1, 'minute', { counter: 'narrow' });
    const wide = limit(5, 'minute', { counter: 'wide' });
    expect((await one(store, wide, narrow)).granted).toBe(true);
    const refused = await one(store, wide, narrow);
    expect(refused.granted).toBe(false);
    expect(refused.limits.map(({ used }) => used)).toEqual([1, 1]);
    expect((await one(store, wide)).limits[0]?.used).toBe(2);
  });

  it('reads and takes nothing for a call that the rules stop', async () => {
    const { store } = make();
    const [stopped] = await store.take([demand([limit(1, 'minute')], false)]);
    expect(stopped).toMatchObject({ granted: false, exceeded: undefined });
    expect((await one(store, limit(1, 'minute'))).granted).toBe(true);
    const [again] = await store.take([demand([limit(1, 'minute')], false)]);
    expect(again?.exceeded).toMatchObject({ counter: 'c' });
  });

  it('counts a call once for limits that share a counter, each with its own window', async () => {
    const { store, clock } = make();
    const both = sharing(limit(2, 'minute'), limit(3, 'hour'));
    expect((await one(store, ...both)).limits.map(({ used }) => used)).toEqual([1, 1]);
    await one(store, ...both);
    expect((await one(store, ...both)).granted).toBe(false);
    clock.now += 60_000;
    expect((await one(store, ...both)).limits.map(({ used }) => used)).toEqual([1, 3]);
    const last = await one(store, ...both);
    expect(last.granted).toBe(false);
    expect(last.limits[1]?.retryAfterMs).toBe(3_600_000 - 60_000);
  });

  it('keeps enough of a counter for the largest limit that reads it', async () => {
    const { store, clock } = make();
    for (let i = 0; i < 300; i++) {
      await one(store, ...sharing(limit(1000, 'day'), limit(1, '1s')));
      clock.now += 1000;
    }
    expect((await one(store, limit(1000, 'day'))).limits[0]?.used).toBe(301);
    expect((await one(store, limit(301, 'day'))).granted).toBe(false);
  });

  it('never loosens where the clock goes back', async () => {
    const { store, clock } = make();
    await one(store, limit(2, 'minute'));
    clock.now -= 30_000;
    await one(store, limit(2, 'minute'));
    const refused = await one(store, limit(2, 'minute'));
    expect(refused.granted).toBe(false);
    expect(refused.limits[0]?.retryAfterMs).toBe(90_000);
    clock.now = START + 59_999;
    expect((await one(store, limit(2, 'minute'))).granted).toBe(false);
    clock.now = START + 60_000;
    expect((await one(store, limit(2, 'minute'))).granted).toBe(true);
  });

  it('resets a fixed window at the edge of the calendar', async () => {
    const { store, clock } = make();
    const fixed = limit(2, 'minute', { kind: 'fixed' });
    clock.now = START + 59_000;
    await one(store, fixed);
    await one(store, fixed);
    const refused = await one(store, fixed);
    expect(refused).toMatchObject({ granted: false });
    expect(refused.limits[0]?.retryAfterMs).toBe(1000);
    clock.now = START + 60_000;
    expect((await one(store, fixed)).limits[0]?.used).toBe(1);
    clock.now = START + 59_000;
    expect((await one(store, fixed)).limits[0]?.used).toBe(2);
    expect((await one(store, fixed)).granted).toBe(false);
  });

  it('lets nothing through where the maximum is 0', async () => {
    const { store } = make();
    for (const kind of ['sliding', 'fixed'] as const) {
      const refused = await one(store, limit(0, 'minute', { kind, counter: kind }));
      expect(refused.granted).toBe(false);
      expect(refused.limits[0]).toMatchObject({ used: 0, retryAfterMs: null });
    }
  });

  it('decides a batch in order', async () => {
    const { store } = make();
    const taken = await store.take(Array.from({ length: 5 }, () => demand([limit(3, 'minute')])));
    expect(taken.map(({ granted }) => granted)).toEqual([true, true, true, false, false]);
  });

  it('reports a limit that is only observed and stops nothing', async () => {
    const { store } = make();
    const observed = limit(1, 'minute', { counter: 'observed', enforced: false });
    const enforced = limit(3, 'minute', { counter: 'enforced' });
    await one(store, observed, enforced);
    const second = await one(store, observed, enforced);
    expect(second).toMatchObject({ granted: true, exceeded: { counter: 'observed' } });
    expect(second.limits.map(({ used }) => used)).toEqual([1, 2]);
    await one(store, observed, enforced);
    expect((await one(store, observed, enforced)).granted).toBe(false);
  });

  it('never lets more than max through in any span of one window', async () => {
    const call = fc.record({
      wait: fc.oneof(
        fc.integer({ min: 0, max: 2000 }),
        fc.constantFrom(9_999, 10_000, 10_001, -1, -5000, -20_000),
      ),
      second: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(call, { maxLength: 60 }),
        async (max, calls) => {
          const { store, second, clock } = make();
          // Real time never goes back, whatever the clock shows.
          const granted: number[] = [];
          let real = START;
          for (const { wait, second: other } of calls) {
            real += Math.max(0, wait);
            clock.now += wait;
            const taken = await one((other ? second : undefined) ?? store, limit(max, '10s'));
            if (taken.granted) granted.push(real);
          }
          for (const [i, time] of granted.entries()) {
            const earlier = granted[i - max];
            if (earlier !== undefined) expect(time - earlier).toBeGreaterThanOrEqual(10_000);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('agrees with a plain list of times while the clock is right', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 300, maxLength: 500 }),
        async (max, waits) => {
          const { store, clock } = make();
          const times: number[] = [];
          for (const wait of waits) {
            clock.now += wait;
            const fits = times.filter(time => time > clock.now - 10_000).length < max;
            expect((await one(store, limit(max, '10s'))).granted).toBe(fits);
            if (fits) times.push(clock.now);
          }
        },
      ),
      { numRuns: 5 },
    );
  });
});

describe.each(drivers().map(driver => [driver.name, driver] as const))(
  '%s on disk',
  (_, driver) => {
    const row = (at: number, subject: string) =>
      deniedRow(at, subject, { reason: 'x'.repeat(200), args: 'y'.repeat(1000) });

    it('shares its counters with another wrapper', async () => {
      const { store, second = store } = onDisk(driver);
      expect(second).not.toBe(store);
      for (let i = 0; i < 2; i++) {
        expect((await one(store, limit(4, 'minute'))).granted).toBe(true);
        expect((await one(second, limit(4, 'minute'))).granted).toBe(true);
      }
      expect((await one(store, limit(4, 'minute'))).granted).toBe(false);
      expect((await one(second, limit(4, 'minute'))).granted).toBe(false);
    });

    it('keeps counters when it is opened again', async () => {
      const file = join(tempDir(), 'state.db');
      const open = () => sqliteStore(file, { now: () => START, warn: () => {}, driver });
      const first = open();
      await one(first, limit(2, 'minute'));
      await one(first, limit(2, 'minute'));
      first.close();
      const again = open();
      expect((await one(again, limit(2, 'minute'))).granted).toBe(false);
      again.close();
    });

    it('keeps a shared counter over a restart while its longest window can read it', async () => {
      const file = join(tempDir(), 'state.db');
      const clock = { now: START };
      const open = () => sqliteStore(file, { now: () => clock.now, warn: () => {}, driver });
      const [a, b] = sharing(limit(100, 'minute'), limit(3, 'day'));
      const first = open();
      for (let i = 0; i < 5; i++) await one(first, a!);
      first.close();
      clock.now += 61_000;
      const again = open();
      for (let i = 0; i < 5; i++) expect((await one(again, b!)).granted).toBe(false);
      again.close();
    });

    it('bounds the file for sessions of a few calls each', () => {
      const file = join(tempDir(), 'state.db');
      for (let session = 0; session < 60; session++) {
        const options = { now: () => START, warn: () => {}, driver, maxBytes: 400_000 };
        const store = sqliteStore(file, options);
        store.take(
          Array.from({ length: 100 }, (_, k) => ({
            limits: [],
            take: false,
            row: () => row(START, `${session}-${k}`),
          })),
        );
        store.close();
      }
      expect(statSync(file).size).toBeLessThan(1_200_000);
    });

    it('clamps times that lie more than a window ahead, and says so', async () => {
      const { store, clock, warnings } = onDisk(driver);
      clock.now = START + 1e9;
      for (let i = 0; i < 3; i++) await one(store, limit(3, 'minute'));
      clock.now = START;
      expect((await one(store, limit(3, 'minute'))).granted).toBe(false);
      expect(warnings).toHaveLength(1);
      clock.now = START + 60_000;
      expect((await one(store, limit(3, 'minute'))).granted).toBe(true);
    });

    it('refuses a file of a later format, a folder and a file that is no database', async () => {
      const { writeFileSync } = await import('node:fs');
      const dir = tempDir();
      const take = (file: string) => {
        const store = sqliteStore(file, { now: () => START, warn: () => {}, driver });
        return () => store.take([demand([])]);
      };
      expect(take(dir)).toThrow(/state file .* cannot be used/);
      const junk = join(dir, 'junk.db');
      writeFileSync(junk, 'no database at all, but long enough to be looked at '.repeat(50));
      expect(take(junk)).toThrow(/not a database/);
      const later = join(dir, 'later.db');
      const database = driver.open(later, { readonly: false });
      database.exec('PRAGMA user_version = 99');
      database.close();
      expect(take(later)).toThrow(/format 99/);
    });

    it('bounds the file: the oldest rows go, the newest stay', () => {
      const file = join(tempDir(), 'state.db');
      const maxBytes = 2 * 1024 * 1024;
      const store = sqliteStore(file, { now: () => START, warn: () => {}, driver, maxBytes });
      for (let i = 0; i < 8000; i += 100)
        store.take(
          Array.from({ length: 100 }, (_, k) => ({
            limits: [],
            take: false,
            row: () => row(START + i + k, `subject-${i + k}`),
          })),
        );
      store.close();
      const kept = entriesIn(file).map(({ subject }) => subject);
      expect(statSync(file).size).toBeLessThan(maxBytes * 1.5);
      expect(kept.at(-1)).toBe('subject-7999');
      expect(kept.length).toBeGreaterThan(500);
      const first = Number(kept[0]?.slice(8));
      expect(kept).toHaveLength(8000 - first);
    });

    it('writes how a call ended without being asked again', async () => {
      const file = join(tempDir(), 'state.db');
      const store = sqliteStore(file, { now: () => START, warn: () => {}, driver });
      const [taken] = await store.take([{ limits: [], take: true, row: () => row(START, 'a') }]);
      if (taken?.row === undefined) throw new Error('no row');
      store.settle([{ row: taken.row, outcome: 'tool_error', durationMs: 12.4 }]);
      await new Promise(resolve => setTimeout(resolve, 300));
      expect(entriesIn(file)).toMatchObject([{ outcome: 'tool_error', durationMs: 12 }]);
      store.close();
    });
  },
);

it('has a driver on this machine', () => {
  expect(['better-sqlite3', 'node:sqlite']).toContain(loadDriver().name);
});
