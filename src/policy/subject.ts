// What a call is judged as: a tool, or `tool:operation` where the tool is one door to many operations.
import { folded } from '../rpc/fold.ts';
import type { ToolCall } from './call.ts';

/** Characters of the longest name or operation that is looked into. */
export const LONGEST_NAME = 4096;

/** For each tool with operations the argument that names them. */
export type Operations = ReadonlyMap<string, string>;

export function subjectOf(
  operations: Operations,
  { name: tool, args }: ToolCall,
): { subject: string; problem?: string } {
  if (operations.size === 0) return { subject: tool };
  // A tool of such a name would pass for an operation of another one.
  for (const door of operations.keys())
    if (tool.startsWith(`${door}:`))
      return { subject: tool, problem: 'its name looks like an operation of another tool' };
  const argument = operations.get(tool);
  if (argument === undefined || args === undefined) return { subject: tool };
  const given = args();
  const operation = 'problem' in given ? undefined : ownString(given.value, argument);
  return operation === undefined
    ? { subject: tool, problem: `the operation in its argument \`${argument}\` cannot be read` }
    : { subject: `${tool}:${operation}` };
}

// A twin of the key in other case could be the one that the server reads.
function ownString(args: unknown, key: string): string | undefined {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return undefined;
  const twins = Object.keys(args).filter(other => folded(other) === folded(key));
  if (twins.length !== 1 || twins[0] !== key) return undefined;
  const value: unknown = (args as Record<string, unknown>)[key];
  if (typeof value !== 'string' || value.length > LONGEST_NAME) return undefined;
  return /\p{Cc}/u.test(value) ? undefined : value;
}
