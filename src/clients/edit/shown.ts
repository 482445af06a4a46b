// A line of an entry as it may be shown: terminals are recorded, and agents read what they start.
import { redactText } from '../../audit/redact.ts';
import { withoutValues } from '../../listing/without-values.ts';

/** `--api-key`, and the word behind it in a list. */
const OPTION =
  /(["']?-{1,2}[\w-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|key|auth|header)["']?\s*,\s*)("(?:\\.|[^"\\])*"|'[^']*'|[^\s,\]]+)/gi;
/** Many queries hold a key. */
const QUERY = /(:\/\/[^\s"'?]*)\?[^\s"',\]]*/g;

/** Without the values of its environment and what else is likely to be a secret. */
export function shownLine(line: string, env: ReadonlyMap<string, string>): string {
  const plain = line.replace(OPTION, '$1[redacted]').replace(QUERY, '$1?…');
  return redactText(withoutValues(plain, [...env.values()]));
}
