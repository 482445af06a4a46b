// The requests for approval in a state file, as a person in a terminal sees and answers them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ApprovalBook, type Entry } from '../../src/approval/book.ts';
import { StoredApprovals } from '../../src/store/approvals.ts';
import { loadDriver } from '../../src/store/driver.ts';
import { whileBusy } from '../../src/store/retry.ts';
import { openState } from '../../src/store/schema.ts';
import { until } from './lines.ts';

/** Every request under a home, the oldest first. */
export function requestsIn(home: string): readonly Entry[] {
  return existsSync(join(home, 'state/state.db')) ? inState(home, table => table.all()) : [];
}

/** The first request that stands as `standing`, once there is one. */
export async function requestIn(
  home: string,
  standing: Entry['standing'] = 'waiting',
): Promise<Entry> {
  const found = () => requestsIn(home).find(entry => entry.standing === standing);
  await until(
    () => found() !== undefined,
    () => `a request that is ${standing} among ${JSON.stringify(requestsIn(home))}`,
  );
  return found()!;
}

/** Answers the request that stands so, once there is one. */
export async function answer(
  home: string,
  yes: boolean,
  note: string | null = null,
  standing: Entry['standing'] = 'waiting',
): Promise<void> {
  const { request } = await requestIn(home, standing);
  const answered = inState(home, table =>
    new ApprovalBook(table).answer(
      request.id,
      { yes, by: 'a terminal', note, lasts: false },
      Date.now(),
    ),
  );
  if (answered === undefined) throw new Error(`request ${request.id} cannot be answered`);
}

function inState<T>(home: string, work: (table: StoredApprovals) => T): T {
  const file = join(home, 'state/state.db');
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
