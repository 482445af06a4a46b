// A store that forgets: for tests, and for judging calls on a clock of one's own.
import { ApprovalBook } from '../approval/book.ts';
import { MemoryApprovals } from '../approval/memory.ts';
import type { RecordRow } from '../audit/record.ts';
import { type BoundLimit, MAX_VALUES } from '../policy/limits.ts';
import { alignedSpan, alignmentOf, reachOf } from '../policy/window.ts';
import type { Demand, Settled, Store, Taken } from './contract.ts';
import { type Counter, decideAndKeep } from './decide.ts';

export interface MemoryStore extends Store {
  take(demands: readonly Demand[]): Taken[];
  readonly rows: RecordRow[];
  readonly settled: Settled[];
  readonly approvals: MemoryApprovals;
  readonly book: ApprovalBook;
}

export function memoryStore(now: () => number): MemoryStore {
  /** By group, if any, and identity. */
  const groups = new Map<string, Map<string, MemoryCounter>>();
  const rows: RecordRow[] = [];
  const settled: Settled[] = [];
  const counterOf = ({ id, group, windows }: BoundLimit): MemoryCounter | undefined => {
    const counters = groups.get(group ?? '') ?? new Map<string, MemoryCounter>();
    groups.set(group ?? '', counters);
    const reach = Math.max(...windows.map(reachOf));
    const isAlive = ({ last }: MemoryCounter) => last + reach >= now();
    const counter = counters.get(id) ?? new MemoryCounter();
    if (group !== undefined && !isAlive(counter) && counters.size >= MAX_VALUES)
      if ([...counters.values()].filter(isAlive).length >= MAX_VALUES) return undefined;
    counters.set(id, counter);
    return counter;
  };
  const approvals = new MemoryApprovals();
  const book = new ApprovalBook(approvals);
  const means = { counterOf, approvals: book };
  return {
    rows,
    settled,
    approvals,
    book,
    take: demands => demands.map(demand => decideAndKeep(demand, means, now(), rows)),
    settle: more => void settled.push(...more),
    standings: ids =>
      new Map(
        ids.flatMap(id => {
          const entry = approvals.get(id);
          return entry === undefined ? [] : [[id, entry.standing] as const];
        }),
      ),
    withdraw: ids => book.withdraw(ids),
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
    return this.usedFrom(this.firstWhere(index => (this.times[index] ?? 0) > time));
  }

  timeLeaving(left: number): number | undefined {
    return this.times[this.firstWhere(index => this.usedFrom(index + 1) <= left)];
  }

  entryBefore(later: number): number | undefined {
    return this.times.at(-1 - later);
  }

  private usedFrom(index: number): number {
    return this.total - (this.before[index] ?? this.total);
  }

  /** The first entry for which it is true, as for all later ones. */
  private firstWhere(isTrue: (index: number) => boolean): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isTrue(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
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
