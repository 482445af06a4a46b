// Where files of policy tests are, and which policies one of them is about.
import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import type { PolicySource } from '../policy/load.ts';
import { givenPolicies, PRESET, placeIn, readPlace } from './policy-files.ts';
import { whyUnreadable } from './unreadable.ts';

const TEST_FILE = /\.test\.(?:ya?ml|json)$/;
const NOT_SEARCHED: ReadonlySet<string> = new Set(['node_modules', '.git']);

/** By its name: such a file is no policy, wherever it stands. */
export function isTestFile(name: string): boolean {
  return TEST_FILE.test(name);
}

/**
 * The files of tests that `paths` name or hold, sorted; without any path those of the working
 * directory and of the user's own policies. `warn` hears of folders that cannot be looked into.
 * Throws `PW_USAGE` where there is none.
 */
export function findTestFiles(
  paths: readonly string[],
  config: string,
  warn: (message: string) => void,
): string[] {
  const isDefault = paths.length === 0;
  const own = join(config, 'policies');
  const places = isDefault ? ['.', ...(existsSync(own) ? [own] : [])] : paths;
  const found = new Map<string, string>();
  for (const place of places) {
    const files = filesAt(place, warn);
    if (files.length === 0 && !isDefault) throw noTests(`there is no policy test in ${place}`);
    for (const file of files) if (!found.has(resolve(file))) found.set(resolve(file), file);
  }
  if (found.size === 0) throw noTests(`there is no policy test in this folder, nor in ${own}`);
  return [...found.values()];
}

function filesAt(place: string, warn: (message: string) => void): string[] {
  try {
    return statSync(place).isDirectory() ? filesIn(place, warn).sort() : [place];
  } catch (error) {
    throw new PolicyWrapError('PW_USAGE', `cannot read ${place}: ${whyUnreadable(error)}`, {
      help: 'name files of policy tests, or folders that hold some',
      exitCode: ExitCode.usage,
      cause: error,
    });
  }
}

// Links are not followed: they may lead anywhere, or in a circle.
function filesIn(folder: string, warn: (message: string) => void): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    warn(`cannot look for policy tests in ${folder}: ${whyUnreadable(error)}`);
    return [];
  }
  return entries.flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_SEARCHED.has(entry.name) ? [] : filesIn(path, warn);
    return entry.isFile() && isTestFile(entry.name) ? [path] : [];
  });
}

function noTests(message: string): PolicyWrapError {
  return new PolicyWrapError('PW_USAGE', message, {
    help: 'their names end in .test.yaml or .test.json; docs/policy.md has an example',
    exitCode: ExitCode.usage,
  });
}

/**
 * The policies that a file of tests names, relative to itself; where it names none, the one beside it
 * of its own name, or else the one that is called `policy`. Throws `PW_POLICY_…`.
 */
export function policiesOf(file: string, names: readonly string[] | undefined): PolicySource[] {
  const folder = dirname(file);
  if (names !== undefined)
    return givenPolicies(
      names.map(name => (name.startsWith(PRESET) || isAbsolute(name) ? name : join(folder, name))),
    );
  const name = basename(file).replace(TEST_FILE, '');
  const source = policyIn(folder, name) ?? policyIn(folder, 'policy');
  if (source !== undefined) return [source];
  throw new PolicyWrapError(
    'PW_POLICY_UNREADABLE',
    `${file}: there is no policy beside it, neither ${name}.json or .yaml nor policy.json or .yaml`,
    { help: 'name it in the file of tests: `policy: FILE`', exitCode: ExitCode.policy },
  );
}

function policyIn(folder: string, name: string): PolicySource | undefined {
  return readPlace(placeIn(folder, name, undefined));
}
