// One connection to a state file: its tables, and the transactions in which they are read and written.
import { ApprovalBook } from '../approval/book.ts';
import { StoredApprovals } from './approvals.ts';
import { Counters } from './counters.ts';
import type { Database, Driver, Statement } from './driver.ts';
import { MAX_STATE_BYTES, Records } from './records.ts';
import { whileBusy } from './retry.ts';
import { PATIENCE_MS, rollBack } from './schema.ts';

export interface SqliteOptions {
  /** Wall clock in milliseconds; read inside the transaction, so that waiting for it loosens nothing. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
  readonly driver?: Driver;
  readonly maxBytes?: number;
  /** The run of the wrapper: a yes that was given for it ends with it. */
  readonly session?: string;
}

/** What one connection to a state file works with. */
export class Connection {
  readonly counters: Counters;
  readonly records: Records;
  readonly approvals: StoredApprovals;
  readonly book: ApprovalBook;
  private readonly begun: () => unknown;
  private readonly commit: Statement;

  constructor(
    readonly database: Database,
    private readonly file: string,
    private readonly options: SqliteOptions,
  ) {
    // Prepared once: parsing them at every call costs as much as carrying them out.
    const begin = database.prepare('BEGIN IMMEDIATE');
    this.begun = () => begin.run();
    this.commit = database.prepare('COMMIT');
    this.counters = new Counters(database, options.warn);
    this.records = new Records(database, options.maxBytes ?? MAX_STATE_BYTES);
    this.approvals = new StoredApprovals(database);
    this.book = new ApprovalBook(this.approvals);
  }

  /** `work` is done once more where it has believed what another process had changed. */
  transaction<T>(work: () => T): T {
    const done = this.tried(work) ?? this.tried(work);
    if (done === undefined) throw new Error('a counter in it reads otherwise than it is written');
    this.counters.tell();
    return done.result;
  }

  private tried<T>(work: () => T): { result: T } | undefined {
    whileBusy(PATIENCE_MS, this.file, this.begun);
    try {
      this.counters.transaction();
      const result = work();
      if (this.counters.flush(this.options.now())) {
        this.records.bound();
        this.commit.run();
        return { result };
      }
    } catch (error) {
      this.counters.forget();
      rollBack(this.database);
      throw error;
    }
    this.counters.forgetUsed();
    rollBack(this.database);
    return undefined;
  }
}
