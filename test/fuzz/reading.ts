// What a line is, by a reading that shares no code with the product: JSON.parse, a survey of the text,
// and a tree that forgets no member.
import { isUtf8 } from 'node:buffer';
import { parsed } from '../support/parsed.ts';
import { looseKey, type Survey, surveyOf, type Tree } from './tree.ts';

export type Reading =
  | { kind: 'blank' }
  /** What no client may send, or no server. */
  | { kind: 'bad'; isBatch: boolean }
  | { kind: 'request'; id: string; method: string; tree: Tree }
  | { kind: 'notification'; method: string; tree: Tree }
  | { kind: 'response'; id: string; tree: Tree };

const KEYS = 10_000;
const TOP = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];

const surveys = new Map<string, Survey | undefined>();

/** The same text comes along several times. */
function survey(text: string): Survey | undefined {
  if (surveys.has(text)) return surveys.get(text);
  if (surveys.size > 100) surveys.clear();
  const found = surveyOf(text);
  surveys.set(text, found);
  return found;
}

/** The text as a tree where it is JSON that a client may send, or, less strictly, a server. */
export function accepted(text: string, from: 'client' | 'server'): Tree | undefined {
  const found = survey(text);
  if (found === undefined) return undefined;
  const { tree, mostKeys, duplicatesAt, hasLoneSurrogate, hasMisreadKey } = found;
  const isFine =
    from === 'client'
      ? mostKeys <= KEYS && duplicatesAt.length === 0 && !hasLoneSurrogate && !hasMisreadKey
      : !duplicatesAt.includes(1);
  return isFine ? tree : undefined;
}

/** Reads a line without its LF. Keys of ids as in `keyOf`. */
export function readingOf(line: Buffer, from: 'client' | 'server'): Reading {
  const text = line.toString('utf8');
  if (/^[ \t\r]*$/.test(text) && (from === 'client' || text === '')) return { kind: 'blank' };
  const bad = { kind: 'bad', isBatch: /^[ \t\r]*\[/.test(text) } as const;
  const tree = isUtf8(line) ? accepted(text, from) : undefined;
  if (tree?.kind !== 'object') return bad;
  const value = parsed(text) as Record<string, unknown>;
  const has = (key: string) => Object.hasOwn(value, key);
  const strict = from === 'client';
  if (strict && (value.jsonrpc !== '2.0' || !Object.keys(value).every(key => TOP.includes(key))))
    return bad;
  // A client that matches keys without regard to case would read another message.
  if (Object.keys(value).some(key => !TOP.includes(key) && TOP.includes(looseKey(key)))) return bad;
  const idText = tree.members.find(([key]) => key === 'id')?.[1].raw;
  const id = has('id') ? keyOf(value.id) : undefined;
  if (has('id') && (id === undefined || (strict && /^[^"]*[.eE]/.test(idText ?? '')))) return bad;
  if (has('method')) {
    const { method, params } = value;
    const wellFormed = !has('result') && !has('error') && typeof method === 'string';
    if (!wellFormed || (has('params') && !isObject(params))) return bad;
    return id === undefined
      ? { kind: 'notification', method, tree }
      : { kind: 'request', id, method, tree };
  }
  if (id === undefined || has('result') === has('error') || has('params')) return bad;
  return { kind: 'response', id, tree };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `1` and `"1"` apart; undefined for what is no id in MCP. */
export function keyOf(id: unknown): string | undefined {
  if (typeof id === 'string') return `"${id}"`;
  return typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : undefined;
}

/** The line as it may go out: breaks that only some readers see are spaces or escapes. */
export function expectedBytes(line: Buffer): string {
  return line
    .toString('utf8')
    .replace(/[\r\u0085\u2028\u2029]/g, c =>
      c === '\r' ? ' ' : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
