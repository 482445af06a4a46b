// One counter of the state file, as this process remembers it. Of a sliding counter's entries the part
// that is being filled lies in the counter's own row, the full ones beside it.
import type { BoundLimit } from '../policy/limits.ts';
import { alignedSpan, alignmentOf, reachOf } from '../policy/window.ts';
import type { CounterRow } from './counter-row.ts';
import type { Counter } from './decide.ts';
import {
  addUp,
  between,
  emptyPart,
  nextPart,
  PART,
  type Part,
  partBytes,
  partOfBytes,
  type Sum,
  sumBefore,
} from './entries.ts';

interface Tally {
  readonly start: number;
  readonly used: number;
}

export class StoredCounter implements Counter {
  readonly id: number;
  granted = 0;
  pruned = 0;
  last = 0;
  keep = 0;
  changes = 0;
  /** True where the row does not say yet what is known here. */
  changed = false;
  prunedNow = false;
  /** The transaction that used it last, and the one that last held it against the file. */
  seen = 0;
  confirmed = 0;
  /** What the file says, as far as is known here: by it a row is known that nobody else has changed. */
  version: Pick<CounterRow, 'granted' | 'changes'> = { granted: 0, changes: 0 };
  /** Full parts that the file does not have yet, or not as they are. */
  readonly unsaved = new Set<number>();
  private tail: Part;
  private readonly parts = new Map<number, Part>();
  private tallies: Map<string, Tally> | undefined;

  /** `readPart` reads a full part from the file; `addsUp` where calls count different amounts. */
  constructor(
    row: CounterRow,
    private readonly addsUp: boolean,
    private readonly readPart: (id: number, part: number) => Uint8Array | undefined,
  ) {
    this.id = row.id;
    this.tail = emptyPart(addsUp);
    this.restore(row);
  }

  /** Takes over what the file says now. */
  restore(row: CounterRow): void {
    // A full part changes only with `changes`.
    if (row.changes !== this.changes) this.parts.clear();
    this.granted = row.granted;
    this.pruned = row.pruned;
    this.last = row.last;
    this.keep = row.keep;
    this.changes = row.changes;
    this.version = { granted: row.granted, changes: row.changes };
    this.tail = partOfBytes(row.tail, this.addsUp);
    this.tallies = talliesOf(row.tallies);
    this.forgetParts();
  }

  usedAfter(time: number): number {
    return this.usedFrom(this.firstWhere(index => this.timeOf(index) > time));
  }

  timeLeaving(left: number): number | undefined {
    const index = this.firstWhere(index => this.usedFrom(index + 1) <= left);
    return index < this.granted ? this.timeOf(index) : undefined;
  }

  entryBefore(later: number): number | undefined {
    const index = this.granted - 1 - later;
    return index < this.pruned * PART ? undefined : this.timeOf(index);
  }

  /** The first entry for which it is true, as for all later ones: found by halving. */
  private firstWhere(isTrue: (index: number) => boolean): number {
    let low = this.pruned * PART;
    let high = this.granted;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isTrue(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** What the entries from this one on have counted. */
  private usedFrom(index: number): number {
    return this.addsUp
      ? between(this.sumBefore(index), this.sumBefore(this.granted))
      : this.granted - index;
  }

  /** True while some window may count what it holds. */
  isAlive(now: number): boolean {
    return this.last + this.keep >= now;
  }

  tally(alignment: string, start: number): number {
    const found = this.tallies?.get(alignment);
    return found !== undefined && found.start >= start ? found.used : 0;
  }

  add(time: number, { kind, windows, amount }: BoundLimit): void {
    this.changed = true;
    this.last = time;
    if (kind === 'sliding') return this.append(time, amount);
    this.changes++;
    const tallies = this.tallies ?? new Map<string, Tally>();
    this.tallies = tallies;
    // Those of other servers' limits too, where the counter is shared with them.
    for (const alignment of new Set([...tallies.keys(), ...windows.map(alignmentOf)])) {
      const { start } = alignedSpan(alignment, time);
      tallies.set(alignment, { start, used: this.tally(alignment, start) + amount });
    }
  }

  /** Keeps what is counted for as long as any of the limit's windows may read it. */
  keepFor({ windows }: BoundLimit): void {
    for (const window of windows) {
      const reach = reachOf(window);
      if (reach <= this.keep) continue;
      this.keep = reach;
      this.changes++;
      this.changed = true;
    }
  }

  /** Times more than one window ahead come from a clock that was wrong: they become `now`. */
  clampTo(now: number): boolean {
    if (this.last <= now + this.keep) return false;
    const clamp = (time: number) => Math.min(time, now);
    const clamped = ({ times, sums }: Part): Part => ({ times: times.map(clamp), sums });
    this.tail = clamped(this.tail);
    for (let part = this.pruned; part < this.filling(); part++) {
      this.parts.set(part, clamped(this.partOf(part)));
      this.unsaved.add(part);
    }
    for (const [alignment, { start, used }] of this.tallies ?? [])
      this.tallies?.set(alignment, { start: clamp(start), used });
    this.last = now;
    this.changes++;
    this.changed = true;
    return true;
  }

  /** True where nothing but one more grant in the part that is being filled is to be written. */
  get hasOnlyGrown(): boolean {
    return this.changes === this.version.changes && !this.prunedNow && this.unsaved.size === 0;
  }

  /** The part that is being filled, as it is to be kept. */
  get tailBytes(): Uint8Array {
    return partBytes(this.tail, this.granted % PART);
  }

  /** As it is to be kept. */
  row(): CounterRow {
    const { id, granted, pruned, last, keep, changes, tailBytes: tail } = this;
    const tallies = this.tallies === undefined ? '[]' : JSON.stringify([...this.tallies]);
    return { id, granted, pruned, last, keep, changes, tail, tallies };
  }

  bytesOf(part: number): Uint8Array {
    return partBytes(this.partOf(part), PART);
  }

  saved(): void {
    this.version = { granted: this.granted, changes: this.changes };
    this.changed = false;
    this.prunedNow = false;
    this.unsaved.clear();
  }

  private append(time: number, amount: number): void {
    const part = this.filling();
    const at = this.granted % PART;
    this.tail.times[at] = time;
    addUp(this.tail, at, amount);
    this.granted++;
    if (this.granted % PART !== 0) return;
    this.parts.set(part, this.tail);
    this.unsaved.add(part);
    this.tail = nextPart(this.tail);
    // Looking for old parts once a part is often enough.
    this.prune(time);
  }

  private prune(now: number): void {
    const oldest = this.firstWhere(index => this.timeOf(index) > now - this.keep);
    const part = Math.floor(oldest / PART);
    if (part <= this.pruned) return;
    this.pruned = part;
    this.prunedNow = true;
    this.forgetParts();
  }

  private forgetParts(): void {
    for (const part of this.parts.keys()) if (part < this.pruned) this.parts.delete(part);
    for (const part of this.unsaved) if (part < this.pruned) this.unsaved.delete(part);
  }

  private filling(): number {
    return Math.floor(this.granted / PART);
  }

  private timeOf(index: number): number {
    return this.partWith(index).times[index % PART] ?? 0;
  }

  private sumBefore(index: number): Sum {
    return sumBefore(this.partWith(index), index % PART);
  }

  private partWith(index: number): Part {
    const part = Math.floor(index / PART);
    return part === this.filling() ? this.tail : this.partOf(part);
  }

  private partOf(part: number): Part {
    const known = this.parts.get(part);
    if (known !== undefined) return known;
    const read = partOfBytes(this.readPart(this.id, part), this.addsUp);
    this.parts.set(part, read);
    return read;
  }
}

function talliesOf(text: string): Map<string, Tally> | undefined {
  return text === '[]' ? undefined : new Map(JSON.parse(text) as [string, Tally][]);
}
