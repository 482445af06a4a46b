// Every policy that a person may want looked at: those they name, or all of their configuration folder.
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import type { PolicySource } from '../policy/load.ts';
import type { Folders } from './paths.ts';
import {
  EXTENSIONS,
  givenPolicies as givenLayers,
  machinePlace,
  placeIn,
  readPlace,
} from './policy-files.ts';
import { isTestFile } from './test-files.ts';
import { whyUnreadable } from './unreadable.ts';

/** A policy, or why it cannot be read. */
export type Readable =
  | PolicySource
  | { readonly name: string; readonly unreadable: PolicyWrapError };

export function givenPolicies(names: readonly string[]): Readable[] {
  return names.map(name => attempt(name, () => givenLayers([name])[0])).filter(isOne);
}

/**
 * All of the user's, `_all` among them, and the administrator's; each with its layer. Tests that stand
 * beside them are none. Throws `PW_POLICY_UNREADABLE` where nobody can say which there are.
 */
export function allPolicies({ config, machine }: Pick<Folders, 'config' | 'machine'>): Readable[] {
  const folder = join(config, 'policies');
  const servers = new Set(
    filesIn(folder)
      .filter(file => EXTENSIONS.includes(extname(file).slice(1)) && !isTestFile(file))
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
    return { name, unreadable: error };
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new PolicyWrapError(
      'PW_POLICY_UNREADABLE',
      `cannot look for policies in ${folder}: ${whyUnreadable(error)}`,
      {
        help: 'it must be a folder that you may read; wrappers that need a policy of it do not start',
        exitCode: ExitCode.policy,
        cause: error,
      },
    );
  }
}
