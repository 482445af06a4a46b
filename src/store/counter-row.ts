// A counter's row in the state file.
import type { Row } from './driver.ts';

/** A counter's row, but for its key. */
export interface CounterRow {
  readonly id: number;
  readonly granted: number;
  readonly pruned: number;
  readonly last: number;
  readonly keep: number;
  readonly changes: number;
  readonly tail: Uint8Array;
  readonly tallies: string;
}

/** A row as a driver gives it. */
export function counterRow(row: Row): CounterRow {
  return {
    id: Number(row.id),
    granted: Number(row.granted),
    pruned: Number(row.pruned),
    last: Number(row.last),
    keep: Number(row.keep),
    changes: Number(row.changes),
    tail: row.tail instanceof Uint8Array ? row.tail : new Uint8Array(),
    tallies: String(row.tallies),
  };
}
