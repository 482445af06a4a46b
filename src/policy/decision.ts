// What rules alone say to a call; how its limits stand is for the store to say.
import type { Action } from './entry.ts';
import type { Due } from './limits.ts';
import type { Category } from './schema.ts';
import type { Effect } from './verdict.ts';

export interface Decision {
  readonly effect: Exclude<Effect, 'rate_limit'>;
  readonly subject: string;
  readonly category: Category | null;
  readonly layer: string;
  readonly key: string | null;
  readonly reason: string | null;
  /** Of all layers, to be taken together. */
  readonly limits: readonly Due[];
  /** Of all layers: how many calls may be in flight at once. */
  readonly slots: readonly Slot[];
}

/** Room for the calls of one entry. */
export interface Slot {
  readonly layer: string;
  readonly key: string;
  readonly max: number;
}

/** One thing that was looked at on the way to a decision, for whoever wants to know why. */
export interface Step {
  readonly layer: string;
  readonly key: string | null;
  /** What it says; null where it says nothing to this call. */
  readonly effect: Action | null;
  readonly text: string;
}

export type Trace = (step: Step) => void;
