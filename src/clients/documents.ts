// The configuration files of this machine, each read once, however many clients read it.
import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { whyUnreadable } from '../config/unreadable.ts';
import type { Problem } from './entry.ts';
import { formatOf, parseText } from './format/read.ts';
import { at, type Fault, placeOf, type Tree } from './format/tree.ts';
import type { Surroundings } from './paths.ts';
import { type Place, placesOf, projectFolders } from './places.ts';
import { type Server, serversIn } from './servers.ts';
import { MAX_FOREIGN_BYTES, readSource, type Source } from './source.ts';
import { CLIENTS, type Client, type Format } from './table.ts';

/** One file that was read. */
export interface Document {
  /** Links resolved. */
  readonly file: string;
  /** As it was found first. */
  readonly path: string;
  readonly format: Format;
  /** Whose it is: the first of the readers. */
  readonly owner: Client;
  readonly readers: readonly Client[];
  readonly place: Place;
  readonly source: Source;
  readonly tree: Tree;
  readonly servers: readonly Server[];
  /** What its owner would not take. */
  readonly loose: Fault | undefined;
}

export interface Documents {
  readonly clients: readonly { id: string; name: string; files: readonly string[] }[];
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
}

/** `wanted` tells which are read at all. */
export function readDocuments(
  around: Surroundings,
  wanted: (place: Place) => boolean = () => true,
): Documents {
  const read = (projects: readonly string[], also: (place: Place) => boolean) =>
    readAll(CLIENTS.flatMap(client => placesOf(client, around, projects)).filter(also));
  // Of projects in which Claude Code has been: the one list of projects that there is.
  const listing = read([], ({ client }) => client.id === 'claude-code');
  const known = listing.documents.flatMap(({ tree }) => projectsIn(tree));
  const projects = [...new Set([...projectFolders(around.cwd, around.home), ...known])];
  const all = read(projects, wanted);
  return { ...all, clients: CLIENTS.flatMap(client => presence(client, all.documents)) };
}

function projectsIn(tree: Tree): string[] {
  const projects = at(tree, 'projects');
  if (projects?.kind !== 'map') return [];
  return projects.fields.map(({ key }) => key).filter(key => isAbsolute(key));
}

function readAll(places: readonly Place[]): Omit<Documents, 'clients'> {
  const byFile = new Map<string, Place[]>();
  for (const place of places) {
    const file = realPathOf(place.path);
    byFile.set(file, [...(byFile.get(file) ?? []), place]);
  }
  const problems: Problem[] = [];
  const documents = [...byFile].flatMap(([file, [first, ...others]]): Document[] => {
    if (first === undefined) return [];
    // A file of its own before that of another client, which it reads too.
    const place = first.guest ? (others.find(({ guest }) => !guest) ?? first) : first;
    const all = [place, first, ...others].map(({ client }) => client);
    return readOne(file, place, [...new Set(all)], problems);
  });
  return { documents, problems };
}

function readOne(
  file: string,
  place: Place,
  readers: readonly Client[],
  problems: Problem[],
): Document[] {
  const { client: owner, path } = place;
  const others = readers.slice(1).map(({ id }) => id);
  const report = (message: string, where: object = {}) => {
    problems.push({ client: owner.id, readers: others, file, message, ...where });
  };
  try {
    const isOwn = place.scope === 'user' || place.scope === 'managed';
    const source = isOwn ? readSource(file) : readSource(file, MAX_FOREIGN_BYTES);
    const format = formatOf(path, owner);
    const parsed = parseText(source.text, format, owner);
    if ('fault' in parsed) {
      report(parsed.fault.message, placeOf(source.text, parsed.fault.offset));
      return [];
    }
    const { tree, loose } = parsed;
    if (loose !== undefined) report(loose.message, placeOf(source.text, loose.offset));
    const servers = serversIn(tree, readers);
    return [{ file, path, format, owner, readers, place, source, tree, servers, loose }];
  } catch (error) {
    report(`it cannot be read: ${whyUnreadable(error)}`);
    return [];
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function presence(client: Client, documents: readonly Document[]) {
  const files = documents.filter(({ owner }) => owner.id === client.id).map(({ file }) => file);
  return files.length === 0 ? [] : [{ id: client.id, name: client.name, files }];
}
