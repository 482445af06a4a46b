// The store in a local SQLite file (WAL): limits and rows of a batch in one immediate transaction.
import { existsSync, type Stats, statSync } from 'node:fs';
import type { Standing } from '../approval/request.ts';
import type { RecordRow } from '../audit/record.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import type { BoundLimit } from '../policy/limits.ts';
import { Connection, type SqliteOptions } from './connection.ts';
import type { Demand, Settled, Store } from './contract.ts';
import { type Decided, decide } from './decide.ts';
import { loadDriver } from './driver.ts';
import { openState } from './schema.ts';

const SETTLE_AFTER_MS = 100;
/** A look at the path costs as much as a few statements: calls that follow each other share one. */
const LOOK_MS = 1;
const MAX_UNSETTLED = 10_000;
/** More than the rows of any one file, so that the keys of two never meet. */
const ROWS_OF_A_FILE = 2 ** 40;

/** `warm` loads the driver ahead of the first call, and opens the file where there is one. */
export interface SqliteStore extends Store {
  warm(): void;
}

/** A store that opens its file at the first call and again after a failure. */
export function sqliteStore(file: string, options: SqliteOptions): SqliteStore {
  let driver = options.driver;
  let connection: Connection | undefined;
  /** The file as it was when it was opened; undefined before the first time. */
  let opened: Identity | undefined;
  let waiting: Settled[] = [];
  /** Lies between the ids of the file in use and the keys of its rows, and grows with every file. */
  let base = 0;
  let timer: NodeJS.Timeout | undefined;
  /** When the path was last looked at, by the monotonic clock. */
  let lookedAt = Number.NEGATIVE_INFINITY;

  const isDue = (): boolean => {
    const time = performance.now();
    if (time - lookedAt < LOOK_MS) return false;
    lookedAt = time;
    return true;
  };
  const connected = (): Connection => {
    driver ??= loadDriver();
    // Nobody else would see what is counted in a file to which the path does not lead any more.
    if (opened !== undefined && isDue() && !isSame(opened, identityOf(file))) {
      drop();
      opened = undefined;
      waiting = [];
      base += ROWS_OF_A_FILE;
      options.warn(`the state file ${file} was removed or replaced: counting begins anew in it`);
    }
    connection ??= new Connection(openState(driver, file), file, options);
    opened ??= identityOf(file);
    return connection;
  };
  const inTransaction = <T>(work: (connection: Connection) => T): T => {
    try {
      const open = connected();
      const result = open.transaction(() => work(open));
      waiting = [];
      return result;
    } catch (error) {
      if (error instanceof PolicyWrapError) throw error;
      drop();
      throw new PolicyWrapError(
        'PW_STATE',
        `the state file ${file} cannot be used: ${messageOf(error)}`,
        {
          help: 'check the disk and the file, or name another one with --state',
          cause: error,
        },
      );
    }
  };
  const drop = (): void => {
    try {
      connection?.database.close();
    } catch {
      // It is given up either way.
    }
    connection = undefined;
  };
  const flush = (): void => {
    timer = undefined;
    if (waiting.length === 0) return;
    try {
      inTransaction(({ records }) => records.add([], waiting));
    } catch {
      // Kept for the next transaction.
    }
  };

  const endSession = (): void => {
    const { session } = options;
    if (session === undefined || connection?.approvals.isUsed !== true) return;
    try {
      inTransaction(({ approvals }) => approvals.endSession(session));
    } catch {
      // It runs out by itself, and no other run has its name.
    }
  };

  return {
    warm() {
      try {
        driver ??= loadDriver();
        // Who is only probed leaves no file behind.
        if (existsSync(file)) connected();
      } catch {
        // The first call that needs it says so.
      }
    },
    take: demands =>
      inTransaction(open => {
        const { records } = open;
        const rows: RecordRow[] = [];
        const taken = demands.map(demand => takeOne(demand, open, rows, options.now()));
        const first = base + (records.add(rows, waiting) ?? 0);
        for (const one of taken) if (one.row !== undefined) one.row += first;
        return taken;
      }),
    settle(settled) {
      for (const one of settled)
        if (one.row >= base) waiting.push(base === 0 ? one : { ...one, row: one.row - base });
      // The oldest are given up where the file cannot be written for long.
      if (waiting.length > MAX_UNSETTLED) waiting.splice(0, waiting.length - MAX_UNSETTLED);
      timer ??= setTimeout(flush, SETTLE_AFTER_MS).unref();
    },
    standings(ids) {
      const { approvals } = connected();
      const found = ids.flatMap((id): [string, Standing][] => {
        const standing = approvals.standingOf(id);
        return standing === undefined ? [] : [[id, standing]];
      });
      return new Map(found);
    },
    withdraw(ids) {
      try {
        inTransaction(({ book }) => book.withdraw(ids));
      } catch {
        // What cannot be written runs out by itself.
      }
    },
    close() {
      clearTimeout(timer);
      flush();
      endSession();
      drop();
    },
  };
}

/** The row's key is its place among `rows` until they are written. */
function takeOne(
  demand: Demand,
  { counters, book }: Connection,
  rows: RecordRow[],
  now: number,
): Decided {
  const means = {
    counterOf: (limit: BoundLimit) => counters.counterOf(limit, now),
    approvals: book,
  };
  const decided = decide(demand, means, now);
  const row = demand.row(decided);
  if (row !== undefined) decided.row = rows.push(row) - 1;
  return decided;
}

type Identity = Pick<Stats, 'dev' | 'ino'>;

const NOWHERE: Identity = { dev: 0, ino: 0 };

// Windows lets nobody remove a file that is open.
function identityOf(file: string): Identity {
  if (process.platform === 'win32') return NOWHERE;
  return statSync(file, { throwIfNoEntry: false }) ?? NOWHERE;
}

function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}
