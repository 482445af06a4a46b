// Decisions as the state file keeps them: JSON, the rows of one transaction together.
import type { LimitState } from '../policy/limits.ts';
import type { Settled } from '../store/contract.ts';
import type { Outcome, RecordRow } from './record.ts';

/** What is the same for every decision of a session. */
export type Session = Pick<RecordRow, 'session' | 'server' | 'grant' | 'mode' | 'policy'>;

/** A decision without what its session says. */
export type PackedRow = [
  at: number,
  method: string,
  subject: string,
  category: string | null,
  effect: string,
  forwarded: boolean,
  layer: string,
  key: string | null,
  reason: string | null,
  limits: LimitState[],
  args: string | null,
];

/** How the call with this id ended, and after how many milliseconds. */
export type PackedOutcome = [id: number, outcome: Outcome, durationMs: number];

export function isSameSession(a: Session, b: Session): boolean {
  return (
    a.session === b.session &&
    a.server === b.server &&
    a.grant === b.grant &&
    a.mode === b.mode &&
    a.policy === b.policy
  );
}

export function packSession({ session, server, grant, mode, policy }: Session): string {
  return JSON.stringify({ session, server, grant, mode, policy } satisfies Session);
}

export function packRow({ at, method, verdict, forwarded, arguments: args }: RecordRow): PackedRow {
  const { subject, category, effect, layer, key, reason, limits } = verdict;
  return [at, method, subject, category, effect, forwarded, layer, key, reason, limits, args];
}

export function packOutcome({ row, outcome, durationMs }: Settled): PackedOutcome {
  return [row, outcome, Math.round(durationMs)];
}
