// The policies that apply to a server, with what their documents say beyond what is compiled.
import type { Policy } from '../policy/policy.ts';
import type { EntryDocument, PolicyDocument } from '../policy/schema.ts';

export interface Ruled {
  readonly policy: Policy;
  readonly document: PolicyDocument;
}

/** What a policy says of a tool whatever its arguments: for each layer and key why it is always denied. */
export type AlwaysDenied = ReadonlyMap<string, string | null>;

export function keyIn(layer: string, key: string): string {
  return JSON.stringify([layer, key]);
}

/** Entries with a `deny_if` that has no conditions, as PolicyLayer's format writes a denial. */
export function alwaysDenied(ruled: readonly Ruled[]): AlwaysDenied {
  const found = new Map<string, string | null>();
  for (const { policy, document } of ruled)
    for (const [key, entry] of entriesOf(document)) {
      const rule = entry.deny_if?.find(({ conditions }) => conditions.length === 0);
      if (rule !== undefined) found.set(keyIn(policy.layer, key), rule.on_deny ?? null);
    }
  return found;
}

/** By the names that verdicts give them. */
function entriesOf({ all_tools, tools = {}, categories = {} }: PolicyDocument) {
  const named: [string, EntryDocument][] = [
    ...Object.entries(tools),
    ...Object.entries(categories).map(([name, entry]): [string, EntryDocument] => [
      `categories.${name}`,
      entry,
    ]),
  ];
  return all_tools === undefined ? named : [...named, ['all_tools', all_tools] as const];
}
