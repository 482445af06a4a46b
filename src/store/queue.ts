// The requests for approval in the state file, as commands see and answer them beside running wrappers.
import { existsSync } from 'node:fs';
import { ApprovalBook, type Entry } from '../approval/book.ts';
import { unknownRequest, whyNot } from '../approval/fate.ts';
import type { Answer, ApprovalRequest, Remembered } from '../approval/request.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { StoredApprovals } from './approvals.ts';
import { type Database, loadDriver } from './driver.ts';
import { whileBusy } from './retry.ts';
import { openForReading, openState, rollBack } from './schema.ts';

/** A person can wait longer than a call. */
const PATIENCE_MS = 2000;

/** What `read` finds; undefined where there is no state file yet. Throws `PW_STATE…`. */
export function readQueue<T>(file: string, read: (table: StoredApprovals) => T): T | undefined {
  if (!existsSync(file)) return undefined;
  return using(file, openForReading(loadDriver(), file), database =>
    // One transaction, so that all of it is of one moment.
    within(file, database, 'BEGIN', () => read(new StoredApprovals(database))),
  );
}

/** A reader of all entries, time and again: one that is as it was is not read anew. */
export function queueReader(file: string): () => readonly Entry[] {
  let known = new Map<string, Entry>();
  return () => {
    const read = readQueue(file, table => {
      const found = new Map<string, Entry>();
      for (const { id, mark } of table.marks()) {
        const key = `${id} ${mark}`;
        const entry = known.get(key) ?? table.get(id);
        if (entry !== undefined) found.set(key, entry);
      }
      return found;
    });
    known = read ?? new Map();
    return [...known.values()];
  };
}

/** A request before and after it was answered, and when that was. */
export interface Answered {
  readonly before: Entry;
  readonly after: Entry;
  readonly at: number;
}

/**
 * Answers the request that the person has been shown; `now` is read when nobody else can answer any more.
 * Throws `PW_APPROVAL` where it cannot be answered so, and `PW_STATE…`.
 */
export function answerRequest(
  file: string,
  shown: ApprovalRequest,
  answer: Answer,
  now: () => number,
): Answered {
  const { id, key } = shown;
  const answered = changeQueue(file, table => {
    const found = table.get(id);
    // INVARIANT: what is answered is what was shown.
    const entry = found?.request.key === key ? found : undefined;
    const time = now();
    const problem = whyNot(id, entry, answer, time);
    if (problem !== undefined) throw problem;
    const after = new ApprovalBook(table).answer(id, answer, time);
    return entry && after && { before: entry, after, at: time };
  });
  if (answered === undefined) throw unknownRequest(id);
  return answered;
}

/** Forgets these answers, or all; returns those that there were. */
export function revoke(file: string, numbers: readonly number[] | 'all'): readonly Remembered[] {
  const revoked = changeQueue(file, table => {
    const known = table.allRemembered();
    const chosen = numbers === 'all' ? known : known.filter(({ id }) => numbers.includes(id));
    for (const { id } of chosen) table.forget(id);
    return chosen;
  });
  return revoked ?? [];
}

function changeQueue<T>(file: string, change: (table: StoredApprovals) => T): T | undefined {
  if (!existsSync(file)) return undefined;
  return using(file, openState(loadDriver(), file), database =>
    within(file, database, 'BEGIN IMMEDIATE', () => change(new StoredApprovals(database))),
  );
}

function using<T>(
  file: string,
  database: Database | undefined,
  work: (database: Database) => T,
): T | undefined {
  if (database === undefined) return undefined;
  try {
    return work(database);
  } catch (error) {
    if (error instanceof PolicyWrapError) throw error;
    throw new PolicyWrapError(
      'PW_STATE',
      `the state file ${file} cannot be used: ${messageOf(error)}`,
      { help: 'check the disk and the file, or name another one with --state', cause: error },
    );
  } finally {
    database.close();
  }
}

function within<T>(file: string, database: Database, begin: string, work: () => T): T {
  whileBusy(PATIENCE_MS, file, () => database.exec(begin));
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}
