// A review as a policy document.
import { BY_CAUTION } from '../policy/classify/caution.ts';
import type { Category } from '../policy/schema.ts';
import type { Review, Rule } from './review.ts';
import { type LimitTerms, limitFor, NEW_REASON, READING, TERMS } from './terms.ts';

export interface SuggestedEntry {
  readonly category?: Category;
  readonly action?: 'require_approval';
  readonly reason?: string;
  readonly limits?: readonly LimitTerms[];
}

export interface Suggestion {
  readonly version: '1';
  readonly description: string;
  readonly default: 'deny';
  readonly operations?: Readonly<Record<string, string>>;
  readonly tools: Readonly<Record<string, SuggestedEntry>>;
  readonly categories?: Readonly<Partial<Record<Category, SuggestedEntry>>>;
  readonly resources: { readonly default: 'allow'; readonly limits: readonly LimitTerms[] };
  readonly prompts: { readonly default: 'allow'; readonly limits: readonly LimitTerms[] };
}

/** What becomes of a tool that no key names. */
export const NEW_ENTRY: SuggestedEntry = { action: 'require_approval', reason: NEW_REASON };

/** With `reasons` each tool has the reason of its category, which YAML has as a comment. */
export function documentOf(review: Review, { reasons = false } = {}): Suggestion {
  const { operations, rules } = review;
  const entry = (rule: Rule): SuggestedEntry => ({
    category: rule.category,
    ...(reasons && { reason: reasonOf(rule) }),
  });
  const categories = categoriesOf(review);
  return {
    version: '1',
    description: describe(review),
    default: 'deny',
    ...(operations.size > 0 && { operations: Object.fromEntries(operations) }),
    tools: Object.fromEntries([...rules.map(rule => [rule.key, entry(rule)]), ['*', NEW_ENTRY]]),
    ...(categories.length > 0 && {
      categories: Object.fromEntries(categories.map(name => [name, categoryEntry(name)])),
    }),
    resources: { default: 'allow', limits: [READING] },
    prompts: { default: 'allow', limits: [READING] },
  };
}

export function describe({ server }: Review): string {
  return `What agents may do with ${server}: rates by category, a person for what cannot be undone.`;
}

/** Those that there are tools of, the strictest first: any other would have no effect beside `"*"`. */
export function categoriesOf({ rules }: Review): Category[] {
  return BY_CAUTION.filter(name => rules.some(({ category }) => category === name)).reverse();
}

/** What a category is held to, its calls counted by this counter. */
export function categoryEntry(category: Category, counter: string = category): SuggestedEntry {
  const terms = TERMS[category];
  return 'reason' in terms
    ? { action: 'require_approval', reason: terms.reason }
    : { limits: [limitFor(terms.perMinute, counter)] };
}

/** `critical risk: verb "delete"`, for a person. */
export function reasonOf({ category, risk, why, byName, calls }: Rule): string {
  const talked = byName === undefined ? '' : `; by its name alone: ${byName}`;
  const counted =
    calls === undefined ? '' : `; ${calls} ${calls === 1 ? 'call' : 'calls'} on record`;
  return `${category}, ${risk} risk: ${why}${talked}${counted}`;
}
