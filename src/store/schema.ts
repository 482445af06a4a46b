// The tables of the state file, and opening it so that several wrappers may do so at once.
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, PolicyWrapError } from '../errors.ts';
import type { Database, Driver } from './driver.ts';
import { whileBusy } from './retry.ts';

/** Raised by one whenever the tables change; a file of any other version is refused. */
const VERSION = 4;
/** How long a call waits for another process before it is denied. */
export const PATIENCE_MS = 250;
/** Several wrappers may make the file at once, which takes longer than one transaction of a call. */
const CREATE_PATIENCE_MS = 2000;
/** A person who reads can wait. */
const READ_PATIENCE_MS = 2000;

const TABLES = `
CREATE TABLE counters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- none is used twice: wrappers remember it
  key TEXT NOT NULL UNIQUE,              -- scope, owner and name, as JSON
  granted INTEGER NOT NULL DEFAULT 0,    -- sliding: grants ever made; grant k lies in part k / PART
  pruned INTEGER NOT NULL DEFAULT 0,     -- sliding: the first part still kept
  last INTEGER NOT NULL DEFAULT 0,       -- ms since 1970 of the latest call counted
  keep INTEGER NOT NULL DEFAULT 0,       -- ms of the longest window that reads it
  changes INTEGER NOT NULL DEFAULT 0,    -- raised with every change but one more grant
  tail BLOB NOT NULL DEFAULT x'',        -- sliding: the part that is not full yet; entries.ts
  tallies TEXT NOT NULL DEFAULT '[]'     -- fixed: JSON [[alignment, {start, used}], …]
);
CREATE TABLE grants (
  counter INTEGER NOT NULL, part INTEGER NOT NULL,
  times BLOB NOT NULL,                   -- a full part: ascending doubles, ms since 1970, then sums
  PRIMARY KEY (counter, part)
) WITHOUT ROWID;
CREATE TABLE sweep (after INTEGER NOT NULL);  -- the counter last looked at for whether it is dead
INSERT INTO sweep VALUES (0);
CREATE TABLE records (
  id INTEGER PRIMARY KEY,                -- of its first decision; the next ones follow
  count INTEGER NOT NULL,                -- ids it takes up
  session TEXT NOT NULL,                 -- JSON, as are the others: src/audit/packed.ts
  rows TEXT NOT NULL,                    -- decisions made together
  outcomes TEXT                          -- how calls ended that were decided before
);
CREATE TABLE approvals (                 -- requests for a person's approval: src/approval/book.ts
  id TEXT PRIMARY KEY,                   -- what the agent and the person call it
  key TEXT NOT NULL,                     -- digest of what a yes is good for
  standing TEXT NOT NULL,
  asked INTEGER NOT NULL,                -- ms since 1970, as are the others
  answered INTEGER,
  usable INTEGER NOT NULL,               -- good for nothing after it
  answerer TEXT, note TEXT,
  request TEXT NOT NULL                  -- JSON; without arguments once nobody can answer it
);                                       -- with rowids: else looking for an id reads whole requests
CREATE TABLE remembered (                -- a yes that holds for a while
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  session TEXT,                          -- the one run in which it holds, or all
  until INTEGER NOT NULL,
  about TEXT NOT NULL                    -- JSON, the rest of it
);
PRAGMA user_version = ${VERSION};
`;

/** Opens the state file for writing, made with its folder (0700, the file 0600) where it is not there. */
export function openState(driver: Driver, file: string): Database {
  return opening(file, () => {
    refuseFolder(file);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // SQLite gives its side files the mode of the database, so this one decides for all three.
    closeSync(openSync(file, 'a', 0o600));
    const stats = statSync(file);
    if (!stats.isFile()) throw new Error('it is no plain file');
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    const patience = stats.size === 0 ? CREATE_PATIENCE_MS : PATIENCE_MS;
    const database = driver.open(file, { readonly: false });
    try {
      // Of a new file: a call changes a few hundred bytes of two pages, and writes both.
      database.exec('PRAGMA page_size = 2048');
      whileBusy(patience, file, () => database.exec('PRAGMA journal_mode = WAL'));
      database.exec('PRAGMA synchronous = NORMAL');
      // Fewer, larger checkpoints: each costs a sync of the disk in the middle of a call.
      database.exec('PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 16777216');
      const version = whileBusy(patience, file, () => versionOf(database));
      if (version !== VERSION) create(database, file, patience);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Opens it for reading; undefined while it is only being made. */
export function openForReading(driver: Driver, file: string): Database | undefined {
  return opening(file, () => {
    refuseFolder(file);
    const database = driver.open(file, { readonly: true });
    try {
      const version = whileBusy(READ_PATIENCE_MS, file, () => versionOf(database));
      if (version !== 0) {
        checkVersion(version, file);
        return database;
      }
    } catch (error) {
      database.close();
      throw error;
    }
    database.close();
    return undefined;
  });
}

function refuseFolder(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new Error('it is a folder, and --state names a file');
}

function create(database: Database, file: string, patience: number): void {
  whileBusy(patience, file, () => database.exec('BEGIN IMMEDIATE'));
  try {
    // Another wrapper may have been here between the look and the lock.
    const version = versionOf(database);
    if (version === 0) database.exec(TABLES);
    else checkVersion(version, file);
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite may have rolled back already, and the error that matters is the one that led here. */
export function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // There was no transaction left.
  }
}

function versionOf(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

function checkVersion(version: number, file: string): void {
  if (version === VERSION) return;
  throw new PolicyWrapError(
    'PW_STATE',
    `the state file ${file} cannot be used: it has format ${version}, this version of policy-wrap uses ${VERSION}`,
    {
      help:
        version > VERSION
          ? 'use a later version of policy-wrap, or name another file with --state'
          : 'move it and its -wal and -shm away, then counting and recording begin anew, or name another file with --state',
    },
  );
}

function opening<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof PolicyWrapError) throw error;
    throw new PolicyWrapError(
      'PW_STATE',
      `the state file ${file} cannot be used: ${messageOf(error)}`,
      {
        help: 'check that its folder exists and may be written to, or name another file with --state',
        cause: error,
      },
    );
  }
}
