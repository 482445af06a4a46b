// What a sentence of a description says is done: its first verb, and the verbs that are joined to it.
import { strictestFinding } from './name.ts';
import { CONJUNCTIONS, READ_NOUNS } from './nouns.ts';
import { type Finding, judge } from './phrase.ts';
import { inflectedVerbOf, type Verb } from './verbs.ts';

// What may stand before the first verb of a description without being one.
export const OPENING = new RegExp(
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

export function readSentence(sentence: string): Finding | undefined {
  const start = sentence.replace(OPENING, '');
  // `type="bar"`: an argument.
  if (/^[a-z_]+ ?=/.test(start)) return undefined;
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
      // `by name or email`: what comes after `by` is mostly no verb.
      const isGiven = verb?.kind !== 'verb' && words.slice(first.at, at).includes('by');
      if (verb !== undefined && sameForm && !isGiven && !isNounHere(verb, words, at))
        found.push({ verb, at, sure: first.sure });
      joined = joined && ADVERBS.test(word);
    }
  }
  return strictestFinding(
    found.map(({ verb, at, sure: leads }) => {
      const clause = clauseAfter(words, at);
      const { category, why, sure } = judge(verb, clause);
      const attacks = clause.some(word => ATTACKS.test(word));
      const told = {
        verb: verb.word,
        why: `description: ${why}`,
        leads: leads && at === first.at,
        joins: leads,
        attacks,
      };
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

const ATTACKS =
  /^(?:scan|scans|scanning|scanner|attacks?|attacking|exploit\w*|fuzz\w*|brute\w*|crack\w*|enumeration|penetration|code|scripts?|javascript|python|shell)$/;

// `is`, `can`: verbs of every sentence, that say nothing of what a tool does.
export function spokenVerbOf(word: string): Verb | undefined {
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
  // What stands behind a condition is said of the caller.
  const end = words.findIndex((word, at) => at > 0 && /^(?:if|when|whenever|once)$/.test(word));
  for (const kinds of [['verb'], ['lead']]) {
    for (const [at, word] of words.slice(0, end < 0 ? words.length : end).entries()) {
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
