// What is wrong with text that is no YAML, in the words of the other messages.
import type { YAMLError } from 'yaml';
import type { Problem } from '../problems.ts';

const MESSAGES: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'a tab cannot indent in YAML: use spaces',
  MULTIPLE_DOCS: 'expected one document, and here a second one begins',
  BLOCK_AS_IMPLICIT_KEY:
    'a value with `: ` in it needs quotes, or the line above is indented wrongly',
  BAD_INDENT: 'it is not indented as what it belongs to',
  TAG_RESOLVE_FAILED: 'a policy has no use for this tag',
  BAD_SCALAR_START: 'text that begins with this character needs quotes',
  MULTILINE_IMPLICIT_KEY: 'a name must end on its line, with a `:` behind it',
  NON_STRING_KEY: 'expected a name as key',
};

/** `text` is all of the document. */
export function faultInYaml({ code, message, pos }: YAMLError, text: string): Problem {
  const [offset] = pos;
  const found = text.slice(offset, offset + 20);
  return { path: [], offset, message: explained(code, message, found) };
}

function explained(code: YAMLError['code'], message: string, found: string): string {
  if (/quote/.test(message)) return 'a quote above is not closed';
  if (/^Flow/.test(message)) return 'a `[` or `{` above is not closed, or not indented';
  const known = MESSAGES[code];
  if (known !== undefined) return known;
  if (code === 'UNEXPECTED_TOKEN' && found.startsWith('@'))
    return 'text that begins with `@` needs quotes';
  return plain(message);
}

function plain(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/\.$/, '').trim();
  return line.charAt(0).toLowerCase() + line.slice(1);
}
