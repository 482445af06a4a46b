// Requests for approval in the state file of a wrapper, answered as another process would.
import { existsSync } from 'node:fs';
import { ApprovalBook, type Entry } from '../../src/approval/book.ts';
import type { Answer } from '../../src/approval/request.ts';
import { StoredApprovals } from '../../src/store/approvals.ts';
import { loadDriver } from '../../src/store/driver.ts';
import { whileBusy } from '../../src/store/retry.ts';
import { openState } from '../../src/store/schema.ts';
import { until } from './lines.ts';

export const YES: Answer = { yes: true, by: 'a terminal', note: null, lasts: false };
export const NO: Answer = { ...YES, yes: false };

/** All requests in the file, the oldest first; none where there is no file. */
export function requestsIn(file: string): readonly Entry[] {
  if (!existsSync(file)) return [];
  return inFile(file, table => table.all());
}

/** True where the request could be answered. */
export function answerIn(file: string, id: string, answer: Answer, now = Date.now()): boolean {
  return inFile(file, table => new ApprovalBook(table).answer(id, answer, now) !== undefined);
}

/** The names of the requests that wait, once there are so many. */
export async function waitingIn(file: string, count = 1): Promise<string[]> {
  const waiting = () =>
    requestsIn(file)
      .filter(({ standing }) => standing === 'waiting')
      .map(({ request }) => request.id);
  await until(
    () => waiting().length >= count,
    () => `${count} requests that wait: ${JSON.stringify(requestsIn(file))}`,
  );
  return waiting();
}

function inFile<T>(file: string, work: (table: StoredApprovals) => T): T {
  const database = openState(loadDriver(), file);
  try {
    whileBusy(10_000, file, () => database.exec('BEGIN IMMEDIATE'));
    const result = work(new StoredApprovals(database));
    database.exec('COMMIT');
    return result;
  } finally {
    database.close();
  }
}
