// What the tests of the stores work with: limits, demands, and two wrappers on one file.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LogEntry, type LogQuery, logReader } from '../../src/audit/read.ts';
import { type BoundLimit, counterId, type Limit } from '../../src/policy/limits.ts';
import { parseWindow } from '../../src/policy/window.ts';
import type { Demand, Store, Taken } from '../../src/store/contract.ts';
import type { Driver } from '../../src/store/driver.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { tempDir } from '../support/wrapper.ts';

export interface Subject {
  store: Store;
  /** Another wrapper on the same counters; undefined where they cannot be shared. */
  second: Store | undefined;
  clock: { now: number };
  warnings: string[];
}

export const START = Date.UTC(2026, 10, 22, 12, 0, 0);

export function onDisk(driver: Driver): Subject {
  const clock = { now: START };
  const warnings: string[] = [];
  const file = join(tempDir(), 'state.db');
  const open = () =>
    sqliteStore(file, { now: () => clock.now, warn: text => warnings.push(text), driver });
  const [store, second] = [open(), open()];
  onTestFinished(() => {
    store.close();
    second.close();
  });
  return { store, second, clock, warnings };
}

/** All that is recorded, as `log` reads it. */
export function entriesIn(file: string, query: Partial<LogQuery> = {}): LogEntry[] {
  const reader = logReader(file);
  const entries = reader.read({ last: 1_000_000, server: undefined, ...query });
  reader.close();
  return entries;
}

const owner = { session: 's1', server: 'srv', grant: 'default', layer: 'policy' };

export function limit(
  max: number,
  window: string,
  more: Partial<Limit & BoundLimit> = {},
): BoundLimit {
  const parsed = parseWindow(window);
  if (parsed === undefined) throw new Error(window);
  const plain: Limit = {
    counter: 'c',
    named: true,
    scope: 'grant',
    kind: 'sliding',
    max,
    window: parsed,
    cost: undefined,
    per: undefined,
    ...more,
  };
  return {
    layer: 'policy',
    key: 'c',
    enforced: true,
    amount: 1,
    value: undefined,
    group: undefined,
    windows: [parsed],
    ...more,
    ...plain,
    id: counterId(plain, owner),
  };
}

export const demand = (limits: BoundLimit[], take = true): Demand => ({
  limits,
  take,
  row: () => undefined,
});

export async function one(store: Store, ...limits: BoundLimit[]): Promise<Taken> {
  const [taken] = await store.take([demand(limits)]);
  if (taken === undefined) throw new Error('undecided');
  return taken;
}

/** Limits that share their counter, as a policy binds them: each knows the windows of all. */
export function sharing(...limits: BoundLimit[]): BoundLimit[] {
  const windows = limits.map(({ window }) => window);
  return limits.map(one => ({ ...one, windows }));
}
