// Arguments as the record keeps them: secrets removed, long values cut, the whole bounded.
import { shorten } from './record.ts';

const MAX_STRING = 200;
const MAX_SEARCHED = 4096;
const MAX_ITEMS = 20;
const MAX_DEPTH = 6;
export const MAX_ARGUMENTS = 2000;
const REMOVED = '[redacted]';

// Names that hold secrets, in whatever case or word separators.
const SECRET_KEY =
  /pass(word|wd|phrase|code)?$|secret|token(?!s$)|api_?key|access_?key|private_?key|credential|authori[sz]ation|^auth$|cookie|session_?id|bearer|signature|connection_?string|^(pwd|pin|otp|dsn|cvv|ssn)$/;

const SECRET_VALUES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
  /(?<=:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)/g,
  /(?<=\b[Bb]earer )[A-Za-z0-9._~+/=-]{8,}/g,
  /(?<=\b(?:password|passwd|secret|token|api[_-]?key)\s{0,3}[=:]\s{0,3}["']?)[^\s"'&;,]{1,200}/gi,
];

/** JSON text of at most `MAX_ARGUMENTS` characters and a note of the cut. */
export function redactArguments(value: unknown): string {
  return shorten(JSON.stringify(redact(value, 0)) ?? 'null', MAX_ARGUMENTS);
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[…]';
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ITEMS).map(item => redact(item, depth + 1));
    return value.length > MAX_ITEMS ? [...kept, `… (${value.length} items)`] : kept;
  }
  const entries = Object.entries(value);
  const kept = entries
    .slice(0, MAX_ITEMS)
    .map(([key, child]) => [
      shorten(key, MAX_STRING),
      isSecretKey(key) ? REMOVED : redact(child, depth + 1),
    ]);
  if (entries.length > MAX_ITEMS) kept.push(['…', `(${entries.length} keys)`]);
  return Object.fromEntries(kept);
}

function isSecretKey(key: string): boolean {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[-\s.]+/g, '_');
  return SECRET_KEY.test(words.toLowerCase());
}

// The patterns run over a bounded text, longer than what is kept, so that no cut splits a secret.
function redactText(text: string): string {
  let shown = text.slice(0, MAX_SEARCHED);
  for (const pattern of SECRET_VALUES) shown = shown.replace(pattern, REMOVED);
  return text.length <= MAX_STRING || shown.length <= MAX_STRING
    ? shown
    : `${shown.slice(0, MAX_STRING)}… (${text.length} characters)`;
}
