// Requests for approval that are kept in memory: for tests, and where nothing is asked of a file.
import { type ApprovalTable, beyondBounds, type Entry } from './book.ts';
import type { Remembered } from './request.ts';

export class MemoryApprovals implements ApprovalTable {
  readonly entries = new Map<string, Entry>();
  readonly kept = new Map<number, Remembered>();
  private lastId = 0;

  get(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  approvedFor(key: string): readonly Entry[] {
    return [...this.entries.values()].filter(
      ({ request, standing }) => standing === 'approved' && request.key === key,
    );
  }

  put(entry: Entry): void {
    this.entries.set(entry.request.id, entry);
  }

  sweep(now: number): void {
    for (const [id, entry] of this.entries) if (entry.usableUntil < now) this.entries.delete(id);
    const newest = [...this.entries.values()].reverse();
    const measured = newest.map(({ request, standing }) => ({
      ...{ entry: request.id, size: JSON.stringify(request).length, waits: standing === 'waiting' },
    }));
    for (const id of beyondBounds(measured)) this.entries.delete(id);
    for (const [id, { until }] of this.kept) if (until < now) this.kept.delete(id);
  }

  remembered(key: string): readonly Remembered[] {
    return [...this.kept.values()].filter(known => known.key === key);
  }

  remember(what: Omit<Remembered, 'id'>): void {
    const id = ++this.lastId;
    this.kept.set(id, { id, ...what });
  }

  forget(id: number): void {
    this.kept.delete(id);
  }
}
