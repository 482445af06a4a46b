// Why a command did not start, in words that say what to do about it.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { shorten } from '../audit/record.ts';
import { PolicyWrapError } from '../errors.ts';

/** What is at the place that a command names. */
export interface Place {
  readonly kind: 'nothing' | 'folder' | 'file';
  /** Its first line, where that names an interpreter: `/usr/bin/env node`. */
  readonly interpreter?: string | undefined;
  readonly executable?: boolean;
}

export interface Circumstances {
  readonly place: Place;
  readonly path: string;
  /** Undefined where the working directory is gone. */
  readonly cwd: string | undefined;
}

interface Words {
  readonly why: string;
  readonly help: string;
  readonly exitCode: number;
}

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SHOWN = 300;
const FIRST_LINE = 256;

/** Which product brings a command, where the name does not say. */
const BROUGHT_BY: Readonly<Record<string, string>> = {
  uvx: 'uv',
  npx: 'Node.js',
  npm: 'Node.js',
  node: 'Node.js',
  bunx: 'Bun',
};

export function spawnError(
  command: string,
  error: { message: string; code?: string | undefined },
  env: NodeJS.ProcessEnv,
): PolicyWrapError {
  const path = env.PATH ?? env.Path ?? '';
  const around = { place: placeOf(command, path), path, cwd: workingDirectory() };
  const { why, help, exitCode } = explain(command, error, around);
  return new PolicyWrapError('PW_SPAWN', `cannot start \`${command}\`: ${why}`, {
    help,
    exitCode,
    cause: error,
  });
}

/** The words for an error code of the system, and the exit code that a shell would give. */
export function explain(
  command: string,
  { code = '', message }: { message: string; code?: string | undefined },
  { place, path, cwd }: Circumstances,
): Words {
  const runner = `put the program that runs it before it, for instance: node ${command}`;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return place.kind === 'file'
        ? withoutInterpreter(command, place)
        : { why: 'it was not found', help: whereToLook(command, path, cwd), exitCode: NOT_FOUND };
    case 'EACCES':
    case 'EPERM':
      return { ...forbidden(command, place), exitCode: NOT_EXECUTABLE };
    case 'ENOEXEC':
    case 'EFTYPE':
      return {
        why: `it is no program for ${process.platform} on ${process.arch}`,
        help: `a script needs a first line such as #!/usr/bin/env node, or ${runner}`,
        exitCode: NOT_EXECUTABLE,
      };
    case 'E2BIG':
      return {
        why: 'its arguments and the environment are longer than this system allows',
        help: 'hand long values over in a file',
        exitCode: NOT_EXECUTABLE,
      };
    case 'ELOOP':
      return {
        why: 'its symbolic links lead in a circle',
        help: 'give the path of the file itself',
        exitCode: NOT_EXECUTABLE,
      };
    case 'ETXTBSY':
      return {
        why: 'the file is being written to',
        help: 'try again once it is installed',
        exitCode: NOT_EXECUTABLE,
      };
    case 'EAGAIN':
    case 'ENOMEM':
    case 'EMFILE':
    case 'ENFILE':
      return {
        why: `the system has no room for one more process (${code})`,
        help: 'end other programs, or raise the limits: `ulimit -u` shows processes, `ulimit -n` open files',
        exitCode: 1,
      };
    default:
      return { why: message, help: 'start the same command in a terminal', exitCode: 1 };
  }
}

function whereToLook(command: string, path: string, cwd: string | undefined): string {
  if (/\s/.test(command))
    return 'write the command and each of its arguments as separate arguments';
  if (isAbsolute(command)) return 'there is no such file; check each part of the path';
  if (/[/\\]/.test(command)) {
    const here = cwd === undefined ? 'is gone' : `is ${cwd}`;
    return `there is no such file; give its full path: the working directory ${here}`;
  }
  const which = process.platform === 'win32' ? 'where' : 'which';
  const product = BROUGHT_BY[command] ?? 'it';
  const shown = path === '' ? 'empty' : shorten(path, SHOWN);
  return `give its full path (\`${which} ${command}\` in a terminal prints it, or install ${product}): programs started from the desktop have a shorter PATH than a terminal; here it is ${shown}`;
}

// The file is there, so it is something else that the system did not find.
function withoutInterpreter(command: string, { interpreter }: Place): Words {
  if (interpreter === undefined)
    return {
      why: 'the file is there, but not the loader that it needs',
      help: `it was built for another system: install the version for ${process.platform} on ${process.arch}`,
      exitCode: NOT_FOUND,
    };
  const windows = interpreter.endsWith('\r');
  return {
    why: `its first line names \`${interpreter.trim()}\`, which was not found`,
    help: windows
      ? `${command} has the line breaks of Windows: save it with LF`
      : `mend the first line of ${command}, or put the program that runs it before it`,
    exitCode: NOT_FOUND,
  };
}

function forbidden(command: string, { kind, executable }: Place): Omit<Words, 'exitCode'> {
  if (kind === 'folder')
    return { why: 'it is a folder', help: 'give the path of the program in it' };
  if (executable)
    return {
      why: 'permission denied, though it is executable',
      help: 'a folder on the way to it, or what its first line names, may not be entered or run; or its disk is mounted noexec',
    };
  return {
    why: 'permission denied: it is no file that may be executed',
    help: `make it executable (chmod +x), or put the program that runs it before it, for instance: node ${command}`,
  };
}

function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function placeOf(command: string, path: string): Place {
  const candidates = /[/\\]/.test(command)
    ? [command]
    : path.split(delimiter).map(folder => join(folder, command));
  for (const candidate of candidates) {
    const place = look(candidate);
    if (place.kind !== 'nothing') return place;
  }
  return { kind: 'nothing' };
}

function look(file: string): Place {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return { kind: stats.isDirectory() ? 'folder' : 'nothing' };
    const executable = (stats.mode & 0o111) !== 0;
    return { kind: 'file', executable, interpreter: interpreterOf(file) };
  } catch {
    return { kind: 'nothing' };
  }
}

function interpreterOf(file: string): string | undefined {
  const buffer = Buffer.alloc(FIRST_LINE);
  try {
    const descriptor = openSync(file, 'r');
    try {
      const length = readSync(descriptor, buffer, 0, FIRST_LINE, 0);
      return /^#!\s*([^\n]+)/.exec(buffer.toString('latin1', 0, length))?.[1];
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}
