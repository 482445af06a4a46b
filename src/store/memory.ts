// A store that forgets: for tests, and for judging calls on a clock of one's own.
import type { RecordRow } from '../audit/record.ts';
import type { BoundLimit } from '../policy/limits.ts';
import type { Window } from '../policy/window.ts';
import { fixedSpan } from '../policy/window.ts';
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
        const { granted, exceeded, limits } = decide(demand, counterOf, now());
        const row = demand.row(limits, exceeded);
        const key = row === undefined ? undefined : rows.push(row);
        return { granted, exceeded, limits, row: key };
      }),
    settle: more => void settled.push(...more),
    close() {},
  };
}

class MemoryCounter implements Counter {
  private times: number[] = [];
  private tallies = new Map<string, { start: number; used: number }>();
  last = 0;

  grantsAfter(time: number): number {
    return this.times.length - this.times.findLastIndex(at => at <= time) - 1;
  }

  grantBefore(later: number): number | undefined {
    return this.times.at(-1 - later);
  }

  tally(window: Window, start: number): number {
    const found = this.tallies.get(window.label);
    return found !== undefined && found.start >= start ? found.used : 0;
  }

  add(time: number, limits: readonly BoundLimit[]): void {
    this.last = time;
    if (limits.some(({ kind }) => kind === 'sliding')) this.times.push(time);
    for (const { kind, window } of limits) {
      if (kind !== 'fixed') continue;
      const { start } = fixedSpan(window, time);
      this.tallies.set(window.label, { start, used: this.tally(window, start) + 1 });
    }
  }
}
