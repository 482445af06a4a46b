// The servers that a document names, each with the places in the text that say how it is started.
import {
  at,
  type Field,
  fieldOf,
  type ListTree,
  type MapTree,
  type Tree,
  textOf,
} from './format/tree.ts';
import type { Client } from './table.ts';

export interface Server {
  readonly name: string;
  /** Keys and indexes that lead to its entry. */
  readonly path: readonly (string | number)[];
  /** The project's folder, where the file has a part for each. */
  readonly project: string | undefined;
  readonly entry: MapTree;
  /** Where command and args stand: the entry, or what is nested in it. */
  readonly target: MapTree;
  readonly command: Field | undefined;
  readonly args: Field | undefined;
  /** Command and arguments; undefined where they are not understood. */
  readonly line: readonly string[] | undefined;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string | undefined;
  readonly url: string | undefined;
  readonly disabled: boolean;
  /** Why its command line is not understood or cannot be edited. */
  readonly odd: string | undefined;
}

type Path = readonly (string | number)[];

/** Names under which the servers of a file shared by many clients may stand. */
const SHARED = [['mcpServers'], ['servers']];

/** `readers`: all that read the file, its owner first. */
export function serversIn(tree: Tree, readers: readonly Client[]): Server[] {
  const [owner] = readers;
  if (owner === undefined) return [];
  const own = readers.flatMap(client => client.servers);
  const keys = unique(readers.length > 1 ? [...own, ...SHARED] : own);
  const seen = new Set<Tree>();
  const containers = keys.flatMap(key => containersAt(tree, key, [], seen));
  const found = containers.flatMap(({ tree: container, path }) => {
    const off = namesOff(tree, path, owner);
    return serversOf(container, path, owner, seen).map(server =>
      off.has(server.name) ? { ...server, disabled: true } : server,
    );
  });
  // `.mcp.json` may be one map of servers, without a key above them.
  return containers.length > 0 || owner.shape === 'single' ? found : flat(tree, owner);
}

/** Names of servers in a container that a list elsewhere turns off. */
function namesOff(tree: Tree, container: Path, { off = [] }: Client): Set<string> {
  const lists = off.map(keys =>
    keys.reduce<Tree | undefined>(
      (inner, key, i) => at(inner, key === '*' ? String(container[i]) : key),
      tree,
    ),
  );
  const items = lists.flatMap(list => (list?.kind === 'list' ? list.items : []));
  return new Set(items.flatMap(item => textOf(item) ?? []));
}

/** Paths in the order of their length: what stands deeper is no server of the map above it. */
function unique(paths: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(paths.map(path => [JSON.stringify(path), path])).values()].sort(
    (a, b) => b.length - a.length,
  );
}

interface Container {
  readonly tree: Tree;
  readonly path: Path;
}

function containersAt(
  tree: Tree,
  [key, ...rest]: readonly string[],
  path: Path,
  seen: Set<Tree>,
): Container[] {
  if (key === undefined) {
    if (seen.has(tree) || tree.kind === 'leaf') return [];
    seen.add(tree);
    return [{ tree, path }];
  }
  if (tree.kind !== 'map') return [];
  const fields = tree.fields.filter(field => key === '*' || field.key === key);
  return fields.flatMap(field => containersAt(field.value, rest, [...path, field.key], seen));
}

function serversOf(tree: Tree, path: Path, owner: Client, seen: Set<Tree>): Server[] {
  const project = path[0] === 'projects' ? String(path[1]) : undefined;
  if (tree.kind === 'list')
    return tree.items.flatMap((item, i) => {
      const name = textOf(at(item, 'name')) ?? `#${i + 1}`;
      return server(name, item, [...path, i], owner, project);
    });
  if (tree.kind !== 'map') return [];
  if (owner.shape === 'single') return server('', tree, path, owner, project);
  return tree.fields
    .filter(({ value }) => !seen.has(value))
    .flatMap(({ key, value }) => server(key, value, [...path, key], owner, project));
}

function flat(tree: Tree, owner: Client): Server[] {
  if (tree.kind !== 'map' || owner.format !== 'json') return [];
  const servers = tree.fields.flatMap(({ key, value }) =>
    at(value, 'command') === undefined && at(value, 'url') === undefined
      ? []
      : server(key, value, [key], owner, undefined),
  );
  return servers.length === tree.fields.length ? servers : [];
}

/** What a client runs itself. */
const BUILT_IN = /^(builtin|platform|frontend|inline_python)$/;

function server(
  name: string,
  entry: Tree,
  path: Path,
  client: Client,
  project: string | undefined,
): Server[] {
  if (entry.kind !== 'map') {
    // It starts what it leads to all the same.
    const isServer =
      entry.bound !== undefined && entry.kind === 'leaf' && entry.value === undefined;
    return isServer ? [boundServer(name, path, project, entry.bound)] : [];
  }
  const nested = client.nested === undefined ? undefined : at(entry, client.nested);
  const target = nested?.kind === 'map' ? nested : entry;
  const { keys, disabled = [], url = [] } = client;
  const command = fieldOf(target, keys.command);
  const args = keys.args === undefined ? undefined : fieldOf(target, keys.args);
  const address = [...url, 'url'].map(key => textOf(at(target, key))).find(text => text);
  const switches = disabled.map(({ key }) => key);
  if (BUILT_IN.test(textOf(at(entry, 'type')) ?? '')) return [];
  // It turns on or off what another file defines.
  if (entry.fields.every(({ key }) => switches.includes(key))) return [];
  const read = commandLine(command?.value, args?.value, client);
  const { line, odd = entry.bound ?? target.bound } = read;
  return [
    {
      name,
      path,
      project,
      entry,
      target,
      command,
      args,
      line,
      env: textsOf(at(target, keys.env)),
      cwd: keys.cwd === undefined ? undefined : textOf(at(target, keys.cwd)),
      url: address,
      disabled: disabled.some(({ key, when }) => {
        const value = at(entry, key);
        return value?.kind === 'leaf' && value.value === when;
      }),
      odd,
    },
  ];
}

function boundServer(name: string, path: Path, project: string | undefined, odd: string): Server {
  const entry: MapTree = { kind: 'map', fields: [], style: 'block' };
  return {
    name,
    path,
    project,
    entry,
    target: entry,
    command: undefined,
    args: undefined,
    line: undefined,
    env: new Map(),
    cwd: undefined,
    url: undefined,
    disabled: false,
    odd,
  };
}

function commandLine(
  command: Tree | undefined,
  args: Tree | undefined,
  { commandIsList }: Client,
): Pick<Server, 'line' | 'odd'> {
  if (command === undefined) return { line: undefined, odd: undefined };
  if (command.kind === 'map') return { line: undefined, odd: 'its command is no text' };
  if (command.bound !== undefined) return { line: undefined, odd: command.bound };
  if (command.kind === 'list') {
    const line = wordsOf(command);
    if (commandIsList !== true || line.length === 0)
      return { line: undefined, odd: 'its command is a list' };
    return { line, odd: oddItem(command) };
  }
  if (typeof command.value !== 'string' || command.value === '')
    return { line: undefined, odd: 'its command is no text' };
  if (commandIsList === true) return { line: undefined, odd: 'its command is no list' };
  if (args === undefined) return { line: [command.value], odd: undefined };
  if (args.kind !== 'list') return { line: undefined, odd: 'its arguments are no list' };
  return { line: [command.value, ...wordsOf(args)], odd: args.bound ?? oddItem(args) };
}

function wordsOf({ items }: ListTree): string[] {
  return items.map(item => (item.kind === 'leaf' ? String(item.value) : ''));
}

function oddItem({ items }: ListTree): string | undefined {
  const odd = items.find(item => textOf(item) === undefined);
  if (odd === undefined) return undefined;
  return odd.kind === 'leaf' && odd.bound !== undefined ? odd.bound : 'an argument is no text';
}

function textsOf(tree: Tree | undefined): Map<string, string> {
  if (tree?.kind !== 'map') return new Map();
  return new Map(
    tree.fields.flatMap(({ key, value }): [string, string][] =>
      value.kind === 'leaf' && value.value !== null && value.value !== undefined
        ? [[key, String(value.value)]]
        : [],
    ),
  );
}
