// The counters of the state file as they stand, for deciding what would be said to a call: what is
// counted on the way stays in memory, and nothing is written.
import { existsSync } from 'node:fs';
import type { RecordRow } from '../audit/record.ts';
import { type BoundLimit, MAX_VALUES } from '../policy/limits.ts';
import type { Demand, Store, Taken } from './contract.ts';
import { StoredCounter } from './counter.ts';
import { counterRow } from './counter-row.ts';
import { decideAndKeep } from './decide.ts';
import { type Database, loadDriver } from './driver.ts';
import { liveCounter } from './group.ts';
import { openForReading } from './schema.ts';

export interface PeekingStore extends Store {
  take(demands: readonly Demand[]): Taken[];
  readonly rows: RecordRow[];
}

/** `now` in milliseconds since 1970. Throws `PW_STATE…` where the file cannot be read. */
export function peekingStore(file: string, now: () => number): PeekingStore {
  const database = existsSync(file) ? openForReading(loadDriver(), file) : undefined;
  const counters = new Map<string, StoredCounter>();
  const rows: RecordRow[] = [];
  const counterOf = (limit: BoundLimit): StoredCounter | undefined => {
    const known = counters.get(limit.id);
    if (known !== undefined) return known;
    const counter = read(database, limit, now());
    if (counter !== undefined) counters.set(limit.id, counter);
    return counter;
  };
  return {
    rows,
    take: demands => demands.map(demand => decideAndKeep(demand, { counterOf }, now(), rows)),
    settle() {},
    standings: () => new Map(),
    withdraw() {},
    close: () => database?.close(),
  };
}

function read(
  database: Database | undefined,
  limit: BoundLimit,
  now: number,
): StoredCounter | undefined {
  const found = database?.prepare('SELECT * FROM counters WHERE key = ?').get(limit.id);
  const part = database?.prepare('SELECT times FROM grants WHERE counter = ? AND part = ?');
  const counter = new StoredCounter(
    counterRow(found ?? EMPTY),
    limit.cost !== undefined,
    (id, number) => {
      const times = part?.get(id, number)?.times;
      return times instanceof Uint8Array ? times : undefined;
    },
  );
  const { group } = limit;
  if (group === undefined || database === undefined || counter.isAlive(now)) return counter;
  return liveCounter(database)(group, now) < MAX_VALUES ? counter : undefined;
}

const EMPTY = { id: 0, granted: 0, pruned: 0, last: 0, keep: 0, changes: 0, tallies: '[]' };
