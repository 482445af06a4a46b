// Texts of configurations and servers as they may be printed and sent: without secrets, at a bounded length.
import { shorten } from '../audit/record.ts';
import { redactText } from '../audit/redact.ts';
import type { ServerEntry } from '../clients/entry.ts';
import { withoutValues } from '../listing/without-values.ts';

const MAX_SHOWN = 2000;

type Started = Pick<ServerEntry, 'command' | 'args' | 'env' | 'wrapped'>;

/** One line, the server's own where it is wrapped; no value of its environment stands in it. */
export function commandLineOf(entry: Started): string | null {
  const { command, args } = entry.wrapped ?? entry;
  if (command === undefined) return null;
  const line = [command, ...args].map(quoted).join(' ');
  return redactText(withoutValues(line, Object.values(entry.env)));
}

function quoted(word: string): string {
  return /^[^\s"'\\]+$/.test(word) ? word : JSON.stringify(word);
}

/** Its query is left out: many hold a key. */
export function shownUrl(url: string): string {
  return redactText(url.replace(/[?#].*$/s, '?…'));
}

/** What a server says of its tools: it knows the values of its environment, and may tell them. */
export function shownBy({ env }: Pick<ServerEntry, 'env'>): (text: string | null) => string | null {
  return text =>
    text === null ? null : shorten(withoutValues(text, Object.values(env)), MAX_SHOWN);
}
