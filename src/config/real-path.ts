// Where a path leads when its symbolic links are followed, also where not all of it exists yet.
import { lstatSync, realpathSync } from 'node:fs';
import { join, parse, sep } from 'node:path';

/** As on Linux, where longer ones cannot be opened. */
const MAX_LENGTH = 4096;
const MAX_NAMES = 256;

/**
 * The real path of what exists, with the rest of the path behind it. `path` is absolute. Undefined
 * where nobody can say: for a link that leads nowhere yet, `..` behind what does not exist, or
 * whatever cannot be looked at.
 */
export function realPath(path: string): string | undefined {
  const { root } = parse(path);
  const names = path.slice(root.length).split(sep);
  if (root === '' || path.length > MAX_LENGTH || names.length > MAX_NAMES) return undefined;
  const whole = lookAt(path);
  if (whole !== MISSING) return whole;
  const upTo = (count: number) => root + names.slice(0, count).join(sep);
  // Where a folder is missing, all below it is: the last one that exists is found by halving.
  let [there, missing] = [0, names.length];
  while (missing - there > 1) {
    const middle = (there + missing) >>> 1;
    const found = lookAt(upTo(middle));
    if (found === undefined) return undefined;
    if (found === MISSING) missing = middle;
    else there = middle;
  }
  const rest = names.slice(there);
  const folder = lookAt(upTo(there));
  if (folder === undefined || folder === MISSING || rest.includes('..')) return undefined;
  return mayBeLink(upTo(there + 1)) ? undefined : join(folder, ...rest);
}

const MISSING = Symbol('missing');

function lookAt(path: string): string | typeof MISSING | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    return isMissing(error) ? MISSING : undefined;
  }
}

function mayBeLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (error) {
    return !isMissing(error);
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
