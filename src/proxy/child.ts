// One child process in a group of its own: started without a shell, ended rung by rung, and gone
// with everything that it started.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { PolicyWrapError } from '../errors.ts';

/** How a child ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Only where it was asked for; else stderr is the wrapper's own. */
  readonly stderr: Readable | null;
  /** Resolves when the child has ended and its output is read; rejects where it did not start. */
  readonly ended: Promise<Exit>;
  /** Ends it: end of input → 2 s → SIGTERM to the group → 2 s → SIGKILL. Called again: the next rung. */
  end(): void;
  /** Resolves when nothing of the child's group is left. */
  cleared(): Promise<void>;
}

const RUNG_MS = 2000;
/** A client that repeats its request to end kills the wrapper 2 s later: be done before that. */
const HURRIED_MS = 1500;
/** How long output may still come after the child has ended: a grandchild may hold the pipe. */
const DRAIN_MS = 500;
const POLL_MS = 25;

export function startChild(
  command: string,
  args: readonly string[],
  { env, stderr }: { env: NodeJS.ProcessEnv; stderr: 'inherit' | 'pipe' },
): Child {
  const options: SpawnOptions = {
    env,
    stdio: ['pipe', 'pipe', stderr],
    // A group of its own, so that signals reach what `npx` and `uvx` start in their turn.
    detached: process.platform !== 'win32',
    windowsHide: true,
  };
  const child =
    process.platform === 'win32'
      ? spawnOnWindows(command, args, options)
      : spawn(command, args, options);
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('the child was started without pipes');
  // A child that closes its input or dies is noticed by its exit.
  stdin.on('error', () => {});
  const ladder = new Ladder(child, stdin);
  return {
    stdin,
    stdout,
    stderr: child.stderr,
    ended: ending(child, command, stdout).finally(() => ladder.stop()),
    end: () => ladder.next(),
    cleared: () => clearGroup(child.pid),
  };
}

// `.cmd` shims need cmd.exe with exact quoting; the module that knows how is loaded only there.
function spawnOnWindows(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const crossSpawn = require('cross-spawn') as typeof import('cross-spawn');
  return crossSpawn.spawn(command, [...args], options);
}

function ending(child: ChildProcess, command: string, stdout: Readable): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) reject(spawnError(command, error));
    });
    child.on('exit', (code, signal) => {
      const done = () => resolve({ code, signal });
      const timer = setTimeout(() => {
        stdout.destroy();
        done();
      }, DRAIN_MS);
      const finish = () => {
        clearTimeout(timer);
        done();
      };
      child.once('close', finish);
    });
  });
}

function spawnError(command: string, error: NodeJS.ErrnoException): PolicyWrapError {
  const message = `cannot start \`${command}\``;
  if (error.code === 'ENOENT')
    return new PolicyWrapError('PW_SPAWN', `${message}: it was not found on the PATH`, {
      help: `give its full path (\`which ${command}\` in a terminal prints it): programs started from the desktop have a shorter PATH than a terminal`,
      exitCode: 127,
      cause: error,
    });
  if (error.code === 'EACCES')
    return new PolicyWrapError('PW_SPAWN', `${message}: permission denied`, {
      help: 'it must be a file that may be executed',
      exitCode: 126,
      cause: error,
    });
  return new PolicyWrapError('PW_SPAWN', `${message}: ${error.message}`, { cause: error });
}

class Ladder {
  private rung = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly stdin: Writable,
  ) {}

  next(): void {
    if (this.rung === 0) {
      this.rung = 1;
      this.stdin.end();
      this.timer = setTimeout(() => this.terminate(RUNG_MS), RUNG_MS);
    } else if (this.rung === 1) this.terminate(HURRIED_MS);
    else this.killIn(HURRIED_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private terminate(patienceMs: number): void {
    this.rung = 2;
    signalGroup(this.child.pid, 'SIGTERM');
    this.killIn(patienceMs);
  }

  private killIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => signalGroup(this.child.pid, 'SIGKILL'), ms);
  }
}

/** False where no process of the group is left. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    // Windows has no groups; the children of a killed process see their input end.
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
    return true;
  } catch {
    return false;
  }
}

// `npx` and `uvx` may end before the server that they started.
async function clearGroup(pid: number | undefined): Promise<void> {
  if (process.platform === 'win32') return;
  for (const signal of [0, 'SIGTERM', 'SIGKILL'] as const) {
    if (!signalGroup(pid, signal)) return;
    const deadline = performance.now() + RUNG_MS;
    while (performance.now() < deadline) {
      if (!signalGroup(pid, 0)) return;
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
    }
  }
}
