// One child process in a group of its own: started without a shell, ended rung by rung, and gone
// with everything that it started.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { lstatSync, statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { PolicyWrapError } from '../errors.ts';
import { spawnError } from './spawn-error.ts';
import { startOf, treeKill } from './windows.ts';

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
  /**
   * Ends it: end of input → 2 s → SIGTERM to the group → 2 s → SIGKILL; on Windows, which has no
   * SIGTERM: end of input → 1.5 s → the tree is ended. Called again: hurries.
   */
  end(): void;
  /** Ends it with its group at once; resolves when it has ended. */
  kill(): Promise<void>;
  /** Resolves when nothing of the child's group is left; what is left is ended in the same way. */
  cleared(): Promise<void>;
}

const IS_WINDOWS = process.platform === 'win32';
// On Windows a client that asks to end does not ask again: it ends us without a word after 2 s.
const RUNG_MS = IS_WINDOWS ? 1500 : 2000;
/** A client that repeats its request to end kills the wrapper 2 s later: be done before that. */
const HURRIED_MS = 1500;
/** How long output may still come after the child has ended: a grandchild may hold the pipe. */
const DRAIN_MS = 500;
const POLL_MS = 25;
const ZOMBIE_MS = 500;

type Options = SpawnOptions & { env: NodeJS.ProcessEnv };

/** Throws `PW_SPAWN` where it cannot be started at all; other failures reject `ended`. */
export function startChild(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Child {
  const options: Options = {
    env,
    ...(cwd !== undefined && { cwd }),
    // Not `inherit` for stderr: libuv would make the description that is shared with our own stderr
    // blocking, and a client that does not read it could then stop the wrapper as a whole.
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that signals reach what `npx` and `uvx` start in their turn.
    detached: !IS_WINDOWS,
    windowsHide: true,
  };
  const child = spawned(command, args, options);
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr)
    throw spawnError(command, { code: 'EMFILE', message: 'there are no pipes left' }, env);
  // A child that closes its input or dies is noticed by its exit.
  stdin.on('error', () => {});
  const ladder = new Ladder(child, stdin);
  const ended = ending(child, stdout, {
    isPatient: () => ladder.isStanding,
    failure: error => spawnError(command, error, env),
  });
  return {
    stdin,
    stdout,
    stderr,
    ended,
    end: () => ladder.next(),
    async kill() {
      ladder.last();
      await ended.catch(() => {});
    },
    cleared: () => ladder.cleared(),
  };
}

// Some failures are thrown (ENOTDIR, E2BIG), others come as an event (ENOENT).
function spawned(command: string, args: readonly string[], options: Options): ChildProcess {
  try {
    return IS_WINDOWS ? spawnOnWindows(command, args, options) : spawn(command, args, options);
  } catch (error) {
    if (error instanceof PolicyWrapError) throw error;
    throw spawnError(command, error as NodeJS.ErrnoException, options.env);
  }
}

function spawnOnWindows(command: string, args: readonly string[], options: Options): ChildProcess {
  const start = startOf(command, args, { cwd: folderOf(options), env: options.env, isFile });
  if (start === undefined)
    throw spawnError(command, { code: 'ENOENT', message: 'not found' }, options.env);
  const { file, env, verbatim } = start;
  return spawn(file, start.args, { ...options, env, windowsVerbatimArguments: verbatim });
}

function folderOf({ cwd }: Options): string {
  return typeof cwd === 'string' ? cwd : process.cwd();
}

function isFile(path: string): boolean {
  const holds = (look: () => boolean) => {
    try {
      return look();
    } catch {
      return false;
    }
  };
  // Programs from the Store are links that cannot be followed, and start all the same.
  return holds(() => statSync(path).isFile()) || holds(() => lstatSync(path).isSymbolicLink());
}

function ending(
  child: ChildProcess,
  stdout: Readable,
  to: { isPatient(): boolean; failure(error: NodeJS.ErrnoException): Error },
): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.on('error', error => {
      if (child.pid === undefined) reject(to.failure(error));
    });
    child.on('exit', (code, signal) => {
      const done = () => resolve({ code, signal });
      // What a slow client has not read yet is waited for; a pipe that somebody else holds is not.
      const giveUp = () => {
        if (stdout.isPaused() && to.isPatient()) {
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

  last(): void {
    // There the tree goes first, or what the child started could no longer be found.
    if (IS_WINDOWS) return this.terminate(HURRIED_MS);
    this.rung = 'killed';
    signalGroup(this.child.pid, 'SIGKILL');
  }

  // `npx` and `uvx` may end before the server that they started: the ladder goes on for the group.
  async cleared(): Promise<void> {
    // Without its parent a process cannot be found there: the end of its input is all that it gets.
    if (IS_WINDOWS) return this.stop();
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
    if (IS_WINDOWS) endTree(this.child);
    else signalGroup(this.child.pid, 'SIGTERM');
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
    process.kill(IS_WINDOWS ? pid : -pid, signal);
    return true;
  } catch {
    return false;
  }
}

// All at once: where the root is ended first, what it started can no longer be found.
function endTree({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  const { file, args } = treeKill(pid, process.env);
  try {
    spawn(file, args, { stdio: 'ignore', windowsHide: true }).on('error', () => {});
  } catch {
    // The last rung ends the child itself.
  }
}
