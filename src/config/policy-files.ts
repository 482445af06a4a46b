// Which policies apply to a server, read from disk: its own, everybody's and the administrator's.
import { isUtf8 } from 'node:buffer';
import { lstatSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ExitCode, messageOf, PolicyWrapError } from '../errors.ts';
import type { PolicySource } from '../policy/load.ts';
import { isPreset, PRESET_NAMES, presetFor, presetSource } from '../policy/presets.ts';
import type { Folders } from './paths.ts';

export interface FoundPolicies {
  /** In the order of the layers. */
  readonly sources: readonly PolicySource[];
  /** Where a policy for the server would be, as it has none of its own. */
  readonly missing: string | undefined;
}

export const EXTENSIONS = ['json', 'yaml', 'yml'];
/** What stands before the name of a preset where a file could be named. */
export const PRESET = 'preset:';

/** Undefined: the server's own. */
type Layer = string | undefined;

/**
 * The layers for a server: `given` files, else the server's file, else its preset; and always
 * `_all` and the administrator's. Never a file of the working directory. Throws `PW_POLICY_…`.
 */
export function findPolicies(
  server: string,
  given: readonly string[],
  { config, machine }: Pick<Folders, 'config' | 'machine'>,
): FoundPolicies {
  const own = givenPolicies(given);
  const folder = join(config, 'policies');
  const file = own.length === 0 ? fileIn(folder, server, undefined) : undefined;
  const preset = own.length === 0 && file === undefined ? presetFor(server) : undefined;
  const sources = [
    ...own,
    file,
    preset && presetSource(preset),
    fileIn(folder, '_all', '_all'),
    withMachine(fileIn(machine, 'policy', 'machine')),
  ].filter(source => source !== undefined);
  return { sources, missing: preset && join(folder, `${server}.json`) };
}

/** The layers that somebody names, the first the server's own. Throws `PW_POLICY_UNREADABLE`. */
export function givenPolicies(names: readonly string[]): PolicySource[] {
  return names.map((name, i) => sourceOf(name, i === 0 ? undefined : `policy:${i + 1}`));
}

export function withMachine(source: PolicySource | undefined): PolicySource | undefined {
  return source && { ...source, machine: true };
}

/** The one policy of this name in a folder; undefined where there is none. Throws `PW_POLICY_…`. */
export function fileIn(folder: string, name: string, layer: Layer): PolicySource | undefined {
  const files = EXTENSIONS.map(extension => join(folder, `${name}.${extension}`)).filter(isThere);
  if (files.length > 1)
    throw new PolicyWrapError(
      'PW_POLICY_AMBIGUOUS',
      `there are several policies for ${name}: ${files.join(', ')}`,
      { help: 'keep one of them', exitCode: ExitCode.policy },
    );
  const [file] = files;
  return file === undefined ? undefined : sourceOf(file, layer);
}

// Only a file that is certainly absent may be passed over: one that cannot be looked at may hold rules.
function isThere(file: string): boolean {
  try {
    return lstatSync(file) !== undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw unreadable(file, messageOf(error), error);
  }
}

export function sourceOf(name: string, layer: Layer): PolicySource {
  if (name.startsWith(PRESET)) {
    const preset = name.slice(PRESET.length);
    if (isPreset(preset)) return { ...presetSource(preset), layer };
    throw unreadable(name, `there is no such preset, only ${PRESET_NAMES.join(', ')}`);
  }
  try {
    const bytes = readFileSync(name);
    if (!isUtf8(bytes)) throw new Error('it is no UTF-8 text');
    const text = bytes.toString('utf8').replace(/^\ufeff/, '');
    return { name, text, format: formatOf(name, text), layer };
  } catch (error) {
    throw unreadable(name, messageOf(error), error);
  }
}

function formatOf(name: string, text: string): 'json' | 'yaml' {
  if (extname(name) === '.json') return 'json';
  if (/^\.ya?ml$/.test(extname(name))) return 'yaml';
  return text.trimStart().startsWith('{') ? 'json' : 'yaml';
}

function unreadable(name: string, why: string, cause?: unknown): PolicyWrapError {
  return new PolicyWrapError('PW_POLICY_UNREADABLE', `cannot read the policy ${name}: ${why}`, {
    help: 'no server is started without its policy: mend the path or the file',
    exitCode: ExitCode.policy,
    cause,
  });
}
