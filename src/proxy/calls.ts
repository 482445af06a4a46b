// Requests of the client's that pass or are judged: each becomes a step of a turn, for the store to
// decide on. One that waited for a person comes here again.
import { answerOf } from '../approval/form.ts';
import type { About } from '../approval/request.ts';
import { messageOf } from '../errors.ts';
import { ErrorCode, errorReply, member, stringMember } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { type Line, type Memory, type Pending, passing, type Turn } from './action.ts';
import type { Context } from './context.ts';
import { answerIn, nameIn, withRoundParts } from './further-round.ts';
import { type Judged, judge, judgeRoom } from './judge.ts';
import type { ReplyForm } from './replies.ts';
import { type Asked, isModern, type Known, type Request, whatIsAsked } from './request.ts';
import type { Round } from './rounds.ts';
import { demandFor } from './rows.ts';
import { shownArguments } from './shown.ts';
import { type AboutCall, isNo, type Waiting, type WantedCall } from './wanted.ts';

type Fault = Extract<Asked, { kind: 'error' }>;
type ToBeJudged = Extract<Asked, { kind: 'judge' }>;

/** A call that a client sends again, with an answer to a question: what is the wrapper's own is out of it. */
interface Retry {
  readonly line: Line;
  readonly message: Request;
  readonly about: AboutCall | undefined;
}

interface Given extends Retry {
  readonly asked: ToBeJudged;
}

export class Calls {
  constructor(
    private readonly memory: Memory,
    private readonly known: Known,
  ) {}

  /** Adds the step for a request whose id is free; returns what is wrong with it instead, if anything. */
  add(context: Context, turn: Turn, sent: Line, request: Request): Fault | undefined {
    const retry = this.retryOf(context, sent, request);
    const line = retry?.line ?? sent;
    const message = retry?.message ?? request;
    const asked = whatIsAsked(line.buffer, message, this.known);
    if (asked.kind === 'error') return asked;
    const now = context.now();
    const { id, method } = request;
    const pending: Pending = {
      id,
      method,
      since: now,
      form: replyForm(line.buffer, message),
      round: undefined,
      row: undefined,
      sent: asked.kind === 'pass',
      cancelled: false,
      held: undefined,
      waiting: undefined,
    };
    if (asked.kind === 'pass') {
      if (method === 'initialize') this.memory.approving.initialized(line.buffer, message);
      turn.steps.push(passing(line));
    } else {
      const call = { line, message, asked, about: retry?.about };
      this.decide(context, turn, call, pending, now);
    }
    this.memory.pending.set(id, pending);
    turn.requests.push(pending);
    return undefined;
  }

  /** Something is known of the request for approval that this call waits for: it is judged anew. */
  again(context: Context, turn: Turn, waiting: Waiting, step: About['step']): void {
    if (waiting.concluding) return;
    waiting.concluding = true;
    const { line, message, pending, request } = waiting;
    const [steps, demands] = [turn.steps.length, turn.demands.length];
    try {
      const asked = whatIsAsked(line.buffer, message, this.known);
      if (asked.kind !== 'judge') throw new RangeError('a call that was judged is judged no more');
      const about = { about: { id: request.id, step, orAsk: false }, key: undefined };
      this.decide(context, turn, { line, message, asked, about }, pending, context.now());
      turn.requests.push(pending);
    } catch (error) {
      // A bug must leave no call without an answer, nor end the session with the timer that it came by.
      turn.steps.length = steps;
      turn.demands.length = demands;
      this.failed(turn, waiting, `denied because policy-wrap failed: ${messageOf(error)}`);
    }
  }

  private failed(turn: Turn, waiting: Waiting, text: string): void {
    const { pending } = waiting;
    this.memory.pending.ended(pending);
    this.memory.approving.over(turn.steps, waiting, false);
    const error = errorReply(pending.id, ErrorCode.internal, text);
    turn.steps.push({ kind: 'reply', text: error }, { kind: 'note', text: `a call was ${text}` });
  }

  private decide(context: Context, turn: Turn, call: Given, pending: Pending, now: number): void {
    const { slots, rounds } = this.memory;
    const { line, message, asked } = call;
    const found = judgeRoom(context, judge(context, asked.call), slots, now);
    const { limits, round } = rounds.begin(line.buffer, message, found, now);
    const { about } = call;
    const all =
      about === undefined ? approvedBefore(context, found, round) : unlessRefused(found, about);
    const judged = limits === all.limits ? all : { ...all, limits };
    pending.round = round;
    const modern = pending.form === 'modern-result';
    const wants = judged.asks
      ? this.memory.approving.wants(context, judged, { line, message, modern, about }, now)
      : { problem: undefined };
    if ('wanted' in wants) return this.step(context, turn, call, pending, judged, wants, now);
    // The store is asked for no yes, and is still not to give one that was said before.
    if (about !== undefined && isNo(about.about))
      turn.steps.push({ kind: 'withdraw', ids: [about.about.id] });
    this.step(context, turn, call, pending, withReason(judged, wants.problem), undefined, now);
  }

  private step(
    context: Context,
    turn: Turn,
    { line, message, asked }: Given,
    pending: Pending,
    judged: Judged,
    wanted: WantedCall | undefined,
    now: number,
  ): void {
    const { records } = context;
    let demand: number | undefined;
    if (records || judged.limits.length > 0 || wanted !== undefined) {
      const about = { method: message.method, arguments: shown(records, line.buffer, asked.shown) };
      demand = turn.demands.push(demandFor(context, judged, about, wanted?.wanted)) - 1;
    }
    turn.steps.push({ kind: 'decide', demand, judged, pending, forward: passing(line), wanted });
    // Last, as nothing would let it go where something above fails.
    if (!judged.stopped || wanted !== undefined)
      pending.held = this.memory.slots.take(judged.decision.slots, now);
  }

  // A line with a state that the wrapper gave out, or that somebody made to look so, goes on without it.
  private retryOf(context: Context, line: Line, request: Request): Retry | undefined {
    const state = stringMember(line.buffer, request.members, 'requestState');
    const id = nameIn(state, context.approvals?.means);
    if (id === null) return undefined;
    const carried = id === undefined ? undefined : this.memory.approving.carriedBy(id);
    if (id === undefined || carried === undefined)
      return { ...withRoundParts(line, request, []), about: undefined };
    const answer = answerIn(line, request);
    const step = answer === undefined ? 'look' : answerOf(answer.value, carried.request);
    const about = { about: { id, step, orAsk: true } as const, key: carried.request.key };
    return { ...withRoundParts(line, request, carried.parts), about };
  }
}

function shown(records: boolean, buffer: Buffer, given: Member | undefined): string | null {
  return records && given ? shownArguments(buffer, given) : null;
}

function withReason(judged: Judged, reason: string | undefined): Judged {
  if (reason === undefined) return judged;
  return { ...judged, decision: { ...judged.decision, reason } };
}

// The person has said yes to this call, and the server has asked for something in the middle of it.
function approvedBefore(context: Context, judged: Judged, round: Round | undefined): Judged {
  const approved = round?.approved;
  if (approved === undefined || approved.policy !== context.facts().policy) return judged;
  const reason = 'approved in an earlier round of the same call';
  const decision = { ...judged.decision, effect: 'allow', reason } as const;
  return { ...judged, decision, stopped: false, asks: false, approved: approved.id };
}

// Rules that allow it now are no answer to what a person was asked: where they said no, that counts, and
// what was said in the queue is not known here.
function unlessRefused(judged: Judged, about: AboutCall): Judged {
  const { step, orAsk } = about.about;
  const mayGoOn = typeof step === 'object' ? step.yes : orAsk;
  if (judged.stopped || mayGoOn) return judged;
  const reason = isNo(about.about)
    ? 'a person refused it'
    : 'the rules have changed while it waited for a person; call it again';
  const decision = { ...judged.decision, effect: 'deny', reason } as const;
  return { ...judged, decision, stopped: true, asks: false };
}

function replyForm(buffer: Buffer, { method, members }: Request): ReplyForm {
  if (method !== 'tools/call' || member(members, 'task') !== undefined) return 'error';
  return isModern(buffer, members) ? 'modern-result' : 'result';
}
