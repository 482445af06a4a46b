// One counter of the state file while a transaction reads and changes it. A sliding counter is the
// exact list of its grant times, in parts of a fixed size, so that one more call costs the same for a
// maximum of 10 and of 100,000.
import type { BoundLimit } from '../policy/limits.ts';
import { alignedSpan, alignmentOf, reachOf } from '../policy/window.ts';
import type { Counter } from './decide.ts';
import type { Row } from './driver.ts';

/** Grants in one part: 1 KiB. */
const PART = 128;
const BYTES = 8;

/** Where a counter's parts are read from when they are needed. */
export interface Source {
  part(id: number, part: number): Uint8Array | undefined;
  tallies(id: number): Row[];
}

interface Tally {
  start: number;
  used: number;
  changed: boolean;
}

export class StoredCounter implements Counter {
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

  tally(alignment: string, start: number): number {
    const found = this.allTallies().get(alignment);
    return found !== undefined && found.start >= start ? found.used : 0;
  }

  add(time: number, { kind, windows }: BoundLimit): void {
    this.changed = true;
    this.last = time;
    if (kind === 'sliding') return this.append(time);
    // Those of other servers' limits too, where the counter is shared with them.
    const alignments = [...this.allTallies().keys(), ...windows.map(alignmentOf)];
    for (const alignment of new Set(alignments)) {
      const { start } = alignedSpan(alignment, time);
      const used = this.tally(alignment, start) + 1;
      this.allTallies().set(alignment, { start, used, changed: true });
    }
  }

  /** Keeps what is counted for as long as any of the limit's windows may read it. */
  keepFor({ windows }: BoundLimit): void {
    const reach = Math.max(0, ...windows.map(reachOf));
    if (reach <= this.keep) return;
    this.keep = reach;
    this.changed = true;
  }

  /** Times more than one window ahead come from a clock that was wrong: they become `now`. */
  clampTo(now: number): boolean {
    if (this.last <= now + this.keep) return false;
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
