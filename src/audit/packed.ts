// Decisions as the state file keeps them: JSON, the rows of one transaction together.
import type { LimitState } from '../policy/limits.ts';
import type { Settled } from '../store/contract.ts';
import type { Outcome, RecordRow } from './record.ts';

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
  approval: string | null,
];

/** How the call with this id ended, and after how many milliseconds. */
export type PackedOutcome = [id: number, outcome: Outcome, durationMs: number];

export function packRow({ at, method, verdict, forwarded, arguments: args }: RecordRow): PackedRow {
  const { subject, category, effect, layer, key, reason, limits, approval } = verdict;
  const said = [subject, category, effect, forwarded, layer, key, reason, limits] as const;
  return [at, method, ...said, args, approval];
}

export function packOutcome({ row, outcome, durationMs }: Settled): PackedOutcome {
  return [row, outcome, Math.round(durationMs)];
}
