// The record replayed: what other policies would have said to each call, on the clock of the time.
import type { LogEntry } from '../audit/read.ts';
import type { Policy } from '../policy/policy.ts';
import type { Verdict } from '../policy/verdict.ts';
import { isReplayable, recordedCall } from './recorded.ts';
import { type Rehearsal, type Run, rehearsal, requestFor } from './rehearsal.ts';

export interface Replayed {
  readonly entry: LogEntry;
  /** Null where it cannot be told: the record does not hold all that the verdict would rest on. */
  readonly verdict: Verdict | null;
}

/** Rows, oldest first; those that no rule decided are left out. Counters begin at nothing. */
export function replay(entries: readonly LogEntry[], policies: readonly Policy[]): Replayed[] {
  const played = rehearsal(policies);
  const runs = new Map<string, Run>();
  return entries.filter(isReplayable).map(entry => {
    played.clock.now = Date.parse(entry.time);
    return { entry, verdict: verdictOn(entry, runOf(entry, played, runs)) };
  });
}

function runOf({ server, grant, session }: LogEntry, played: Rehearsal, runs: Map<string, Run>) {
  const id = JSON.stringify([server, grant, session]);
  const run = runs.get(id) ?? played.run({ mode: 'enforce', server, grant, session });
  runs.set(id, run);
  return run;
}

function verdictOn(entry: LogEntry, run: Run): Verdict | null {
  const call = recordedCall(entry);
  if (call === undefined) return null;
  if (call.args === undefined && run.looksAtArguments(call.name)) return null;
  return run.judge(requestFor(call.target, call.name, call.args ?? undefined), answeredAt(entry))
    .verdict;
}

// How long a call would have taken that was stopped then, nobody knows. Both figures are rounded: a
// millisecond less, so that no call that came after an answer seems to have come before it.
function answeredAt({ time, durationMs }: LogEntry): number | true {
  return durationMs === null || Date.parse(time) + Math.max(0, durationMs - 1);
}
