// Whether a tool is one door to many operations: which of its arguments names them, and which there are.
import { classifyName } from '../policy/classify/name.ts';
import { enumOf, OPERATION, propertiesOf } from '../policy/classify/schema.ts';
import type { Category } from '../policy/schema.ts';

/** A tool whose operations are told apart. */
export interface Door {
  readonly argument: string;
  readonly operations: readonly string[];
}

interface Described {
  readonly description?: string | undefined;
  readonly inputSchema?: unknown;
}

/** Of a longer description only the beginning is read. */
const MOST_TEXT = 65_536;

/**
 * Undefined where its operations need not be told apart, or cannot be: where they are all of one
 * category, where a call may leave the argument out, which a policy with `operations` would deny, or
 * where another argument chooses too.
 */
export function doorOf({ description, inputSchema }: Described): Door | undefined {
  const required = requiredOf(inputSchema);
  for (const [argument, schema] of propertiesOf(inputSchema)) {
    if (!OPERATION.test(argument) || !required.has(argument)) continue;
    const operations = [
      () => enumOf(schema),
      () => documented(textOf(schema)),
      () => documented(description ?? ''),
    ]
      .map(read => [...new Set(read())])
      .find(found => found.length > 1);
    if (operations === undefined || !isMixed(operations)) continue;
    return choosesToo(inputSchema, argument) ? undefined : { argument, operations };
  }
  return undefined;
}

// `action: get` says little where `operation: delete` stands beside it: then it is one tool, and its worst.
function choosesToo(inputSchema: unknown, argument: string): boolean {
  return propertiesOf(inputSchema)
    .filter(([name]) => name !== argument && OPERATION.test(name))
    .flatMap(([, schema]) => [...enumOf(schema), ...documented(textOf(schema))])
    .map(name => classifyName(name).category)
    .some(category => category !== 'read' && category !== 'unknown');
}

// `mode: fast | slow` has no verbs; seven ways to look at something are one.
function isMixed(operations: readonly string[]): boolean {
  const categories = new Set<Category>(operations.map(name => classifyName(name).category));
  categories.delete('unknown');
  return categories.size > 1;
}

const LEAD = /\b(?:operations?|actions?|commands?|methods?|one of|values)\b[^\n:]{0,60}:/gi;
const NAME = '[A-Za-z][A-Za-z0-9_.-]{1,100}';
const BULLET = new RegExp(
  `^\\s*(?:[-*•]|\\d{1,3}[.)])\\s*["'\`]?(${NAME})["'\`]?(?:[\\s(:,.–-]|$)`,
);
const ITEM = new RegExp(`^(?:or |and )?["'\`]?(${NAME})["'\`]?(?:\\s*\\([^)]*\\))?$`);

/** The longest list of names that stands in a text behind `operations:` or the like. */
function documented(text: string): readonly string[] {
  const read = text.slice(0, MOST_TEXT);
  const lists = [...read.matchAll(LEAD)]
    .slice(0, 100)
    .map(({ 0: lead, index }) => listIn(read.slice(index + lead.length)));
  return lists.reduce((longest, list) => (list.length > longest.length ? list : longest), []);
}

function listIn(rest: string): readonly string[] {
  const [first = '', ...lines] = rest.split('\n');
  if (first.trim() !== '') return inSentence(first);
  const names: string[] = [];
  for (const line of lines) {
    const [, name] = BULLET.exec(line) ?? [];
    if (name !== undefined) names.push(name);
    else if (names.length > 0 || line.trim() !== '') break;
  }
  return names;
}

function inSentence(line: string): readonly string[] {
  const [sentence = ''] = line.trim().split(/\.(?:\s|$)/);
  const items = sentence
    .split(/\s*[,;|]\s*|\s+(?:or|and)\s+/)
    .map(item => ITEM.exec(item.trim())?.[1]);
  // One that is no name: it is prose.
  return items.every(item => item !== undefined) ? items.filter(item => item !== undefined) : [];
}

function textOf(schema: unknown): string {
  const { description } = (schema ?? {}) as { description?: unknown };
  return typeof description === 'string' ? description : '';
}

function requiredOf(schema: unknown): ReadonlySet<unknown> {
  const { required } = (schema ?? {}) as { required?: unknown };
  return new Set(Array.isArray(required) ? required : []);
}
