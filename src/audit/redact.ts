// Arguments as the record keeps them: secrets removed, long values cut, the whole bounded.
import { parseJson } from '../rpc/exact.ts';
import { shorten } from './record.ts';

const MAX_STRING = 200;
const MAX_SEARCHED = 4096;
/** More values than this are never shown, so no more are looked at. */
const MAX_VALUES = 300;
const MAX_ITEMS = 20;
const MAX_DEPTH = 6;
export const MAX_ARGUMENTS = 2000;
const REMOVED = '[redacted]';

// Names that hold secrets, as words in lower case between underscores.
const SECRET_KEY =
  /(?:^|_)(?:pass(?:word|wd|phrase|code)?s?|pwd|secrets?|token|apikey|(?:api|access|private|signing|encryption|secret)_keys?|credentials?|creds?|authorization|authorisation|auth|cookies?|session_id|bearer|signature|connection_string|pin|otp|dsn|cvv|ssn)(?:_|$)/;

interface Secret {
  /** A text that stands in every match, whatever its case: without any of them nothing is looked for. */
  readonly marker: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

function secret(marker: string, around: (marker: string) => string, flags = 'g'): Secret {
  const pattern = new RegExp(around(`(?:${marker})`), flags);
  return { marker, pattern, replacement: REMOVED };
}

/** What stands before the secret, up to a sign of assignment, is kept. */
function assigned(marker: string, rest: string, value: string): Secret {
  const pattern = new RegExp(`((?:${marker})${rest})${value}`, 'gi');
  return { marker, pattern, replacement: `$1${REMOVED}` };
}

const ASSIGNMENT = String.raw`["'\\]{0,3}\s{0,3}[=:]\s{0,3}["'\\]{0,3}`;

const SECRETS: readonly Secret[] = [
  secret('-----BEGIN ', m => String.raw`${m}[A-Z ]*PRIVATE KEY-----[\s\S]*`),
  secret('AKIA|ASIA', m => String.raw`\b${m}[A-Z0-9]{16}\b`),
  secret('gh[pousr]_', m => String.raw`\b${m}[A-Za-z0-9]{20,}`),
  secret('github_pat_', m => String.raw`\b${m}[A-Za-z0-9_]{20,}`),
  secret('glpat-', m => String.raw`\b${m}[A-Za-z0-9_-]{16,}`),
  secret('xox[abeprs]-', m => String.raw`\b${m}[A-Za-z0-9-]{10,}`),
  secret('[spr]k[-_]', m => String.raw`\b${m}[A-Za-z0-9_-]{16,}`),
  secret('AIza', m => String.raw`\b${m}[A-Za-z0-9_-]{30,}`),
  secret(
    'eyJ',
    m =>
      String.raw`(?<![A-Za-z0-9_-])${m}[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,4096}(?:\.[A-Za-z0-9_-]*)?`,
  ),
  secret('(?:npm|hf|dop_v1|SG|ya29)[_.]', m => String.raw`\b${m}[A-Za-z0-9._-]{16,}`),
  secret('AccountKey=', m => String.raw`(?<=\b${m})[A-Za-z0-9+/=]{16,}`),
  secret(String.raw`-u\s`, m => String.raw`(?<=(?:^|\s)${m}\s{0,2}[^\s:]{1,100}:)\S{1,200}`),
  secret(
    String.raw`-(?:password|passwd|token|secret|api-key)\s`,
    m => String.raw`(?<=-?${m}\s{0,2})\S{1,200}`,
    'gi',
  ),
  secret('://', m => String.raw`(?<=${m}[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)`),
  secret('bearer ', m => String.raw`(?<=\b${m})[A-Za-z0-9._~+/=-]{8,}`, 'gi'),
  assigned(
    'authorization',
    String.raw`${ASSIGNMENT}(?:(?:basic|bearer|digest|token|negotiate)\s{1,3})?`,
    String.raw`[^\s"'\\,]{1,500}`,
  ),
  // A name that holds a secret, then `=` or `:` and the value, as in URLs, settings and JSON in a string.
  assigned(
    'pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key',
    String.raw`[\w-]{0,40}${ASSIGNMENT}`,
    String.raw`[^\s"'\\&;,]{1,500}`,
  ),
];
const ANY_MARKER = new RegExp(SECRETS.map(({ marker }) => marker).join('|'), 'i');

// In lower case, a part of every key that `SECRET_KEY` finds, and every marker; and of much else, as what
// is no letter of ASCII may have one in lower case. V8 looks for texts of one case faster than for both.
const MAY_HIDE_SECRET = new RegExp(
  `pass|pwd|secret|token|cred|auth|cookie|session|bearer|signature|connection|pin|otp|dsn|cvv|ssn|(?:api|access|private|signing|encryption).*key|${ANY_MARKER.source.toLowerCase()}`,
  's',
);

/**
 * The same for arguments as JSON text: a short one in which nothing can be a secret is kept as it is,
 * without being read.
 */
export function redactJson(text: string): string {
  const isHarmless =
    text.length <= MAX_STRING && !text.includes('\\') && !MAY_HIDE_SECRET.test(text.toLowerCase());
  return isHarmless ? text : redactArguments(parseJson(text));
}

/** JSON text of at most `MAX_ARGUMENTS` characters and a note of the cut. */
export function redactArguments(value: unknown): string {
  const budget = { values: MAX_VALUES };
  return shorten(JSON.stringify(redact(value, 0, budget)) ?? 'null', MAX_ARGUMENTS);
}

function redact(value: unknown, depth: number, budget: { values: number }): unknown {
  if (budget.values-- <= 0) return '[…]';
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[…]';
  return Array.isArray(value)
    ? redactList(value, depth, budget)
    : redactObject(value as Record<string, unknown>, depth, budget);
}

function redactList(list: readonly unknown[], depth: number, budget: { values: number }): unknown {
  const kept = list.slice(0, MAX_ITEMS).map(item => redact(item, depth + 1, budget));
  if (list.length > MAX_ITEMS) kept.push(`… (${list.length} items)`);
  return kept;
}

function redactObject(
  value: Record<string, unknown>,
  depth: number,
  budget: { values: number },
): unknown {
  const keys = Object.keys(value);
  const named = nameIn(value);
  // Without a prototype where `__proto__` is to be a key like any other.
  const kept: Record<string, unknown> = keys.includes('__proto__') ? Object.create(null) : {};
  for (const key of keys.slice(0, MAX_ITEMS)) {
    const { shown, isSecret } = keyFacts(key);
    const hidden = isSecret || (key === 'value' && named !== undefined && keyFacts(named).isSecret);
    kept[shown] = hidden ? REMOVED : redact(value[key], depth + 1, budget);
  }
  if (keys.length > MAX_ITEMS) kept['…'] = `(${keys.length} keys)`;
  return kept;
}

/** As `redactText`, for names that come again and again. */
export function redactName(name: string): string {
  return keyFacts(name).shown;
}

interface KeyFacts {
  readonly shown: string;
  readonly isSecret: boolean;
}

/** Of keys and names that were seen lately: calls have the same few. */
const known = new Map<string, KeyFacts>();
const MAX_KNOWN = 1000;
const LONGEST_KNOWN = 64;

function keyFacts(key: string): KeyFacts {
  const found = known.get(key);
  if (found !== undefined) return found;
  const facts = { shown: redactText(key), isSecret: isSecretKey(key) };
  if (known.size >= MAX_KNOWN) known.clear();
  if (key.length <= LONGEST_KNOWN) known.set(key, facts);
  return facts;
}

// `{name: "DB_PASSWORD", value: "…"}`, as environments are often written.
function nameIn(value: object): string | undefined {
  const { name, key } = value as Record<string, unknown>;
  if (typeof name === 'string') return name;
  return typeof key === 'string' ? key : undefined;
}

/** Whether what has this name is a secret: `apiKey`, `db-password`. */
export function isSecretKey(key: string): boolean {
  const words = key
    .slice(0, MAX_STRING)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z]+/g, '_');
  return SECRET_KEY.test(words.toLowerCase());
}

/**
 * A text without what looks like a secret, shortened. The patterns run over a bounded text, longer
 * than what is kept, so that no cut splits a secret.
 */
export function redactText(text: string): string {
  const shown = withoutSecrets(text.slice(0, MAX_SEARCHED));
  return text.length <= MAX_STRING || shown.length <= MAX_STRING
    ? shown
    : `${shown.slice(0, MAX_STRING)}… (${text.length} characters)`;
}

function withoutSecrets(text: string): string {
  if (!ANY_MARKER.test(text)) return text;
  let shown = text;
  for (const { pattern, replacement } of SECRETS) shown = shown.replace(pattern, replacement);
  return shown;
}

/** What a path into the arguments looks like in a reason: conditions/path.ts. */
const PATH = /\bargs(?:\.[\p{L}\p{N}_$-]+|\["(?:[^"\\]|\\.)*"\]|\[[\d*]+\])+/gu;
/** A text that was cut where it looked like a secret: too little may be left of it to know it by. */
const CUT_SECRET = new RegExp(`(?:${ANY_MARKER.source})[^\\s"]*…`, 'gi');

/**
 * A reason as `args.password is "…", not "x"` without secrets. Whatever is said of an argument whose
 * name tells that it is one goes, and all behind it: what an agent has written may look like the end.
 */
export function redactReason(text: string): string {
  const shown = text.slice(0, MAX_SEARCHED);
  const secret = shown.includes('args') ? endOfSecretPath(shown) : undefined;
  const rest = secret === undefined ? shown : `${shown.slice(0, secret)} ${REMOVED}`;
  return shorten(withoutSecrets(rest.replace(CUT_SECRET, `${REMOVED}…`)), MAX_SEARCHED);
}

function endOfSecretPath(text: string): number | undefined {
  PATH.lastIndex = 0;
  for (let found = PATH.exec(text); found !== null; found = PATH.exec(text)) {
    const [path] = found;
    if (isSecretPath(path)) return found.index + path.length;
    // One may lie in what looks like a name of another.
    PATH.lastIndex = found.index + 1;
  }
  return undefined;
}

/** The value at a path into the arguments, as JSON, for people: `[redacted]` where it is a secret. */
export function redactValue(path: string, json: string): string {
  return isSecretPath(path) ? REMOVED : redactText(json);
}

// All below a secret is one.
function isSecretPath(path: string): boolean {
  return path.startsWith('args') && path.split(/[.[\]]+/).some(isSecretKey);
}
