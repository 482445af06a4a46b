// Calls that take several rounds: a server asks for input, and the client sends the call again.
//
// INVARIANT: a further round takes no limit again only where this session saw the server answer that
// very call with that very `requestState`; each such answer is good for one round, and one counted
// call for MAX_ROUNDS of them. What a client makes up or sends twice is counted as any call.
import { type BoundLimit, isForgotten } from '../policy/limits.ts';
import { canonical } from '../rpc/exact.ts';
import { stringMember } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { partsOf } from '../rpc/walk.ts';
import type { Judged } from './judge.ts';
import { isModern, type Request } from './request.ts';

const MAX_ROUNDS = 8;
/** Answers that wait for their further round; the oldest are forgotten beyond it. */
const MAX_OPEN = 1000;
/** Bytes of `params` up to which they are kept until the answer comes; beyond, their digest is. */
const MAX_KEPT = 2 * 1024;
/** Beyond this a call is counted in every round. */
const MAX_DIGESTED = 1024 * 1024;

/** What a counted call may still do without being counted again. */
export interface Round {
  /** When its limits were taken, milliseconds since 1970. */
  readonly takenAt: number;
  /** Further rounds that are free. */
  readonly left: number;
  /** Where it needed a person's yes and has it: the name of the request, and the rules that asked. */
  readonly approved: { readonly id: string; readonly policy: string } | undefined;
  /** The call and the state that the server gave it, as one key. */
  readonly keyWith: (requestState: string) => string;
}

type Credit = Pick<Round, 'takenAt' | 'left' | 'approved'>;

export class Rounds {
  private readonly open = new Map<string, Credit[]>();
  private count = 0;

  /**
   * The limits that this call takes, and what an answer that asks for input may be good for. A round is
   * `approved` where the call has a person's yes from an earlier one.
   */
  begin(
    buffer: Buffer,
    request: Request,
    judged: Judged,
    now: number,
  ): { limits: readonly BoundLimit[]; round: Round | undefined } {
    const { limits, asks } = judged;
    const isOver = judged.stopped && !asks;
    if (isOver || (limits.length === 0 && !asks)) return { limits, round: undefined };
    const state = stringMember(buffer, request.members, 'requestState');
    const mayGoOn = state !== undefined || isModern(buffer, request.members);
    const keyWith = mayGoOn ? signature(buffer, request) : undefined;
    if (keyWith === undefined) return { limits, round: undefined };
    const credit = state === undefined ? undefined : this.redeem(keyWith(state));
    // A window that has gone by since has forgotten the call: it counts in the next one.
    const due = credit ? limits.filter(limit => isForgotten(limit, credit.takenAt, now)) : limits;
    const isCountedAnew = credit === undefined || due.length === limits.length;
    const takenAt = isCountedAnew ? now : credit.takenAt;
    const approved = credit?.approved;
    // A yes is good for so many rounds too, though the limits were taken once more.
    const left = isCountedAnew && approved === undefined ? MAX_ROUNDS : credit?.left;
    return { limits: due, round: { takenAt, left: left ?? MAX_ROUNDS, approved, keyWith } };
  }

  /** Notes that the server has answered the call of this round with a state, and asks for input. */
  answered({ takenAt, left, approved, keyWith }: Round, requestState: string): void {
    if (left === 0) return;
    const key = keyWith(requestState);
    const [oldest] = this.open.keys();
    if (this.count >= MAX_OPEN && oldest !== undefined) this.redeem(oldest);
    this.open.set(key, [...(this.open.get(key) ?? []), { takenAt, left: left - 1, approved }]);
    this.count++;
  }

  private redeem(key: string): Credit | undefined {
    const [credit, ...others] = this.open.get(key) ?? [];
    if (credit === undefined) return undefined;
    this.count--;
    if (others.length === 0) this.open.delete(key);
    else this.open.set(key, others);
    return credit;
  }
}

/** Keys of `params` that differ from round to round. */
const CHANGING = new Set(['_meta', 'inputResponses', 'requestState']);

// All else of a call, whatever the order of its keys; undefined where it is too large to compare.
function signature(
  buffer: Buffer,
  { method, params, members }: Request,
): ((requestState: string) => string) | undefined {
  if (params === undefined) return undefined;
  const { start, end } = params;
  const lasting = members.filter(isLasting);
  const size = lasting.reduce((sum, member) => sum + member.end - member.start, 0);
  if (size > MAX_DIGESTED) return undefined;
  const digestOf = (bytes: Buffer, its: readonly Member[]) => digest([method, textOf(bytes, its)]);
  if (end - start > MAX_KEPT) {
    const call = digestOf(buffer, lasting);
    return state => digest([call, state]);
  }
  // Nearly no call has a further round: what it may need is copied, and nothing is computed. Its
  // members are found again, as they may take ten times the memory of the copy.
  const copy = Buffer.from(buffer.subarray(start, end));
  return state => digest([digestOf(copy, partsOf(copy, 0).filter(isLasting)), state]);
}

function isLasting({ key }: Member): boolean {
  return !CHANGING.has(key);
}

function textOf(buffer: Buffer, members: readonly Member[]): [string, string][] {
  return members
    .map((member): [string, string] => [member.key, canonical(buffer, member)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

// Loaded by the first call that has a further round: most sessions have none.
function digest(parts: readonly unknown[]): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
