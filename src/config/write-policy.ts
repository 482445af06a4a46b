// A policy written to its file in one step: a wrapper that watches it sees the old text or the new one.
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Throws what the file system says. An existing file keeps its mode, and a link its target. */
export function writePolicy(file: string, text: string, { backup = false } = {}): void {
  const { target, mode } = targetOf(file);
  if (backup) copyFileSync(target, `${target}.bak`);
  const temporary = `${target}.${process.pid}.tmp`;
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function targetOf(file: string): { target: string; mode: number } {
  try {
    const target = realpathSync(file);
    return { target, mode: statSync(target).mode & 0o777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return { target: file, mode: 0o600 };
  }
}
