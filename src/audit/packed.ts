// Decisions as the state file keeps them: JSON without names, the rows of one transaction together. Each
// byte of it is written, and summed up by SQLite, while a call waits.
import type { LimitState } from '../policy/limits.ts';
import type { Settled } from '../store/contract.ts';
import type { Outcome, RecordRow, SessionFacts } from './record.ts';

/** What is the same for all decisions of a session; the server is looked for by its place. */
export type PackedFacts = [
  session: string,
  server: string,
  grant: string,
  mode: SessionFacts['mode'],
  policy: string,
];

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
  limits: PackedLimit[],
  args: string | null,
  approval: string | null,
];

/** The last three only where one of them is there. */
export type PackedLimit = [
  counter: string,
  scope: LimitState['scope'],
  max: number,
  window: string,
  used: number,
  retryAfterMs: number | null,
  cost?: number | null,
  value?: string | null,
  crowded?: true | null,
];

/** How the call with this id ended, and after how many milliseconds. */
export type PackedOutcome = [id: number, outcome: Outcome, durationMs: number];

export function packFacts({ session, server, grant, mode, policy }: SessionFacts): PackedFacts {
  return [session, server, grant, mode, policy];
}

export function unpackFacts([session, server, grant, mode, policy]: PackedFacts): SessionFacts {
  return { session, server, grant, mode, policy };
}

export function packRow({ at, method, verdict, forwarded, arguments: args }: RecordRow): PackedRow {
  const { subject, category, effect, layer, key, reason, limits, approval } = verdict;
  const packed = limits.map(packLimit);
  return [
    at,
    method,
    subject,
    category,
    effect,
    forwarded,
    layer,
    key,
    reason,
    packed,
    args,
    approval,
  ];
}

function packLimit(state: LimitState): PackedLimit {
  const { counter, scope, max, window, used, retryAfterMs, cost, value, crowded } = state;
  const always = [counter, scope, max, window, used, retryAfterMs] as const;
  if (cost === undefined && value === undefined && crowded === undefined) return [...always];
  return [...always, cost ?? null, value ?? null, crowded ?? null];
}

export function unpackLimit(limit: PackedLimit): LimitState {
  const [counter, scope, max, window, used, retryAfterMs, cost, value, crowded] = limit;
  const state: LimitState = { counter, scope, max, window, used, retryAfterMs };
  if (typeof cost === 'number') state.cost = cost;
  if (typeof value === 'string') state.value = value;
  if (crowded === true) state.crowded = true;
  return state;
}

export function packOutcome({ row, outcome, durationMs }: Settled): PackedOutcome {
  return [row, outcome, Math.round(durationMs)];
}
