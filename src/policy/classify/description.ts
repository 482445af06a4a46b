// What a tool's description says it does: its first verb, and warnings anywhere in it.
import { strictest } from './caution.ts';
import type { Finding } from './phrase.ts';
import { OPENING, readSentence, spokenVerbOf } from './sentence.ts';
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
  /** Calls itself destructive. */
  readonly isDestructive: boolean;
  /** Speaks of code, SQL or the like. */
  readonly hasCode: boolean;
  /** Its first word. */
  readonly first: string;
  /** Nothing to go by: it says nothing, or only what is not done. */
  readonly isEmpty: boolean;
  /** Begins like an order, with a verb that is not known. */
  readonly isOrder: boolean;
  /** Names a deed by its noun (`file deletion`), or is in a language whose verbs are not known. */
  readonly mayAct: boolean;
}

export function readDescription(text: string): Described {
  const whole = text.slice(0, LONGEST).toLowerCase().replaceAll(/[‘’]/g, "'");
  const said = whole.replaceAll(NEGATED, ' ').replaceAll(DRAGGING, 'drag');
  const sentences = sentencesOf(said);
  // Further on it may be said of a part, of another tool or of a mode.
  const start = sentencesOf(whole).slice(0, 4).join('. ');
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
    isReadOnly: READ_ONLY.test(start) && !NOT_READ_ONLY.test(whole),
    isFinal: FINAL.test(whole),
    isDestructive: DESTRUCTIVE.test(said),
    hasCode: CODE.test(whole),
    first: /[a-z]+/.exec(sentences[0] ?? '')?.[0] ?? '',
    isEmpty: sentences.length === 0,
    isOrder: isOrder(sentences[0] ?? ''),
    mayAct: DEED.test(sentences[0] ?? '') || FOREIGN.test(sentences[0] ?? ''),
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
const DEED =
  /\b(?:deletion|removal|destruction|termination|erasure|wiper|(?:code|command|script|shell|query|sql) execution|(?:bank|wire|money) (?:wire|transfer|mover))\b/;
// Words that hold a sentence together in Spanish, Portuguese, French, Italian and German, and other letters.
const FOREIGN =
  /(?=[^a-z])\p{L}|(?:^|\s)(?:el|los|las|una|del|todos|todas|os|uma|dos|le|les|une|des|il|gli|della|der|das|den|alle|und|ein|eine)(?=\s|$)/u;
const DRAGGING = /\bdrag[ -]and[ -]drop\b/g;
const NEGATED =
  /\b(?:does not|doesn't|do not|don't|did not|will not|won't|never|cannot|can't|without|instead of|rather than|not|unlike|before|after)\b[^.,;:\n()]{0,80}/g;
const READ_ONLY =
  /\bread[- ]?only\b|\bno side[- ]effects?\b|\b(?:does not|doesn't|never) (?:modify|change|write|alter)/;
const NOT_READ_ONLY =
  /\b(?:not|non)[- ]read[- ]?only\b|\bread[- ]?only (?:mode|flag|property|field)|\bread[- ]?write\b|\bfor read[- ]?only\b/;
const CODE =
  /\b(?:\w*sql|\w*cypher|gremlin|sparql|graphql|code|scripts?|javascript|python|statements?|databases?|snowflake|clickhouse|bigquery|redshift|databricks|athena|duckdb|sqlite|commands?|arbitrary|raw|mutations?)\b/;
const DOOR =
  /^\W*(?:(?:this )?tool (?:to|for|that) )?(manage|manages|managing|administers?|controls?|operates?|handles?)\b/;
const FINAL =
  /\birreversibl|\bpermanent(?:ly)?\b|\b(?:cannot|can't|can not) be (?:undone|reversed|recovered)/;

const DESTRUCTIVE =
  /(?<!non-)\bdestructive (?:operation|action|command|tool)\b|\b(?:this|it|which) is destructive\b|^\W*destructive\b/;

function sentencesOf(text: string): string[] {
  return text
    .replaceAll(/\[[^\]\n]{0,60}\]|[*_#`>]+/g, ' ')
    .replaceAll(/\b(?:e\.g|i\.e|etc|vs)\./g, ' ')
    .split(/[.!?](?=\s|$)|\n|;/)
    .map(sentence => sentence.trim())
    .filter(sentence => /[a-z]/.test(sentence) && !sentence.startsWith('start here if'));
}

/** What a door to several operations does, by all verbs of its description. */
export function strictestVerb(verbs: readonly Verb[]): Verb | undefined {
  const category = strictest(verbs.map(verb => verb.category)) as Known | undefined;
  return verbs.find(verb => verb.category === category);
}
