// What a policy does not know yet of a server's tools, and the entries that are to be added for it.

import type { Entry } from '../policy/entry.ts';
import { limitsOf, type Policy } from '../policy/policy.ts';
import type { Category, PolicyDocument } from '../policy/schema.ts';
import { categoryEntry, type SuggestedEntry } from './document.ts';
import type { Review, Rule } from './review.ts';

export interface Additions {
  /** In the order of the review. */
  readonly entries: readonly { readonly rule: Rule; readonly entry: SuggestedEntry }[];
  /** For `operations`. */
  readonly doors: ReadonlyMap<string, string>;
  /** Tools whose operations the policy tells apart by another argument: left as they are. */
  readonly others: readonly string[];
  /** `"*"`, or the category that it names, has limits or rules, which a tool with an entry of its own would get out of: none is added. */
  readonly isAllNamed: boolean;
}

/**
 * INVARIANT: what the policy names, by its name, by a pattern or in `hide`, stays as it is; only what it
 * leaves to `"*"`, to `categories` or to `default` gets an entry.
 */
export function additionsTo(document: PolicyDocument, policy: Policy, found: Review): Additions {
  const isAllNamed = decidingForAll(policy).some(holdsMore);
  const doors = new Map<string, string>();
  const others = new Set<string>();
  const rules = found.rules.filter(({ key, tool }) => {
    if (isAllNamed) return false;
    const argument = key === tool ? undefined : found.operations.get(tool);
    const known = policy.operations.get(tool);
    if (isNamed(policy, key) || policy.isHidden(tool) || policy.isHidden(key)) return false;
    if (argument !== known) {
      if (known !== undefined) {
        others.add(tool);
        return false;
      }
      // It has an entry as a whole, which decides about all of its operations.
      if (isNamed(policy, tool)) return false;
      doors.set(tool, argument ?? '');
    }
    return argument === undefined || !isNamed(policy, tool);
  });
  return {
    entries: rules.map(rule => ({ rule, entry: entryFor(rule.category, document, policy) })),
    doors,
    others: [...others],
    isAllNamed,
  };
}

// A `"*"` that only names a category has what that category has.
function decidingForAll({ star, categories }: Policy): Entry[] {
  if (star === undefined) return [];
  const { action, category } = star;
  const deferred = action === undefined && category ? categories.get(category) : undefined;
  return deferred === undefined ? [star] : [star, deferred];
}

function holdsMore({ limits, rules, concurrency }: Entry): boolean {
  return limits.length > 0 || rules.length > 0 || concurrency !== undefined;
}

function isNamed(policy: Policy, name: string): boolean {
  return policy.exact.has(name) || policy.patterns.some(({ matches }) => matches(name));
}

// What the policy says of the category, unless that asks for less than a person where one is needed.
function entryFor(category: Category, document: PolicyDocument, policy: Policy): SuggestedEntry {
  const own = document.categories?.[category];
  const { action, ...suggested } = categoryEntry(category, counterFor(category, policy));
  const isEnough =
    own !== undefined && (action === undefined || (own.action ?? 'allow') !== 'allow');
  return isEnough ? { category } : { category, ...(action && { action }), ...suggested };
}

// A counter of this name that counts otherwise cannot be shared.
function counterFor(category: Category, policy: Policy): string {
  const isOdd = (name: string) =>
    limitsOf(policy).some(
      ({ limit: { counter, kind, cost, per } }) =>
        counter === name && (kind !== 'sliding' || cost !== undefined || per !== undefined),
    );
  let name: string = category;
  while (isOdd(name)) name = `${name}_rate`;
  return name;
}
