// The files of a client that exist here, and whose they are.

import { lstatSync } from 'node:fs';
import { isAbsolute, join, parse } from 'node:path';
import type { ServerEntry } from './entry.ts';
import { existing, literal, type Surroundings, variable } from './paths.ts';
import type { Client, Paths } from './table.ts';

export interface Place {
  readonly client: Client;
  readonly path: string;
  readonly scope: ServerEntry['scope'];
  /** The project's folder, where the scope is that. */
  readonly project: string | undefined;
  /** True where the file belongs to another client, and this one reads it too. */
  readonly guest: boolean;
}

/** `projects` are folders in which the files of projects are looked for. */
export function placesOf(
  client: Client,
  around: Surroundings,
  projects: readonly string[],
): Place[] {
  const place =
    (scope: Place['scope'], guest = false) =>
    (path: string): Place => ({
      client,
      path,
      scope,
      project: undefined,
      guest,
    });
  const all = (paths: Paths | readonly string[] | undefined) =>
    onPlatform(paths, around.platform).flatMap(pattern => existing(pattern, around));
  return [
    ...all(userPatterns(client, around)).map(place('user')),
    ...all(client.also).map(place('user', true)),
    ...all(managedPatterns(client, around)).map(place('managed')),
    ...projects.flatMap(project =>
      (client.project ?? []).flatMap(pattern =>
        existing(pattern, around, project).map(path => ({ ...place('project')(path), project })),
      ),
    ),
    ...all(client.bundles).map(place('bundle')),
  ];
}

function userPatterns(client: Client, around: Surroundings): readonly string[] {
  const { env, platform } = around;
  const named = (sources: Readonly<Record<string, readonly string[]>> = {}) =>
    Object.entries(sources).flatMap(([name, patterns]) => {
      const value = variable(env, name);
      if (value === undefined || !isAbsolute(value)) return [];
      return patterns.map(pattern => pattern.replace('<dir>', () => literal(value)));
    });
  const { overrides, more, user } = client;
  const inPlace = named(overrides);
  const own = inPlace.length > 0 ? inPlace.slice(0, 1) : onPlatform(user, platform);
  return [...own, ...named(more)];
}

function managedPatterns({ managed, managedBy }: Client, { env, platform }: Surroundings) {
  const named = managedBy === undefined ? undefined : variable(env, managedBy);
  return named === undefined ? onPlatform(managed, platform) : [literal(named)];
}

function onPlatform(paths: Paths | undefined, platform: NodeJS.Platform): readonly string[] {
  if (paths === undefined) return [];
  if (!('linux' in paths)) return paths;
  return platform === 'darwin' || platform === 'win32' ? paths[platform] : paths.linux;
}

/**
 * The folder we are in and those above it up to the root of its repository: clients look there too. Not the
 * home folder: what lies there is the user's, for all projects.
 */
export function projectFolders(cwd: string, home: string): string[] {
  const folders: string[] = [];
  for (let folder = cwd; folder !== home; folder = parse(folder).dir) {
    folders.push(folder);
    if (isThere(join(folder, '.git'))) return folders;
    if (folder === parse(folder).root) break;
  }
  return folders.slice(0, 1);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
