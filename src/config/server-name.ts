// The server's name from its command line: the package, module, image or script that runs.
import { ExitCode, PolicyWrapError } from '../errors.ts';

/** Words of a script's path that do not say which server it is. */
const SILENT_NAMES = new Set(['index', 'main', 'server', 'cli', '__main__']);
const SILENT_FOLDERS = new Set(['dist', 'build', 'src', 'bin']);

/** A launcher: which of its options take a value, and how it names what it runs. */
interface Launcher {
  readonly names: RegExp;
  /** Words that must follow the command, such as `tool run`. */
  readonly words?: readonly string[];
  /** Options whose value is the next argument. */
  readonly valued?: readonly string[];
  /** Options whose value names what runs. */
  readonly naming?: readonly string[];
  readonly target: 'npm' | 'python' | 'module' | 'image' | 'script' | 'command';
}

const NPM = [
  '-c',
  '--call',
  '-w',
  '--workspace',
  '--prefix',
  '--registry',
  '--cache',
  '--node-options',
];
const UV = [
  ...[
    '--with',
    '--with-editable',
    '--with-requirements',
    '-p',
    '--python',
    '--index',
    '--default-index',
  ],
  ...['-i', '--index-url', '--extra-index-url', '-f', '--find-links', '--directory', '--project'],
  ...['--cache-dir', '--config-file', '-c', '--constraints', '--env-file', '--exclude-newer', '-P'],
  ...[
    '--upgrade-package',
    '--refresh-package',
    '--reinstall-package',
    '--overrides',
    '--resolution',
  ],
  ...['--prerelease', '--link-mode', '--index-strategy', '--color', '-C', '--config-setting', '-b'],
  ...['--group', '--extra', '--package'],
];
const DOCKER = [
  ...[
    '-e',
    '--env',
    '--env-file',
    '-v',
    '--volume',
    '--mount',
    '-p',
    '--publish',
    '--name',
    '--user',
  ],
  ...[
    '--network',
    '--net',
    '-u',
    '-w',
    '--workdir',
    '--entrypoint',
    '--platform',
    '-m',
    '--memory',
  ],
  ...['--cpus', '-l', '--label', '--add-host', '--gpus', '-h', '--hostname', '--pull', '--restart'],
  ...[
    '--tmpfs',
    '--cap-add',
    '--cap-drop',
    '--security-opt',
    '--device',
    '--dns',
    '--ip',
    '--log-driver',
  ],
  ...['--shm-size', '--ulimit', '--pid', '--ipc', '--volumes-from', '--cidfile', '--stop-timeout'],
];
const NODE = [
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
];

const LAUNCHERS: readonly Launcher[] = [
  { names: /^npx$/, naming: ['-p', '--package'], valued: NPM, target: 'npm' },
  { names: /^npm$/, words: ['exec'], naming: ['-p', '--package'], valued: NPM, target: 'npm' },
  { names: /^npm$/, words: ['x'], naming: ['-p', '--package'], valued: NPM, target: 'npm' },
  { names: /^bunx$/, naming: ['-p', '--package'], target: 'npm' },
  { names: /^bun$/, words: ['x'], naming: ['-p', '--package'], target: 'npm' },
  { names: /^bun$/, words: ['run'], target: 'script' },
  { names: /^pnpm$/, words: ['dlx'], naming: ['--package'], target: 'npm' },
  { names: /^pnpx$/, naming: ['--package'], target: 'npm' },
  { names: /^yarn$/, words: ['dlx'], naming: ['-p', '--package'], target: 'npm' },
  { names: /^uvx$/, naming: ['--from'], valued: UV, target: 'python' },
  { names: /^uv$/, words: ['tool', 'run'], naming: ['--from'], valued: UV, target: 'python' },
  { names: /^uv$/, words: ['run'], naming: ['-m', '--module'], valued: UV, target: 'command' },
  {
    names: /^pipx$/,
    words: ['run'],
    naming: ['--spec'],
    valued: ['--python', '--pip-args'],
    target: 'python',
  },
  {
    names: /^(python[0-9.]*|pypy[0-9.]*|py)$/,
    naming: ['-m'],
    valued: ['-W', '-X'],
    target: 'module',
  },
  { names: /^(docker|podman|nerdctl)$/, words: ['run'], valued: DOCKER, target: 'image' },
  {
    names: /^(docker|podman|nerdctl)$/,
    words: ['container', 'run'],
    valued: DOCKER,
    target: 'image',
  },
  { names: /^(node|tsx|ts-node)$/, valued: NODE, target: 'script' },
  { names: /^bun$/, target: 'script' },
  { names: /^deno$/, words: ['run'], valued: ['-c', '--config', '--import-map'], target: 'script' },
  { names: /^java$/, naming: ['-jar'], valued: ['-cp', '-classpath'], target: 'script' },
  { names: /^cmd$/, words: ['/c'], target: 'command' },
  { names: /^(env|time|nice)$/, target: 'command' },
];

/** The name under which a server has its policy and its counters. */
export function serverName(command: string, args: readonly string[]): string {
  return fileSafe(nameOf(command, args));
}

/** A name given by hand; refused where no file could be called so. */
export function givenName(name: string): string {
  const safe = fileSafe(name);
  if (safe === '' || /^\.+$/.test(safe) || /[\p{Cc}\\:]/u.test(safe) || safe.startsWith('_all'))
    throw new PolicyWrapError('PW_USAGE', `--server: \`${name}\` cannot be the name of a server`, {
      exitCode: ExitCode.usage,
    });
  return safe;
}

function fileSafe(name: string): string {
  return name.replaceAll('/', '+').slice(0, 200);
}

function nameOf(command: string, args: readonly string[]): string {
  const base = baseName(command).replace(/\.(exe|cmd|bat|ps1)$/i, '');
  for (const launcher of LAUNCHERS) {
    const words = launcher.words ?? [];
    if (!launcher.names.test(base.toLowerCase()) || !words.every((word, i) => args[i] === word))
      continue;
    const found = target(launcher, args.slice(words.length));
    if (found !== undefined) return found;
  }
  return /\.(m?[jt]s|c[jt]s|py|rb|jar|dll)$/i.test(command) ? scriptName(command) : base;
}

function target(launcher: Launcher, args: readonly string[]): string | undefined {
  const { naming = [], valued = [] } = launcher;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const [option = '', inline] = splitOption(arg);
    if (naming.includes(option)) return named(launcher, inline ?? args[i + 1], true);
    if (valued.includes(option) && inline === undefined) i++;
    else if (arg === '--' || (launcher.target === 'command' && /^\w+=/.test(arg))) continue;
    else if (!arg.startsWith('-'))
      return launcher.target === 'command'
        ? nameOf(arg, args.slice(i + 1))
        : named(launcher, arg, false);
  }
  return undefined;
}

function splitOption(arg: string): [string, string | undefined] {
  const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function named(
  launcher: Launcher,
  text: string | undefined,
  byOption: boolean,
): string | undefined {
  if (text === undefined || text === '') return undefined;
  switch (launcher.target) {
    case 'npm':
      return isPath(text) ? scriptName(text) : npmName(text);
    case 'python':
      return isPath(text) ? scriptName(text) : pythonName(text);
    case 'module':
    case 'command':
      return byOption ? text : scriptName(text);
    case 'image':
      return imageName(text);
    case 'script':
      return scriptName(text);
  }
}

function isPath(text: string): boolean {
  return /^([./~\\]|[A-Za-z]:[\\/]|git\+|https?:|file:)/.test(text);
}

function npmName(text: string): string {
  const at = text.lastIndexOf('@');
  return at > 0 ? text.slice(0, at) : text;
}

function pythonName(text: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(text)?.[0] ?? text;
}

function imageName(text: string): string {
  const [withoutDigest = text] = text.split('@');
  const slash = withoutDigest.lastIndexOf('/');
  const colon = withoutDigest.indexOf(':', slash + 1);
  return (colon < 0 ? withoutDigest : withoutDigest.slice(0, colon)).replaceAll(':', '+');
}

function scriptName(path: string): string {
  const parts = path
    .replace(/@[^/\\@]*$/, '')
    .replace(/\.git$/, '')
    .split(/[\\/]+/)
    .filter(part => part !== '' && part !== '.');
  const file = (parts.pop() ?? path).replace(/\.[A-Za-z0-9]{1,4}$/, '');
  if (!SILENT_NAMES.has(file)) return file;
  const folder = parts.reverse().find(part => !SILENT_FOLDERS.has(part));
  return folder === undefined || folder === '..' || /^[A-Za-z]:$/.test(folder) ? file : folder;
}

function baseName(path: string): string {
  return path.split(/[\\/]/).pop() || path;
}
