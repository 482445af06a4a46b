// Tools → what a policy should say of each: its category and risk, and why.
import {
  BY_CAUTION,
  type Classification,
  isGrave,
  isStricter,
  type Risk,
} from '../policy/classify/caution.ts';
import { classifyTool } from '../policy/classify/definition.ts';
import { classifyName } from '../policy/classify/name.ts';
import { isPattern } from '../policy/match.ts';
import type { Category } from '../policy/schema.ts';
import { LIKE_A_REGEX } from '../policy/warnings.ts';
import { type Door, doorOf } from './door.ts';

/** A tool as a server lists it, or as the record has it. */
export interface FoundTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema?: unknown;
  readonly annotations?: unknown;
  /** Where it is known already: by the record. */
  readonly door?: Door;
  /** How often it is on record; by operation where it has some. */
  readonly calls?: ReadonlyMap<string, number>;
}

/** One line of the policy. */
export interface Rule {
  /** A key of `tools`. */
  readonly key: string;
  readonly tool: string;
  readonly category: Category;
  readonly risk: Risk;
  readonly why: string;
  /** What its name alone would make of it, where that is stricter: the server talked it down. */
  readonly byName: Category | undefined;
  readonly calls: number | undefined;
}

export interface Review {
  readonly server: string;
  /** How many tools there are. */
  readonly tools: number;
  /** The strictest category first; within one, in the order of the server. */
  readonly rules: readonly Rule[];
  /** For each tool with operations the argument that names them. */
  readonly operations: ReadonlyMap<string, string>;
  /** Tools and operations that a policy cannot name. */
  readonly nameless: readonly string[];
}

/** Pure: the same tools, the same review. */
export function review(server: string, tools: readonly FoundTool[]): Review {
  const rules = new Map<string, Rule>();
  const operations = new Map<string, string>();
  const nameless = new Set<string>();
  const add = (rule: Rule) => {
    const before = rules.get(rule.key);
    if (!isNameable(rule.key.slice(rule.tool.length)) || !isTool(rule.tool)) nameless.add(rule.key);
    else if (before === undefined || isStricter(rule.category, before.category))
      rules.set(rule.key, rule);
  };
  // What a name means that stands there twice, nobody can say: the stricter, and as a whole.
  const counts = new Map<string, number>();
  for (const { name } of tools) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const tool of tools) {
    // A name that says it cannot be undone says so of each operation that the server lists.
    const isWorst = isGrave(classifyName(tool.name).category);
    const isSplit = isTool(tool.name) && counts.get(tool.name) === 1 && !isWorst;
    const door = isSplit ? (tool.door ?? doorOf(tool)) : undefined;
    if (door === undefined) add(ruleFor(server, tool));
    else {
      operations.set(tool.name, door.argument);
      for (const operation of door.operations) add(ruleFor(server, tool, operation));
    }
  }
  return {
    server,
    tools: counts.size,
    rules: BY_CAUTION.toReversed().flatMap(category =>
      [...rules.values()].filter(rule => rule.category === category),
    ),
    operations,
    nameless: [...nameless],
  };
}

function ruleFor(server: string, tool: FoundTool, operation?: string): Rule {
  const { name, description, inputSchema, annotations, calls } = tool;
  const seen = {
    server,
    name,
    ...(operation !== undefined && { operation }),
    ...(typeof description === 'string' && { description }),
    inputSchema,
    annotations,
  };
  const named = classifyName(operation ?? name);
  // What is said of the tool as a whole says nothing of an operation whose name says nothing.
  const isSilent = operation !== undefined && named.category === 'unknown';
  const said = isSilent ? named : classifyTool(seen);
  // No word of the server's makes less of a name that says it cannot be undone.
  const isWorse = isGrave(named.category) && isStricter(named.category, said.category);
  const { category, risk, why }: Classification = isWorse ? named : said;
  return {
    key: operation === undefined ? name : `${name}:${operation}`,
    tool: name,
    category,
    risk,
    why,
    byName: isStricter(named.category, category) ? named.category : undefined,
    calls: calls?.get(operation ?? ''),
  };
}

/** Far more than the 128 characters that the protocol recommends; a key of YAML ends at 1024. */
const LONGEST = 400;

// INVARIANT: what is named here means exactly itself. A star in a name would reach other tools.
function isNameable(name: string): boolean {
  return !isPattern(name) && !LIKE_A_REGEX.test(name) && name.length <= LONGEST && isShown(name);
}

/** A colon stands between a tool and its operation. */
function isTool(name: string): boolean {
  return name !== '' && name !== '__proto__' && !name.includes(':') && isNameable(name);
}

function isShown(name: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(name);
}
