// Values in the words of a reason: short, whatever an agent sends. Whoever prints them escapes them.
import { type Exact, ExactNumber } from '../../rpc/exact.ts';

const MAX_LENGTH = 80;

export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'list' | 'object';

export function typeOf(value: unknown): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof ExactNumber) return 'number';
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return typeof value as TypeName;
  return 'object';
}

const ARTICLES = {
  null: 'null',
  boolean: 'true or false',
  number: 'a number',
  string: 'a string',
  list: 'a list',
  object: 'an object',
} as const;

/** `a number`. */
export function kindOf(value: unknown): string {
  return ARTICLES[typeOf(value)];
}

/** A scalar as JSON, shortened; of others what they are. */
export function show(value: Exact): string {
  if (value instanceof ExactNumber) return shorten(value.lexeme);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  // Cut before it is written as JSON, which takes up to six times the room.
  if (typeof value === 'string') return shorten(JSON.stringify(value.slice(0, MAX_LENGTH + 1)));
  return String(value);
}

const MAX_SHOWN = 3;

/** `"a", "b" …`: what a policy lists. */
export function showList(values: readonly Exact[]): string {
  const shown = values.slice(0, MAX_SHOWN).map(show).join(', ');
  return values.length > MAX_SHOWN ? `${shown} …` : shown;
}

export function shorten(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  // Not between two halves of one character.
  const cut = text.slice(0, MAX_LENGTH - 1).replace(/[\ud800-\udbff]$/, '');
  return `${cut}…`;
}
