// What is wrong with a policy document, in words, and where. A file of its own in dist/, loaded only
// where something is wrong.
import type * as z from 'zod/mini';
import type { Path } from './document-path.ts';
import { keysAt } from './messages/schema-keys.ts';
import { unknownKey } from './messages/unknown-key.ts';
import { hintForWord } from './messages/words.ts';
import { hintForNull, hintForText, hintForType } from './messages/wrong-value.ts';

export { describePath, type Path } from './document-path.ts';
export { faultInJson } from './messages/json-fault.ts';
export { type Located, locate, renderLocated } from './messages/locate.ts';
export { inexactNumbers, numberInYaml } from './messages/numbers.ts';
export { faultsInYaml } from './messages/yaml-fault.ts';

/** One problem of a document; `path` leads to the value, or to the key. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Byte-independent position in the text (UTF-16 offset), where it is known already. */
  readonly offset?: number;
  /** True where the key itself is the problem, not its value. */
  readonly atKey?: boolean;
}

/** For documents that are no policies, of which those hints would say the wrong thing. */
export const WITHOUT_HINTS = { hints: false };

/** Problems of zod's validation, each with its own path, and what to write instead. */
export function problemsOf(
  error: z.core.$ZodError,
  document: unknown,
  schema: z.core.$ZodType,
  { hints } = { hints: true },
): Problem[] {
  const { issues } = error;
  const placeOf = ({ path }: z.core.$ZodIssue) => JSON.stringify(path);
  const withUnknownKeys = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(placeOf),
  );
  // What else is said of such an object as a whole would only say the same again.
  return issues
    .filter(issue => issue.code !== 'custom' || !withUnknownKeys.has(placeOf(issue)))
    .flatMap(issue => problemsIn(issue, [], { document, schema, hints }));
}

interface About {
  readonly document: unknown;
  readonly schema: z.core.$ZodType;
  readonly hints: boolean;
}

function problemsIn(issue: z.core.$ZodIssue, above: Path, about: About): Problem[] {
  const { document, schema, hints } = about;
  const path = [...above, ...issue.path.filter(part => typeof part !== 'symbol')];
  const value = valueAt(document, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => ({
        path: [...path, key],
        message: unknownKey(key, keysAt(schema, path), hints),
        atKey: true,
      }));
    case 'invalid_key':
      return [
        { path, message: issue.issues[0]?.message ?? 'this name cannot be used', atKey: true },
      ];
    case 'invalid_type': {
      const kind = issue.expected === 'record' ? 'object' : issue.expected;
      const hint = hints ? hintForType(kind, path, value) : undefined;
      return [problem(path, expecting(issue, EXPECTED[kind] ?? kind), value, hint)];
    }
    case 'invalid_value': {
      const words = issue.values.map(String);
      const hint = value === null ? hintForNull(path) : hintForWord(path, value, words);
      const expected = expecting(issue, oneOf(issue.values));
      // Of many words the one that was meant is enough.
      const isLong = hint !== undefined && expected.length > 100;
      return [problem(path, isLong ? expected.replace(/:.*/, '') : expected, value, hint)];
    }
    case 'invalid_union': {
      // Of several kinds of value, one that is nearly one of them is told what keeps it from that.
      const near = issue.errors.find(issues => isObject(value) && issues.every(hasPlace));
      if (near !== undefined && near.length > 0)
        return near.flatMap(inner => problemsIn(inner, path, about));
      return [other(path, lower(issue.message), value, hints)];
    }
    default:
      return [other(path, lower(issue.message), value, hints)];
  }
}

function other(path: Path, expected: string, value: unknown, hints: boolean): Problem {
  return hints ? problemAt(path, expected, value) : problem(path, expected, value, undefined);
}

/** `expected …, found …`, and the hint that fits where it stands. */
export function problemAt(path: Path, expected: string, value: unknown): Problem {
  return problem(path, expected, value, hintForText(path, value, expected));
}

function problem(path: Path, expected: string, value: unknown, hint: string | undefined): Problem {
  const found = value === undefined ? 'but it is missing' : `found ${brief(value)}`;
  return { path, message: `${expected}, ${found}${hint === undefined ? '' : `; ${hint}`}` };
}

function hasPlace({ code, path }: { code: string | undefined; path: PropertyKey[] }): boolean {
  return path.length > 0 || code === 'unrecognized_keys';
}

function expecting({ message }: { message: string }, what: string): string {
  return message.startsWith('expected') ? message : `expected ${what}`;
}

const EXPECTED: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
};

function oneOf(values: readonly unknown[]): string {
  const words = values.map(value => JSON.stringify(value));
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

function brief(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
