// What a tool does where its name and its description do not say the same.
import { isGrave } from './caution.ts';
import type { Described } from './description.ts';
import { READ_NOUNS } from './nouns.ts';
import type { Finding } from './phrase.ts';
import { STARTING, verbOf } from './verbs.ts';

/** Where only the description says something. */
export function asked(said: Finding | undefined, { isReadOnly }: Described): Finding | undefined {
  return said?.category === 'execute' && isReadOnly && !isActing(said) ? READ_ONLY : said;
}

const READ_ONLY: Finding = { category: 'read', why: 'description: read-only', sure: false };

/** Between what the name says and what the description says. */
export function between(
  words: readonly string[],
  named: Finding,
  said: Finding,
  described: Described,
): Finding {
  const { category } = named;
  if (isQuestion(words, named, said, described))
    return { ...said, category: 'read', why: `${named.why}, of no code` };
  const acts = isActing(named, words) || isActing(said);
  if (described.isReadOnly && category === 'execute' && !acts && !isGrave(said.category))
    return READ_ONLY;
  if (category === said.category) return named.sure || !said.sure ? named : said;
  if (isGrave(category)) {
    const lower =
      !named.sure &&
      (said.sure || described.isReadOnly) &&
      said.category === 'read' &&
      !described.isFinal;
    return lower ? said : named;
  }
  // To call a dangerous tool harmless is the worst mistake.
  if (isGrave(said.category)) {
    // `untag`, `archive`, `set_parent`: what is removed can be put back.
    const sets = SETTING.has(named.verb ?? '') && said.leads !== true;
    const mild = category === 'write' && MILD.has(said.verb ?? '') && (named.sure || sets);
    return mild || (named.sure && !said.sure) ? named : said;
  }
  if (said.category === 'execute' && category === 'read' && !described.isReadOnly && launches(said))
    return said;
  // `compose_email` that composes and sends it.
  if (category === 'write' && !named.sure && isJoined(said) && isActing(said)) return said;
  // `download_asset` that downloads and imports it.
  if (
    category === 'read' &&
    said.category === 'write' &&
    said.joins &&
    CARRYING.has(named.verb ?? '')
  )
    return said;
  const keeps = isActing(named, words) || CARRYING.has(said.verb ?? '');
  if (said.category === 'read' && keeps) return named;
  return !named.sure && (said.sure || category === 'read') ? said : named;
}

const MILD: ReadonlySet<string> = new Set(['remove', 'clear', 'reset', 'cancel']);
const CARRYING: ReadonlySet<string> = new Set(['download', 'export', 'load']);
/** Verbs that say nothing but that something is changed. */
export const SETTING: ReadonlySet<string> = new Set(['set', 'change', 'mark', 'switch']);

/**
 * Whether a verb of the category execute does something outside whatever else is said of it: to press,
 * send or restart, where to run or to query may be to ask.
 */
export function isActing(found: Finding, words: readonly string[] = []): boolean {
  const { category, verb } = found;
  if (category !== 'execute' || verb === undefined || ASKING.has(verb)) return false;
  // `migrate_guide` is to be read.
  if (READ_NOUNS.has(words.at(-1) ?? '') && !STARTING.has(verb)) return false;
  return verbOf(verb)?.kind !== 'noun' || found.leads === true;
}

const ASKING: ReadonlySet<string> = new Set([
  ...['run', 'execute', 'exec', 'perform', 'query', 'sql', 'call', 'invoke', 'test', 'eval'],
  ...['evaluate', 'scan', 'debug', 'request', 'prompt', 'build'],
]);

// Not the first verb of its sentence, but one that goes with it.
function isJoined({ joins, leads }: Finding): boolean {
  return joins === true && leads !== true;
}

// `get_report` of which is said `Launches an export`, `analyze` that executes a scan.
function launches(said: Finding): boolean {
  return said.leads === true && (isActing(said) || said.attacks === true);
}

// `query_metrics` asks; `query` alone, of a database or in a language of its own runs what it is given.
function isQuestion(
  words: readonly string[],
  named: Finding,
  said: Finding,
  described: Described,
): boolean {
  return (
    named.verb === 'query' &&
    !named.sure &&
    !isGrave(said.category) &&
    !described.hasCode &&
    (words.length > 1 || said.category === 'read')
  );
}
