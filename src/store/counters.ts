// Counters in the state file: reading, writing and forgetting them. What was read stays in memory, and
// each transaction asks the file whether it still holds: a wrapper that is alone reads nothing twice.
import { type BoundLimit, MAX_VALUES } from '../policy/limits.ts';
import { StoredCounter } from './counter.ts';
import { counterRow } from './counter-row.ts';
import type { Database, Row, Statement } from './driver.ts';
import { liveCounter } from './group.ts';

/** With more counters than this in memory, all are read anew. */
const MAX_REMEMBERED = 1000;
/** Old counters looked at for each new one, so that the dead ones stay few. */
const LOOKED_AT = 8;

/** Of a limit that has a counter for each value. */
interface Room {
  /** How many were alive when the transaction looked. */
  readonly live: number;
  /** Those that it has seen dead: they may be alive by now. */
  readonly dead: StoredCounter[];
}

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
  private readonly rooms = new Map<string, Room>();

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
    this.rooms.clear();
    if (this.remembered.size > MAX_REMEMBERED) this.forget();
  }

  /** After a transaction that came to nothing: the file does not say what is remembered. */
  forget(): void {
    this.remembered.clear();
  }

  /** Undefined where the limit has a counter for each value, and too many others are alive. */
  counterOf(limit: BoundLimit, now: number): StoredCounter | undefined {
    const { id, group } = limit;
    const known = this.remembered.get(id);
    const counter = known?.seen === this.transactions ? known : this.looked(limit, known, now);
    if (counter === undefined || group === undefined || counter.isAlive(now)) return counter;
    return this.hasRoom(group, now) ? counter : undefined;
  }

  /** The counter as the file has it, seen for the first time in this transaction. */
  private looked(
    limit: BoundLimit,
    known: StoredCounter | undefined,
    now: number,
  ): StoredCounter | undefined {
    const counter = this.current(limit, known, now);
    if (counter === undefined) return undefined;
    counter.seen = this.transactions;
    this.used.push(counter);
    counter.keepFor(limit);
    if (counter.clampTo(now))
      this.warn(
        `the counter ${limit.counter} holds times later than the clock shows: counted as now`,
      );
    if (limit.group !== undefined && !counter.isAlive(now))
      this.roomOf(limit.group, now).dead.push(counter);
    return counter;
  }

  private current(
    limit: BoundLimit,
    known: StoredCounter | undefined,
    now: number,
  ): StoredCounter | undefined {
    const { id: key, group } = limit;
    if (known !== undefined && this.isCurrent(known)) return known;
    const found = this.find.get(key);
    // Before a row is made for it.
    if (found === undefined && group !== undefined && !this.hasRoom(group, now)) return undefined;
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

  private hasRoom(group: string, now: number): boolean {
    const { live, dead } = this.roomOf(group, now);
    const revived = dead.filter(counter => counter.isAlive(now)).length;
    return live + revived < MAX_VALUES;
  }

  // Counted once: what this transaction changes is written at its end.
  private roomOf(group: string, now: number): Room {
    const known = this.rooms.get(group);
    if (known !== undefined) return known;
    const room = { live: this.liveIn(group, now), dead: [] };
    this.rooms.set(group, room);
    return room;
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
