// Every policy that a person may want looked at: those they name, or all of their configuration folder.
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { messageOf, PolicyWrapError } from '../errors.ts';
import type { PolicySource } from '../policy/load.ts';
import type { Folders } from './paths.ts';
import {
  EXTENSIONS,
  givenPolicies as givenLayers,
  machinePlace,
  placeIn,
  readPlace,
} from './policy-files.ts';

/** A policy, or why it cannot be read. */
export type Readable = PolicySource | { readonly name: string; readonly unreadable: string };

export function givenPolicies(names: readonly string[]): Readable[] {
  return names.map(name => attempt(name, () => givenLayers([name])[0])).filter(isOne);
}

/** All of the user's, `_all` among them, and the administrator's; each with its layer. */
export function allPolicies({ config, machine }: Pick<Folders, 'config' | 'machine'>): Readable[] {
  const folder = join(config, 'policies');
  const servers = new Set(
    filesIn(folder)
      .filter(file => EXTENSIONS.includes(extname(file).slice(1)))
      .map(file => file.slice(0, -extname(file).length)),
  );
  const own = [...servers]
    .sort()
    .map(name =>
      attempt(join(folder, name), () =>
        readPlace(placeIn(folder, name, name === '_all' ? name : undefined)),
      ),
    );
  const administrators = attempt(join(machine, 'policy'), () => readPlace(machinePlace(machine)));
  return [...own, administrators].filter(isOne);
}

function isOne(found: Readable | undefined): found is Readable {
  return found !== undefined;
}

function attempt(name: string, read: () => PolicySource | undefined): Readable | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PolicyWrapError)) throw error;
    return { name, unreadable: messageOf(error) };
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
