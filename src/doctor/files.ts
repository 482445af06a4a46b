// Whether the folders and files of policy-wrap are the user's own: there, writable, and closed to others.
import { accessSync, constants, existsSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { whyUnreadable } from '../config/unreadable.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { loadDriver } from '../store/driver.ts';
import { openForReading } from '../store/schema.ts';
import { type Finding, failed, ok, shellWord } from './finding.ts';

const WRITABLE_BY_OTHERS = 0o022;
const OPEN_TO_OTHERS = 0o077;
// Access is by lists there, and the folders are in the user's profile.
const HAS_MODES = process.platform !== 'win32';

/** The configuration decides what is let through: nobody else may write it. */
export function checkConfig(folder: string, files: readonly string[]): Finding[] {
  const policies = join(folder, 'policies');
  const folders = [folder, policies].filter(existsSync);
  if (folders.length === 0) return [missing('configuration folder', folder)];
  const found = [
    ...folders.map(path => checkPlace(path, WRITABLE_BY_OTHERS, 'go-w')),
    ...files.map(path => checkPlace(path, WRITABLE_BY_OTHERS, 'go-w')),
  ].filter(finding => finding !== undefined);
  return found.length > 0 ? found : [ok(`configuration folder ${folder}`)];
}

/** The administrator's: that the user may not write them is as it should be. */
export function checkAdministrators(files: readonly string[]): Finding[] {
  const isOpen = (file: string) => HAS_MODES && (modeOf(file) & WRITABLE_BY_OTHERS) !== 0;
  return files
    .filter(isOpen)
    .map(file => failed(`${file}: other users may write it`, `sudo chmod go-w ${shellWord(file)}`));
}

function modeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
}

/** The state holds what agents did: nobody else may even read it. */
export function checkState(file: string): Finding[] {
  const folder = dirname(file);
  if (!existsSync(folder)) return [missing('state folder', folder)];
  const files = [file, `${file}-wal`, `${file}-shm`].filter(existsSync);
  const found = [folder, ...files]
    .map(path => checkPlace(path, OPEN_TO_OTHERS, 'go='))
    .filter(finding => finding !== undefined);
  const broken = existsSync(file) ? checkStateFile(file) : undefined;
  if (broken !== undefined) found.push(broken);
  if (found.length > 0) return found;
  return [
    ok(existsSync(file) ? `state file ${file}` : `state folder ${folder}: nothing recorded yet`),
  ];
}

function checkStateFile(file: string): Finding | undefined {
  try {
    openForReading(loadDriver(), file)?.close();
    return undefined;
  } catch (error) {
    // What is wrong with the driver is said where that is looked at.
    if (error instanceof PolicyWrapError && error.code === 'PW_STATE_DRIVER') return undefined;
    const aside = `mv ${shellWord(file)} ${shellWord(`${file}.broken`)}`;
    return failed(`the state file ${file} cannot be used: ${messageOf(error)}`, aside);
  }
}

// It is made when it is first needed.
function missing(what: string, folder: string): Finding {
  let parent = dirname(folder);
  while (!existsSync(parent) && dirname(parent) !== parent) parent = dirname(parent);
  return isWritable(parent)
    ? ok(`${what} ${folder}: none yet`)
    : failed(
        `${what} ${folder}: it cannot be made, as ${parent} may not be written`,
        `sudo install -d -m 700 -o "$USER" ${shellWord(folder)}`,
      );
}

function checkPlace(path: string, forbidden: number, chmod: string): Finding | undefined {
  const word = shellWord(path);
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    return failed(`${path}: ${whyUnreadable(error)}`, `ls -ld ${word}`);
  }
  if (!isWritable(path))
    return failed(
      `${path}: you may not write it`,
      `sudo chown "$USER" ${word} && chmod u+rwX ${word}`,
    );
  if (!HAS_MODES || (stats.mode & forbidden) === 0) return undefined;
  const may = (stats.mode & WRITABLE_BY_OTHERS) === 0 ? 'read' : 'write';
  return failed(`${path}: other users may ${may} it`, `chmod ${chmod} ${word}`);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
