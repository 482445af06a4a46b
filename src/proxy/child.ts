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
  readonly stderr: Readable;
  /** Resolves when the child has ended and its output is read; rejects where it did not start. */
  readonly ended: Promise<Exit>;
  /** Ends it: end of input → 2 s → SIGTERM to the group → 2 s → SIGKILL. Called again: hurries. */
  end(): void;
  /** Resolves when nothing of the child's group is left; what is left is ended in the same way. */
  cleared(): Promise<void>;
}

const RUNG_MS = 2000;
/** A client that repeats its request to end kills the wrapper 2 s later: be done before that. */
const HURRIED_MS = 1500;
/** How long output may still come after the child has ended: a grandchild may hold the pipe. */
const DRAIN_MS = 500;
const POLL_MS = 25;
const ZOMBIE_MS = 500;

/** Throws `PW_SPAWN` where it cannot be started at all; other failures reject `ended`. */
export function startChild(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Child {
  const options: SpawnOptions = {
    env,
    // Not `inherit` for stderr: libuv would make the description that is shared with our own stderr
    // blocking, and a client that does not read it could then stop the wrapper as a whole.
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that signals reach what `npx` and `uvx` start in their turn.
    detached: process.platform !== 'win32',
    windowsHide: true,
  };
  const child = spawned(command, args, options);
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr)
    throw spawnError(command, { message: 'there are no pipes left' });
  // A child that closes its input or dies is noticed by its exit.
  stdin.on('error', () => {});
  const ladder = new Ladder(child, stdin);
  return {
    stdin,
    stdout,
    stderr,
    ended: ending(child, command, stdout, () => ladder.isStanding),
    end: () => ladder.next(),
    cleared: () => ladder.cleared(),
  };
}

// Some failures are thrown (ENOTDIR, E2BIG), others come as an event (ENOENT).
function spawned(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return process.platform === 'win32'
      ? spawnOnWindows(command, args, options)
      : spawn(command, args, options);
  } catch (error) {
    throw spawnError(command, error as NodeJS.ErrnoException);
  }
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

function ending(
  child: ChildProcess,
  command: string,
  stdout: Readable,
  isPatient: () => boolean,
): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) reject(spawnError(command, error));
    });
    child.on('exit', (code, signal) => {
      const done = () => resolve({ code, signal });
      // What a slow client has not read yet is waited for; a pipe that somebody else holds is not.
      const giveUp = () => {
        if (stdout.isPaused() && isPatient()) {
          timer = setTimeout(giveUp, DRAIN_MS);
          return;
        }
        stdout.destroy();
        done();
      };
      let timer = setTimeout(giveUp, DRAIN_MS);
      child.once('close', () => {
        clearTimeout(timer);
        done();
      });
    });
  });
}

function spawnError(
  command: string,
  error: { message: string; code?: string | undefined },
): PolicyWrapError {
  const message = `cannot start \`${command}\``;
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return new PolicyWrapError('PW_SPAWN', `${message}: it was not found`, {
      help: notFoundHelp(command),
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

function notFoundHelp(command: string): string {
  if (/\s/.test(command))
    return 'write the command and each of its arguments as separate arguments';
  if (/[/\\]/.test(command)) return 'there is no such file; give its full path';
  return `give its full path (\`which ${command}\` in a terminal prints it): programs started from the desktop have a shorter PATH than a terminal`;
}

class Ladder {
  private rung: 'standing' | 'input closed' | 'terminated' | 'killed' = 'standing';
  private timer: NodeJS.Timeout | undefined;
  private killAt = Number.POSITIVE_INFINITY;
  private deadAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly child: ChildProcess,
    private readonly stdin: Writable,
  ) {}

  /** True until somebody asks for the end. */
  get isStanding(): boolean {
    return this.rung === 'standing';
  }

  next(): void {
    if (this.rung === 'standing') this.closeInput();
    else if (this.rung === 'input closed') this.terminate(HURRIED_MS);
    else if (this.rung === 'terminated') this.killIn(HURRIED_MS);
  }

  // `npx` and `uvx` may end before the server that they started: the ladder goes on for the group.
  async cleared(): Promise<void> {
    if (process.platform === 'win32') return this.stop();
    if (this.rung === 'standing') this.closeInput();
    // Where nobody reaps the dead, a group of zombies never goes away.
    while (signalGroup(this.child.pid, 0) && performance.now() < this.deadAt + ZOMBIE_MS)
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
    this.stop();
  }

  private stop(): void {
    clearTimeout(this.timer);
  }

  private closeInput(): void {
    this.rung = 'input closed';
    this.stdin.end();
    this.timer = setTimeout(() => this.terminate(RUNG_MS), RUNG_MS);
  }

  private terminate(patienceMs: number): void {
    this.rung = 'terminated';
    signalGroup(this.child.pid, 'SIGTERM');
    this.killIn(patienceMs);
  }

  // Asked again, it comes sooner and never later.
  private killIn(ms: number): void {
    this.killAt = Math.min(this.killAt, performance.now() + ms);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.rung = 'killed';
      this.deadAt = performance.now();
      signalGroup(this.child.pid, 'SIGKILL');
    }, this.killAt - performance.now());
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
