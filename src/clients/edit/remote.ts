// A remote server made one that is started, by what stands in the place of its URL.
import { fieldOf, type MapTree, textOf } from '../format/tree.ts';
import type { Server } from '../servers.ts';
import type { Client, Format } from '../table.ts';
import { keyNamed, lineEnd, quoted, startOfLine } from './layout.ts';
import type { Edit } from './splice.ts';

/** Keys that mean the same for a server that is started. */
const HARMLESS =
  /^(name|description|disabled|enabled|timeout|tools|includeTools|excludeTools|disabledTools|autoApprove|alwaysAllow|trust)$/;

/** Why its settings cannot be those of a program. */
export function whyNotBridged(server: Server, client: Client): string | undefined {
  const field = urlField(server.target, client);
  if (field === undefined) return 'it has no URL';
  const address = URL.canParse(server.url ?? '') ? new URL(server.url ?? '') : undefined;
  // Programs that reach it refuse such an address, and every user of the machine sees their arguments.
  if (address?.username || address?.password) return 'its URL holds a name or a password';
  const odd = server.entry === server.target ? undefined : 'its URL is not in the entry itself';
  const foreign = server.target.fields.find(
    ({ key }) => key !== field.key && key !== 'type' && !HARMLESS.test(key),
  );
  if (foreign === undefined) return odd;
  return `its \`${foreign.key}\` is for a connection: a program has none`;
}

/** `line` is what is started. Undefined where the layout is too odd. */
export function editsToBridge(
  text: string,
  { target }: Server,
  client: Client,
  format: Format,
  [command = '', ...args]: readonly string[],
): Edit[] | undefined {
  const url = urlField(target, client);
  if (url?.value.kind !== 'leaf') return undefined;
  const { keySpan, value } = url;
  const before = text.slice(startOfLine(text, keySpan.start), keySpan.start);
  const isOwnLine = /^[ \t]*(- +)?$/.test(before);
  const list = (words: readonly string[]) => `[${words.map(quoted).join(', ')}]`;
  const { keys, commandIsList } = client;
  const equals = format === 'toml' ? ' = ' : ': ';
  const field = (key: string, content: string) =>
    `${keyNamed(text, keySpan, format, key)}${equals}${content}`;
  const fields = commandIsList
    ? [field(keys.command, list([command, ...args]))]
    : [field(keys.command, quoted(command)), field(keys.args ?? 'args', list(args))];
  const indent = `${lineEnd(text)}${before.replace('-', ' ')}`;
  const between = target.style === 'flow' ? (isOwnLine ? `,${indent}` : ', ') : indent;
  if (target.style === 'block' && !isOwnLine) return undefined;
  const edits = [{ start: keySpan.start, end: value.span.end, text: fields.join(between) }];
  const type = fieldOf(target, 'type');
  if (type === undefined) return edits;
  if (type.value.kind !== 'leaf') return undefined;
  return [...edits, { ...type.value.span, text: quoted(client.types?.[0] ?? 'stdio') }];
}

function urlField(target: MapTree, { url = [] }: Client) {
  const keys = [...url, 'url'];
  return target.fields.find(({ key, value }) => keys.includes(key) && textOf(value));
}

/** The keys that a bridge may change. */
export function bridgedKeys({ keys, url = [] }: Client): ReadonlySet<string> {
  return new Set([...url, 'url', 'type', keys.command, keys.args ?? 'args']);
}
