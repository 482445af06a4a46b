// What every store of counters and records does. One contract test runs against each of them.

import type { Approved, Standing, Wanted } from '../approval/request.ts';
import type { Outcome, RecordRow } from '../audit/record.ts';
import type { BoundLimit, LimitState } from '../policy/limits.ts';

/** The answer now where the store is local, a promise where it is not. */
export type MaybePromise<T> = T | Promise<T>;

/** What one call asks of the store. */
export interface Demand {
  /** Taken all together or not at all. */
  readonly limits: readonly BoundLimit[];
  /** False where the rules stop the call already: its limits are read and none is taken. */
  readonly take: boolean;
  /** The yes that it needs beside its limits, which is used up with them; undefined where it needs none. */
  readonly approval?: Wanted | undefined;
  /** The row to write, once it is known how the limits stand; undefined where none is kept. */
  readonly row: (decided: Decision) => RecordRow | undefined;
}

/** What is known of a call when its row is written. */
export type Decision = Pick<Taken, 'granted' | 'exceeded' | 'limits' | 'approval'>;

export interface Taken {
  /** False where an enforced limit was used up, or a yes is missing: nothing was taken. */
  readonly granted: boolean;
  /** Of the limits that this call did not fit, enforced or not, the one that holds it back longest. */
  readonly exceeded: LimitState | undefined;
  /** One state a limit, in order; what was taken is counted in `used`. */
  readonly limits: LimitState[];
  /** What has become of the yes that it needs; undefined where none was looked for. */
  readonly approval: Approved | undefined;
  /** The row's key for `settle`; undefined where none was written. */
  readonly row: number | undefined;
}

export interface Settled {
  readonly row: number;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

export interface Store {
  /**
   * Decides all demands in order in one atomic step, limits and rows together: when it returns, both
   * are as durable as the store makes them. Throws a `PolicyWrapError` (`PW_STATE…`) where it cannot.
   */
  take(demands: readonly Demand[]): MaybePromise<Taken[]>;
  /** Notes how calls ended; may be written later, and is lost where the process is killed first. */
  settle(settled: readonly Settled[]): void;
  /** How requests for approval stand; one that is not known any more has none. */
  standings(ids: readonly string[]): MaybePromise<ReadonlyMap<string, Standing>>;
  /** Nobody waits for these requests any more. Never throws: they run out by themselves. */
  withdraw(ids: readonly string[]): void;
  close(): MaybePromise<void>;
}
