// Every server that the clients on this machine are told to start. Nothing is started, nothing written.
import { dirname } from 'node:path';
import { type Document, readDocuments } from './documents.ts';
import type { Problem, ServerEntry, Transport } from './entry.ts';
import { at, textOf } from './format/tree.ts';
import type { Surroundings } from './paths.ts';
import type { Server } from './servers.ts';
import { expander } from './variables.ts';
import { startsUs, unwrapped } from './wrapper.ts';

export type { Surroundings } from './paths.ts';

export interface Discovered {
  readonly clients: readonly { id: string; name: string; files: readonly string[] }[];
  readonly entries: readonly ServerEntry[];
  /** Files that were left alone, and why. */
  readonly problems: readonly Problem[];
}

export function discover(around: Surroundings): Discovered {
  const { clients, documents, problems } = readDocuments(around);
  const entries = documents.flatMap(document =>
    document.servers.map(server => entryOf(document, server, around)),
  );
  return { clients, entries, problems };
}

/** Variables of the client's are put in, where their values are known here. */
export function entryOf(document: Document, server: Server, around: Surroundings): ServerEntry {
  const { file, owner, readers, place } = document;
  const project = server.project ?? place.project;
  const { expand, unknown } = expander(owner.variables ?? [], {
    env: around.env,
    home: around.home,
    project: project ?? (place.scope === 'user' ? undefined : dirname(file)),
    folder: dirname(file),
  });
  const line = server.line?.map(expand);
  const [command, ...args] = line ?? [];
  const ours = line === undefined ? undefined : unwrapped(line);
  const [innerCommand = '', ...innerArgs] = ours?.inner ?? [];
  return {
    client: owner.id,
    readers: readers.slice(1).map(({ id }) => id),
    file,
    scope: place.scope,
    project,
    name: server.name === '' ? nameOfBundle(document) : server.name,
    transport: transportOf(server),
    command,
    args,
    env: Object.fromEntries([...server.env].map(([key, value]) => [key, expand(value)])),
    cwd: server.cwd === undefined ? undefined : expand(server.cwd),
    url: server.url === undefined ? undefined : expand(server.url),
    disabled: server.disabled,
    wrapped: ours && { command: innerCommand, args: innerArgs, options: ours.options },
    obstacle: obstacleTo(document, server) ?? valueless(unknown(), owner.name),
  };
}

function transportOf({ command, url }: Server): Transport {
  if (command !== undefined) return 'stdio';
  return url === undefined ? 'unknown' : 'remote';
}

/** Nothing is started for it. */
export function isRemote({ command, url }: Server): boolean {
  return command === undefined && url !== undefined;
}

/** Why this entry cannot be wrapped where it stands; what its variables are does not matter for that. */
export function obstacleTo(document: Document, server: Server): string | undefined {
  const { place, loose, owner } = document;
  if (place.scope === 'managed') return 'it is set by the administrator of this machine: read only';
  if (place.scope === 'bundle')
    return 'it is part of an extension, whose next update would undo the change';
  if (loose !== undefined) return `${owner.name} may not read the file: ${loose.message}`;
  if (server.odd !== undefined) return server.odd;
  // A wrapper round that would not start either.
  if (server.line !== undefined && startsUs(server.line) && unwrapped(server.line) === undefined)
    return 'it is started by policy-wrap already, but nobody can tell what is behind it';
  if (server.command === undefined && server.url === undefined)
    return 'it has neither a command nor a URL: the client knows how it is started';
  if (server.command !== undefined && server.url !== undefined)
    return 'it has a command and a URL: which one counts is not certain';
  return server.command === undefined ? 'it is a remote server: nothing is started' : undefined;
}

function valueless(variable: string | undefined, client: string): string | undefined {
  if (variable === undefined) return undefined;
  return `\`${variable}\` has no value here: only ${client} can start it`;
}

function nameOfBundle({ tree, file }: Document): string {
  return textOf(at(tree, 'name')) ?? dirname(file);
}
