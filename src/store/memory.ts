// A store that forgets: for tests, and for judging calls on a clock of one's own.
import type { RecordRow } from '../audit/record.ts';
import { type BoundLimit, MAX_VALUES } from '../policy/limits.ts';
import { alignedSpan, alignmentOf, reachOf } from '../policy/window.ts';
import type { Demand, Settled, Store, Taken } from './contract.ts';
import { type Counter, decide } from './decide.ts';

export interface MemoryStore extends Store {
  take(demands: readonly Demand[]): Taken[];
  readonly rows: RecordRow[];
  readonly settled: Settled[];
}

export function memoryStore(now: () => number): MemoryStore {
  const counters = new Map<string, MemoryCounter>();
  const rows: RecordRow[] = [];
  const settled: Settled[] = [];
  const counterOf = (limit: BoundLimit): MemoryCounter | undefined => {
    const { id, group } = limit;
    const known = counters.get(id);
    if (known !== undefined) return known;
    if (group !== undefined && liveIn(group, limit) >= MAX_VALUES) return undefined;
    const counter = new MemoryCounter();
    counters.set(id, counter);
    return counter;
  };
  const liveIn = (group: string, { windows }: BoundLimit): number => {
    const reach = Math.max(...windows.map(reachOf));
    return [...counters].filter(([id, { last }]) => id.startsWith(group) && last + reach >= now())
      .length;
  };
  return {
    rows,
    settled,
    take: demands =>
      demands.map(demand => {
        const decided = decide(demand, counterOf, now());
        const row = demand.row(decided.limits, decided.exceeded, decided.granted);
        if (row !== undefined) decided.row = rows.push(row);
        return decided;
      }),
    settle: more => void settled.push(...more),
    close() {},
  };
}

class MemoryCounter implements Counter {
  private readonly times: number[] = [];
  /** What was counted before each of them, and in all. */
  private readonly before: number[] = [];
  private total = 0;
  private readonly tallies = new Map<string, { start: number; used: number }>();
  last = 0;

  usedAfter(time: number): number {
    return this.total - (this.before[this.times.findLastIndex(at => at <= time) + 1] ?? this.total);
  }

  timeLeaving(left: number): number | undefined {
    const last = this.before.findLastIndex((_, i) => this.total - this.amountUpTo(i) > left);
    return this.times[last + 1];
  }

  entryBefore(later: number): number | undefined {
    return this.times.at(-1 - later);
  }

  private amountUpTo(index: number): number {
    return this.before[index + 1] ?? this.total;
  }

  tally(alignment: string, start: number): number {
    const found = this.tallies.get(alignment);
    return found !== undefined && found.start >= start ? found.used : 0;
  }

  add(time: number, { kind, windows, amount }: BoundLimit): void {
    this.last = time;
    if (kind === 'sliding') {
      this.times.push(time);
      this.before.push(this.total);
      this.total += amount;
    } else
      for (const alignment of new Set(windows.map(alignmentOf))) {
        const { start } = alignedSpan(alignment, time);
        this.tallies.set(alignment, { start, used: this.tally(alignment, start) + amount });
      }
  }
}
