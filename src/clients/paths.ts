// Where files may be, by patterns: the ones that exist.
import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, parse, sep } from 'node:path';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly cwd: string;
}

/** Below `**`: deeper ones, and more of them, are no configuration. */
const MAX_DEPTH = 8;
const MAX_FOLDERS = 5000;

// No name of a file has it.
const NUL = '\0';

/** A path as a part of a pattern, where it means itself: folders may be called `*` or `100%x%`. */
export function literal(path: string): string {
  return path.replaceAll('*', `${NUL}1`).replaceAll('%', `${NUL}2`);
}

function unescaped(name: string): string {
  return name.replaceAll(`${NUL}1`, '*').replaceAll(`${NUL}2`, '%');
}

/** The files that a pattern leads to, sorted; a relative one is of `folder`. */
export function existing(pattern: string, around: Surroundings, folder?: string): string[] {
  const path = resolved(pattern, around, folder);
  if (path === undefined) return [];
  const { root } = parse(path);
  const names = path.slice(root.length).split(sep === '/' ? sep : /[\\/]/);
  let paths = [root];
  for (const name of names) {
    if (name === '**') paths = foldersBelow(paths);
    else if (name.includes('*')) paths = paths.flatMap(parent => matching(parent, name));
    else paths = paths.map(parent => join(parent, unescaped(name)));
  }
  return paths.filter(isThere);
}

/** With `~` and `%NAME%` put in; undefined where one has no value, or leads nowhere. */
function resolved(pattern: string, around: Surroundings, folder: string | undefined) {
  const { home, env } = around;
  let known = true;
  const path = pattern
    .replace(/^~\/\.config\//, prefix => configFolder(around) ?? prefix)
    .replace(/^~/, () => literal(home))
    .replace(/%(\w+)%/g, (_, name: string) => {
      const value = variable(env, name);
      known &&= value !== undefined;
      return literal(value ?? '');
    });
  if (!known) return undefined;
  if (isAbsolute(path)) return path;
  return folder === undefined ? undefined : join(literal(folder), path);
}

/** On Linux that folder may be elsewhere for all that keep their files in it. */
function configFolder({ platform, env }: Surroundings): string | undefined {
  const folder = platform === 'linux' ? env.XDG_CONFIG_HOME : undefined;
  return folder !== undefined && isAbsolute(folder) ? literal(`${folder}/`) : undefined;
}

/** Names of environment variables have no case on Windows. */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const found = env[name] ?? Object.entries(env).find(([key]) => sameName(key, name))?.[1];
  return found === '' ? undefined : found;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function matching(parent: string, pattern: string): string[] {
  const source = pattern
    .split('*')
    .map(part => unescaped(part).replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const name = new RegExp(`^${source.join('[^/]*')}$`);
  return entriesOf(parent)
    .filter(entry => name.test(entry.name) && !entry.name.startsWith('.'))
    .map(entry => join(parent, entry.name))
    .sort();
}

function foldersBelow(parents: readonly string[]): string[] {
  const found = [...parents];
  let level = found;
  for (let depth = 0; depth < MAX_DEPTH && found.length < MAX_FOLDERS; depth++) {
    level = level.flatMap(parent =>
      entriesOf(parent)
        // Links are not followed: one may lead back.
        .filter(entry => entry.isDirectory() && entry.name !== 'node_modules')
        .map(entry => join(parent, entry.name)),
    );
    found.push(...level);
  }
  return found.slice(0, MAX_FOLDERS);
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

// Whatever cannot be looked at is taken to be there: reading it says what is wrong.
function isThere(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}
