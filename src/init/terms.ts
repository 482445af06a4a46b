// What the suggested policy holds each category to: the recommended rates, and a person for the rest.
import type { Category } from '../policy/schema.ts';

export type Terms =
  | { readonly perMinute: number }
  /** What the person and the agent read. */
  | { readonly reason: string };

/** As the recommended policy has them. */
export const TERMS: Readonly<Record<Category, Terms>> = {
  read: { perMinute: 60 },
  write: { perMinute: 30 },
  execute: { perMinute: 10 },
  destructive: { reason: 'it may destroy something that cannot be brought back' },
  financial: { reason: 'it may move money' },
  unknown: { reason: 'nothing says what it does' },
};

/** Of what the server adds later. */
export const NEW_REASON = 'it was not there when this policy was written';

export interface LimitTerms {
  readonly counter: string;
  readonly max: number;
  readonly window: 'minute';
}

/** The limit of a category whose counter has this name. */
export function limitFor(perMinute: number, counter: string): LimitTerms {
  return { counter, max: perMinute, window: 'minute' };
}

/** The limit for resources and prompts, which are read. */
export const READING: LimitTerms = limitFor(60, 'read');

/** `60 calls a minute, all of them together`. */
export function describeTerms(category: Category): string {
  const terms = TERMS[category];
  return 'reason' in terms
    ? 'a person approves each call'
    : `${terms.perMinute} calls a minute, all of them together`;
}
