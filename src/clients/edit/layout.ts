// New words and lists in the layout that a text has already.
import type { ListTree, Span } from '../format/tree.ts';
import type { Server } from '../servers.ts';
import type { Format } from '../table.ts';
import type { Edit } from './splice.ts';

/** In double quotes, which JSON, YAML and TOML read alike. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function lineEnd(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** Undefined where the layout is too odd to add to. */
export function insertItems(
  text: string,
  list: ListTree,
  words: readonly string[],
): Edit | undefined {
  const [first] = list.items;
  if (first === undefined) {
    const start = list.span.start + 1;
    return list.style === 'flow' ? { start, end: start, text: words.join(', ') } : undefined;
  }
  if (first.kind === 'map') return undefined;
  const { start } = first.span;
  const between = separator(text, list, start);
  if (between === undefined) return undefined;
  return { start, end: start, text: words.map(word => word + between).join('') };
}

/** What stands between items that are a line each, or one behind the other. */
function separator(text: string, { span, style }: ListTree, first: number): string | undefined {
  const before = text.slice(startOfLine(text, first), first);
  if (style === 'block') {
    const [, indent] = /^( *)-[ \t]+$/.exec(before) ?? [];
    return indent === undefined ? undefined : `${lineEnd(text)}${before}`;
  }
  const isOwnLine = span.start < first - before.length && /^[ \t]*$/.test(before);
  return isOwnLine ? `,${lineEnd(text)}${before}` : ', ';
}

/** A list of arguments behind the command of an entry that has none. */
export function insertArguments(
  text: string,
  { target, command }: Server,
  key: string,
  words: readonly string[],
  format: Format,
): Edit | undefined {
  if (command === undefined || command.value.kind !== 'leaf') return undefined;
  const { keySpan, value } = command;
  const list = `[${words.join(', ')}]`;
  const indent = text.slice(startOfLine(text, keySpan.start), keySpan.start);
  const isFirst = /^[ \t]*$/.test(indent);
  if (target.style === 'flow') {
    const start = value.span.end;
    const field = format === 'toml' ? `${key} = ${list}` : `${nameIn(format, key)}: ${list}`;
    const between = isFirst && format !== 'toml' ? `,${lineEnd(text)}${indent}` : ', ';
    return { start, end: start, text: between + field };
  }
  const start = endOfLine(text, value.span.end);
  if (format === 'toml') {
    const name = siblingName(text, keySpan, key);
    if (name === undefined || !isFirst) return undefined;
    return { start, end: start, text: `${lineEnd(text)}${indent}${name} = ${list}` };
  }
  const padding = indent.replace(/[^\t]/g, ' ');
  return { start, end: start, text: `${lineEnd(text)}${padding}${key}: ${list}` };
}

/** A key beside one that stands there: with the same path before it in TOML, in quotes in JSON. */
export function keyNamed(text: string, sibling: Span, format: Format, key: string): string {
  return format === 'toml' ? (siblingName(text, sibling, key) ?? key) : nameIn(format, key);
}

function nameIn(format: Format, key: string): string {
  return format === 'yaml' ? key : quoted(key);
}

/** `a.b.args` for `a.b.command`. */
function siblingName(text: string, { start, end }: Span, key: string): string | undefined {
  const name = text.slice(start, end);
  const sibling = name.replace(/([\w-]+|"[^"]*"|'[^']*')$/, key);
  return sibling === name ? undefined : sibling;
}

export function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline < 0) return text.length;
  return text[newline - 1] === '\r' ? newline - 1 : newline;
}
