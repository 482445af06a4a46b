// One tool as a person reviews it: what it can do, what the policy says of it, what it invites.

import type { ListedTool } from '../listing/listed.ts';
import type { Risk } from '../policy/classify/caution.ts';
import { classifyTool } from '../policy/classify/definition.ts';
import { namesSecrets } from '../policy/classify/risk.ts';
import { readSchema } from '../policy/classify/schema.ts';
import { wordsOf } from '../policy/classify/words.ts';
import type { Policy } from '../policy/policy.ts';
import type { Category } from '../policy/schema.ts';
import type { Hold } from './attacks.ts';
import { operationsOf } from './operations.ts';
import type { AlwaysDenied } from './rules.ts';
import { holdsOf, type ToolVerdict, UNRULED, verdictOn } from './verdict.ts';

export interface Assessed {
  readonly name: string;
  /** Of a door to many operations one that its schema names; null for the tool as a whole. */
  readonly operation: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly category: Category;
  readonly risk: Risk;
  readonly why: string;
  readonly touchesSecrets: boolean;
  readonly verdict: ToolVerdict;
  readonly holds: ReadonlySet<Hold>;
}

/** Of the policies that apply to a server; `server` is the name that selects them. */
export interface Rules {
  readonly server: string;
  readonly policies: readonly Policy[];
  readonly always: AlwaysDenied;
}

/** The tool, or where a policy says that it is a door to operations that the schema names, each of those. */
export function assess(tool: ListedTool, rules: Rules): Assessed[] {
  const argument = rules.policies
    .map(({ operations }) => operations.get(tool.name))
    .find(found => found !== undefined);
  const operations = argument === undefined ? [] : operationsOf(tool.inputSchema, argument);
  if (argument === undefined || operations.length === 0) return [assessOne(tool, rules, argument)];
  return operations.map(value => assessOne(tool, rules, argument, value));
}

/** No operation is called so: what is said of it is said of any that no rule names. */
const ANY_OPERATION = 'policy-wrap-any-operation';

function assessOne(
  tool: ListedTool,
  { server, policies, always }: Rules,
  argument: string | undefined,
  operation?: string,
): Assessed {
  const { name, title, description, inputSchema, annotations } = tool;
  const seen = {
    server,
    name,
    inputSchema,
    annotations,
    ...(description !== undefined && { description }),
    ...(operation !== undefined && { operation }),
  };
  const value = operation ?? ANY_OPERATION;
  const subject = {
    tool: name,
    ...(argument !== undefined && { operation: { argument, value } }),
  };
  const found = policies.length === 0 ? UNRULED : verdictOn(policies, always, subject);
  // Operations that no schema lists: those that a rule names are judged by it, the others as this one.
  const isDoor = argument !== undefined && operation === undefined;
  const verdict: ToolVerdict =
    isDoor && found.effect !== 'allow' && !found.hidden
      ? { ...found, effect: 'allow', depends: true, key: null, reason: null }
      : found;
  return {
    name,
    operation: operation ?? null,
    title: title ?? null,
    description: description ?? null,
    ...classifyTool(seen),
    touchesSecrets: touchesSecrets(tool),
    verdict,
    holds: holdsOf(verdict),
  };
}

function touchesSecrets({ name, inputSchema }: ListedTool): boolean {
  return namesSecrets(wordsOf(name)) || readSchema(inputSchema).hasPath;
}
