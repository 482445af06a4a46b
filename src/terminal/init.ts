// What `policy-wrap init` says of a policy that it suggests or adds to.
import type { Additions } from '../init/additions.ts';
import { categoriesOf, reasonOf } from '../init/document.ts';
import type { Review } from '../init/review.ts';
import { describeTerms } from '../init/terms.ts';
import { escapeText } from './escape.ts';

/** How many tools of which category, and what those are held to. */
export function renderSuggested(found: Review): string[] {
  return categoriesOf(found).map(category => {
    const count = found.rules.filter(rule => rule.category === category).length;
    return `${category}: ${count}, ${describeTerms(category)}`;
  });
}

/** A line for each tool that is new. */
export function renderAdded({ entries }: Additions): string[] {
  return entries.map(({ rule, entry: { action, limits } }) => {
    const own = action === undefined && limits === undefined;
    const terms = own ? 'as the policy has its category' : describeTerms(rule.category);
    return escapeText(`+ ${rule.key}: ${reasonOf(rule)}; ${terms}`);
  });
}

/** What is not added, and why. */
export function renderLeft({ others, isAllNamed }: Additions): string[] {
  return [
    ...others.map(
      tool => `\`${tool}\` is left as it is: the policy names its operations by another argument`,
    ),
    ...(isAllNamed
      ? ['no tool is added: `"*"` has limits or rules, and one with an entry would get out of them']
      : []),
  ];
}
