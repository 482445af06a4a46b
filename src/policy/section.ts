// The rules on resources and on prompts: which names are hidden, denied and allowed.

import { compilePatterns } from './match.ts';
import type { Metered } from './metered.ts';
import type { SectionDocument } from './schema.ts';
import { formsOfPattern, formsOfUri, formsToAllow, type UriForms } from './uri.ts';

export type SectionKind = 'resource' | 'prompt';
export const SECTION_KEYS = { resource: 'resources', prompt: 'prompts' } as const;

export interface Section {
  /** `resources` or `prompts`: how the verdict names it. */
  readonly key: string;
  readonly limits: readonly Metered[];
  readonly hides: boolean;
  readonly isHidden: (name: string) => boolean;
  readonly decide: (name: string) => SectionDecision;
}

/** What the rules say of one name. */
export interface SectionDecision {
  /** The key that decides; null where that is `default`. */
  readonly key: string | null;
  /** Why it is denied; null where it is not. */
  readonly denied: string | null;
}

/** What the agent reads of whatever `hide` names. */
export const HIDDEN = 'hidden by the policy';

/** Compiles a section; `fallback` is what the document says for all that it does not name. */
export function compileSection(
  kind: SectionKind,
  section: SectionDocument | undefined,
  fallback: 'allow' | 'deny',
  limits: readonly Metered[],
): Section {
  const key = SECTION_KEYS[kind];
  const isDenied = (section?.default ?? fallback) === 'deny';
  const byDefault = {
    key: null,
    denied: isDenied ? `no rule of the policy allows this ${kind}` : null,
  };
  const { hide = [], deny = [], allow = [] } = section ?? {};
  // A prompt's name has one form only: servers look it up as it is.
  const formsOf = kind === 'resource' ? formsOfUri : oneForm;
  const matcher = (patterns: readonly string[], formsOf: (pattern: string) => string[]) =>
    compilePatterns(kind === 'resource' ? patterns.flatMap(formsOf) : patterns);
  const hides = hide.length > 0;
  const isRuled = hides || deny.length > 0 || allow.length > 0;
  const hidden = matcher(hide, formsOfPattern);
  const denied = matcher(deny, formsOfPattern);
  const allowed = matcher(allow, formsToAllow);
  return {
    key,
    limits,
    hides,
    isHidden: name => hides && anyForm(formsOf(name), hidden),
    decide(name) {
      if (!isRuled) return byDefault;
      const forms = formsOf(name);
      if (anyForm(forms, hidden)) return { key: `${key}.hide`, denied: HIDDEN };
      if (anyForm(forms, denied)) return { key: `${key}.deny`, denied: 'the policy denies it' };
      if (!forms.isPlain) return { key, denied: 'servers may read its encoded parts in many ways' };
      return forms.forms.every(allowed) ? { key: `${key}.allow`, denied: null } : byDefault;
    },
  };
}

function anyForm({ forms, stripped }: UriForms, matches: (name: string) => boolean): boolean {
  return forms.some(matches) || stripped.some(matches);
}

function oneForm(name: string): UriForms {
  return { forms: [name], stripped: [], isPlain: true };
}
