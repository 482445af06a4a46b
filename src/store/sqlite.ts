// The store in a local SQLite file (WAL): limits and rows of a batch in one immediate transaction.
import { statSync } from 'node:fs';
import { messageOf, PolicyWrapError } from '../errors.ts';
import type { Settled, Store, Taken } from './contract.ts';
import { Counters } from './counters.ts';
import { decide } from './decide.ts';
import { type Database, type Driver, loadDriver, type Statement } from './driver.ts';
import { MAX_STATE_BYTES, Records } from './records.ts';
import { whileBusy } from './retry.ts';
import { openState, PATIENCE_MS, rollBack } from './schema.ts';

const SETTLE_AFTER_MS = 100;
const MAX_UNSETTLED = 10_000;

export interface SqliteOptions {
  /** Wall clock in milliseconds; read inside the transaction, so that waiting for it loosens nothing. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
  readonly driver?: Driver;
  readonly maxBytes?: number;
}

/** `warm` loads the driver ahead of the first call. */
export interface SqliteStore extends Store {
  warm(): void;
}

/** A store that opens its file at the first call and again after a failure. */
export function sqliteStore(file: string, options: SqliteOptions): SqliteStore {
  let driver = options.driver;
  let connection: Connection | undefined;
  let waiting: Settled[] = [];
  /** Rows of this file whose outcome is to come: in another file their keys are other calls'. */
  const unsettled = new Set<Settled['row']>();
  let timer: NodeJS.Timeout | undefined;

  const connected = (): Connection => {
    driver ??= loadDriver();
    if (connection?.isStale()) {
      drop();
      waiting = [];
      unsettled.clear();
      options.warn(`the state file ${file} was removed or replaced: counting begins anew in it`);
    }
    connection ??= new Connection(openState(driver, file), file, options);
    return connection;
  };
  const inTransaction = <T>(work: (connection: Connection) => T): T => {
    try {
      const open = connected();
      return open.transaction(
        () => {
          const result = work(open);
          for (const settled of waiting) open.records.settle(settled);
          return result;
        },
        () => {
          waiting = [];
        },
      );
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
      inTransaction(() => {});
    } catch {
      // Kept for the next transaction.
    }
  };

  return {
    warm() {
      try {
        driver ??= loadDriver();
      } catch {
        // The first call that needs it says so.
      }
    },
    take: demands =>
      inTransaction(open =>
        demands.map((demand): Taken => {
          const now = options.now();
          const { granted, exceeded, limits } = decide(
            demand,
            limit => open.counters.counterOf(limit, now),
            now,
          );
          const row = demand.row(limits, exceeded, granted);
          const key = row === undefined ? undefined : open.records.add(row);
          if (key !== undefined) unsettled.add(key);
          return { granted, exceeded, limits, row: key };
        }),
      ),
    settle(settled) {
      for (const one of settled) if (unsettled.delete(one.row)) waiting.push(one);
      // The oldest are given up where the file cannot be written for long.
      if (waiting.length > MAX_UNSETTLED) waiting.splice(0, waiting.length - MAX_UNSETTLED);
      timer ??= setTimeout(flush, SETTLE_AFTER_MS).unref();
    },
    close() {
      clearTimeout(timer);
      flush();
      drop();
    },
  };
}

class Connection {
  readonly counters: Counters;
  readonly records: Records;
  private readonly options: SqliteOptions;
  private readonly begin: Statement;
  private readonly commit: Statement;
  private readonly identity: string;
  private swept = false;

  constructor(
    readonly database: Database,
    private readonly file: string,
    options: SqliteOptions,
  ) {
    this.options = options;
    this.identity = identityOf(file);
    // Prepared once: parsing them at every call costs as much as carrying them out.
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.commit = database.prepare('COMMIT');
    this.counters = new Counters(database, options.warn);
    this.records = new Records(database, options.maxBytes ?? MAX_STATE_BYTES);
  }

  /** True where the path leads to another file by now, or to none: nobody else would see our counts. */
  isStale(): boolean {
    return identityOf(this.file) !== this.identity;
  }

  transaction<T>(work: () => T, committed: () => void): T {
    whileBusy(PATIENCE_MS, this.file, () => this.begin.run());
    try {
      this.counters.transaction();
      const result = work();
      this.counters.flush();
      this.records.bound();
      if (!this.swept) this.counters.sweep(this.options.now());
      this.swept = true;
      this.commit.run();
      committed();
      return result;
    } catch (error) {
      rollBack(this.database);
      throw error;
    }
  }
}

// Windows lets nobody remove a file that is open.
function identityOf(file: string): string {
  if (process.platform === 'win32') return '';
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? 'none' : `${stats.dev}:${stats.ino}`;
}
