// The servers of a text, each with what an edit of it starts from.
import { parseText } from '../format/read.ts';
import type { Tree } from '../format/tree.ts';
import { type Server, serversIn } from '../servers.ts';
import type { Client, Format } from '../table.ts';
import type { Target } from './wrap.ts';

/** How a text is read. */
export interface Reading {
  readonly format: Format;
  /** The file's owner first. */
  readonly readers: readonly Client[];
}

export interface Found {
  readonly tree: Tree;
  readonly server: Server;
  readonly target: Target;
}

/** The texts read last: what one server was made of is where the next one begins, and some take a while. */
const recent: { text: string; reading: Reading; found: ReadonlyMap<string, Found> }[] = [];
const MAX_RECENT = 2;

export function find(text: string, reading: Reading, path: Server['path']): Found | undefined {
  let known = recent.find(
    one =>
      one.text === text &&
      one.reading.format === reading.format &&
      one.reading.readers === reading.readers,
  );
  if (known === undefined) {
    known = { text, reading, found: readAll(text, reading) };
    recent.unshift(known);
    recent.splice(MAX_RECENT);
  }
  return known.found.get(JSON.stringify(path));
}

function readAll(text: string, { format, readers }: Reading): Map<string, Found> {
  const [client] = readers;
  const parsed = client && parseText(text, format, client);
  if (client === undefined || parsed === undefined || 'fault' in parsed) return new Map();
  const { tree } = parsed;
  return new Map(
    serversIn(tree, readers).map(server => [
      JSON.stringify(server.path),
      { tree, server, target: { text, server, client, format } },
    ]),
  );
}

/** The server at this place in a text; undefined where it is none, or cannot be read. */
export function serverAt(text: string, reading: Reading, path: Server['path']): Server | undefined {
  return find(text, reading, path)?.server;
}
