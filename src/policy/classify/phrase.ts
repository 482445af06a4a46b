// What a verb does to its object: the same rules for the words of a name and of a description.
import { CARD_KINDS, exceptionsOf, MONEY, NOT_MONEY, PREPOSITIONS } from './nouns.ts';
import type { Known, Verb } from './verbs.ts';

/** What a text was understood to say. */
export interface Finding {
  readonly category: Known;
  readonly why: string;
  /** Undefined where it was no verb that said it. */
  readonly verb?: string;
  /** False where another source may know better: the verb has a wide meaning, or there is none. */
  readonly sure: boolean;
  /** Of a description: whether a sentence of it begins with the verb. */
  readonly leads?: boolean;
  /** The same, or joined to such a verb: `download and import`. */
  readonly joins?: boolean;
  /** Of a description: whether it is a scan, an attack or code that is run. */
  readonly attacks?: boolean;
}

const DELETION: ReadonlySet<string> = new Set([
  'deletion',
  'removal',
  'termination',
  'destruction',
]);

/** `around`: what the verb may be about, in its order; `context`: all words that stand round it. */
export function judge(
  verb: Verb,
  around: readonly string[],
  context: ReadonlySet<string> = new Set(around),
): Finding {
  const sure = verb.kind === 'verb';
  const because = (category: Known, noun?: string): Finding => ({
    category,
    verb: verb.word,
    why: noun === undefined ? `verb "${verb.word}"` : `verb "${verb.word}" with "${noun}"`,
    sure: noun === undefined ? sure : true,
  });

  const object = objectOf(around);
  const other = object.find(word => NOT_MONEY.has(word));
  const isMoney = verb.category !== 'read' && other === undefined && !isSequence(verb, around);
  const money = isMoney ? moneyIn(object) : undefined;
  for (const { nouns, category } of exceptionsOf(verb.word)) {
    // What makes a verb milder must be its object, not just stand somewhere.
    const noun =
      category === 'read'
        ? object.find(word => nouns.has(word))
        : [...nouns.all()].find(word => context.has(word));
    // `resume_machine_subscription` is paid for all the same.
    const isPaid = category === 'execute' && money !== undefined;
    if (noun !== undefined && !isPaid) return because(category, noun);
  }
  if (verb.category === 'read' || verb.category === 'destructive') return because(verb.category);
  const deletion = around.find(word => DELETION.has(word));
  if (deletion !== undefined) return because('destructive', deletion);
  if (verb.category === 'financial')
    return other === undefined || sure ? because('financial') : because('write', other);
  return money === undefined ? because(verb.category) : because('financial', money);
}

function moneyIn(object: readonly string[]): string | undefined {
  const card = object.find(
    (word, at) => /^cards?$/.test(word) && CARD_KINDS.has(object[at - 1] ?? ''),
  );
  const position = object.find(
    (word, at) => /^positions?$/.test(word) && POSITION_KINDS.has(object[at - 1] ?? ''),
  );
  return card ?? position ?? object.find((word, at) => MONEY.has(word) && !isHeard(object, at));
}

// `resource subscription updates`: who subscribes to one of these is told of it, and pays nothing.
function isHeard(words: readonly string[], at: number): boolean {
  return /^subscriptions?$/.test(words[at] ?? '') && TELLING.has(words[at - 1] ?? '');
}

const TELLING: ReadonlySet<string> = new Set([
  ...['resource', 'resources', 'event', 'events', 'topic', 'webhook', 'push', 'notification'],
]);

// `change the order of the folders`: how they follow one another.
function isSequence(verb: Verb, around: readonly string[]): boolean {
  return SEQUENCING.has(verb.word) && around[around.indexOf('order') + 1] === 'of';
}

const SEQUENCING: ReadonlySet<string> = new Set(['change', 'set', 'update', 'modify', 'adjust']);
const POSITION_KINDS: ReadonlySet<string> = new Set(['open', 'long', 'short', 'futures', 'margin']);

function objectOf(words: readonly string[]): readonly string[] {
  const end = words.findIndex((word, index) => index > 0 && PREPOSITIONS.has(word));
  return end < 0 ? words : words.slice(0, end);
}
