// A tool's category from its name alone, or from its operation's: what decides calls that nobody reviews.
//
// Only the name counts: what a server says of its own tools in descriptions and annotations must not
// lower the caution it is treated with.
import type { Category } from '../schema.ts';
import { type Classification, classification, isStricter } from './caution.ts';
import { CONJUNCTIONS, DOOR_VERBS, MOVABLE, READ_NOUNS } from './nouns.ts';
import { type Finding, judge } from './phrase.ts';
import { inflectedVerbOf, type Verb, verbOf } from './verbs.ts';
import { wordsOf } from './words.ts';

/** The category of a name: a tool's, or an operation's where the tool has several. */
export function classify(name: string): Category {
  return classifyName(name).category;
}

/** The same with its reason; linear in the length of the name. */
export function classifyName(name: string): Classification {
  const found = strictestFinding(name.split(':').map(part => readName(wordsOf(part))));
  return found === undefined
    ? classification('unknown', 'no word of its name says what it does')
    : classification(found.category, found.why);
}

/** What the words of a name say; undefined where they say nothing. */
export function readName(words: readonly string[], context = words): Finding | undefined {
  const parts = split(words);
  const all = new Set(context);
  // `search_and_replace` has two verbs; in `get_build_status` the second one is a noun.
  return strictestFinding(parts.map(part => readPart(part, all)));
}

function split(words: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (CONJUNCTIONS.has(word)) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}

interface Placed {
  readonly verb: Verb;
  readonly at: number;
}

function readPart(words: readonly string[], context: ReadonlySet<string>): Finding | undefined {
  const placed = words.flatMap((word, at): Placed[] => {
    const verb = verbOf(word);
    if (verb === undefined) return [];
    // The `audit` of `frobnicate_audit_log` says nothing of what is done.
    const isAside = verb.kind === 'noun' && verb.category === 'read';
    return isAside && at > 0 && at < words.length - 1 ? [] : [{ verb, at }];
  });
  const main = mainVerb(words, placed);
  if (main === undefined) return readNoun(words) ?? readInflected(words);
  const found = strictestFinding([judged(words, main, context), ...others(words, placed, main)]);
  // `manage_search_index` does not search.
  const door = words.findIndex(word => DOOR_VERBS.has(word));
  return found?.category === 'read' && door >= 0 && door < main.at ? undefined : found;
}

function mainVerb(words: readonly string[], placed: readonly Placed[]): Placed | undefined {
  const plain = placed.find(({ verb }) => verb.kind === 'verb');
  const lead = placed.find(({ verb }) => verb.kind === 'lead');
  // `run_update`, but `query_list` and `order_create`.
  const leads = lead !== undefined && lead.at < (plain?.at ?? Number.POSITIVE_INFINITY);
  if (leads && (plain === undefined || plain.at < words.length - 1)) return lead;
  if (plain !== undefined) return plain;
  const first = placed[0];
  // `order_history` is read; `transfer_balance` is not.
  const moves = first?.verb.category === 'financial' && MOVABLE.has(words.at(-1) ?? '');
  return moves || readNoun(words) === undefined ? first : undefined;
}

function judged(
  words: readonly string[],
  { verb, at }: Placed,
  context: ReadonlySet<string>,
): Finding {
  const after = words.slice(at + 1);
  // `order_create`: the object stands before its verb.
  return judge(verb, after.length > 0 ? after : words.slice(0, at), context);
}

// What a name has besides its main verb, and what makes it more dangerous: a plain destructive verb
// anywhere, or a plain verb at its end (`find_replace`).
function others(words: readonly string[], placed: readonly Placed[], main: Placed): Finding[] {
  return placed
    .filter(({ verb, at }) => verb.kind === 'verb' && at !== main.at)
    .filter(({ verb, at }) => verb.category === 'destructive' || at === words.length - 1)
    .filter(({ verb }) => verb.category !== 'read')
    .map(({ verb }) => ({ category: verb.category, why: `verb "${verb.word}"`, sure: false }));
}

function readNoun(words: readonly string[]): Finding | undefined {
  const last = words.at(-1);
  return last !== undefined && READ_NOUNS.has(last)
    ? { category: 'read', why: `noun "${last}"`, sure: false }
    : undefined;
}

// `deletes_file`: only plain verbs, since `orders` and `running` are mostly something else.
function readInflected(words: readonly string[]): Finding | undefined {
  for (const [at, word] of words.entries()) {
    const verb = inflectedVerbOf(word);
    if (verb?.kind === 'verb') return { ...judge(verb, words.slice(at + 1)), sure: false };
  }
  return undefined;
}

/** Of several the one that asks for most caution; of equals a sure one, or else the first. */
export function strictestFinding(findings: readonly (Finding | undefined)[]): Finding | undefined {
  let strictest: Finding | undefined;
  for (const finding of findings) {
    if (finding === undefined) continue;
    if (strictest === undefined || isStricter(finding.category, strictest.category))
      strictest = finding;
    else if (finding.category === strictest.category && finding.sure && !strictest.sure)
      strictest = finding;
  }
  return strictest;
}
