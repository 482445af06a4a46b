// Counters in the state file. A sliding counter is the exact list of its grant times, in parts of
// a fixed size, so that one more call costs the same for a maximum of 10 and of 100,000.
import type { BoundLimit } from '../policy/limits.ts';
import { fixedSpan, type Window } from '../policy/window.ts';
import type { Counter } from './decide.ts';
import type { Database, Row, Statement } from './driver.ts';

/** Grants in one part: 1 KiB. */
const PART = 128;
const BYTES = 8;

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
    if (counter.clampTo(now, limit.window.ms))
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

interface Source {
  part(id: number, part: number): Uint8Array | undefined;
  tallies(id: number): Row[];
}

interface Tally {
  start: number;
  used: number;
  changed: boolean;
}

class StoredCounter implements Counter {
  readonly id: number;
  granted: number;
  pruned: number;
  last: number;
  keep: number;
  changed = false;
  prunedNow = false;
  private readonly parts = new Map<number, { times: number[]; changed: boolean }>();
  private tallyRows: Map<string, Tally> | undefined;

  constructor(
    row: Row,
    private readonly source: Source,
  ) {
    this.id = Number(row.id);
    this.granted = Number(row.granted);
    this.pruned = Number(row.pruned);
    this.last = Number(row.last);
    this.keep = Number(row.keep);
  }

  // Times ascend, so the first one after `time` is found by halving.
  grantsAfter(time: number): number {
    let low = this.pruned * PART;
    let high = this.granted;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return this.granted - low;
  }

  grantBefore(later: number): number | undefined {
    const index = this.granted - 1 - later;
    return index < this.pruned * PART ? undefined : this.timeOf(index);
  }

  tally(window: Window, start: number): number {
    const found = this.allTallies().get(window.label);
    return found !== undefined && found.start >= start ? found.used : 0;
  }

  add(time: number, limits: readonly BoundLimit[]): void {
    this.changed = true;
    this.last = time;
    this.keep = Math.max(this.keep, ...limits.map(({ window }) => longest(window)));
    if (limits.some(({ kind }) => kind === 'sliding')) this.append(time);
    for (const { kind, window } of limits) {
      if (kind !== 'fixed') continue;
      const { start } = fixedSpan(window, time);
      const used = this.tally(window, start) + 1;
      this.allTallies().set(window.label, { start, used, changed: true });
    }
  }

  /** Times more than one window ahead come from a clock that was wrong: they become `now`. */
  clampTo(now: number, windowMs: number): boolean {
    if (this.last <= now + Math.max(this.keep, windowMs)) return false;
    for (let part = this.pruned; part * PART < this.granted; part++) {
      const found = this.partOf(part);
      found.times = found.times.map(time => Math.min(time, now));
      found.changed = true;
    }
    for (const [label, tally] of this.allTallies()) {
      this.allTallies().set(label, { ...tally, start: Math.min(tally.start, now), changed: true });
    }
    this.last = now;
    this.changed = true;
    return true;
  }

  *changedParts(): Generator<[number, Uint8Array]> {
    for (const [part, { times, changed }] of this.parts)
      if (changed && part >= this.pruned)
        yield [part, new Uint8Array(Float64Array.from(times).buffer)];
  }

  *changedTallies(): Generator<[string, Tally]> {
    for (const [window, tally] of this.tallyRows ?? []) if (tally.changed) yield [window, tally];
  }

  private append(time: number): void {
    const part = this.partOf(Math.floor(this.granted / PART));
    part.times.push(time);
    part.changed = true;
    this.granted++;
    // Looking for old parts once a part is often enough.
    if (this.granted % PART === 1) this.prune(time);
  }

  private prune(now: number): void {
    const oldest = this.granted - this.grantsAfter(now - this.keep);
    const part = Math.floor(oldest / PART);
    this.prunedNow = part > this.pruned;
    this.pruned = Math.max(this.pruned, part);
  }

  private timeOf(index: number): number {
    return this.partOf(Math.floor(index / PART)).times[index % PART] ?? 0;
  }

  private partOf(part: number): { times: number[]; changed: boolean } {
    const known = this.parts.get(part);
    if (known !== undefined) return known;
    const blob = this.source.part(this.id, part);
    const loaded = { times: blob === undefined ? [] : timesOf(blob), changed: false };
    this.parts.set(part, loaded);
    return loaded;
  }

  private allTallies(): Map<string, Tally> {
    this.tallyRows ??= new Map(
      this.source
        .tallies(this.id)
        .map(row => [
          String(row.window),
          { start: Number(row.start), used: Number(row.used), changed: false },
        ]),
    );
    return this.tallyRows;
  }
}

function timesOf(blob: Uint8Array): number[] {
  const copy = new Uint8Array(blob).buffer;
  return [...new Float64Array(copy, 0, Math.floor(copy.byteLength / BYTES))];
}

// A calendar month may be a day longer than the 30 days of its window.
function longest(window: Window): number {
  return window.unit === 'month' ? window.ms + 86_400_000 : window.ms;
}
