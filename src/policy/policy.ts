// A policy ready to be asked: names and patterns compiled, limits with their defaults filled in.
import type { Limit } from './limits.ts';
import { compilePattern, compilePatterns, isPattern } from './match.ts';
import type {
  Category,
  EntryDocument,
  LimitDocument,
  PolicyDocument,
  SectionDocument,
} from './schema.ts';

export type Action = 'allow' | 'deny' | 'require_approval';

/** One tool entry; `key` is how the verdict names it. */
export interface Entry {
  readonly key: string;
  /** Undefined where the entry does not say: it allows, unless its `category` has an entry. */
  readonly action: Action | undefined;
  readonly reason: string | undefined;
  readonly category: Category | undefined;
  readonly limits: readonly Limit[];
}

export interface Section {
  readonly default: 'allow' | 'deny';
  readonly limits: readonly Limit[];
}

/** One layer: a document and where it came from. */
export interface Policy {
  /** `policy`, `_all`, `machine`: how the verdict names the layer. */
  readonly layer: string;
  /** Set by the administrator: enforced in observe mode too. */
  readonly machine: boolean;
  readonly default: 'allow' | 'deny';
  readonly isHidden: (name: string) => boolean;
  readonly hides: boolean;
  readonly allTools: Entry | undefined;
  readonly operations: ReadonlyMap<string, string>;
  readonly exact: ReadonlyMap<string, Entry>;
  readonly patterns: readonly { entry: Entry; matches: (name: string) => boolean }[];
  readonly star: Entry | undefined;
  readonly categories: ReadonlyMap<Category, Entry>;
  readonly resources: Section;
  readonly prompts: Section;
}

export function compilePolicy(document: PolicyDocument, layer: string, machine = false): Policy {
  const entries = Object.entries(document.tools ?? {}).map(([key, entry]) =>
    compileEntry(key, entry),
  );
  return {
    layer,
    machine,
    default: document.default,
    isHidden: compilePatterns(document.hide ?? []),
    hides: (document.hide ?? []).length > 0,
    allTools: document.all_tools && compileEntry('all_tools', document.all_tools),
    operations: new Map(Object.entries(document.operations ?? {})),
    exact: new Map(entries.filter(({ key }) => !isPattern(key)).map(entry => [entry.key, entry])),
    patterns: entries
      .filter(({ key }) => isPattern(key) && key !== '*')
      .map(entry => ({ entry, matches: compilePattern(entry.key) })),
    star: entries.find(({ key }) => key === '*'),
    categories: new Map(
      Object.entries(document.categories ?? {}).map(([category, entry]) => [
        category as Category,
        compileEntry(`categories.${category}`, entry, category),
      ]),
    ),
    resources: compileSection('resources', document.resources, document.default),
    prompts: compileSection('prompts', document.prompts, document.default),
  };
}

function compileEntry(key: string, entry: EntryDocument, counter = key): Entry {
  const limits = (entry.limits ?? []).map(limit => compileLimit(limit, counter));
  if (entry.rate_limit !== undefined)
    limits.push({ ...entry.rate_limit, counter, named: false, scope: 'session', kind: 'sliding' });
  return {
    key,
    action: entry.action,
    reason: entry.reason,
    category: entry.category,
    limits,
  };
}

function compileSection(
  key: string,
  section: SectionDocument | undefined,
  fallback: 'allow' | 'deny',
): Section {
  return {
    default: section?.default ?? fallback,
    limits: (section?.limits ?? []).map(limit => compileLimit(limit, key)),
  };
}

function compileLimit(limit: LimitDocument, key: string): Limit {
  return {
    counter: limit.counter ?? key,
    named: limit.counter !== undefined,
    scope: limit.scope ?? 'grant',
    kind: limit.kind ?? 'sliding',
    max: limit.max,
    window: limit.window,
  };
}

/** Every limit of a policy with the path of the key that carries it. */
export function limitsOf(policy: Policy): { key: string; limit: Limit }[] {
  const entries = [
    ...(policy.allTools === undefined ? [] : [policy.allTools]),
    ...policy.exact.values(),
    ...policy.patterns.map(({ entry }) => entry),
    ...(policy.star === undefined ? [] : [policy.star]),
    ...policy.categories.values(),
    { key: 'resources', limits: policy.resources.limits },
    { key: 'prompts', limits: policy.prompts.limits },
  ];
  return entries.flatMap(({ key, limits }) => limits.map(limit => ({ key, limit })));
}
