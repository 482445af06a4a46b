// Counters in the state file: reading, writing and forgetting them. What was read stays in memory, and
// each transaction asks the file whether it still holds: a wrapper that is alone reads nothing twice.
import { type BoundLimit, MAX_VALUES } from '../policy/limits.ts';
import { counterRow, StoredCounter } from './counter.ts';
import type { Database, Row, Statement } from './driver.ts';
import { liveCounter } from './group.ts';

/** With more counters than this in memory, all are read anew. */
const MAX_REMEMBERED = 1000;
/** Old counters looked at for each new one, so that the dead ones stay few. */
const LOOKED_AT = 8;

/** The counters of one database; `transaction()` begins a new view of them. */
export class Counters {
  private readonly find: Statement;
  private readonly version: Statement;
  private readonly liveIn: (group: string, now: number) => number;
  private readonly create: Statement;
  private readonly save: Statement;
  private readonly part: Statement;
  private readonly savePart: Statement;
  private readonly dropParts: Statement;
  private readonly remembered = new Map<string, StoredCounter>();
  private used: StoredCounter[] = [];
  private created = 0;
  private transactions = 0;

  constructor(
    private readonly database: Database,
    private readonly warn: (message: string) => void,
  ) {
    const sql = (text: string) => database.prepare(text);
    this.find = sql('SELECT * FROM counters WHERE key = ?');
    this.version = sql('SELECT granted, changes FROM counters WHERE id = ?');
    this.liveIn = liveCounter(database);
    this.create = sql('INSERT INTO counters (key) VALUES (?)');
    this.save = sql(
      `UPDATE counters SET granted = ?, pruned = ?, last = ?, keep = ?, changes = ?, tail = ?, tallies = ?
       WHERE id = ?`,
    );
    this.part = sql('SELECT times FROM grants WHERE counter = ? AND part = ?');
    this.savePart = sql('INSERT OR REPLACE INTO grants VALUES (?, ?, ?)');
    this.dropParts = sql('DELETE FROM grants WHERE counter = ? AND part < ?');
  }

  /** Other processes may have written since the last one. */
  transaction(): void {
    this.transactions++;
    this.used = [];
    this.created = 0;
    if (this.remembered.size > MAX_REMEMBERED) this.forget();
  }

  /** After a transaction that came to nothing: the file does not say what is remembered. */
  forget(): void {
    this.remembered.clear();
  }

  /** Undefined where the limit has a counter for each value, and there are too many alive. */
  counterOf(limit: BoundLimit, now: number): StoredCounter | undefined {
    const known = this.remembered.get(limit.id);
    if (known?.seen === this.transactions) return known;
    const counter = this.current(limit, now);
    if (counter === undefined) return undefined;
    counter.seen = this.transactions;
    this.used.push(counter);
    counter.keepFor(limit);
    if (counter.clampTo(now))
      this.warn(
        `the counter ${limit.counter} holds times later than the clock shows: counted as now`,
      );
    return counter;
  }

  private current(limit: BoundLimit, now: number): StoredCounter | undefined {
    const key = limit.id;
    const known = this.remembered.get(key);
    if (known !== undefined && this.isCurrent(known)) return known;
    const found = this.find.get(key);
    if (found === undefined && !this.hasRoom(limit, now)) return undefined;
    const row = counterRow(found ?? this.added(key));
    if (known?.id === row.id) {
      known.restore(row);
      return known;
    }
    const counter = new StoredCounter(row, limit.cost !== undefined, (id, part) => {
      const times = this.part.get(id, part)?.times;
      return times instanceof Uint8Array ? times : undefined;
    });
    this.remembered.set(key, counter);
    return counter;
  }

  private hasRoom({ group }: BoundLimit, now: number): boolean {
    if (group === undefined) return true;
    // Those of this transaction are not written yet, and do not look alive.
    return this.liveIn(group, now) + this.created < MAX_VALUES;
  }

  private isCurrent({ id, granted, changes }: StoredCounter): boolean {
    const row = this.version.get(id);
    return row !== undefined && row.granted === granted && row.changes === changes;
  }

  private added(key: string): Row {
    this.created++;
    this.create.run(key);
    return this.find.get(key) ?? {};
  }

  /** Writes what changed; within the transaction that read it. */
  flush(now: number): void {
    for (const counter of this.used) {
      if (!counter.changed) continue;
      const { id, granted, pruned, last, keep, changes, tail, tallies } = counter.row();
      this.save.run(granted, pruned, last, keep, changes, tail, tallies, id);
      for (const part of counter.unsaved) this.savePart.run(id, part, counter.bytesOf(part));
      if (counter.prunedNow) this.dropParts.run(id, pruned);
      counter.saved();
    }
    // What is in use must be written before it is looked at: it would pass for dead.
    if (this.created > 0) this.sweep(now, this.created * LOOKED_AT);
  }

  // Removes counters that no window can read any more, not even when the clock goes back by one. It
  // looks at a few, going round, so that it costs the same however many there are.
  private sweep(now: number, count: number): void {
    const sql = (text: string) => this.database.prepare(text);
    const after = sql('SELECT after FROM sweep').get()?.after ?? 0;
    const next = sql(
      'SELECT id, last + 2 * keep < ? AS dead FROM counters WHERE id > ? ORDER BY id LIMIT ?',
    ).all(now, after, count);
    const dropParts = sql('DELETE FROM grants WHERE counter = ?');
    const drop = sql('DELETE FROM counters WHERE id = ?');
    for (const { id, dead } of next) {
      if (dead !== 1 || id === undefined) continue;
      dropParts.run(id);
      drop.run(id);
    }
    const last = next.length < count ? 0 : (next.at(-1)?.id ?? 0);
    sql('UPDATE sweep SET after = ?').run(last);
  }
}
