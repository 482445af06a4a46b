// A policy ready to be asked: names and patterns compiled, limits with their defaults filled in.
import { type ApprovalSettings, bindingSettings } from './approval.ts';
import { type ArgumentRules, RULE_KEYS } from './argument-rules.ts';
import { compileEntry, type Entry } from './entry.ts';
import type { Limit } from './limits.ts';
import { compilePattern, compilePatterns, isPattern } from './match.ts';
import { meter } from './metered.ts';
import {
  type Category,
  CLIENT_KEYS,
  type ClientKey,
  type EntryDocument,
  type PolicyDocument,
  type SectionDocument,
} from './schema.ts';
import { compileSection, SECTION_KEYS, type Section, type SectionKind } from './section.ts';

/** One layer: a document and where it came from. */
export interface Policy {
  /** `policy`, `_all`, `machine`: how the verdict names the layer. */
  readonly layer: string;
  /** Set by the administrator: enforced in observe mode too. */
  readonly machine: boolean;
  readonly default: 'allow' | 'deny';
  readonly isHidden: (name: string) => boolean;
  readonly hides: boolean;
  /** The patterns of what lists leave out. */
  readonly hide: Readonly<Record<'tools' | 'resources' | 'prompts', readonly string[]>>;
  readonly allTools: Entry | undefined;
  readonly operations: ReadonlyMap<string, string>;
  readonly exact: ReadonlyMap<string, Entry>;
  readonly patterns: readonly { entry: Entry; matches: (name: string) => boolean }[];
  readonly star: Entry | undefined;
  readonly categories: ReadonlyMap<Category, Entry>;
  readonly resources: Section;
  readonly prompts: Section;
  /** What the server may not ask of the client. */
  readonly deniedToServer: ReadonlySet<ClientKey>;
  /** True where some tool is not simply allowed: a rule may be about any task of unknown origin. */
  readonly stopsTools: boolean;
  /** Methods that the protocol does not have, and that may pass all the same. */
  readonly methods: ReadonlySet<string> | undefined;
  /** False where it asks for no record. */
  readonly records: boolean;
  /** True where some call may need a person's approval. */
  readonly asks: boolean;
  /** How that person is asked. */
  readonly approval: ApprovalSettings;
}

/** `rules` are those of this very document. */
export function compilePolicy(
  document: PolicyDocument,
  layer: string,
  rules: ArgumentRules,
  machine = false,
): Policy {
  const entries = Object.entries(document.tools ?? {}).map(([key, entry]) =>
    compileEntry(key, ['tools', key], entry, rules),
  );
  const asks = entriesOf(document).some(
    ({ action, require_approval_if = [] }) =>
      action === 'require_approval' || require_approval_if.length > 0,
  );
  return {
    layer,
    machine,
    default: document.default,
    isHidden: compilePatterns(document.hide ?? []),
    hides: (document.hide ?? []).length > 0,
    hide: {
      tools: document.hide ?? [],
      resources: document.resources?.hide ?? [],
      prompts: document.prompts?.hide ?? [],
    },
    allTools:
      document.all_tools && compileEntry('all_tools', ['all_tools'], document.all_tools, rules),
    operations: new Map(Object.entries(document.operations ?? {})),
    exact: new Map(entries.filter(({ key }) => !isPattern(key)).map(entry => [entry.key, entry])),
    patterns: entries
      .filter(({ key }) => isPattern(key) && key !== '*')
      // The order of keys in a document decides nothing, not even which of two equals is named.
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(entry => ({ entry, matches: compilePattern(entry.key) })),
    star: entries.find(({ key }) => key === '*'),
    categories: new Map(
      Object.entries(document.categories ?? {}).map(([category, entry]) => [
        category as Category,
        compileEntry(`categories.${category}`, ['categories', category], entry, rules),
      ]),
    ),
    resources: section('resource', document.resources, document.default, rules),
    prompts: section('prompt', document.prompts, document.default, rules),
    deniedToServer: new Set(CLIENT_KEYS.filter(key => document.client?.[key] === 'deny')),
    stopsTools: stopsTools(document),
    methods: document.methods && new Set(document.methods.allow),
    records: document.audit !== 'off',
    asks,
    approval: machine && asks ? bindingSettings(document.approval) : (document.approval ?? {}),
  };
}

function section(
  kind: SectionKind,
  document: SectionDocument | undefined,
  fallback: 'allow' | 'deny',
  rules: ArgumentRules,
): Section {
  const key = SECTION_KEYS[kind];
  const limits = (document?.limits ?? []).map((limit, i) =>
    meter(limit, key, [key, 'limits', i], rules),
  );
  return compileSection(kind, document, fallback, limits);
}

function stopsTools(document: PolicyDocument) {
  return (
    document.default === 'deny' ||
    (document.hide ?? []).length > 0 ||
    entriesOf(document).some(entry => (entry.action ?? 'allow') !== 'allow' || hasRules(entry))
  );
}

function entriesOf({ all_tools, tools, categories }: PolicyDocument): EntryDocument[] {
  const everywhere = all_tools === undefined ? [] : [all_tools];
  return [...everywhere, ...Object.values(tools ?? {}), ...Object.values(categories ?? {})];
}

function hasRules(entry: EntryDocument): boolean {
  return RULE_KEYS.some(list => (entry[list] ?? []).length > 0);
}

/** Every limit of a policy with the key that carries it, and that key's path in the document. */
export function limitsOf(policy: Policy): { path: string[]; key: string; limit: Limit }[] {
  const tool = (entry: Entry) => ({ ...entry, path: ['tools', entry.key] });
  const entries = [
    ...(policy.allTools === undefined ? [] : [{ ...policy.allTools, path: ['all_tools'] }]),
    ...[...policy.exact.values()].map(tool),
    ...policy.patterns.map(({ entry }) => tool(entry)),
    ...(policy.star === undefined ? [] : [tool(policy.star)]),
    ...[...policy.categories].map(([name, entry]) => ({ ...entry, path: ['categories', name] })),
    { key: 'resources', path: ['resources'], limits: policy.resources.limits },
    { key: 'prompts', path: ['prompts'], limits: policy.prompts.limits },
  ];
  return entries.flatMap(({ path, key, limits }) =>
    limits.map(({ limit }) => ({ path, key, limit })),
  );
}
