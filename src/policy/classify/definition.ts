// A tool's category and risk from all that is seen of it, for a person to review.
import { type Classification, classification, isStricter, riskOf } from './caution.ts';
import { type Described, readDescription, strictestVerb } from './description.ts';
import { readName } from './name.ts';
import { DISPATCHERS, RUNNING } from './nouns.ts';
import type { Finding } from './phrase.ts';
import { higherRisk, refinedRisk } from './risk.ts';
import { readSchema, type SchemaSigns } from './schema.ts';
import { wordsOf } from './words.ts';

export interface SeenTool {
  readonly server?: string;
  readonly name: string;
  /** Of a tool that is a door to many operations: the one that is meant. */
  readonly operation?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly annotations?: unknown;
}

/** Everything that is seen counts, up or down. */
export function classifyTool(tool: SeenTool): Classification {
  const words = wordsOf(tool.operation ?? tool.name);
  const described = readDescription(typeof tool.description === 'string' ? tool.description : '');
  const signs = readSchema(tool.inputSchema);
  const hints = hintsOf(tool.annotations);
  const named = readName(withoutServer(words, tool.server), words);
  const found =
    tool.operation !== undefined && named !== undefined
      ? named
      : weigh({ words, named, described, signs, hints });
  if (found === undefined) return classification('unknown', 'nothing says what it does');
  return { category: found.category, risk: refinedRisk(found, words, signs), why: found.why };
}

/** For calls that nobody reviews: what the server says of its tool may raise the name's category, only. */
export function raisedBy(named: Classification, tool: SeenTool): Classification {
  const seen = classifyTool(tool);
  const higher = seen.category !== 'unknown' && isStricter(seen.category, named.category);
  const { category, why } = higher ? seen : named;
  return { category, why, risk: higherRisk(higherRisk(named.risk, seen.risk), riskOf(category)) };
}

interface Sources {
  readonly words: readonly string[];
  readonly named: Finding | undefined;
  readonly described: Described;
  readonly signs: SchemaSigns;
  readonly hints: Hints;
}

function weigh(sources: Sources): Finding | undefined {
  const { named, described, signs } = sources;
  const dispatcher = readDispatcher(sources);
  if (dispatcher !== undefined) return withHints(dispatcher, sources.hints, described);
  const said = spoken(described);
  const found =
    named !== undefined && said !== undefined
      ? between(sources.words, named, said, described)
      : (named ?? asked(said, described));
  if (found === undefined) return readCode(signs) ?? fallback(sources);
  return withHints(withSchema(found, signs), sources.hints, described);
}

// An order of an unknown verb is not a read because it names one further on.
function spoken({ main, isOrder }: Described): Finding | undefined {
  return isOrder && main?.category === 'read' && !main.sure ? undefined : main;
}

// Where only the description says something.
function asked(said: Finding | undefined, { isReadOnly }: Described): Finding | undefined {
  return said?.category === 'execute' && isReadOnly ? READ_ONLY : said;
}

const READ_ONLY: Finding = { category: 'read', why: 'description: read-only', sure: false };

/** Between what the name says and what the description says. */
function between(
  words: readonly string[],
  named: Finding,
  said: Finding,
  described: Described,
): Finding {
  const { category } = named;
  if (isQuestion(words, named, said, described))
    return { ...said, category: 'read', why: `${named.why}, of no code` };
  if (described.isReadOnly && category === 'execute' && !isGrave(said.category)) return READ_ONLY;
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
    // `untag`, `archive`: what is removed can be put back.
    const mild = named.sure && category === 'write' && MILD.has(said.verb ?? '');
    return mild || (named.sure && !said.sure) ? named : said;
  }
  return !named.sure && (said.sure || category === 'read') ? said : named;
}

const MILD: ReadonlySet<string> = new Set(['remove', 'clear', 'reset', 'cancel']);

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

function isGrave(category: Finding['category']): boolean {
  return category === 'destructive' || category === 'financial';
}

function withSchema(found: Finding, { operations, code, money }: SchemaSigns): Finding {
  const { category } = found;
  if (operations !== undefined && isStricter(operations.category, category)) {
    // Of `get_items` with a choice `status_update` the choice is what is got.
    if (!found.sure || category !== 'read' || operations.sure) return operations;
  }
  if (money !== undefined && (category === 'execute' || category === 'write') && !found.sure)
    return { category: 'financial', why: `${found.why}, argument "${money}"`, sure: false };
  if (code !== undefined && category === 'read' && !found.sure)
    return { category: 'execute', why: `argument "${code}"`, sure: false };
  return found;
}

function readCode({ code, operations }: SchemaSigns): Finding | undefined {
  if (operations !== undefined) return operations;
  return code === undefined
    ? undefined
    : { category: 'execute', why: `argument "${code}"`, sure: false };
}

// A door to several operations is as dangerous as the worst of them.
function readDispatcher({ words, named, described, signs }: Sources): Finding | undefined {
  const door = words.find(word => DISPATCHERS.has(word)) ?? described.door;
  if (door === undefined || (named !== undefined && !isDoorName(words))) return undefined;
  if (signs.operations !== undefined) return signs.operations;
  const verb = strictestVerb(described.verbs);
  if (verb?.category === 'read' && described.main?.category === 'read') return described.main;
  if (verb !== undefined && verb.category !== 'read')
    return { category: verb.category, why: `description: verb "${verb.word}"`, sure: false };
  const running = words.find(word => RUNNING.has(word));
  return running === undefined
    ? { category: 'write', why: `verb "${door}"`, sure: false }
    : { category: 'execute', why: `verb "${door}" with "${running}"`, sure: false };
}

function isDoorName(words: readonly string[]): boolean {
  return DISPATCHERS.has(words[0] ?? '');
}

// Neither the name nor the description has a verb.
function fallback({ words, described, hints }: Sources): Finding | undefined {
  if (hints.readOnly === true)
    return { category: 'read', why: 'annotation readOnlyHint', sure: false };
  if (hints.destructive === true)
    return { category: 'destructive', why: 'annotation destructiveHint', sure: false };
  // `vaults` lists them; `freeze_vaults`, of an unknown verb, may do anything.
  if (words.length === 1 && /[^isu]s$/.test(words[0] ?? '') && described.isEmpty)
    return { category: 'read', why: `noun "${words[0]}"`, sure: false };
  // A description without a verb names what the tool gives back.
  const hasDanger = described.verbs.some(
    ({ category }) => category !== 'read' && category !== 'write',
  );
  return described.isEmpty || described.isOrder || hasDanger
    ? undefined
    : { category: 'read', why: 'description: names what it returns', sure: false };
}

interface Hints {
  readonly readOnly: boolean | undefined;
  readonly destructive: boolean | undefined;
}

function hintsOf(annotations: unknown): Hints {
  const hint = (key: string): boolean | undefined => {
    const value = (annotations as Record<string, unknown> | null | undefined)?.[key];
    return typeof value === 'boolean' ? value : undefined;
  };
  return { readOnly: hint('readOnlyHint'), destructive: hint('destructiveHint') };
}

// Weak evidence: only where the words are weak too.
function withHints(found: Finding, { readOnly }: Hints, described: Described): Finding {
  if (found.sure || isGrave(found.category) || readOnly === undefined) return found;
  if (readOnly && found.category !== 'read' && !described.isFinal)
    return { category: 'read', why: `${found.why}, but annotation readOnlyHint`, sure: false };
  return found;
}

// The server's or product's own name before the verb: `trigger_dev_list_runs` of `trigger.dev`.
function withoutServer(words: readonly string[], server: string | undefined): readonly string[] {
  if (server === undefined) return words;
  const own = new Set(wordsOf(server));
  const start = words.findIndex(word => !own.has(word));
  const rest = start < 0 ? [] : words.slice(start);
  return readName(rest) === undefined ? words : rest;
}
