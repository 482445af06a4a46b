// What a session does with messages, as data: the pump carries it out.
import type { ApprovalRequest } from '../approval/request.ts';
import type { Outcome } from '../audit/record.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Id } from '../rpc/message.ts';
import { isNeutral, neutralise } from '../rpc/neutral.ts';
import type { Demand, Settled, Taken } from '../store/contract.ts';
import type { Approving } from './approving.ts';
import type { Definitions } from './definitions.ts';
import type { InFlight } from './in-flight.ts';
import type { Judged } from './judge.ts';
import type { ReplyForm } from './replies.ts';
import type { Round, Rounds } from './rounds.ts';
import type { Held, Slots } from './slots.ts';
import type { Tasks } from './tasks.ts';
import type { Waiting, WantedCall } from './wanted.ts';

export type Action =
  /** Bytes [start, end) of the buffer, an LF at their end, go to the other side. */
  | { kind: 'forward'; buffer: Buffer; start: number; end: number }
  /** A line goes to the client. */
  | { kind: 'reply'; text: string }
  /** A line goes to the server: the answer to something that it may not ask of the client. */
  | { kind: 'answer'; text: string }
  /** A call was stopped: for the person, on stderr. */
  | { kind: 'denied'; verdict: Verdict }
  /** Something else that a person should read, on stderr. */
  | { kind: 'note'; text: string }
  | { kind: 'settle'; settled: Settled }
  /** A row to write for something that was dropped. */
  | { kind: 'record'; demand: Demand }
  /** A call waits for a person: the queue is looked at, and the time is measured. */
  | { kind: 'wait'; call: WaitingCall }
  /** A program is to ask the person. */
  | { kind: 'program'; command: readonly [string, ...string[]]; request: ApprovalRequest }
  /** It waits no longer. */
  | { kind: 'release'; id: string }
  /** The same, and whoever is asked need not answer any more. */
  | { kind: 'withdraw'; ids: readonly string[] };

/** Where actions are added. */
export interface Actions {
  push(...actions: Action[]): unknown;
}

/** A call that waits, as far as clocks and queues must know of it. */
export interface WaitingCall {
  /** Of the request for approval. */
  readonly id: string;
  readonly timeoutMs: number;
  /** By which the client wants to hear of progress. */
  readonly progressToken: string | number | undefined;
}

/** A request that the server has yet to answer. */
export interface Pending {
  readonly id: Id;
  readonly method: string;
  readonly since: number;
  /** How it wants to hear of a denial. */
  readonly form: ReplyForm;
  /** What an answer that asks for input is good for; undefined where nothing was counted. */
  round: Round | undefined;
  row: Taken['row'];
  /** False until the store has let it through: what a server says before that answers nothing. */
  sent: boolean;
  cancelled: boolean;
  /** Its room among the calls in flight at once; undefined where there is no bound on them. */
  held: Held | undefined;
  /** Set while it waits for a person. */
  waiting: Waiting | undefined;
  /** True where it was cancelled before a person could be asked. */
  unheard?: boolean;
}

/** What both halves of a session know. */
export interface Memory {
  readonly pending: InFlight;
  readonly tasks: Tasks;
  readonly rounds: Rounds;
  readonly slots: Slots;
  readonly approving: Approving;
  readonly definitions: Definitions;
}

/** A call that waits for the store's decision. */
export interface Deciding {
  readonly kind: 'decide';
  /** Its place among the turn's demands; undefined where it needs none. */
  readonly demand: number | undefined;
  readonly judged: Judged;
  readonly pending: Pending;
  readonly forward: Action;
  /** Where it needs a person's yes. */
  readonly wanted?: WantedCall | undefined;
}

/** A cancellation, perhaps of the same read: it goes on unless nobody was asked because of it. */
export interface Following {
  readonly kind: 'follow';
  readonly pending: Pending;
  readonly forward: Action;
}

/** Lines of one read, judged; the store is to decide `demands` before `conclude` says what happens. */
export interface Turn {
  readonly steps: (Action | Deciding | Following)[];
  readonly demands: Demand[];
  /** The requests among them that wait for an answer now. */
  readonly requests: Pending[];
}

/** A line of a read: bytes [start, end), with an LF behind them. */
export interface Line {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** True where it is known to have no line breaks that only some readers see. */
  readonly isPlain: boolean;
}

/** The action that sends an accepted line on, as it is or without line breaks that only some see. */
export function passing({ buffer, start, end, isPlain }: Line): Action {
  if (isPlain || isNeutral(buffer, start, end))
    return { kind: 'forward', buffer, start, end: end + 1 };
  const line = neutralise(buffer, start, end);
  return { kind: 'forward', buffer: line, start: 0, end: line.length };
}

/** Adds how a forwarded call ended, where it was recorded; `now` in milliseconds since 1970. */
export function settle(
  actions: Actions,
  { row, since }: Pending,
  outcome: Outcome,
  now: number,
): void {
  if (row === undefined) return;
  const durationMs = Math.max(0, now - since);
  actions.push({ kind: 'settle', settled: { row, outcome, durationMs } });
}
