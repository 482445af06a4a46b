// What is wrong with a policy document, in words, and where: `policy.yaml:12:5: …`.
import type * as z from 'zod/mini';
import { NOT_BUILT } from './schema.ts';

export type Path = readonly (string | number)[];

/** One problem of a document; `path` leads to the value, `key` to one of its keys. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Byte-independent position in the text (UTF-16 offset), where it is known already. */
  readonly offset?: number;
  /** True where the key itself is the problem, not its value. */
  readonly atKey?: boolean;
}

/** Problems of zod's validation, each with its own path. */
export function problemsOf(error: z.core.$ZodError, document: unknown): Problem[] {
  return error.issues.flatMap(issue => {
    const path = issue.path.filter(part => typeof part !== 'symbol');
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map(key => ({
          path: [...path, key],
          message: unknownKey(key),
          atKey: true,
        }));
      case 'invalid_key':
        return [
          { path, message: issue.issues[0]?.message ?? 'this name cannot be used', atKey: true },
        ];
      case 'invalid_type':
        return [{ path, message: typed(issue, valueAt(document, path)) }];
      case 'invalid_value':
        return [{ path, message: listed(issue, valueAt(document, path)) }];
      default:
        return [{ path, message: withValue(lower(issue.message), valueAt(document, path)) }];
    }
  });
}

function unknownKey(key: string): string {
  return NOT_BUILT.has(key)
    ? 'this version cannot enforce this key yet, so it does not accept it'
    : 'unknown key';
}

function typed(issue: { expected: string; message: string }, value: unknown): string {
  const expected = issue.message.startsWith('expected')
    ? issue.message
    : `expected ${EXPECTED[issue.expected] ?? issue.expected}`;
  return withValue(expected, value);
}

const EXPECTED: Record<string, string> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
};

function listed(issue: { values: readonly unknown[]; message: string }, value: unknown): string {
  const message = issue.message.startsWith('expected')
    ? issue.message
    : `expected ${issue.values.map(option => JSON.stringify(option)).join(' or ')}`;
  return withValue(message, value);
}

function withValue(message: string, value: unknown): string {
  return value === undefined
    ? `${message}, but it is missing`
    : `${message}, found ${brief(value)}`;
}

function brief(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
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

/** `tools.a.limits[0].max`, with names that are no identifiers in quotes. */
export function describePath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w*?:/-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
