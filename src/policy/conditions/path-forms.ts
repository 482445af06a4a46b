// The absolute paths that a server may take a text for.
import { textsOf } from './path-texts.ts';

export interface Surroundings {
  /** The home folder, where it is known. */
  readonly home: string | undefined;
  readonly isWindows: boolean;
}

/** True for what a policy may name: `/a`, `~`, `~/a`, `C:\a`, `\\server\share`. */
export function isAbsolute(path: string): boolean {
  return /^(?:\/|~$|~[/\\]|[a-z]:[/\\]|\\\\[^\\?.])/i.test(path) && !/\p{Cc}/u.test(path);
}

/** A policy's own path, taken by its word; undefined where it is none on this machine. */
export function placeOf(path: string, { home, isWindows }: Surroundings): string | undefined {
  const place = /^~(?:$|[/\\])/.test(path) ? home && home + path.slice(1) : path;
  if (place === undefined) return undefined;
  return (isWindows ? /^(?:[a-z]:[/\\]|[/\\]{2})/i : /^\//).test(place) ? place : undefined;
}

/**
 * All absolute paths that one text may stand for, with the dots that they were given; or what is odd
 * about it, so that nobody can say. A relative path stands below `base`.
 */
export function pathsOf(
  text: string,
  base: string | undefined,
  around: Surroundings,
): ReadonlySet<string> | { odd: string } {
  const texts = textsOf(text);
  if ('odd' in texts) return texts;
  const paths = new Set<string>();
  for (const form of texts) {
    const odd = oddity(form) ?? (around.isWindows ? oddityOnWindows(form) : undefined);
    if (odd !== undefined) return { odd };
    const found = around.isWindows ? onWindows(form, base, around) : onPosix(form, base, around);
    if ('odd' in found) return found;
    for (const path of found) paths.add(path);
  }
  return paths;
}

// What a shell, a template or another program would read in its own way.
function oddity(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (/^["'`$%-]/.test(text)) return 'begins as no path does';
  if (/^~[^/\\]/.test(text)) return "begins with another user's home";
  const brace = text.indexOf('{');
  if (/(?:^|[/\\])\.[^/\\]*[*?[{]/.test(text) || (brace >= 0 && text.includes('..', brace)))
    return 'is a pattern that may lead up';
  return undefined;
}

const FILE_URL = /^file:(?:\/\/(?:localhost)?(?=\/)|(?!\/\/))(\/[^?#\\]*)$/i;
const SCHEME = /^[^/\\]*:[/\\]/;

/** The path in a URL of scheme `file`; undefined for what is no URL. */
function pathInUrl(text: string): string | undefined | { odd: string } {
  if (!/^file:/i.test(text)) return SCHEME.test(text) ? { odd: 'is no path but a URL' } : undefined;
  const path = FILE_URL.exec(text)?.[1];
  // A server that knows no URLs climbs up from a folder called `file:`.
  return path === undefined || hasDots(path) ? { odd: 'is an odd file URL' } : path;
}

export function hasDots(path: string): boolean {
  return /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path);
}

function onPosix(text: string, base: string | undefined, around: Surroundings) {
  const path = pathInUrl(text);
  if (typeof path === 'object') return path;
  if (path !== undefined) return [path];
  const paths: string[] = [];
  for (const form of [text, text.replaceAll('\\', '/')]) {
    if (form.startsWith('/')) {
      paths.push(form);
      continue;
    }
    const place = base === undefined ? undefined : placeOf(base, around);
    if (place === undefined) return relative(base);
    paths.push(`${place}/${form}`);
    if (!form.startsWith('~')) continue;
    if (around.home === undefined) return { odd: 'begins with a home that is not known' };
    paths.push(around.home + form.slice(1));
  }
  return paths;
}

function relative(base: string | undefined): { odd: string } {
  return base === undefined
    ? { odd: 'is no absolute path, and the condition has no `base`' }
    : { odd: 'is no absolute path, and `base` is none on this machine' };
}

const DRIVE = /^[a-z]:\\/i;
const UNC = /^\\\\[^\\]+\\[^\\]+/;

function onWindows(text: string, base: string | undefined, around: Surroundings) {
  const drivePath = DRIVE.test(text.replaceAll('/', '\\'));
  const inUrl = drivePath ? undefined : pathInUrl(text);
  if (typeof inUrl === 'object') return inUrl;
  // `file:///C:/a` has a slash before the drive.
  const path = (inUrl?.replace(/^\/(?=[a-z]:)/i, '') ?? text).replaceAll('/', '\\');
  if (DRIVE.test(path) || UNC.test(path)) return [path];
  if (path.startsWith('\\') || path.includes(':')) return { odd: 'depends on the current drive' };
  const place = base === undefined ? undefined : placeOf(base, around);
  if (place === undefined) return relative(base);
  const below = `${place}\\${path}`;
  if (!path.startsWith('~')) return [below];
  if (around.home === undefined) return { odd: 'begins with a home that is not known' };
  return [below, around.home + path.slice(1)];
}

// https://learn.microsoft.com/windows/win32/fileio/naming-a-file: devices, streams, prefixes that
// switch off normalisation, and ends of names that Windows drops.
function oddityOnWindows(text: string): string | undefined {
  if (/^[\\/]{2}[?.]|^[\\/]\?\?/.test(text)) return 'is a device path';
  if (/%[^%\\/]+%/.test(text)) return 'has a variable';
  const names = text
    .replace(/^file:[\\/]*(?:localhost(?=[\\/]))?[\\/]*/i, '')
    .replace(/^[a-z]:/i, '')
    .split(/[\\/]/);
  const isOdd = names.some(
    name =>
      /[:*?"<>|]/.test(name) ||
      /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:$|[. ])/i.test(name) ||
      (/[. ]$/.test(name) && name !== '.' && name !== '..'),
  );
  return isOdd ? 'has a name that Windows reads in its own way' : undefined;
}
