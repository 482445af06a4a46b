// Absolute paths in their parts, and whether one lies inside another.
import { folded } from '../../rpc/fold.ts';
import type { Truth } from './truth.ts';

export interface Place {
  /** On Windows the drive or `\\server\share`, in lower case. */
  readonly root: string;
  readonly names: readonly string[];
  readonly isWindows: boolean;
}

/** The parts of an absolute path; dots are resolved as text, without a look at links. */
export function parsePlace(path: string, isWindows: boolean): Place {
  const text = isWindows ? path.replaceAll('/', '\\') : path;
  const root = isWindows ? (/^(?:[a-z]:|\\\\[^\\]*\\[^\\]*)/i.exec(text)?.[0] ?? '') : '';
  const names: string[] = [];
  for (const name of text.slice(root.length).split(isWindows ? '\\' : '/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return { root: root.toLowerCase(), names, isWindows };
}

export function renderPlace({ root, names, isWindows }: Place): string {
  const separator = isWindows ? '\\' : '/';
  return root + separator + names.join(separator);
}

/** Whether `place` is `folder` or in it. */
export function isInside(place: Place, folder: Place): Truth {
  const isSameRoot = place.root === folder.root;
  const same = place.isWindows ? sameInAscii : (a: string, b: string) => a === b;
  if (isSameRoot && startsAlike(place.names, folder.names, same)) return 'true';
  // A share has many names, among them those of the machine's own drives.
  if (!isSameRoot && (isShare(place) || isShare(folder))) return 'unknown';
  // Everything can be reached through the folders of processes.
  if (!place.isWindows && place.names[0] === 'proc') return 'unknown';
  // Not every file system tells the cases of letters apart.
  return isSameRoot && startsAlike(place.names, folder.names, sameFolded) ? 'unknown' : 'false';
}

function isShare({ root }: Place): boolean {
  return root.startsWith('\\');
}

// Beyond ASCII each volume has a table of its own.
function sameInAscii(a: string, b: string): boolean {
  return a === b || lowerAscii(a) === lowerAscii(b);
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

function sameFolded(a: string, b: string): boolean {
  return a === b || folded(a) === folded(b);
}

function startsAlike(
  names: readonly string[],
  start: readonly string[],
  same: (a: string, b: string) => boolean,
): boolean {
  return start.length <= names.length && start.every((name, i) => same(name, names[i] as string));
}
