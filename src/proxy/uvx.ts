// `uvx PACKAGE` where the package has no executable of that name: the command that was meant.
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

// As uv 0.13 words it, on stderr, with exit code 1.
const ANSWER =
  /An executable named `([^`]+)` is not provided by package `([^`]+)`\.\s+The following executables are available:\s+((?:- .+(?:\r?\n|$))+)/;

/** True where the command may be answered in this way. */
export function isUvx(command: string): boolean {
  return /^uvx(\.exe)?$/i.test(basename(command.replaceAll('\\', '/')));
}

/**
 * The arguments that start the package's only executable; undefined unless uvx said that it has
 * exactly one and named the package that the arguments name.
 */
export function correctedArgs(args: readonly string[], stderr: string): string[] | undefined {
  // Coloured where FORCE_COLOR is set, to whatever.
  const [, , named, list] = ANSWER.exec(stripVTControlCharacters(stderr)) ?? [];
  const executables = list?.match(/^- .+$/gm)?.map(line => line.slice(2).trim()) ?? [];
  const [executable] = executables;
  if (named === undefined || executable === undefined || executables.length !== 1) return undefined;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(executable) || args.includes('--from')) return undefined;
  const index = args.findIndex(arg => packageName(arg) === packageName(named));
  const requirement = args[index];
  if (requirement === undefined) return undefined;
  return [...args.slice(0, index), '--from', requirement, executable, ...args.slice(index + 1)];
}

// Versions and extras off, and in the one spelling of Python's package index.
function packageName(requirement: string): string {
  const name = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(requirement)?.[0] ?? '';
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
