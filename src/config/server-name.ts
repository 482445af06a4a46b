// The server's name from its command line: the package, module, image or script that runs.
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { LAUNCHERS, type Launcher } from './launchers.ts';

/** Words of a script's path that do not say which server it is. */
const SILENT_NAMES = new Set(['index', 'main', 'server', 'cli', '__main__']);
const SILENT_FOLDERS = new Set(['dist', 'build', 'src', 'bin']);

/** The name under which a server has its policy and its counters; it can be that of a file. */
export function serverName(command: string, args: readonly string[]): string {
  return fileSafe(nameOf(command, args)) ?? fileSafe(baseName(command)) ?? 'server';
}

/** A name given by hand; refused where no file could be called so. */
export function givenName(name: string): string {
  const safe = fileSafe(name);
  if (safe === undefined || safe.startsWith('_all') || /[\\:\p{Cc}]/u.test(name))
    throw new PolicyWrapError('PW_USAGE', `--server: \`${name}\` cannot be the name of a server`, {
      help: '`_all` is the layer for every server; no colon, backslash or control character',
      exitCode: ExitCode.usage,
    });
  return safe;
}

function fileSafe(name: string): string | undefined {
  const safe = name.replace(/[/\\:\p{Cc}]+/gu, '+').slice(0, 200);
  return /^[.+]*$/.test(safe) ? undefined : safe;
}

function nameOf(command: string, args: readonly string[]): string {
  const base = baseName(command).replace(/\.(exe|cmd|bat|ps1)$/i, '');
  for (const launcher of LAUNCHERS) {
    const found = launcher.names.test(base.toLowerCase()) ? launched(launcher, args) : undefined;
    if (found !== undefined && found !== '') return found;
  }
  return /\.(m?[jt]s|c[jt]s|py|rb|jar|dll)$/i.test(command) ? scriptName(command) : base;
}

/** What a launcher runs; undefined where these are not its arguments. */
function launched(launcher: Launcher, args: readonly string[]): string | undefined {
  const { words = [], naming = [] } = launcher;
  let met = 0;
  let named: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const [option = '', inline] = splitOption(arg);
    if (naming.includes(option)) named ??= inline ?? args[++i];
    else if (isValued(launcher, option) && inline === undefined) i++;
    else if (met < words.length) {
      if (arg.toLowerCase() === words[met]) met++;
      else if (!arg.startsWith('-')) return undefined;
    } else if (named !== undefined) break;
    else if (isTarget(launcher, arg)) return targetName(launcher, args.slice(i));
  }
  return named !== undefined && met === words.length ? optionName(launcher, named) : undefined;
}

function isTarget({ target }: Launcher, arg: string): boolean {
  return !arg.startsWith('-') && !(target === 'command' && /^\w+=/.test(arg));
}

function isValued({ valued, flags }: Launcher, option: string): boolean {
  if (!/^-./.test(option) || option === '--') return false;
  if (flags === undefined) return valued?.has(option) === true;
  // `-it` is two flags in one.
  const isCluster =
    /^-[A-Za-z]{2,}$/.test(option) && [...option.slice(1)].every(c => flags.has(`-${c}`));
  return !flags.has(option) && !isCluster;
}

function splitOption(arg: string): [string, string | undefined] {
  const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function optionName({ target }: Launcher, value: string): string {
  if (target === 'module' || target === 'command') return value;
  if (target === 'script') return scriptName(value);
  return packageName(target === 'python', value);
}

function targetName({ target }: Launcher, [first = '', ...rest]: readonly string[]): string {
  switch (target) {
    case 'npm':
    case 'python':
      return packageName(target === 'python', first);
    case 'image':
      return imageName(first);
    case 'command':
      return nameOf(first, rest);
    default:
      return /^(npm|jsr):/.test(first) ? packageName(false, first) : scriptName(first);
  }
}

function packageName(isPython: boolean, text: string): string {
  if (/^([./~\\]|[A-Za-z]:[\\/]|git\+|https?:|file:)/.test(text)) return scriptName(text);
  if (isPython) return /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(text)?.[0] ?? text;
  const name = text.replace(/^[a-z]+:/, '').replace(/#.*$/, '');
  const at = name.lastIndexOf('@');
  return at > 0 ? name.slice(0, at) : name;
}

function imageName(text: string): string {
  const [withoutDigest = text] = text.split('@');
  const colon = withoutDigest.indexOf(':', withoutDigest.lastIndexOf('/') + 1);
  return colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
}

function scriptName(path: string): string {
  const parts = path
    .replace(/@[^/\\@]*$/, '')
    .replace(/\.git$/, '')
    .split(/[\\/]+/)
    .filter(part => part !== '' && part !== '.');
  const file = (parts.pop() ?? '').replace(/(?<=.)\.[A-Za-z0-9]{1,4}$/, '');
  if (!SILENT_NAMES.has(file)) return file;
  const folder = parts.reverse().find(part => !SILENT_FOLDERS.has(part));
  return folder === undefined || folder === '..' || /^[A-Za-z]:$/.test(folder) ? file : folder;
}

function baseName(path: string): string {
  return path.split(/[\\/]/).pop() || path;
}
