// What a limit is, and how it reads a counter: exact sliding windows and calendar-aligned ones.
import { alignmentOf, fixedSpan, type Window } from './window.ts';

export type Scope = 'grant' | 'session' | 'global';
export type LimitKind = 'sliding' | 'fixed';

/** The layer that holds the server's own policy. */
export const MAIN_LAYER = 'policy';

/** A limit as the policy states it, with the name of its counter resolved. */
export interface Limit {
  /** The counter's name, as people see it. */
  readonly counter: string;
  /** True where the policy names the counter; else the policy key that carries the limit names it. */
  readonly named: boolean;
  readonly scope: Scope;
  readonly kind: LimitKind;
  readonly max: number;
  readonly window: Window;
}

/** A limit bound to one counter of the store. */
export interface BoundLimit extends Limit {
  /** The counter's identity in the store: scope, owner and name. */
  readonly id: string;
  /** The layer and the policy key that carry the limit. */
  readonly layer: string;
  readonly key: string;
  /**
   * The windows of all limits that read this counter: a call that one of them counts must count, and
   * be kept, for the others too.
   */
  readonly windows: readonly Window[];
  /** False where the limit is only observed: used up, it is reported and stops nothing. */
  readonly enforced: boolean;
}

/** How one limit stands; part of every verdict. */
export interface LimitState {
  counter: string;
  scope: Scope;
  max: number;
  window: string;
  /** Calls counted in the window now: this one included where it was let through. */
  used: number;
  /** Milliseconds until a call fits again; null while one fits, or where none ever will. */
  retryAfterMs: number | null;
}

/** Read access to one counter; times are milliseconds since 1970. */
export interface CounterView {
  /** Sliding: how many grants are later than `time`. */
  grantsAfter(time: number): number;
  /** Sliding: when the grant was made before which lie `later` later ones; undefined past the first. */
  grantBefore(later: number): number | undefined;
  /** Fixed: how many calls the window of this alignment that starts at `start` has counted. */
  tally(alignment: string, start: number): number;
}

/** How `limit` stands on `counter` at `now`, before this call is counted. */
export function limitState(limit: Limit, counter: CounterView, now: number): LimitState {
  const { used, freeAt } =
    limit.kind === 'fixed' ? readFixed(limit, counter, now) : readSliding(limit, counter, now);
  return {
    counter: limit.counter,
    scope: limit.scope,
    max: limit.max,
    window: limit.window.label,
    used,
    retryAfterMs: freeAt === undefined ? null : Math.max(1, freeAt - now),
  };
}

/** True where a call counted at `time` no longer counts for the limit at `now`. */
export function isForgotten({ kind, window }: Limit, time: number, now: number): boolean {
  return kind === 'fixed' ? fixedSpan(window, now).start > time : now - time >= window.ms;
}

/** True where no further call fits. */
export function isUsedUp(state: LimitState): boolean {
  return state.used >= state.max;
}

/** Of the limits that are used up the one that holds a call back longest; undefined where none is. */
export function bindingLimit(states: readonly LimitState[]): LimitState | undefined {
  const wait = ({ retryAfterMs }: LimitState) => retryAfterMs ?? Number.POSITIVE_INFINITY;
  return states.filter(isUsedUp).sort((a, b) => wait(b) - wait(a))[0];
}

// A grant at time t counts in every window (now - length, now] that holds it, so that no span of
// one length ever holds more than `max`.
function readSliding(limit: Limit, counter: CounterView, now: number) {
  const used = counter.grantsAfter(now - limit.window.ms);
  if (used < limit.max || limit.max === 0) return { used, freeAt: undefined };
  const oldest = counter.grantBefore(limit.max - 1);
  return { used, freeAt: oldest === undefined ? undefined : oldest + limit.window.ms };
}

function readFixed(limit: Limit, counter: CounterView, now: number) {
  const { start, end } = fixedSpan(limit.window, now);
  const used = counter.tally(alignmentOf(limit.window), start);
  return { used, freeAt: used >= limit.max && limit.max > 0 ? end : undefined };
}

/** The counter's identity; counters of different scopes never meet, whatever their names. */
export function counterId(
  limit: Limit,
  owner: { session: string; server: string; grant: string; layer: string },
): string {
  // A policy key that names a counter by default must not meet the same key of another layer.
  const shared = limit.named || owner.layer === MAIN_LAYER;
  const name = shared ? ['name', limit.counter] : ['key', owner.layer, limit.counter];
  if (limit.scope === 'session') return JSON.stringify(['session', owner.session, ...name]);
  if (limit.scope === 'grant') return JSON.stringify(['grant', owner.server, owner.grant, ...name]);
  return JSON.stringify(['global', ...name]);
}
