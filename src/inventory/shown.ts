// Texts of configurations and servers as they may be printed and sent: without secrets, at a bounded length.
import { shorten } from '../audit/record.ts';
import { isSecretKey, redactText } from '../audit/redact.ts';
import type { ServerEntry } from '../clients/entry.ts';
import { withoutValues } from '../listing/without-values.ts';

const MAX_SHOWN = 2000;

type Started = Pick<ServerEntry, 'command' | 'args' | 'env' | 'wrapped'>;

/** One line, the server's own where it is wrapped; no value of its environment stands in it. */
export function commandLineOf(entry: Started): string | null {
  const { command, args } = entry.wrapped ?? entry;
  if (command === undefined) return null;
  const line = [command, ...args.map(withoutSecret)].map(quoted).join(' ');
  return redactText(withoutKeys(withoutValues(line, Object.values(entry.env))));
}

// `--apiKey x y`, as one argument: in the line nobody could tell where it ends.
function withoutSecret(arg: string, at: number, args: readonly string[]): string {
  const before = /^--?([A-Za-z][\w-]*)$/.exec(args[at - 1] ?? '')?.[1];
  if (before !== undefined && isSecretOption(before) && !arg.startsWith('-')) return REMOVED;
  const [, option, name = ''] = /^(--?([A-Za-z][\w-]*)=)/.exec(arg) ?? [];
  return option !== undefined && isSecretOption(name) ? `${option}${REMOVED}` : arg;
}

const REMOVED = '[redacted]';

function isSecretOption(name: string): boolean {
  return /^(?:key|pat)$/i.test(name) || isSecretKey(name);
}

// Some servers have their key in the path: https://mcp.zapier.com/api/mcp/s/<key>/mcp.
const KEY_IN_PATH =
  /(?<=:\/\/\S{0,1000}[/_.-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{16,})(?:[\w~=+-]|%[0-9A-Fa-f]{2})*/g;

function withoutKeys(text: string): string {
  return text.includes('://') ? text.replace(KEY_IN_PATH, REMOVED) : text;
}

function quoted(word: string): string {
  return /^[^\s"'\\]+$/.test(word) ? word : JSON.stringify(word);
}

/** Its query is left out, and keys in its path: many hold one. */
export function shownUrl(url: string): string {
  return redactText(withoutKeys(url.replace(/[?#].*$/s, '?…')));
}

/** What a server says of its tools: it knows the values of its environment, and may tell them. */
export function shownBy({ env }: Pick<ServerEntry, 'env'>): (text: string | null) => string | null {
  return text =>
    text === null ? null : shorten(withoutValues(text, Object.values(env)), MAX_SHOWN);
}

/** A name is shown as it is, or nobody could tell which tool: but for values that are named as secrets. */
export function nameShownBy({ env }: Pick<ServerEntry, 'env'>): (name: string) => string {
  const secrets = Object.entries(env).flatMap(([key, value]) => (isSecretKey(key) ? [value] : []));
  return name => withoutValues(name, secrets);
}
