// Which entries of a policy apply to a call.
import { strictest } from './classify/caution.ts';
import type { Entry } from './entry.ts';
import type { Policy } from './policy.ts';
import type { Category } from './schema.ts';

export interface Applying {
  readonly category: Category;
  /** None where no rule of the policy reaches the call. */
  readonly entries: readonly Entry[];
}

/** `classified` is the category where no entry names one. */
export function entriesFor(
  policy: Policy,
  tool: string,
  subject: string,
  classified: Category,
): Applying {
  const found = byName(policy, tool, subject);
  const category = strictest(found.map(entry => entry.category)) ?? classified;
  // An entry that only names a category leaves the decision to that category's entry.
  const deferring = found.filter(entry => entry.action === undefined);
  const categories = found.length === 0 ? [category] : deferring.map(entry => entry.category);
  const deferred = categories.map(name => name && policy.categories.get(name));
  const entries = [...new Set([...found, ...deferred])].filter(entry => entry !== undefined);
  return { category, entries };
}

// The first step that finds an entry decides; patterns of one step apply together.
function byName(policy: Policy, tool: string, subject: string): readonly Entry[] {
  const exactly = (name: string) => {
    const entry = policy.exact.get(name);
    return entry === undefined ? [] : [entry];
  };
  const byPattern = (name: string) =>
    policy.patterns.filter(({ matches }) => matches(name)).map(({ entry }) => entry);
  const steps = [
    () => exactly(subject),
    () => byPattern(subject),
    () => (subject === tool ? [] : exactly(tool)),
    () => (subject === tool ? [] : byPattern(tool)),
    () => (policy.star === undefined ? [] : [policy.star]),
  ];
  for (const step of steps) {
    const entries = step();
    if (entries.length > 0) return entries;
  }
  return [];
}
