// Whichever SQLite this machine has: better-sqlite3 where it loads, else Node's own.
import { createRequire } from 'node:module';
import { messageOf, PolicyWrapError } from '../errors.ts';

export type Value = string | number | bigint | null | Uint8Array;
export type Row = Record<string, Value>;

export interface Statement {
  run(...values: Value[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export interface Driver {
  readonly name: 'better-sqlite3' | 'node:sqlite';
  open(file: string, options: { readonly: boolean }): Database;
}

const nodeRequire = createRequire(__filename);
// better-sqlite3 13 is built for Node-API 10 and crashes the whole process where there is less
// (WiseLibs/better-sqlite3 #1514).
const MIN_NAPI_OF_13 = 10;

/** Loads a driver; `PW_STATE_DRIVER` with every reason where there is none. */
export function loadDriver(): Driver {
  const reasons: string[] = [];
  for (const load of [betterSqlite, nodeSqlite]) {
    try {
      return load();
    } catch (error) {
      reasons.push(messageOf(error).split('\n')[0] ?? '');
    }
  }
  throw new PolicyWrapError('PW_STATE_DRIVER', `no SQLite driver loads: ${reasons.join('; ')}`, {
    help: 'use Node 22.14 or later, which has one built in, or reinstall policy-wrap where npm may install better-sqlite3',
  });
}

interface BetterSqlite {
  new (file: string, options: { readonly: boolean; timeout: number }): Database;
}

export function betterSqlite(): Driver {
  if (Number(process.versions.napi) < MIN_NAPI_OF_13) refuseVersion13();
  const Constructor = nodeRequire('better-sqlite3') as BetterSqlite;
  // The native part is loaded when the first database is opened; a failure must show here.
  new Constructor(':memory:', { readonly: false, timeout: 0 }).close();
  return {
    name: 'better-sqlite3',
    open: (file, { readonly }) => new Constructor(file, { readonly, timeout: 0 }),
  };
}

function refuseVersion13(): void {
  const { version } = nodeRequire('better-sqlite3/package.json') as { version: string };
  if (Number.parseInt(version, 10) >= 13)
    throw new Error(`better-sqlite3 ${version} cannot run on Node ${process.versions.node}`);
}

interface NodeSqlite {
  DatabaseSync: new (file: string, options: { readOnly: boolean }) => Database;
}

export function nodeSqlite(): Driver {
  const { DatabaseSync } = withoutWarning(() => nodeRequire('node:sqlite') as NodeSqlite);
  return {
    name: 'node:sqlite',
    open: (file, { readonly }) => new DatabaseSync(file, { readOnly: readonly }),
  };
}

// Node 22 and 24 announce it as experimental on stderr, which belongs to the server.
function withoutWarning<T>(load: () => T): T {
  const emit = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emit;
  }
}

const BUSY = 5;
const LOCKED = 6;

/** True where another process holds the file, so that trying again may help. */
export function isBusy(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('errcode' in error && typeof error.errcode === 'number')
    return (error.errcode & 0xff) === BUSY || (error.errcode & 0xff) === LOCKED;
  return 'code' in error && /^SQLITE_(BUSY|LOCKED)/.test(String(error.code));
}
