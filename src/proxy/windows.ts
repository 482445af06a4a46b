// A command on Windows: which file it means, how that file is started safely, how its tree is ended.
// Pure, so that it is tested everywhere: docs/decisions/004-commands-on-windows.md says why.
import { win32 } from 'node:path';
import { PolicyWrapError } from '../errors.ts';

export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  isFile(path: string): boolean;
}

/** What is handed to `spawn`. */
export interface Start {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The arguments are quoted already. */
  readonly verbatim: boolean;
}

/** Beyond these a file starts only by what Explorer associates with its name. */
const PROGRAMS: ReadonlySet<string> = new Set(['.com', '.exe']);
const BATCHES: ReadonlySet<string> = new Set(['.bat', '.cmd']);
const EXTENSIONS = ['.com', '.exe', '.bat', '.cmd'];
/** Of cmd.exe: it cuts what is longer. */
const MAX_LINE = 8191;

/** How a command is started; undefined where there is no such file. Throws `PW_SPAWN`. */
export function startOf(
  command: string,
  args: readonly string[],
  around: Surroundings,
): Start | undefined {
  const file = commandFile(command, around);
  if (file === undefined) return undefined;
  const extension = win32.extname(file).toLowerCase();
  if (PROGRAMS.has(extension)) return { file, args, env: around.env, verbatim: false };
  if (BATCHES.has(extension)) return batch(command, file, args, around.env);
  throw cannot(command, 'Windows cannot run such a file by itself', {
    help: `put the program that runs it before it, for instance: node ${command}`,
  });
}

/** The absolute path that a command means; a bare name is never looked for in the working directory. */
export function commandFile(command: string, around: Surroundings): string | undefined {
  const { cwd, env, isFile } = around;
  const extensions = extensionsOf(env);
  const isPath = /[\\/:]/.test(command);
  const places = isPath
    ? [win32.resolve(cwd, command)]
    : foldersOf(env).map(folder => win32.join(folder, command));
  const isComplete = extensions.includes(win32.extname(command).toLowerCase());
  for (const place of places) {
    const candidates = extensions.map(extension => place + extension);
    if (isComplete) candidates.unshift(place);
    // What was named in full may be told of, though it cannot be started.
    else if (isPath) candidates.push(place);
    const found = candidates.find(isFile);
    if (found !== undefined) return found;
  }
  return undefined;
}

function extensionsOf(env: NodeJS.ProcessEnv): readonly string[] {
  const wanted = (variable(env, 'PATHEXT') ?? '').toLowerCase().split(';');
  const known = wanted.map(text => text.trim()).filter(text => EXTENSIONS.includes(text));
  return known.length > 0 ? known : EXTENSIONS;
}

// An entry that is relative, or has no drive, leads to wherever the client happened to start us.
function foldersOf(env: NodeJS.ProcessEnv): string[] {
  const entries = (variable(env, 'PATH') ?? '').match(/(?:"[^"]*"?|[^;"])+/g) ?? [];
  return entries
    .map(entry => entry.replaceAll('"', '').trim())
    .filter(entry => /^(?:[a-z]:[\\/]|\\\\[^\\])/i.test(entry));
}

/** The value of a variable, whose name has no case on Windows. */
function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const key = Object.keys(env)
    .sort()
    .find(known => known.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : env[key];
}

// Node starts no batch file by itself since CVE-2024-27980: cmd.exe reads the line again by rules of
// its own, and so does every `%*` in the batch file.
function batch(
  command: string,
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Start {
  if ([file, ...args].some(text => /[\0\r\n]/.test(text)))
    throw cannot(command, 'an argument holds a line break, which no batch file can be given', {
      help: 'start the program behind it directly, for instance `node` with the path of the script',
    });
  const line = [file, ...args].map(quoted).join(' ');
  if (line.length > MAX_LINE)
    throw cannot(command, `its arguments are longer than the ${MAX_LINE} characters of cmd.exe`, {
      help: 'hand long values over in a file or in the environment',
    });
  return {
    file: systemProgram(env, 'cmd.exe'),
    args: ['/d', '/e:on', '/v:off', '/s', '/c', `"${line}"`],
    env: withoutWorkingDirectory(env),
    verbatim: true,
  };
}

/**
 * One argument for cmd.exe and for the program behind it. Always in quotes, where cmd.exe takes
 * `&|<>^()` as they are; a quote inside is doubled, which both read alike, so that cmd.exe never
 * thinks itself outside. `%` is followed by a variable that is empty, so that none begins with it.
 */
function quoted(text: string): string {
  const inner = text
    .replace(/(\\*)"/g, '$1$1""')
    .replace(/(\\+)$/, '$1$1')
    .replaceAll('%', '%%cd:~,%');
  return `"${inner}"`;
}

// npm's shims call `node` by its bare name, which cmd.exe looks for in the working directory first.
function withoutWorkingDirectory(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const name = 'NoDefaultCurrentDirectoryInExePath';
  return variable(env, name) === undefined ? { ...env, [name]: '1' } : env;
}

/** The command that ends a process with all that it has started. */
export function treeKill(pid: number, env: NodeJS.ProcessEnv): { file: string; args: string[] } {
  return { file: systemProgram(env, 'taskkill.exe'), args: ['/pid', String(pid), '/t', '/f'] };
}

function systemProgram(env: NodeJS.ProcessEnv, name: string): string {
  const root = variable(env, 'SystemRoot') ?? '';
  return win32.join(/^[a-z]:[\\/]/i.test(root) ? root : 'C:\\Windows', 'System32', name);
}

function cannot(command: string, why: string, { help }: { help: string }): PolicyWrapError {
  return new PolicyWrapError('PW_SPAWN', `cannot start \`${command}\`: ${why}`, {
    help,
    exitCode: 126,
  });
}
