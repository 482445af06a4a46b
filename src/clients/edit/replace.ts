// A file's content replaced in one step, unless it is another one meanwhile.
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { whyUnreadable } from '../../config/unreadable.ts';

/** Cline's own: a folder beside the file, left behind where it is older. */
const STALE_LOCK_MS = 10_000;

const CHANGED = 'it was changed meanwhile: quit the client and try again';

export interface Replacement {
  /** Links resolved: what links lead to is written, and they stay. */
  readonly file: string;
  readonly before: Buffer;
  readonly after: Buffer;
  /** Whether its client takes a lock beside the file. */
  readonly lock: boolean;
}

/** `written`: it was, and that it is another text again is what `why` says. */
export interface NotReplaced {
  readonly why: string;
  readonly written: boolean;
}

/** Why it was not done; undefined where it was. */
export function replaceFile({ file, before, after, lock }: Replacement): NotReplaced | undefined {
  try {
    const why = lock
      ? withLock(`${file}.lock`, () => replaced(file, before, after))
      : replaced(file, before, after);
    if (why !== undefined) return { why, written: false };
  } catch (error) {
    return { why: whyUnreadable(error), written: false };
  }
  return holds(file, after)
    ? undefined
    : {
        why: 'it was written, and is another text again: quit the client and try again',
        written: true,
      };
}

function replaced(file: string, before: Buffer, after: Buffer): string | undefined {
  const why = whyUntouchable(file);
  if (why !== undefined) return why;
  const { mode, uid, gid } = statSync(file);
  // At random: the same process id may be somebody else's in another container.
  const id = randomBytes(6).toString('hex');
  const unfinished = join(dirname(file), `.${id}.policy-wrap`);
  const descriptor = openSync(unfinished, 'wx', mode & 0o777);
  try {
    try {
      for (let written = 0; written < after.length; )
        written += writeSync(descriptor, after, written);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (process.platform !== 'win32') {
      const made = statSync(unfinished);
      if (made.uid !== uid || made.gid !== gid) chownSync(unfinished, uid, gid);
      // Behind the mask of this process, and behind chown, which takes bits away.
      chmodSync(unfinished, mode & 0o7777);
    }
    if (!holds(file, before)) return CHANGED;
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
  syncFolder(dirname(file));
  return undefined;
}

export function holds(file: string, text: Buffer): boolean {
  try {
    return readFileSync(file).equals(text);
  } catch {
    return false;
  }
}

/** What stands in the way of it before anything is written anywhere. */
export function whyNotReplaceable(file: string, before: Buffer): string | undefined {
  try {
    return whyUntouchable(file) ?? (holds(file, before) ? undefined : CHANGED);
  } catch (error) {
    return whyUnreadable(error);
  }
}

/** Where a rename would get round what somebody set up. */
function whyUntouchable(file: string): string | undefined {
  const { mode, nlink } = statSync(file);
  if ((mode & 0o222) === 0) return 'it is read-only';
  if (nlink > 1) return 'it has a second name (a hard link), which would keep the old text';
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return undefined;
  } catch (error) {
    return whyUnreadable(error);
  }
}

function withLock<T>(lock: string, work: () => T): T | string {
  const age = ageOf(lock);
  if (age !== undefined && age < STALE_LOCK_MS)
    return 'its client is writing it: try again in a moment';
  if (age !== undefined) rmdirSync(lock);
  mkdirSync(lock);
  try {
    return work();
  } finally {
    giveBack(lock);
  }
}

// Its client may have taken it for one that was left behind.
function giveBack(lock: string): void {
  try {
    rmdirSync(lock);
  } catch {
    // It is gone, or somebody else's by now.
  }
}

function ageOf(path: string): number | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  return status && Date.now() - status.mtimeMs;
}

// So that the new name survives a loss of power; not every file system can do that.
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // As on Windows: the rename alone must do.
  }
}
