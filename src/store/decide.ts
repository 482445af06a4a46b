// The atomic step that all stores share: read every limit, then take all of them or none.
import {
  type BoundLimit,
  type CounterView,
  isUsedUp,
  type LimitState,
  limitState,
} from '../policy/limits.ts';
import type { Demand } from './contract.ts';

/** A counter that a store has at hand for one transaction. */
export interface Counter extends CounterView {
  /** The latest time counted; a clock that went back does not loosen a limit. */
  readonly last: number;
  /** Counts one call at `time` for `limit` and all limits that share its counter. */
  add(time: number, limit: BoundLimit): void;
}

export interface Decided {
  readonly granted: boolean;
  /** True where a limit was used up before this call, enforced or not. */
  readonly exceeded: boolean;
  readonly limits: LimitState[];
}

/** Decides one demand at `now` (milliseconds since 1970) and counts it where it is granted. */
export function decide(
  demand: Demand,
  counter: (limit: BoundLimit) => Counter,
  now: number,
): Decided {
  const read = demand.limits.map(limit => {
    const found = counter(limit);
    const state = limitState(limit, found, Math.max(now, found.last));
    // A clock that went back makes the wait longer by as much.
    if (state.retryAfterMs !== null) state.retryAfterMs += Math.max(0, found.last - now);
    return { limit, counter: found, state };
  });
  const granted =
    demand.take && !read.some(({ limit, state }) => limit.enforced && isUsedUp(state));
  const exceeded = read.some(({ state }) => isUsedUp(state));
  // An observed limit that is used up would have stopped the call: it is not counted there.
  const taken = granted ? read.filter(({ state }) => !isUsedUp(state)) : [];
  const ids = [...new Set(taken.map(({ limit }) => limit.id))];
  for (const id of ids) {
    const first = taken.find(({ limit }) => limit.id === id);
    // Each counter by its own latest time: what one has seen of a wrong clock must not date another.
    first?.counter.add(Math.max(now, first.counter.last), first.limit);
  }
  for (const { limit, state } of read) if (ids.includes(limit.id)) state.used++;
  return { granted, exceeded, limits: read.map(({ state }) => state) };
}
