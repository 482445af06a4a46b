// The edits that put our command line before a server's, and those that take it away.
import type { ListTree, Tree } from '../format/tree.ts';
import type { Server } from '../servers.ts';
import type { Client, Format } from '../table.ts';
import { insertArguments, insertItems, quoted } from './layout.ts';
import type { Edit } from './splice.ts';

export interface Target {
  readonly text: string;
  readonly server: Server;
  readonly client: Client;
  readonly format: Format;
}

/**
 * `launcher` ends with `--`. `asWritten`: the command keeps its spelling as it becomes an argument, so
 * that it is the same when it comes back. Undefined where the layout is too odd.
 */
export function editsToWrap(
  { text, server, client, format }: Target,
  launcher: readonly string[],
  asWritten: boolean,
): Edit[] | undefined {
  const { command, args, line } = server;
  const [program = '', ...before] = launcher;
  if (command === undefined || line === undefined) return undefined;
  if (command.value.kind === 'list') {
    const edit = insertItems(text, command.value, launcher.map(quoted));
    return edit && [edit];
  }
  if (command.value.kind !== 'leaf') return undefined;
  const inner = asWritten ? sourceOf(text, command.value) : quoted(line[0] ?? '');
  const words = [...before.map(quoted), inner];
  const added =
    args === undefined
      ? insertArguments(text, server, client.keys.args ?? 'args', words, format)
      : args.value.kind === 'list'
        ? insertItems(text, args.value, words)
        : undefined;
  return added && [{ ...command.value.span, text: quoted(program) }, added];
}

/** `count` words are ours. */
export function editsToUnwrap(
  target: Target,
  count: number,
  asWritten: boolean,
): Edit[] | undefined {
  const { text, server } = target;
  const { command, args, line = [] } = server;
  if (command?.value.kind === 'list') return [withoutFirst(text, command.value, count)];
  if (command?.value.kind !== 'leaf' || args?.value.kind !== 'list') return undefined;
  const inner = args.value.items[count - 1];
  if (inner?.kind !== 'leaf') return undefined;
  const back = asWritten ? sourceOf(text, inner) : quoted(line[count] ?? '');
  return [
    { ...command.value.span, text: back },
    addedArguments(target, args.value, count) ?? withoutFirst(text, args.value, count),
  ];
}

/** The whole list, where it looks as if there had been none. */
function addedArguments(
  { text, server, client, format }: Target,
  list: ListTree,
  count: number,
): Edit | undefined {
  if (list.items.length > count || client.argsRequired === true) return undefined;
  const words = list.items.map(item => sourceOf(text, item));
  const key = client.keys.args ?? 'args';
  const insertion = insertArguments(text, server, key, words, format);
  if (insertion === undefined || !text.startsWith(insertion.text, insertion.start))
    return undefined;
  const end = insertion.start + insertion.text.length;
  return list.span.end === end ? { start: insertion.start, end, text: '' } : undefined;
}

function withoutFirst(text: string, list: ListTree, count: number): Edit {
  const { items, span, style } = list;
  const start = spanOf(items[0])?.start ?? span.start;
  const next = spanOf(items[count]);
  if (next !== undefined) return { start, end: next.start, text: '' };
  const end = spanOf(items.at(-1))?.end ?? span.end;
  const isTidy = style === 'flow' && !text.slice(end, span.end).includes(',');
  // Indented by what it need not be, so that it is behind its key in any case.
  if (style === 'block') return { start: span.start, end, text: '  []' };
  return isTidy ? { start, end, text: '' } : { ...span, text: '[]' };
}

function sourceOf(text: string, tree: Tree): string {
  const span = spanOf(tree);
  return span === undefined ? '' : text.slice(span.start, span.end);
}

function spanOf(tree: Tree | undefined) {
  return tree === undefined || tree.kind === 'map' ? undefined : tree.span;
}
