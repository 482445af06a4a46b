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
  RESOURCE_EXHAUSTION: 'nested too deeply to be read',
};

/** `text` is all of the document. Of each line the first: what follows it is mostly its consequence. */
export function faultsInYaml(faults: readonly YAMLError[], text: string): Problem[] {
  const lines = new Set<number>();
  return (
    faults
      .toSorted((a, b) => a.pos[0] - b.pos[0])
      // Once the parser has lost its way, it expects nothing that comes.
      .filter(({ code }, i) => i === 0 || code !== 'UNEXPECTED_TOKEN')
      .filter(({ pos: [offset] }) => {
        const line = text.lastIndexOf('\n', offset - 1);
        return lines.size < lines.add(line).size;
      })
      .map(({ code, message, pos: [offset] }) => ({
        path: [],
        offset,
        message: explained(code, message, text.charAt(offset)),
      }))
  );
}

function explained(code: YAMLError['code'], message: string, found: string): string {
  if (/quote/.test(message)) return 'a quote above is not closed';
  if (/^Flow/.test(message)) return 'a `[` or `{` above is not closed, or not indented';
  const known = MESSAGES[code];
  if (known !== undefined) return known;
  if (code === 'UNEXPECTED_TOKEN')
    return /[[\]{},*&!|>%@`]/.test(found)
      ? `unexpected \`${found}\`: text with this character in it needs quotes`
      : 'nothing may follow here: look at the quotes before it, and at the indentation';
  return plain(message);
}

function plain(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/\.$/, '').trim();
  return line.charAt(0).toLowerCase() + line.slice(1);
}
