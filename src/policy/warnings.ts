// What a policy says that it cannot mean: it loads, and part of it has no effect or leaves a hole.
// Only what is certain; a warning that is often wrong is never read.
import { PER_NAMES, RULE_KEYS, type RuleList } from './argument-rules.ts';
import type { Path } from './document-path.ts';
import { compilePatterns, isPattern } from './match.ts';
import type { Problem } from './problems.ts';
import {
  CATEGORIES,
  type Category,
  type EntryDocument,
  type PolicyDocument,
  type SectionDocument,
} from './schema.ts';

/** `doors` are tools whose operations another document names. */
export function warningsOf(document: PolicyDocument, doors: ReadonlySet<string>): Problem[] {
  return [
    ...entriesOf(document).flatMap(([path, entry]) => [
      ...unreached(path, entry),
      ...withoutTotal(path, entry, document),
    ]),
    ...spellings(document),
    ...hiddenEntries(document),
    ...idleCategories(document),
    ...unknownOperations(document, doors),
    ...nothingAllowed(document),
    ...namesThatLookLikeRegexes(document),
    ...idleAllow('resources', document),
    ...idleAllow('prompts', document),
  ];
}

type PlacedEntry = readonly [path: Path, entry: EntryDocument];

function entriesOf({ all_tools, tools = {}, categories = {} }: PolicyDocument): PlacedEntry[] {
  const below = (key: string, entries: Record<string, EntryDocument>) =>
    Object.entries(entries).map(([name, entry]): PlacedEntry => [[key, name], entry]);
  const everywhere: PlacedEntry[] = all_tools === undefined ? [] : [[['all_tools'], all_tools]];
  return [...everywhere, ...below('tools', tools), ...below('categories', categories)];
}

const AT_MOST = ['limits', 'rate_limit', 'concurrency'] as const;

/** What stands beside a rule that denies every call, and a rule that denies none. */
function unreached(path: Path, entry: EntryDocument): Problem[] {
  const emptyIn = (list: RuleList) =>
    (entry[list] ?? []).findIndex(({ conditions }) => conditions.length === 0);
  const denying = emptyIn('deny_if');
  const isDenied = entry.action === 'deny';
  const others: readonly (keyof EntryDocument)[] = isDenied
    ? [...RULE_KEYS, ...AT_MOST]
    : ['require', 'require_approval_if', ...AT_MOST];
  const idle = isDenied || denying >= 0 ? others.filter(key => isThere(entry[key])) : [];
  const why = isDenied ? '`"action": "deny"`' : `the empty list in \`deny_if[${denying}]\``;
  const found: Problem[] = idle.map(key => ({
    path: [...path, key],
    message: `it has no effect: ${why} denies every call`,
    atKey: true,
  }));
  const required = emptyIn('require');
  const message = 'it requires nothing: an empty list of conditions always holds';
  return required < 0 ? found : [...found, { path: [...path, 'require', required], message }];
}

function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

// An agent that changes the value starts a new count: something must bound the sum.
function withoutTotal(path: Path, entry: EntryDocument, document: PolicyDocument): Problem[] {
  const category = 'category' in entry && entry.action === undefined ? entry.category : undefined;
  const beside = [entry, document.all_tools, category && document.categories?.[category]];
  const hasTotal = beside.some(
    other => other?.rate_limit !== undefined || other?.limits?.some(({ per }) => per === undefined),
  );
  return (entry.limits ?? []).flatMap(({ per = 'tool' }, i) =>
    hasTotal || PER_NAMES.includes(per)
      ? []
      : [
          {
            path: [...path, 'limits', i, 'per'],
            message: `each new value of ${per} has a count of its own: put a limit without \`per\` beside it`,
          },
        ],
  );
}

// A server reads many URIs as one: `file:///a`, `file:///./a`, `file:///a?1`.
function spellings({ resources }: PolicyDocument): Problem[] {
  const limits = resources?.limits ?? [];
  if (limits.some(({ per }) => per === undefined)) return [];
  const message =
    'each new spelling of a URI has a count of its own: put a limit without `per` beside it';
  return limits.map((_, i) => ({ path: ['resources', 'limits', i, 'per'], message }));
}

function hiddenEntries({ hide = [], tools = {} }: PolicyDocument): Problem[] {
  const isHidden = compilePatterns(hide);
  return Object.entries(tools)
    .filter(([key, { action }]) => !isPattern(key) && action !== 'deny' && isHidden(key))
    .map(([key]) => ({
      path: ['tools', key],
      message: 'it has no effect: `hide` has this name, and what is hidden is denied',
      atKey: true,
    }));
}

function idleCategories(document: PolicyDocument): Problem[] {
  const { tools = {}, categories = {} } = document;
  const hasStar = tools['*'] !== undefined;
  const named = Object.values(tools).map(({ action, category }) => action ?? category);
  const idle = hasStar
    ? Object.keys(categories).filter(name => !named.includes(name as Category))
    : [];
  const found: Problem[] = idle.map(name => ({
    path: ['categories', name],
    message:
      'it has no effect: `"*"` in `tools` is there for all other tools, and no entry has this `category` without an `action`',
    atKey: true,
  }));
  const isStrict = Object.values(categories).some(({ action = 'allow' }) => action !== 'allow');
  if (document.default === 'allow' && !hasStar && isStrict && categories.unknown === undefined)
    found.push({
      path: ['categories'],
      message:
        'a tool whose name does not say what it does is allowed: add an entry for `unknown`, or `"default": "deny"`',
      atKey: true,
    });
  // A tool may well be called `execute`: one such name says nothing, and one that says of which category
  // it is stands for a tool.
  const likeCategories = CATEGORIES.filter(
    name => tools[name] !== undefined && tools[name].category === undefined,
  );
  if (likeCategories.length < 2) return found;
  const asTools = likeCategories.map(name => ({
    path: ['tools', name],
    message: `it is about a tool called \`${name}\`: what is about a category stands in \`categories\``,
    atKey: true,
  }));
  return [...found, ...asTools];
}

function unknownOperations(
  { tools = {}, operations = {} }: PolicyDocument,
  doors: ReadonlySet<string>,
): Problem[] {
  return Object.keys(tools)
    .filter(key => /^[^*?:]+:/.test(key))
    .map(key => ({ key, door: key.slice(0, key.indexOf(':')) }))
    .filter(({ door }) => operations[door] === undefined && !doors.has(door))
    .map(({ key, door }) => ({
      path: ['tools', key],
      message: `\`operations\` does not say which argument of \`${door}\` names its operation`,
      atKey: true,
    }));
}

function nothingAllowed({ default: fallback, all_tools, ...rest }: PolicyDocument): Problem[] {
  const isEmpty = (key: 'tools' | 'categories') => Object.keys(rest[key] ?? {}).length === 0;
  if (
    fallback === 'allow' ||
    all_tools === undefined ||
    !isEmpty('tools') ||
    !isEmpty('categories')
  )
    return [];
  const message = 'it allows nothing that `default` denies: no tool can be called';
  return [{ path: ['all_tools'], message, atKey: true }];
}

/** Characters that no tool's name has; a dot before a star may be one. */
export const LIKE_A_REGEX = /^\.\*|^\^|\$$|_\.\*|[|()[\]{}\\+]/;

function namesThatLookLikeRegexes({ hide = [], tools = {} }: PolicyDocument): Problem[] {
  const places = [
    ...hide.map((name, i) => ({ path: ['hide', i], name })),
    ...Object.keys(tools).map(name => ({ path: ['tools', name], name, atKey: true })),
  ];
  return places
    .filter(({ name }) => LIKE_A_REGEX.test(name))
    .map(({ name, ...place }) => ({
      ...place,
      message: `\`${name}\` is no regular expression: \`*\` is any characters, \`?\` is one, the rest stands for itself`,
    }));
}

function idleAllow(key: 'resources' | 'prompts', document: PolicyDocument): Problem[] {
  const section: SectionDocument = document[key] ?? {};
  const fallback = section.default ?? document.default;
  if (fallback === 'deny' || (section.allow ?? []).length === 0) return [];
  const message = `it restricts nothing: what it does not name is allowed too; write \`"default": "deny"\` in \`${key}\``;
  return [{ path: [key, 'allow'], message, atKey: true }];
}
