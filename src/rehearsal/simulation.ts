// What another policy changes, counted: as `policy-wrap simulate --json` prints it.
import type { LogEntry } from '../audit/read.ts';
import type { Replayed } from './replay.ts';

export interface Simulation {
  /** Rows on which both policies agree, differ, or of which that cannot be told. */
  readonly unchanged: number;
  readonly changed: number;
  readonly unjudged: number;
  /** Rows that no rule decided, or that ask for something else than a tool, resource or prompt. */
  readonly leftOut: number;
  /** ISO 8601, UTC: of the first and the last row that was looked at; null where there was none. */
  readonly from: string | null;
  readonly to: string | null;
  /** The most frequent first. */
  readonly changes: readonly Change[];
  readonly unjudgedSubjects: readonly Changed[];
}

export interface Change {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly subjects: readonly Changed[];
}

/** All calls of one subject that change in one way. */
export interface Changed {
  readonly server: string;
  readonly subject: string;
  readonly count: number;
  /** What would decide now; null where it cannot be told. */
  readonly layer: string | null;
  readonly key: string | null;
  readonly reason: string | null;
  readonly newest: LogEntry;
}

export function simulationOf(all: readonly LogEntry[], replayed: readonly Replayed[]): Simulation {
  const unjudged = replayed.filter(({ verdict }) => verdict === null);
  const changed = replayed.filter(
    ({ entry, verdict }) => verdict !== null && verdict.effect !== ruledOn(entry),
  );
  const changes = groups(changed, ({ entry, verdict }) => [ruledOn(entry), verdict?.effect]).map(
    group => ({
      from: group[0] === undefined ? '' : ruledOn(group[0].entry),
      to: group[0]?.verdict?.effect ?? '',
      count: group.length,
      subjects: subjectsOf(group),
    }),
  );
  return {
    unchanged: replayed.length - unjudged.length - changed.length,
    changed: changed.length,
    unjudged: unjudged.length,
    leftOut: all.length - replayed.length,
    from: all[0]?.time ?? null,
    to: all.at(-1)?.time ?? null,
    changes,
    unjudgedSubjects: subjectsOf(unjudged),
  };
}

// What a person said yes or no to is what the rules left to them.
function ruledOn({ effect, approval }: LogEntry): string {
  return approval === null ? effect : 'require_approval';
}

function subjectsOf(replayed: readonly Replayed[]): Changed[] {
  const what = ({ entry, verdict }: Replayed) => [entry.server, entry.subject, verdict?.key];
  return groups(replayed, what).flatMap(group => {
    const newest = group.at(-1);
    if (newest === undefined) return [];
    const { entry, verdict } = newest;
    return {
      server: entry.server,
      subject: entry.subject,
      count: group.length,
      layer: verdict?.layer ?? null,
      key: verdict?.key ?? null,
      reason: verdict?.reason ?? null,
      newest: entry,
    };
  });
}

/** The largest first. */
function groups(
  replayed: readonly Replayed[],
  keyOf: (one: Replayed) => unknown,
): (readonly Replayed[])[] {
  const found = new Map<string, Replayed[]>();
  for (const one of replayed) {
    const key = JSON.stringify(keyOf(one));
    const group = found.get(key) ?? [];
    found.set(key, group);
    group.push(one);
  }
  return [...found.values()].sort((a, b) => b.length - a.length);
}
