// A store that forgets: for tests, and for judging calls on a clock of one's own.
import type { RecordRow } from '../audit/record.ts';
import type { BoundLimit } from '../policy/limits.ts';
import { alignedSpan, alignmentOf } from '../policy/window.ts';
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
  const counterOf = ({ id }: BoundLimit): MemoryCounter => {
    const counter = counters.get(id) ?? new MemoryCounter();
    counters.set(id, counter);
    return counter;
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
  private readonly tallies = new Map<string, { start: number; used: number }>();
  last = 0;

  grantsAfter(time: number): number {
    return this.times.length - this.times.findLastIndex(at => at <= time) - 1;
  }

  grantBefore(later: number): number | undefined {
    return this.times.at(-1 - later);
  }

  tally(alignment: string, start: number): number {
    const found = this.tallies.get(alignment);
    return found !== undefined && found.start >= start ? found.used : 0;
  }

  add(time: number, { kind, windows }: BoundLimit): void {
    this.last = time;
    if (kind === 'sliding') this.times.push(time);
    else
      for (const alignment of new Set(windows.map(alignmentOf))) {
        const { start } = alignedSpan(alignment, time);
        this.tallies.set(alignment, { start, used: this.tally(alignment, start) + 1 });
      }
  }
}
