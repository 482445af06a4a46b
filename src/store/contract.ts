// What every store of counters and records does. One contract test runs against each of them.

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
  /** The row to write, once it is known how the limits stand; undefined where none is kept. */
  readonly row: (
    limits: LimitState[],
    exceeded: LimitState | undefined,
    granted: boolean,
  ) => RecordRow | undefined;
}

export interface Taken {
  /** False where an enforced limit was used up: nothing was taken. */
  readonly granted: boolean;
  /** Of the limits that this call did not fit, enforced or not, the one that holds it back longest. */
  readonly exceeded: LimitState | undefined;
  /** One state a limit, in order; what was taken is counted in `used`. */
  readonly limits: LimitState[];
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
  close(): MaybePromise<void>;
}
