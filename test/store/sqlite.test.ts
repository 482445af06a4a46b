// What the SQLite store keeps in memory, in its file and in its record, and what it gives up.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RecordRow } from '../../src/audit/record.ts';
import type { Demand, Taken } from '../../src/store/contract.ts';
import type { Driver } from '../../src/store/driver.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { type SqliteStore, sqliteStore } from '../../src/store/sqlite.ts';
import { deniedRow, FACTS } from '../support/rows.ts';
import { tempDir } from '../support/wrapper.ts';
import { drivers } from './drivers.ts';
import { demand, entriesIn, limit, one, START, sharing } from './subjects.ts';

const range = (count: number) => [...Array(count).keys()];

/** A file, and wrappers that come and go on it. */
function stateFile(driver: Driver) {
  const file = join(tempDir(), 'state.db');
  const clock = { now: START };
  const warnings: string[] = [];
  const stores = new Set<SqliteStore>();
  onTestFinished(() => {
    for (const store of stores) void store.close();
  });
  return {
    file,
    clock,
    warnings,
    open(maxBytes?: number): SqliteStore {
      const options = { now: () => clock.now, warn: (text: string) => warnings.push(text), driver };
      const store = sqliteStore(file, maxBytes === undefined ? options : { ...options, maxBytes });
      stores.add(store);
      return store;
    },
    count(table: string): number {
      const database = driver.open(file, { readonly: true });
      const count = Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
      database.close();
      return count;
    },
  };
}

const row = (subject: string, more: Partial<RecordRow> = {}): RecordRow => ({
  ...deniedRow(START, subject, { reason: 'x'.repeat(100), args: 'y'.repeat(100) }),
  ...more,
});
const recording = (...rows: RecordRow[]): Demand[] =>
  rows.map(one => ({ limits: [], take: true, row: () => one }));
const keyOf = (taken: readonly Taken[], i: number): number => {
  const key = taken[i]?.row;
  if (key === undefined) throw new Error('no row');
  return key;
};

describe.each(drivers().map(driver => [driver.name, driver] as const))('%s', (_, driver) => {
  describe('what is remembered between transactions', () => {
    // More grants than one part holds, limits that share a counter, one that is only observed.
    const [minute, hour] = sharing(limit(90, '10s'), limit(150, '30s'));
    const calendar = sharing(
      limit(40, '10s', { counter: 'fixed', kind: 'fixed' }),
      limit(70, 'minute', { counter: 'fixed', kind: 'fixed' }),
    );
    const small = limit(3, '5s', { counter: 'small' });
    const observed = limit(20, '10s', { counter: 'observed', enforced: false });
    const spent = { ...limit(2, '10s', { counter: 'spent', cost: '1' }), amount: 300_000 };
    const perValue = ['"a"', '"b"'].map(value => {
      const each = limit(5, '5s', { counter: 'each', per: 'args.v', value });
      return { ...each, group: `${each.id} `, id: `${each.id} ${value}` };
    });
    const calls = [
      [minute!, hour!],
      [hour!],
      calendar,
      [calendar[1]!, minute!],
      [small],
      [observed, small],
      [observed, hour!, calendar[0]!],
      [spent, small],
      ...perValue.map(each => [each, hour!]),
    ];
    const step = fc.record({
      wrapper: fc.nat({ max: 2 }),
      reopened: fc.integer({ min: 0, max: 9 }).map(chance => chance === 0),
      wait: fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(0, 0, 2500, 9999, 10_000, -700)),
      calls: fc.array(fc.nat({ max: calls.length - 1 }), { minLength: 1, maxLength: 40 }),
    });

    it('is what a store says that forgets nothing, whichever of three wrappers asks', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async steps => {
          const { open, clock } = stateFile(driver);
          const wrappers = [open(), open(), open()];
          const model = memoryStore(() => clock.now);
          for (const { wrapper, reopened, wait, calls: picked } of steps) {
            clock.now += wait;
            if (reopened) {
              await wrappers[wrapper]?.close();
              wrappers[wrapper] = open();
            }
            const demands = picked.map(i => demand(calls[i] ?? []));
            const said = (taken: Taken[]) =>
              taken.map(({ granted, exceeded, limits }) => ({ granted, exceeded, limits }));
            const taken = await wrappers[wrapper]!.take(demands);
            expect(said(taken)).toEqual(said(model.take(demands)));
          }
        }),
        { numRuns: 60 },
      );
    });

    it('that another wrapper has overtaken decides nothing and records nothing', async () => {
      const { file, open } = stateFile(driver);
      const [first, second] = [open(), open()];
      const [shared, own] = [limit(4, 'minute'), limit(9, 'minute', { counter: 'own' })];
      const call = (name: string): Demand => ({ ...demand([shared, own]), row: () => row(name) });
      await first.take([call('a')]);
      await second.take([call('b'), call('c')]);
      // It believes that one call was counted, and asks for three.
      const taken = await first.take([call('d'), call('e'), call('f')]);
      expect(taken.map(({ granted }) => granted)).toEqual([true, false, false]);
      expect(taken.map(({ limits: [state] }) => state?.used)).toEqual([4, 4, 4]);
      // To refuse is to have looked, too.
      expect((await one(second, shared)).granted).toBe(false);
      const names = entriesIn(file).map(({ subject }) => subject);
      expect(names).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
      expect(taken.map((_, i) => keyOf(taken, i) - keyOf(taken, 0))).toEqual([0, 1, 2]);
    });

    it('is not believed while another wrapper is at it, so that hardly any call is decided twice', async () => {
      const { open } = stateFile(driver);
      const [first, second] = [open(), open()];
      const many = limit(10_000, 'hour');
      let decisions = 0;
      const call: Demand = {
        ...demand([many]),
        row: () => {
          decisions++;
          return undefined;
        },
      };
      for (const _ of range(200)) {
        await first.take([call]);
        await one(second, many);
        // Says nothing about who else is there.
        await first.take(recording(row('settled')));
      }
      expect(decisions).toBeLessThan(200 + 5);
      expect((await one(first, many)).limits[0]?.used).toBe(401);
    });

    it('warns of a wrong clock once it is put right, and of nothing that another has put right', async () => {
      const { open, clock, warnings } = stateFile(driver);
      const [first, second] = [open(), open()];
      const [x, y] = ['x', 'y'].map(counter => limit(9, 'minute', { counter }));
      clock.now = START + 1e9;
      await first.take([demand([x!]), demand([y!])]);
      clock.now = START;
      await one(second, y!);
      expect(warnings.splice(0)).toEqual([expect.stringContaining('the counter y')]);
      await first.take([demand([x!]), demand([y!])]);
      expect(warnings).toEqual([expect.stringContaining('the counter x')]);
    });

    it('that reads otherwise than it is written denies, and does not go on for ever', async () => {
      const { file, open } = stateFile(driver);
      await one(open(), limit(3, 'minute'));
      const database = driver.open(file, { readonly: false });
      database.exec('UPDATE counters SET changes = 9007199254740993');
      database.close();
      expect(() => open().take([demand([limit(3, 'minute')])])).toThrow(/state file .* cannot be/);
    });

    it('is not believed where a call that it would refuse fits by now', async () => {
      const { open, clock } = stateFile(driver);
      const [first, second] = [open(), open()];
      const few = limit(1, 'minute');
      clock.now = START + 1e9;
      await one(first, few);
      expect((await one(first, few)).granted).toBe(false);
      // The other one puts right what a wrong clock had counted, and that has left the window since.
      clock.now = START;
      await one(second, few);
      clock.now = START + 1e9 - 30_000;
      expect((await one(first, few)).granted).toBe(true);
    });

    it('gives way where another wrapper has put right what a wrong clock had counted', async () => {
      const { open, clock, warnings } = stateFile(driver);
      const [first, second] = [open(), open()];
      const wide = limit(300, 'minute');
      clock.now = START + 1e9;
      // More than two parts, so that full ones change too.
      await first.take(range(200).map(() => demand([wide])));
      clock.now = START;
      expect((await one(second, wide)).limits[0]?.used).toBe(201);
      expect(warnings).toHaveLength(1);
      clock.now = START + 60_000;
      expect((await one(first, wide)).limits[0]?.used).toBe(1);
    });

    it('is forgotten with a transaction that came to nothing', async () => {
      const store = stateFile(driver).open();
      await one(store, limit(3, 'minute'));
      const failing: Demand = {
        ...demand([limit(3, 'minute')]),
        row: () => {
          throw new Error('no row');
        },
      };
      expect(() => store.take([demand([limit(3, 'minute')]), failing])).toThrow(/no row/);
      expect((await one(store, limit(3, 'minute'))).limits[0]?.used).toBe(2);
    });

    it('does not outlive a counter that another wrapper has found dead', async () => {
      const { open, clock, count } = stateFile(driver);
      const [first, second] = [open(), open()];
      const old = range(20).map(i => limit(2, '1s', { counter: `old-${i}` }));
      await first.take(old.map(each => demand([each])));
      clock.now += 5000;
      for (const i of range(20)) await one(second, limit(2, 'hour', { counter: `new-${i}` }));
      expect(count('counters')).toBe(20);
      for (const each of old) expect((await one(first, each)).limits[0]?.used).toBe(1);
      for (const each of old) expect((await one(second, each)).limits[0]?.used).toBe(2);
      for (const each of old) expect((await one(first, each)).granted).toBe(false);
    });

    it('is bounded: thousands of counters are exact all the same', async () => {
      const store = stateFile(driver).open();
      const limits = range(2500).map(i => limit(2, 'hour', { counter: `c-${i}` }));
      for (const used of [1, 2, 2]) {
        for (const from of range(5).map(i => i * 500)) {
          const taken = await store.take(limits.slice(from, from + 500).map(l => demand([l])));
          expect(taken.every(({ limits: [state] }) => state?.used === used)).toBe(true);
        }
      }
    });
  });

  describe('counters that nothing reads any more', () => {
    it('go as others come, and those in use stay', async () => {
      const { open, clock, count } = stateFile(driver);
      const store = open();
      const living = limit(5, 'day', { counter: 'living' });
      await one(store, living);
      for (const i of range(2000)) {
        await one(store, limit(2, '1s', { counter: `c-${i}` }));
        clock.now += 100;
      }
      // Some ten are alive at any time.
      expect(count('counters')).toBeLessThan(40);
      expect((await one(store, living)).limits[0]?.used).toBe(2);
    });

    it('stay where they are used in the very transaction that looks', async () => {
      const { open, clock } = stateFile(driver);
      const store = open();
      const old = limit(2, '1s', { counter: 'old' });
      await one(store, old);
      clock.now += 5000;
      const fresh = range(20).map(i => limit(1, '1s', { counter: `new-${i}` }));
      await store.take([old, ...fresh].map(each => demand([each])));
      expect((await one(store, old)).limits[0]?.used).toBe(2);
      for (const each of fresh) expect((await one(store, each)).granted).toBe(false);
    });

    it('stay for as long as a clock that goes back by a window could make them count again', async () => {
      const { open, clock } = stateFile(driver);
      const store = open();
      const used = limit(1, '10s', { counter: 'used' });
      await one(store, used);
      clock.now += 11_000;
      for (const i of range(20)) await one(store, limit(1, 'hour', { counter: `new-${i}` }));
      clock.now -= 5000;
      expect((await one(store, used)).granted).toBe(false);
    });

    it('take their parts along', async () => {
      const { open, clock, count } = stateFile(driver);
      const store = open();
      await store.take(range(300).map(() => demand([limit(1000, '1s')])));
      expect(count('grants')).toBeGreaterThan(1);
      clock.now += 5000;
      for (const i of range(2)) await one(store, limit(1, '1s', { counter: `new-${i}` }));
      expect(count('grants')).toBe(0);
    });
  });

  it('drops the grants of a living counter that no window reaches any more', async () => {
    const { open, clock, count } = stateFile(driver);
    const store = open();
    for (const _ of range(100)) {
      await store.take(range(50).map(() => demand([limit(1000, '1s')])));
      clock.now += 500;
    }
    // Some hundred are alive at any time.
    expect(count('grants')).toBeLessThan(8);
  });

  describe('the record', () => {
    it('says of each decision how it ended, in whichever transaction that was written', () => {
      const { file, open } = stateFile(driver);
      const [store, other] = [open(), open()];
      const first = store.take(recording(row('a'), row('b'), row('c'))) as Taken[];
      const foreign = other.take(recording(row('other'))) as Taken[];
      store.settle([{ row: keyOf(first, 1), outcome: 'ok', durationMs: 3.6 }]);
      const second = store.take(recording(row('d'), row('e'))) as Taken[];
      other.settle([{ row: keyOf(foreign, 0), outcome: 'lost', durationMs: 1 }]);
      store.settle([
        { row: keyOf(second, 1), outcome: 'tool_error', durationMs: 5 },
        { row: keyOf(first, 0), outcome: 'cancelled', durationMs: 70 },
      ]);
      // Nothing is decided any more: these are written alone.
      for (const each of [store, other]) void each.close();
      const again = open();
      again.take(recording(row('f')));
      const entries = entriesIn(file);
      expect(entries.map(({ subject, outcome, durationMs }) => [subject, outcome, durationMs]))
        // Each on a line of its own.
        .toEqual([
          ['a', 'cancelled', 70],
          ['b', 'ok', 4],
          ['c', null, null],
          ['other', 'lost', 1],
          ['d', null, null],
          ['e', 'tool_error', 5],
          ['f', null, null],
        ]);
      const ids = entries.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    });

    it('says of the decisions of one server how they ended, whichever connection wrote that', () => {
      const { file, open } = stateFile(driver);
      const store = open();
      const taken = store.take(recording(row('a'))) as Taken[];
      const failing: Demand = {
        ...demand([]),
        row: () => {
          throw new Error('disk I/O error');
        },
      };
      expect(() => store.take([failing])).toThrow(/disk I\/O error/);
      store.settle([{ row: keyOf(taken, 0), outcome: 'ok', durationMs: 5 }]);
      void store.close();
      expect(entriesIn(file, { server: 'srv' }).map(({ outcome }) => outcome)).toEqual(['ok']);
      expect(entriesIn(file, { server: 'else' })).toEqual([]);
    });

    it('tells sessions apart, also within one transaction', () => {
      const { file, open } = stateFile(driver);
      const facts = { ...FACTS, session: 's2', server: 'else', grant: 'g', policy: 'def' };
      const store = open();
      const taken = store.take(
        recording(row('a'), row('b', { facts }), row('c', { facts }), row('d')),
      ) as Taken[];
      store.settle(range(4).map(i => ({ row: keyOf(taken, i), outcome: 'ok', durationMs: i })));
      void store.close();
      const seen = entriesIn(file).map(entry => [
        entry.subject,
        entry.session,
        entry.server,
        entry.grant,
        entry.policy,
        entry.durationMs,
      ]);
      expect(seen).toEqual([
        ['a', 's', 'srv', 'default', 'abc', 0],
        ['b', 's2', 'else', 'g', 'def', 1],
        ['c', 's2', 'else', 'g', 'def', 2],
        ['d', 's', 'srv', 'default', 'abc', 3],
      ]);
      expect(entriesIn(file, { server: 'else' }).map(({ subject }) => subject)).toEqual(['b', 'c']);
    });

    it.each([
      [1, 500],
      [7, 90],
      [400, 3],
    ])('is read from its end, %i decisions in each of %i transactions', (size, count) => {
      const { file, open } = stateFile(driver);
      const store = open();
      for (const i of range(count))
        store.take(recording(...range(size).map(k => row(`${i * size + k}`))));
      const total = size * count;
      for (const last of [0, 1, 20, 101, total - 1, total, total + 5]) {
        const subjects = entriesIn(file, { last }).map(({ subject }) => Number(subject));
        expect(subjects).toEqual(range(total).slice(Math.max(0, total - last)));
      }
    });

    it('of a file that is far too large shrinks by and by, not in one transaction', () => {
      const { file, open } = stateFile(driver);
      const writer = open();
      for (const i of range(400)) writer.take(recording(...range(50).map(k => row(`${i}-${k}`))));
      void writer.close();
      const all = 400 * 50;
      const maxBytes = 400_000;
      const small = open(maxBytes);
      small.take(recording(row('first')));
      expect(entriesIn(file).length).toBeGreaterThan(all / 2);
      let written = 1;
      while (entriesIn(file).length > 2000 && written < all) {
        small.take(recording(...range(200).map(k => row(`more-${k}`))));
        written += 200;
      }
      // It shrinks faster than it grows.
      expect(written).toBeLessThan(all / 2);
      expect(entriesIn(file).at(-1)?.subject).toBe('more-199');
    });
  });

  it('refuses a file of an earlier format and says what to do', () => {
    const { file, open } = stateFile(driver);
    const database = driver.open(file, { readonly: false });
    database.exec('CREATE TABLE records (id INTEGER); PRAGMA user_version = 1');
    database.close();
    const expected = expect.objectContaining({
      code: 'PW_STATE',
      message: expect.stringMatching(/it has format 1, this version of policy-wrap uses \d+$/),
      help: expect.stringContaining('away'),
    });
    const thrown = (work: () => unknown) => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    expect(thrown(() => open().take([demand([])]))).toEqual(expected);
    expect(thrown(() => entriesIn(file))).toEqual(expected);
  });
});
