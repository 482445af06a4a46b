// Counters in the state file: reading, writing and forgetting them.
import type { BoundLimit } from '../policy/limits.ts';
import { StoredCounter } from './counter.ts';
import type { Database, Row, Statement } from './driver.ts';

/** The counters of one database; `transaction()` begins a new view of them. */
export class Counters {
  private readonly find: Statement;
  private readonly create: Statement;
  private readonly save: Statement;
  private readonly part: Statement;
  private readonly savePart: Statement;
  private readonly dropParts: Statement;
  private readonly tallies: Statement;
  private readonly saveTally: Statement;
  private readonly open = new Map<string, StoredCounter>();

  constructor(
    private readonly database: Database,
    private readonly warn: (message: string) => void,
  ) {
    const sql = (text: string) => database.prepare(text);
    this.find = sql('SELECT id, granted, pruned, last, keep FROM counters WHERE key = ?');
    this.create = sql(
      'INSERT INTO counters (key, granted, pruned, last, keep) VALUES (?, 0, 0, 0, 0)',
    );
    this.save = sql('UPDATE counters SET granted = ?, pruned = ?, last = ?, keep = ? WHERE id = ?');
    this.part = sql('SELECT times FROM grants WHERE counter = ? AND part = ?');
    this.savePart = sql(
      'INSERT INTO grants VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET times = excluded.times',
    );
    this.dropParts = sql('DELETE FROM grants WHERE counter = ? AND part < ?');
    this.tallies = sql('SELECT window, start, used FROM tallies WHERE counter = ?');
    this.saveTally = sql(
      'INSERT INTO tallies VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET start = excluded.start, used = excluded.used',
    );
  }

  /** Forgets what was read in the last transaction: other processes may have written since. */
  transaction(): void {
    this.open.clear();
  }

  counterOf(limit: BoundLimit, now: number): StoredCounter {
    const known = this.open.get(limit.id);
    if (known !== undefined) return known;
    const counter = this.load(limit.id, this.find.get(limit.id) ?? this.added(limit.id));
    counter.keepFor(limit);
    if (counter.clampTo(now))
      this.warn(
        `the counter ${limit.counter} holds times later than the clock shows: counted as now`,
      );
    return counter;
  }

  private load(key: string, row: Row): StoredCounter {
    const counter = new StoredCounter(row, {
      part: (id, part) => this.part.get(id, part)?.times as Uint8Array | undefined,
      tallies: id => this.tallies.all(id),
    });
    this.open.set(key, counter);
    return counter;
  }

  private added(key: string): Row {
    return { id: this.create.run(key).lastInsertRowid, granted: 0, pruned: 0, last: 0, keep: 0 };
  }

  /** Writes what changed; within the transaction that read it. */
  flush(): void {
    for (const counter of this.open.values()) {
      if (!counter.changed) continue;
      const { id, granted, pruned, last, keep } = counter;
      this.save.run(granted, pruned, last, keep, id);
      for (const [part, times] of counter.changedParts()) this.savePart.run(id, part, times);
      if (counter.prunedNow) this.dropParts.run(id, pruned);
      for (const [window, { start, used }] of counter.changedTallies())
        this.saveTally.run(id, window, start, used);
    }
  }

  /** Removes counters that no window can read any more. */
  sweep(now: number): void {
    this.database
      .prepare(
        'DELETE FROM grants WHERE counter IN (SELECT id FROM counters WHERE last + keep < ?)',
      )
      .run(now);
    this.database
      .prepare(
        'DELETE FROM tallies WHERE counter IN (SELECT id FROM counters WHERE last + keep < ?)',
      )
      .run(now);
    this.database.prepare('DELETE FROM counters WHERE last + keep < ?').run(now);
  }
}
