// What is wrong with text that is no JSON: what people write who are used to something else.
import type { Problem } from '../problems.ts';

/** `offset` is where the strict scanner stopped (UTF-16), `message` why. */
export function faultInJson(text: string, offset: number, message: string): Problem {
  const rest = text.slice(offset, offset + 200);
  const before = text.slice(Math.max(0, offset - 200), offset);
  return { path: [], offset, message: explained(rest, before, message, offset) };
}

const CONTROLS: Record<string, string> = {
  '\n': 'the line ends within a string: a line break in it is written `\\n`',
  '\r': 'the line ends within a string: a line break in it is written `\\n`',
  '\t': 'a tab in a string is written `\\t`',
};

function explained(rest: string, before: string, message: string, offset: number): string {
  if (rest.trim() === '')
    return before.trim() === ''
      ? 'the file is empty: a policy needs at least {"version": "1", "default": "deny"}'
      : `${/^control/.test(message) ? 'expected the quote that ends a string' : message}, but the text ends here`;
  if (/^(?:\/\/|\/\*|#)/.test(rest))
    return `${message}: JSON has no comments; a policy in YAML (\`.yaml\`) can have them, behind \`#\``;
  if (/^control/.test(message)) return CONTROLS[rest.charAt(0)] ?? message;
  if (/^invalid escape/.test(message))
    return `${message}: a backslash that means itself is written \`\\\\\``;
  if (/^\d/.test(rest) && /[^\d.]0$/.test(before))
    return 'a number has no zero before its first digit';
  if (/^[}\]]/.test(rest) && /,\s*$/.test(before))
    return `a comma too many before \`${rest[0]}\`: JSON has none behind the last one`;
  if (/^[}\]]/.test(rest)) return `${message}, found \`${rest[0]}\``;
  if (rest.startsWith("'")) return `${message}: JSON has double quotes only, \`"\``;
  if (/^[“”„«]/.test(rest)) return `${message}: these quotes are not \`"\``;
  if (offset === 0 && /^(?:---|%YAML|[\w$]+:(?:\s|$))/.test(rest))
    return `${message}: where this is YAML, the file's name must end with .yaml`;
  const [word = ''] = /^[A-Za-z_$][\w$-]*/.exec(rest) ?? [];
  if (/key/.test(message) && word !== '') return `${message}: \`"${word.slice(0, 40)}"\``;
  if (/^(?:True|False)$/.test(word)) return `${message}: write \`${word.toLowerCase()}\``;
  if (/^(?:None|undefined|nil|NULL)$/.test(word)) return `${message}: write \`null\``;
  if (/^(?:NaN|Infinity)$/.test(word)) return `${message}: JSON has no such number`;
  if (word !== '' && message === 'expected a JSON value')
    return `${message}: text stands in quotes, \`"${word.slice(0, 40)}"\``;
  if (/^["{[]/.test(rest) && message.startsWith('expected `,`'))
    return `${message}: a comma is missing before this`;
  return message;
}
