// Which policies apply to a server, read from disk: its own, everybody's and the administrator's.
import { lstatSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import type { PolicySource } from '../policy/load.ts';
import { isPreset, PRESET_NAMES, type PresetName, presetFor } from '../policy/presets.ts';
import type { Folders } from './paths.ts';
import { presetFile } from './preset-files.ts';
import { readText } from './text-file.ts';
import { whyUnreadable } from './unreadable.ts';

/** Where the policy of one layer may be. */
export interface Place {
  /** Undefined: the server's own. */
  readonly layer: string | undefined;
  readonly machine: boolean;
  /** What it is for, as messages name it. */
  readonly of: string;
  /** At most one of them may exist. */
  readonly files: readonly string[];
  /** True where it was asked for by name: then it must exist. */
  readonly given: boolean;
  /** What applies where no file exists. */
  readonly preset: PresetName | undefined;
}

/** A layer as it was found; without a source it has no rules. */
export interface FoundLayer {
  readonly place: Place;
  readonly source: PolicySource | undefined;
}

export interface FoundPolicies {
  /** Every place that was looked at, in the order of the layers. */
  readonly layers: readonly FoundLayer[];
  /** What is there. */
  readonly sources: readonly PolicySource[];
  /** Where a policy for the server would be, as it has none of its own. */
  readonly missing: string | undefined;
}

export const EXTENSIONS = ['json', 'yaml', 'yml'];
/** What stands before the name of a preset where a file could be named. */
export const PRESET = 'preset:';

/**
 * The layers for a server: `given` files, else the server's file, else its preset; and always
 * `_all` and the administrator's. Never a file of the working directory. Throws `PW_POLICY_…`.
 */
export function findPolicies(
  server: string,
  given: readonly string[],
  { config, machine }: Pick<Folders, 'config' | 'machine'>,
): FoundPolicies {
  const folder = join(config, 'policies');
  const own = { ...placeIn(folder, server, undefined), preset: presetFor(server) };
  const places = [
    ...(given.length === 0 ? [own] : given.map(givenPlace)),
    placeIn(folder, '_all', '_all'),
    machinePlace(machine),
  ];
  const layers = places.map(place => ({ place, source: readPlace(place) }));
  const usesPreset = given.length === 0 && layers[0]?.source?.name.startsWith(PRESET);
  return {
    layers,
    sources: layers.flatMap(({ source }) => source ?? []),
    missing: usesPreset ? join(folder, `${server}.json`) : undefined,
  };
}

/** The layers that somebody names, the first the server's own. Throws `PW_POLICY_UNREADABLE`. */
export function givenPolicies(names: readonly string[]): PolicySource[] {
  return names.flatMap((name, i) => readPlace(givenPlace(name, i)) ?? []);
}

/** The administrator's layer. */
export function machinePlace(folder: string): Place {
  return { ...placeIn(folder, 'policy', 'machine'), machine: true };
}

function givenPlace(name: string, i: number): Place {
  const layer = i === 0 ? undefined : `policy:${i + 1}`;
  const place = { layer, machine: false, of: name, given: true };
  if (!name.startsWith(PRESET)) return { ...place, files: [name], preset: undefined };
  const preset = name.slice(PRESET.length);
  if (isPreset(preset)) return { ...place, files: [], preset };
  throw unreadable(name, `there is no such preset, only ${PRESET_NAMES.join(', ')}`);
}

/** Of a policy of this name in a folder. */
export function placeIn(folder: string, name: string, layer: string | undefined): Place {
  const files = EXTENSIONS.map(extension => join(folder, `${name}.${extension}`));
  return { layer, machine: false, of: name, files, given: false, preset: undefined };
}

/** What a place holds now; undefined where it is empty and may be. Throws `PW_POLICY_…`. */
export function readPlace(place: Place): PolicySource | undefined {
  const { layer, machine, of, given, preset } = place;
  const files = given ? place.files : place.files.filter(isThere);
  if (files.length > 1)
    throw new PolicyWrapError(
      'PW_POLICY_AMBIGUOUS',
      `there are several policies for ${of}: ${files.join(', ')}`,
      { help: 'keep one of them', exitCode: ExitCode.policy },
    );
  const [file] = files;
  if (file !== undefined) return { ...readSource(file), layer, ...(machine && { machine }) };
  return preset && { ...readSource(`${PRESET}${preset}`, presetFile(preset)), layer };
}

// Only a file that is certainly absent may be passed over: one that cannot be looked at may hold rules.
function isThere(file: string): boolean {
  try {
    return lstatSync(file) !== undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw unreadable(file, whyUnreadable(error), error);
  }
}

function readSource(name: string, file = name): PolicySource {
  try {
    const text = readText(file);
    return { name, text, format: formatOf(file, text) };
  } catch (error) {
    throw unreadable(name, whyUnreadable(error), error);
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
