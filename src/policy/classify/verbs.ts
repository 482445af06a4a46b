// Verbs by the category of what they do, and by how surely they are verbs.
import type { Category } from '../schema.ts';
import words from './verbs.json' with { type: 'json' };

export type Known = Exclude<Category, 'unknown'>;

/**
 * `verb`: hardly ever anything else. `lead`: a verb where no plain verb stands before it, and of wide
 * meaning. `noun`: as often a noun (`order_status`), a verb only where nothing else is.
 */
export type Kind = 'verb' | 'lead' | 'noun';

export interface Verb {
  readonly word: string;
  readonly category: Known;
  readonly kind: Kind;
}

/** Verbs that set something going, whatever noun of a thing to read follows them. */
export const STARTING: ReadonlySet<string> = new Set([
  ...['start', 'stop', 'trigger', 'launch', 'initiate', 'dispatch', 'send', 'submit'],
]);

let verbs: ReadonlyMap<string, Verb> | undefined;

function makeVerbs(): ReadonlyMap<string, Verb> {
  const made = new Map<string, Verb>();
  for (const [category, byKind] of Object.entries(words))
    for (const [kind, lines] of Object.entries(byKind))
      for (const word of lines.join(' ').split(' '))
        made.set(word, { word, category: category as Known, kind: kind as Kind });
  return made;
}

// Made when it is first asked: the wrapper starts before it needs any.
function known(word: string): Verb | undefined {
  verbs ??= makeVerbs();
  return verbs.get(word);
}

/** The verb that a word is, spelled as it stands. */
export function verbOf(word: string): Verb | undefined {
  return known(word) ?? prefixed(word);
}

// `unresolve` undoes what it names, `resend` does it again.
function prefixed(word: string): Verb | undefined {
  const verb = /^(?:un|re)/.test(word) ? known(word.slice(2)) : undefined;
  if (verb === undefined || verb.kind === 'noun') return undefined;
  return word.startsWith('un')
    ? { word, category: 'write', kind: 'lead' }
    : { word, category: verb.category, kind: 'lead' };
}

/** The verb behind an inflected word: `deletes`, `deleting`; what is `deleted` is only a state. */
export function inflectedVerbOf(word: string): Verb | undefined {
  for (const stem of stemsOf(word)) {
    const verb = verbOf(stem);
    if (verb !== undefined) return verb;
  }
  return undefined;
}

/** The verbs that a noun of a doer may be made of: `runner`, `executor`, `portscan`. */
export function* stemsOfAgent(word: string): Generator<string> {
  const compound = /^[a-z]{2,}(scan|exec|shell)$/.exec(word)?.[1];
  if (compound !== undefined) yield compound;
  if (!/^[a-z]{3,}(?:er|or)$/.test(word)) return;
  const stem = word.slice(0, -2);
  yield stem;
  yield `${stem}e`;
  if (stem.at(-1) === stem.at(-2)) yield stem.slice(0, -1);
}

function* stemsOf(word: string): Generator<string> {
  yield word;
  if (word.endsWith('ies')) yield `${word.slice(0, -3)}y`;
  if (word.endsWith('es')) yield word.slice(0, -2);
  if (word.endsWith('s')) yield word.slice(0, -1);
  if (!word.endsWith('ing') || word.length < 5) return;
  const stem = word.slice(0, -3);
  yield stem;
  yield `${stem}e`;
  if (stem.at(-1) === stem.at(-2)) yield stem.slice(0, -1);
}
