// The requests for approval under a wrapper's home, as a person in a terminal sees and answers them.
import { join } from 'node:path';
import type { Entry } from '../../src/approval/book.ts';
import { until } from './lines.ts';
import { answerIn, requestsIn as requestsInFile, YES } from './queue.ts';

/** Every request under a home, the oldest first. */
export function requestsIn(home: string): readonly Entry[] {
  return requestsInFile(stateOf(home));
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
  if (!answerIn(stateOf(home), request.id, { ...YES, yes, note }))
    throw new Error(`request ${request.id} cannot be answered`);
}

function stateOf(home: string): string {
  return join(home, 'state/state.db');
}
