// A tool's category from its name alone, or from its operation's: what decides calls that nobody reviews.
//
// Only the name counts: what a server says of its own tools in descriptions and annotations must not
// lower the caution it is treated with.
import type { Category } from '../schema.ts';
import { type Classification, classification, isGrave, isStricter } from './caution.ts';
import { CONJUNCTIONS, DOOR_VERBS, MOVABLE } from './nouns.ts';
import { type Finding, judge } from './phrase.ts';
import { readNoun, readVerbless } from './verbless.ts';
import { STARTING, type Verb, verbOf } from './verbs.ts';
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
  if (main === undefined) return readVerbless(words);
  const found = strictestFinding([judged(words, main, context), ...others(words, placed, main)]);
  // `manage_search_index` does not search, `manage_debug_logs` debugs nothing.
  const door = words.findIndex(word => DOOR_VERBS.has(word));
  const isManaged = door >= 0 && door < main.at;
  const isObject = found?.category === 'read' || main.verb.kind !== 'verb';
  return isManaged && isObject && !isGrave(found?.category) ? undefined : found;
}

function mainVerb(words: readonly string[], all: readonly Placed[]): Placed | undefined {
  // `set_if_exists` sets: what stands behind a condition is not done.
  const condition = words.indexOf('if');
  const before = all.filter(({ at }) => at < condition);
  const placed = before.length > 0 ? before : all;
  const plain = placed.find(({ verb }) => verb.kind === 'verb');
  const lead = placed.find(({ verb }) => verb.kind === 'lead');
  // `run_update`, but `query_list` and `order_create`.
  const leads = lead !== undefined && lead.at < (plain?.at ?? Number.POSITIVE_INFINITY);
  const ends = plain !== undefined && plain.at === words.length - 1;
  // `trigger_fetch` triggers; only what is made of things, as `start_list`, says its verb last.
  const starts = STARTING.has(lead?.verb.word ?? '') && !/^(?:get|list)$/.test(words.at(-1) ?? '');
  if (leads && (!ends || starts)) return lead;
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
