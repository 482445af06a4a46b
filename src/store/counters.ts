// Counters in the state file: reading, writing and forgetting them. What was read stays in memory, and
// each transaction holds it against the file: a wrapper that is alone reads nothing twice, and writes a
// counter by a statement that finds its row only if nobody else has changed it.
import { type BoundLimit, MAX_VALUES } from '../policy/limits.ts';
import { StoredCounter } from './counter.ts';
import { counterRow } from './counter-row.ts';
import type { Database, Row, Statement } from './driver.ts';
import { liveCounter } from './group.ts';

/** With more counters than this in memory, all are read anew. */
const MAX_REMEMBERED = 1000;
/** Old counters looked at for each new one, so that the dead ones stay few. */
const LOOKED_AT = 8;
/** Transactions in which nobody else was at a counter, one after the other, before memory is believed. */
const QUIET = 8;

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
  private readonly grow: Statement;
  private readonly save: Statement;
  private readonly part: Statement;
  private readonly savePart: Statement;
  private readonly dropParts: Statement;
  private readonly remembered = new Map<string, StoredCounter>();
  private readonly used = new Map<string, StoredCounter>();
  private created = 0;
  private transactions = 0;
  /** So many quiet transactions are still to come; at 0 memory is believed until a counter is written. */
  private doubts = 0;
  private isQuiet = true;
  private warnings: string[] = [];
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
    this.grow = sql(
      `UPDATE counters SET granted = ?, last = ?, tail = ?
       WHERE id = ? AND granted = ? AND changes = ?`,
    );
    this.save = sql(
      `UPDATE counters SET granted = ?, pruned = ?, last = ?, keep = ?, changes = ?, tail = ?, tallies = ?
       WHERE id = ? AND granted = ? AND changes = ?`,
    );
    this.part = sql('SELECT times FROM grants WHERE counter = ? AND part = ?');
    this.savePart = sql('INSERT OR REPLACE INTO grants VALUES (?, ?, ?)');
    this.dropParts = sql('DELETE FROM grants WHERE counter = ? AND part < ?');
  }

  /** Other processes may have written since the last one. */
  transaction(): void {
    this.transactions++;
    if (this.used.size > 0) this.used.clear();
    this.created = 0;
    this.isQuiet = true;
    this.warnings = [];
    if (this.rooms.size > 0) this.rooms.clear();
    if (this.remembered.size > MAX_REMEMBERED) this.remembered.clear();
  }

  /** After a transaction that is to be done again: the file does not say what is remembered of its counters. */
  forgetUsed(): void {
    for (const key of this.used.keys()) this.remembered.delete(key);
  }

  /** After one that has failed, wherever that was. */
  forget(): void {
    this.remembered.clear();
  }

  /** After a transaction that is committed: what a person should know of it. */
  tell(): void {
    for (const warning of this.warnings) this.warn(warning);
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
    this.used.set(limit.id, counter);
    counter.keepFor(limit);
    if (counter.clampTo(now))
      this.warnings.push(
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
    if (known !== undefined && (this.doubts === 0 || this.isCurrent(known))) return known;
    if (known !== undefined) this.isQuiet = false;
    const found = this.find.get(key);
    // Before a row is made for it.
    if (found === undefined && group !== undefined && !this.hasRoom(group, now)) return undefined;
    const row = counterRow(found ?? this.added(key));
    if (known?.id === row.id) {
      known.restore(row);
      known.confirmed = this.transactions;
      return known;
    }
    const counter = new StoredCounter(row, limit.cost !== undefined, (id, part) => {
      const times = this.part.get(id, part)?.times;
      return times instanceof Uint8Array ? times : undefined;
    });
    counter.confirmed = this.transactions;
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

  private isCurrent(counter: StoredCounter): boolean {
    if (counter.confirmed === this.transactions) return true;
    const { granted, changes } = counter.version;
    const row = this.version.get(counter.id);
    if (row === undefined || row.granted !== granted || row.changes !== changes) return false;
    counter.confirmed = this.transactions;
    return true;
  }

  private added(key: string): Row {
    this.created++;
    this.create.run(key);
    return this.find.get(key) ?? {};
  }

  /**
   * Writes what changed; within the transaction that used it. False where another process has changed a
   * counter that was believed: nothing of this transaction may stay, and the next ones ask first.
   */
  flush(now: number): boolean {
    for (const counter of this.used.values())
      if (!(counter.changed ? this.written(counter) : this.isCurrent(counter))) {
        // One for this transaction done again, which will find all as it is.
        this.doubts = QUIET + 1;
        return false;
      }
    if (!this.isQuiet) this.doubts = QUIET;
    else if (this.used.size > 0 && this.doubts > 0) this.doubts--;
    // What is in use must be written before it is looked at: it would pass for dead.
    if (this.created > 0) this.sweep(now, this.created * LOOKED_AT);
    return true;
  }

  /** False where the row is not what it was taken for. */
  private written(counter: StoredCounter): boolean {
    const { id, granted, last, version } = counter;
    const old = [id, version.granted, version.changes] as const;
    if (counter.hasOnlyGrown) {
      if (this.grow.run(granted, last, counter.tailBytes, ...old).changes !== 1) return false;
    } else {
      const { pruned, keep, changes, tail, tallies } = counter.row();
      const all = [granted, pruned, last, keep, changes, tail, tallies] as const;
      if (this.save.run(...all, ...old).changes !== 1) return false;
      for (const part of counter.unsaved) this.savePart.run(id, part, counter.bytesOf(part));
      if (counter.prunedNow) this.dropParts.run(id, pruned);
    }
    counter.saved();
    return true;
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
