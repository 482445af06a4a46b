// Nouns that change what a verb does, and nouns that only name something to read.
import { BY_CAUTION } from './caution.ts';
import words from './nouns.json' with { type: 'json' };
import type { Known } from './verbs.ts';

/** A set of words that is made when it is first asked: the wrapper starts before it needs any. */
class Words {
  readonly #lines: readonly string[];
  #words: ReadonlySet<string> | undefined;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  has(word: string): boolean {
    return this.all().has(word);
  }

  all(): ReadonlySet<string> {
    this.#words ??= new Set(this.#lines.join(' ').split(' '));
    return this.#words;
  }
}

const setOf = (...lines: readonly string[]) => new Words(lines);

/** Creating or sending one of these commits money. */
export const MONEY = setOf(...words.money);

/** A `card` of one of these kinds is money; a card on a board is not. */
export const CARD_KINDS = setOf(...words.card_kinds);

/** Beside one of these the money word is another thing, or only its paperwork. */
export const NOT_MONEY = setOf(...words.not_money);

/** A name that ends in one of these names what it gives back. */
export const READ_NOUNS = setOf(...words.read_nouns);

/** Of the names for what is read: what can be moved. */
export const MOVABLE = setOf(...words.movable);

/** What stands behind one of these is no object of the verb. */
export const PREPOSITIONS = setOf(...words.prepositions);

export const CONJUNCTIONS = setOf(...words.conjunctions);

/** Verbs that say nothing but that there are several operations. */
export const DOOR_VERBS = setOf(...words.door_verbs);

/** Words of tools that are a door to several operations. */
export const DISPATCHERS = setOf(...words.door_verbs, ...words.dispatchers);

/** Things that run: to manage them is to start and stop them. */
export const RUNNING = setOf(...words.running);

interface Exception {
  readonly nouns: Words;
  readonly category: Known;
}

let exceptions: ReadonlyMap<string, readonly Exception[]> | undefined;

/** With which nouns a verb does something else than it mostly does: the strictest that fits decides. */
export function exceptionsOf(verb: string): readonly Exception[] {
  exceptions ??= makeExceptions();
  return exceptions.get(verb) ?? [];
}

function makeExceptions(): ReadonlyMap<string, readonly Exception[]> {
  const made = new Map<string, Exception[]>();
  for (const { verbs, nouns, category } of words.exceptions) {
    const found = { nouns: setOf(nouns), category: category as Known };
    for (const verb of verbs.split(' ')) made.set(verb, [...(made.get(verb) ?? []), found]);
  }
  for (const list of made.values())
    list.sort((a, b) => BY_CAUTION.indexOf(b.category) - BY_CAUTION.indexOf(a.category));
  return made;
}
