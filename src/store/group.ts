// The counters of one limit that has one for each value.
import type { Database } from './driver.ts';

/** Counts those of a group that still count something at `now`, milliseconds since 1970. */
export function liveCounter(database: Database): (group: string, now: number) => number {
  const live = database.prepare(
    'SELECT count(*) AS count FROM counters WHERE key > ? AND key < ? AND last + keep >= ?',
  );
  // The keys of a group are those that begin with its name, which ends in a space.
  return (group, now) => Number(live.get(group, `${group.slice(0, -1)}!`, now)?.count ?? 0);
}
