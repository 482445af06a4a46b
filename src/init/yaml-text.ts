// Keys and entries of a policy as text: of YAML, which a person reads, or of JSON.
import { escapeJson } from '../terminal/escape.ts';

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_./-]*$/;
/** What some reader of YAML takes for something else than a name. */
const NO_NAME = /^(?:true|false|null|yes|no|on|off|y|n|[._]?(?:inf|nan)|.*\.)$/i;
const PLAIN_TEXT = /^[A-Za-z][A-Za-z0-9 _./-]*$/;

/** A name as a key: in quotes wherever anybody could read it as more than a name. */
export function keyText(name: string, isJson = false): string {
  return !isJson && PLAIN_KEY.test(name) && !NO_NAME.test(name) ? name : quoted(name);
}

/** A small value on one line. */
export function valueText(value: unknown, isJson = false): string {
  if (isJson) return escapeJson(spaced(value));
  if (Array.isArray(value)) return `[${value.map(item => valueText(item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${keyText(key)}: ${valueText(item)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  return PLAIN_TEXT.test(value) && !NO_NAME.test(value) && value === value.trim()
    ? value
    : quoted(value);
}

function quoted(text: string): string {
  return escapeJson(JSON.stringify(text));
}

// `{ "category": "read" }`: as people write JSON on one line.
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`,
  );
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}
