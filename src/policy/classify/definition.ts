// A tool's category and risk from all that is seen of it, for a person to review.
import { asked, between, isActing, SETTING } from './between.ts';
import { type Classification, classification, isGrave, isStricter, riskOf } from './caution.ts';
import { type Described, readDescription, strictestVerb } from './description.ts';
import { readName } from './name.ts';
import { DISPATCHERS, MONEY, RUNNING } from './nouns.ts';
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
  if (dispatcher !== undefined) return withHints(dispatcher, sources);
  const said = spoken(described);
  const found =
    named !== undefined && said !== undefined
      ? between(sources.words, named, said, described)
      : (named ?? asked(said, described));
  if (described.isDestructive && (found === undefined || !isGrave(found.category)))
    return { category: 'destructive', why: 'description: "destructive"', sure: true };
  if (found === undefined) return readCode(signs) ?? fallback(sources);
  return withHints(withSchema(found, signs), sources);
}

// An order of an unknown verb is not a read because it names one further on.
function spoken({ main, isOrder }: Described): Finding | undefined {
  return isOrder && main?.category === 'read' && !main.sure ? undefined : main;
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
  const isDoor = named === undefined || isDoorName(words);
  // `reminder_lists` that manages them.
  const isTold = named?.category === 'read' && !named.sure;
  const door =
    (isDoor ? words.find(word => DISPATCHERS.has(word)) : undefined) ??
    (isDoor || isTold ? described.door : undefined);
  if (door === undefined) return undefined;
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
  // `vaults` lists them, `invoices` may make them; `freeze_vaults`, of an unknown verb, may do anything.
  const [noun = ''] = words;
  if (words.length === 1 && /[^isu]s$/.test(noun) && !MONEY.has(noun) && described.isEmpty)
    return { category: 'read', why: `noun "${noun}"`, sure: false };
  // A description without a verb names what the tool gives back.
  const hasDanger = described.verbs.some(
    ({ category }) => category !== 'read' && category !== 'write',
  );
  // `Step over` of `step_over` repeats a verb that is not known.
  const repeats = words.includes(described.first);
  return described.isEmpty || described.isOrder || described.mayAct || hasDanger || repeats
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

// Weak evidence: only where the words are weak too. An operation that the schema names is not weak.
function withHints(
  found: Finding,
  { words, described, signs, hints: { readOnly } }: Sources,
): Finding {
  if (found.sure || isGrave(found.category) || found === signs.operations) return found;
  if (isActing(found, words) || (described.main !== undefined && isActing(described.main)))
    return found;
  if (SETTING.has(found.verb ?? '')) return found;
  if (readOnly === true && found.category !== 'read' && !described.isFinal)
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
