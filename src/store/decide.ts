// The atomic step that all stores share: read every limit, then take all of them or none.
import type { ApprovalBook } from '../approval/book.ts';
import type { Approved, Wanted } from '../approval/request.ts';
import type { RecordRow } from '../audit/record.ts';
import {
  type BoundLimit,
  bindingLimit,
  type CounterView,
  crowded,
  type LimitState,
  limitState,
  usedWith,
} from '../policy/limits.ts';
import type { Demand, Taken } from './contract.ts';

/** A counter that a store has at hand for one transaction; one object for one identity. */
export interface Counter extends CounterView {
  /** The latest time counted; a clock that went back does not loosen a limit. */
  readonly last: number;
  /** Counts a call at `time` for `limit` and all limits that share its counter. */
  add(time: number, limit: BoundLimit): void;
}

/** What the caller returns, once it has written the row. */
export interface Decided extends Taken {
  row: number | undefined;
}

interface Reading {
  readonly limit: BoundLimit;
  /** Undefined where there is no room for one more. */
  readonly counter: Counter | undefined;
  readonly state: LimitState;
  readonly usedUp: boolean;
}

/** What a store has at hand for one transaction. */
export interface Means {
  counterOf(limit: BoundLimit): Counter | undefined;
  /** Undefined where no call can need a person's yes. */
  readonly approvals?: ApprovalBook | undefined;
}

/** Decides one demand at `now` (milliseconds since 1970) and counts it where it is granted. */
export function decide(demand: Demand, { counterOf, approvals }: Means, now: number): Decided {
  const readings = demand.limits.map(limit => read(limit, counterOf(limit), now));
  const limits = readings.map(({ state }) => state);
  // Before the call is counted: what it fills up has not stopped it.
  const exceeded = readings.some(isUsedUp) ? bindingLimit(limits) : undefined;
  const fits = demand.take && !readings.some(isStopping);
  const approval = demand.approval && approved(demand.approval, fits, approvals, now);
  const granted = fits && (demand.approval === undefined || approval?.kind === 'granted');
  if (granted) count(readings, now);
  return { granted, exceeded, limits, approval, row: undefined };
}

// Limits that are used up refuse before anyone is asked, and use up no yes; a no is noted all the same.
function approved(
  wanted: Wanted,
  fits: boolean,
  approvals: ApprovalBook | undefined,
  now: number,
): Approved | undefined {
  const { about } = wanted;
  if (fits) return approvals?.decide(wanted, now);
  if (typeof about?.step === 'object' && !about.step.yes)
    return approvals?.decide({ ...wanted, about: { ...about, orAsk: false } }, now);
  approvals?.keep(wanted, now);
  return undefined;
}

/** The same where rows are kept in memory: the row's key is its place among them, from 1. */
export function decideAndKeep(
  demand: Demand,
  means: Means,
  now: number,
  rows: RecordRow[],
): Decided {
  const decided = decide(demand, means, now);
  const row = demand.row(decided);
  if (row !== undefined) decided.row = rows.push(row);
  return decided;
}

function isUsedUp({ usedUp }: Reading): boolean {
  return usedUp;
}

function isStopping({ usedUp, limit }: Reading): boolean {
  return usedUp && limit.enforced;
}

function read(limit: BoundLimit, counter: Counter | undefined, now: number): Reading {
  if (counter === undefined) return { limit, counter, state: crowded(limit), usedUp: true };
  const { state, fits } = limitState(limit, counter, Math.max(now, counter.last));
  // A clock that went back makes the wait longer by as much.
  if (state.retryAfterMs !== null) state.retryAfterMs += Math.max(0, counter.last - now);
  return { limit, counter, state, usedUp: !fits };
}

function count(readings: readonly Reading[], now: number): void {
  for (const reading of readings) {
    const { limit, counter, state } = reading;
    // Only an observed limit has none where a call is counted all the same.
    if (counter === undefined) continue;
    const first = counting(readings, counter);
    // Each counter by its own latest time: what one has seen of a wrong clock must not date another.
    if (first === reading && limit.amount > 0) counter.add(Math.max(now, counter.last), limit);
    if (first !== undefined) state.used = usedWith(state.used, limit);
  }
}

// An observed limit that is used up would have stopped the call: it is not counted there.
function counting(readings: readonly Reading[], counter: Counter): Reading | undefined {
  for (const reading of readings)
    if (reading.counter === counter && !reading.usedUp) return reading;
  return undefined;
}
