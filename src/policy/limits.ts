// What a limit is, and how it reads a counter: exact sliding windows and calendar-aligned ones.
import { PARTS } from './amount.ts';
import { alignmentOf, fixedSpan, type Window } from './window.ts';

export type Scope = 'grant' | 'session' | 'global';
export type LimitKind = 'sliding' | 'fixed';

/** The layer that holds the server's own policy. */
export const MAIN_LAYER = 'policy';

/** Entries of one sliding window that are told apart, and the largest `max` of one that counts calls. */
export const MAX_SLIDING = 100_000;
/** Values of `per` that are counted at the same time, for one limit. */
export const MAX_VALUES = 10_000;

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
  /** As JSON, what a call costs; undefined where each counts as one. */
  readonly cost: string | undefined;
  /** By what calls are told apart, each value with a counter of its own; undefined where by nothing. */
  readonly per: string | undefined;
}

/** A limit as one call meets it. */
export interface Due {
  readonly limit: Limit;
  /** What the call counts: 1, or its cost in millionths. */
  readonly amount: number;
  /** Of `per`, as JSON: values of different types are different ones. */
  readonly value: string | undefined;
}

/** A limit bound to one counter of the store, for one call. */
export interface BoundLimit extends Limit, Omit<Due, 'limit'> {
  /** The counter's identity in the store: scope, owner, name and value. */
  readonly id: string;
  /** With what the ids of all counters of this limit begin, where it has one for each value. */
  readonly group: string | undefined;
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
  /** What is counted in the window now: this call included where it was let through. */
  used: number;
  /** Milliseconds until the call fits; null while it does, or where it never will. */
  retryAfterMs: number | null;
  /** What this call costs, where the limit adds up costs. */
  cost?: number;
  /** The value whose counter this is, as JSON, where there is one for each. */
  value?: string;
  /** True where too many values are counted already for one more. */
  crowded?: true;
}

/** Read access to one counter; times are milliseconds since 1970, amounts what `Due` says. */
export interface CounterView {
  /** Sliding: what was counted later than `time`. */
  usedAfter(time: number): number;
  /** Sliding: when that was counted after which no more than `left` are; undefined past the first. */
  timeLeaving(left: number): number | undefined;
  /** Sliding: when the last entry but `later` was made; undefined past the first. */
  entryBefore(later: number): number | undefined;
  /** Fixed: what the window of this alignment that starts at `start` has counted. */
  tally(alignment: string, start: number): number;
}

interface Standing {
  readonly used: number;
  readonly fits: boolean;
  /** When it will fit; undefined where it does, or never will. */
  readonly freeAt: number | undefined;
}

/** How `limit` stands on `counter` at `now`, before this call is counted. */
export function limitState(
  limit: BoundLimit,
  counter: CounterView,
  now: number,
): { state: LimitState; fits: boolean } {
  const { used, fits, freeAt } =
    limit.kind === 'fixed' ? readFixed(limit, counter, now) : readSliding(limit, counter, now);
  const state: LimitState = {
    counter: limit.counter,
    scope: limit.scope,
    max: limit.max,
    window: limit.window.label,
    used: used / partsPerUnit(limit),
    retryAfterMs: freeAt === undefined ? null : Math.max(1, freeAt - now),
  };
  if (limit.cost !== undefined) state.cost = limit.amount / PARTS;
  if (limit.value !== undefined) state.value = limit.value;
  return { state, fits };
}

/** How a limit stands that has no room for the counter of one more value. */
export function crowded({ counter, scope, max, window, value }: BoundLimit): LimitState {
  const state = { counter, scope, max, window: window.label, used: max, retryAfterMs: null };
  return { ...state, crowded: true, ...(value === undefined ? {} : { value }) };
}

/** How many parts of an amount are one of `max`. */
export function partsPerUnit({ cost }: Limit): number {
  return cost === undefined ? 1 : PARTS;
}

/** `used` with one more call in it. */
export function usedWith(used: number, limit: BoundLimit): number {
  const parts = partsPerUnit(limit);
  return (Math.round(used * parts) + limit.amount) / parts;
}

/** True where a call counted at `time` no longer counts for the limit at `now`. */
export function isForgotten({ kind, window }: Limit, time: number, now: number): boolean {
  return kind === 'fixed' ? fixedSpan(window, now).start > time : now - time >= window.ms;
}

/** Of the limits that stop a call the one that holds it back longest; undefined where none does. */
export function bindingLimit(states: readonly LimitState[]): LimitState | undefined {
  const wait = ({ retryAfterMs }: LimitState) => retryAfterMs ?? Number.POSITIVE_INFINITY;
  return states.filter(isExceeded).sort((a, b) => wait(b) - wait(a))[0];
}

// What has no time at which it fits either fits now, and may be counted in `used` already, or never.
export function isExceeded({ max, cost = 1, retryAfterMs, crowded }: LimitState): boolean {
  return retryAfterMs !== null || crowded === true || cost > max;
}

// A grant at time t counts in every window (now - length, now] that holds it, so that no span of
// one length ever holds more than `max`.
function readSliding(limit: BoundLimit, counter: CounterView, now: number): Standing {
  const start = now - limit.window.ms;
  const used = counter.usedAfter(start);
  const left = Math.round(limit.max * partsPerUnit(limit)) - limit.amount;
  // However little each call costs, so many are told apart.
  const first = limit.cost === undefined ? undefined : counter.entryBefore(MAX_SLIDING - 1);
  const isCrowded = first !== undefined && first > start;
  if (left < 0) return { used, fits: false, freeAt: undefined };
  if (used <= left && (!isCrowded || limit.amount === 0))
    return { used, fits: true, freeAt: undefined };
  const oldest = used <= left ? first : counter.timeLeaving(left);
  return {
    used,
    fits: false,
    freeAt: oldest === undefined ? undefined : oldest + limit.window.ms,
  };
}

function readFixed(limit: BoundLimit, counter: CounterView, now: number): Standing {
  const { start, end } = fixedSpan(limit.window, now);
  const used = counter.tally(alignmentOf(limit.window), start);
  const left = Math.round(limit.max * partsPerUnit(limit)) - limit.amount;
  const fits = used <= left;
  return { used, fits, freeAt: fits || left < 0 ? undefined : end };
}

/** The counter's identity; counters of different scopes never meet, whatever their names. */
export function counterId(
  limit: Limit,
  owner: { session: string; server: string; grant: string; layer: string },
): string {
  // A policy key that names a counter by default must not meet the same key of another layer.
  const shared = limit.named || owner.layer === MAIN_LAYER;
  const name = shared ? ['name', limit.counter] : ['key', owner.layer, limit.counter];
  // What adds up costs has nothing in common with what counts calls.
  const counting = limit.cost === undefined ? name : [...name, 'cost'];
  const what = limit.per === undefined ? counting : [...counting, 'per', limit.per];
  if (limit.scope === 'session') return JSON.stringify(['session', owner.session, ...what]);
  if (limit.scope === 'grant') return JSON.stringify(['grant', owner.server, owner.grant, ...what]);
  return JSON.stringify(['global', ...what]);
}
