// What a tool's description says it does: its first verb, and warnings anywhere in it.
import { strictest } from './caution.ts';
import { strictestFinding } from './name.ts';
import { CONJUNCTIONS, READ_NOUNS } from './nouns.ts';
import { type Finding, judge } from './phrase.ts';
import { inflectedVerbOf, type Known, type Verb } from './verbs.ts';

/** Characters of a description that are looked at. */
const LONGEST = 3000;

export interface Described {
  /** What its first sentence with a verb says; undefined where no verb was found. */
  readonly main: Finding | undefined;
  /** Every plain verb in it that is not denied. */
  readonly verbs: readonly Verb[];
  /** The verb of wide meaning that it begins with: `manages the members`. */
  readonly door: string | undefined;
  readonly isReadOnly: boolean;
  readonly isFinal: boolean;
  /** Nothing to go by: it says nothing, or only what is not done. */
  /** Speaks of code, SQL or the like. */
  readonly hasCode: boolean;
  readonly isEmpty: boolean;
  /** Begins like an order, with a verb that is not known. */
  readonly isOrder: boolean;
}

export function readDescription(text: string): Described {
  const whole = text.slice(0, LONGEST).toLowerCase().replaceAll(/[‘’]/g, "'");
  const said = whole.replaceAll(NEGATED, ' ');
  const sentences = sentencesOf(said);
  return {
    main: sentences
      .slice(0, 3)
      .map(readSentence)
      .find(found => found !== undefined),
    verbs: said
      .split(/[^a-z]+/)
      .flatMap(word => inflectedVerbOf(word) ?? [])
      .filter(verb => verb.kind === 'verb'),
    door: DOOR.exec(whole)?.[1],
    isReadOnly: READ_ONLY.test(whole) && !NOT_READ_ONLY.test(whole),
    isFinal: FINAL.test(whole),
    hasCode: CODE.test(whole),
    isEmpty: sentences.length === 0,
    isOrder: isOrder(sentences[0] ?? ''),
  };
}

// `Frobnicate the widget`, `this tool allows frobnicating widgets`.
function isOrder(sentence: string): boolean {
  const start = sentence.replace(OPENING, '');
  const first = /^[a-z]+/.exec(start)?.[0] ?? '';
  if (spokenVerbOf(first) !== undefined) return false;
  const isTold =
    start !== sentence &&
    /\b(?:allows?|lets?|helps?|enables?|will|can|to|that|which)\s+$/.test(
      sentence.slice(0, sentence.length - start.length),
    );
  return isTold || ORDER.test(start);
}

const ORDER = /^[a-z]+ (?:an?|the|all|your|this|these|one|multiple|every|any|to|into)\b/;
const NEGATED =
  /\b(?:does not|doesn't|do not|don't|did not|will not|won't|never|cannot|can't|without|instead of|rather than|not|unlike|before|after)\b[^.,;:\n()]{0,80}/g;
const READ_ONLY =
  /\bread[- ]?only\b|\bno side[- ]effects?\b|\b(?:does not|doesn't|never) (?:modify|change|write|alter)/;
const NOT_READ_ONLY =
  /\b(?:not|non)[- ]read[- ]?only\b|\bread[- ]?only (?:mode|flag|property|field)|\bread[- ]?write\b/;
const CODE =
  /\b(?:\w*sql|\w*cypher|gremlin|sparql|graphql|code|scripts?|javascript|python|statements?|databases?|snowflake|clickhouse|bigquery|redshift|databricks|athena|duckdb|sqlite|commands?|arbitrary|raw|mutations?)\b/;
const DOOR =
  /^\W*(?:(?:this )?tool (?:to|for|that) )?(manage|manages|managing|administers?|controls?|operates?|handles?)\b/;
const FINAL =
  /\birreversibl|\bpermanent(?:ly)?\b|\b(?:cannot|can't|can not) be (?:undone|reversed|recovered)/;

function sentencesOf(text: string): string[] {
  return text
    .replaceAll(/\[[^\]\n]{0,60}\]|[*_#`>]+/g, ' ')
    .replaceAll(/\b(?:e\.g|i\.e|etc|vs)\./g, ' ')
    .split(/[.!?](?=\s|$)|\n|;/)
    .map(sentence => sentence.trim())
    .filter(sentence => /[a-z]/.test(sentence) && !sentence.startsWith('start here if'));
}

// What may stand before the first verb of a description without being one.
const OPENING = new RegExp(
  `^(?:${[
    '(?:use|call) (?:this|it)(?: tool| function)?(?: (?:to|for|when|if)(?: you (?:need|want) to)?)?',
    '(?:this|the|a|an|mcp)? ?(?:simplified |dedicated |helper |utility )?(?:tool|function|endpoint|utility|operation|command|api|action|method|skill|service)(?: (?:is used|used|designed|that|which|can|will|helps?|lets you|allows?(?: you| users?)?))*(?: to| for)?',
    '(?:allows?|lets?|helps?|enables?)(?: (?:you|users?|agents?|the user|clients?))?(?: to)',
    'start here[^:]*:',
    '[a-z0-9 /_-]{1,30}:',
    'step [0-9](?: of [0-9])?(?: -|:)?',
    'used to',
    '(?:in order )?to',
  ].join('|')})\\s+`,
);
const ADVERBS =
  /^(?:[a-z]+ly|batch|bulk|also|first|new|experimental|deprecated|beta|free|then|please|semantic|full|quick|live|one-?shot|preferred|directly|full-text)$/;

const PREFIX = /^(?:auto|bulk|batch|force|hard|soft|pre|re|multi)-/;

function readSentence(sentence: string): Finding | undefined {
  const start = sentence.replace(OPENING, '');
  // Commas and slashes join verbs: `add, update or remove`, `create/update`.
  const words = (start.match(/[a-z]+(?:-[a-z]+)*|[,/|&]/g) ?? []).map(word =>
    word.replace(PREFIX, ''),
  );
  const first = firstVerb(words);
  if (first === undefined) return undefined;
  const found = [first];
  let joined = false;
  for (let at = first.at + 1; at < words.length; at++) {
    const word = words[at] ?? '';
    if (/^[,/|&]$/.test(word) || CONJUNCTIONS.has(word)) joined = true;
    else {
      const verb = joined ? spokenVerbOf(word) : undefined;
      const sameForm = word.endsWith('s') === (words[first.at] ?? '').endsWith('s');
      if (verb !== undefined && sameForm && !isNounHere(verb, words, at))
        found.push({ verb, at, sure: first.sure });
      joined = joined && ADVERBS.test(word);
    }
  }
  return strictestFinding(
    found.map(({ verb, at, sure: leads }) => {
      const clause = clauseAfter(words, at);
      const { category, why, sure } = judge(verb, clause);
      const told = { verb: verb.word, why: `description: ${why}` };
      // To query is to ask, where nothing says that the question is code.
      if (verb.word === 'query' && !clause.some(word => LANGUAGES.has(word)))
        return { ...told, category: 'read', sure: leads };
      // `Execute the AddPermission operation` says nothing of what that does.
      const isEmpty =
        category === 'execute' &&
        clause.some(word => /^(?:operations?|apis?|actions?)$/.test(word));
      return { ...told, category, sure: sure && leads && !isEmpty };
    }),
  );
}

// `is`, `can`: verbs of every sentence, that say nothing of what a tool does.
function spokenVerbOf(word: string): Verb | undefined {
  return AUXILIARIES.has(word) ? undefined : inflectedVerbOf(word);
}

interface Placed {
  readonly verb: Verb;
  readonly at: number;
  /** Whether the sentence begins with it. */
  readonly sure: boolean;
}

// The first word that is a verb, or else the first plain one further on.
function firstVerb(words: readonly string[]): Placed | undefined {
  const start = words.findIndex(word => !ADVERBS.test(word));
  const verb = start < 0 ? undefined : spokenVerbOf(words[start] ?? '');
  if (verb !== undefined && !isNounHere(verb, words, start)) return { verb, at: start, sure: true };
  for (const kinds of [['verb'], ['lead']]) {
    for (const [at, word] of words.entries()) {
      const later = spokenVerbOf(word);
      if (later !== undefined && kinds.includes(later.kind))
        return { verb: later, at, sure: false };
    }
  }
  return undefined;
}

// `order details of`, `query history`: what is read, not what is done; `transfers, refunds` are things.
function isNounHere(verb: Verb, words: readonly string[], at: number): boolean {
  if (verb.kind === 'verb') return false;
  const next = words[at + 1];
  if (next !== undefined && READ_NOUNS.has(next)) return verb.kind === 'noun';
  return at > 0 && verb.kind === 'noun';
}

function clauseAfter(words: readonly string[], at: number): string[] {
  const rest = words.slice(at + 1, at + 13).filter(word => !ARTICLES.has(word));
  const end = rest.findIndex(word => word === ',' || CLAUSE_END.has(word));
  return end < 0 ? rest : rest.slice(0, end);
}

const ARTICLES: ReadonlySet<string> = new Set([
  'a',
  'an',
  'the',
  'one',
  'multiple',
  'new',
  'your',
  '/',
]);
const LANGUAGES: ReadonlySet<string> = new Set([
  'sql',
  'graphql',
  'cypher',
  'code',
  'athena',
  'database',
]);
const AUXILIARIES: ReadonlySet<string> = new Set([
  'is',
  'has',
  'can',
  'having',
  'use',
  'uses',
  'using',
  'used',
  'following',
]);
const CLAUSE_END: ReadonlySet<string> = new Set([
  'that',
  'which',
  'where',
  'when',
  'if',
  'and',
  'so',
]);

/** What a door to several operations does, by all verbs of its description. */
export function strictestVerb(verbs: readonly Verb[]): Verb | undefined {
  const category = strictest(verbs.map(verb => verb.category)) as Known | undefined;
  return verbs.find(verb => verb.category === category);
}
