// The filter: messages in, actions out. It holds what one session must remember and does no I/O.
//
// INVARIANT: nothing of a client's line reaches the server unless a `forward` action says so, and
// that action carries exactly the bytes that were judged.
import { PolicyWrapError } from '../errors.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Lines } from '../rpc/frame.ts';
import { ErrorCode, errorReply } from '../rpc/message.ts';
import type { Taken } from '../store/contract.ts';
import { type Action, type Deciding, type Pending, settlement, type Turn } from './action.ts';
import { ClientSide } from './client-side.ts';
import { type Context, contextOf, type Settings } from './context.ts';
import { InFlight } from './in-flight.ts';
import { stateFailure, verdictOf } from './judge.ts';
import { denialReply } from './replies.ts';
import { Rounds } from './rounds.ts';
import { ServerSide } from './server-side.ts';
import { Tasks } from './tasks.ts';

export class Session {
  private readonly pending = new InFlight();
  private readonly client: ClientSide;
  private readonly server: ServerSide;

  private readonly context: Context;

  constructor(settings: Settings) {
    const context = contextOf(settings);
    this.context = context;
    const memory = { pending: this.pending, tasks: new Tasks(), rounds: new Rounds() };
    const server = new ServerSide(context, memory);
    this.server = server;
    this.client = new ClientSide(context, memory, id => server.answered(id));
  }

  /** Judges the lines of one read from the client. */
  fromClient(lines: Lines): Turn {
    return this.client.lines(lines);
  }

  /** A client's line that was dropped because it was longer than `max` bytes; its beginning. */
  oversized(head: Buffer, max: number): Turn {
    return this.client.oversized(head, max);
  }

  /** The same of a server's line. */
  oversizedFromServer(head: Buffer, max: number): Action[] {
    return this.server.unreadable(head, 0, head.length, `longer than ${max} bytes`);
  }

  /** What happens to a turn: `taken` as the store decided, or why it could not. */
  conclude(turn: Turn, taken: readonly Taken[] | PolicyWrapError): Action[] {
    const actions: Action[] = [];
    for (const step of turn.steps) {
      if (step.kind === 'decide') actions.push(...this.settled(step, taken));
      else actions.push(step);
    }
    return actions;
  }

  /** What happens to a turn that does not reach the server: all its requests get this error. */
  undeliverable(turn: Turn, text: string): Action[] {
    const replies = turn.steps.filter(step => step.kind === 'reply');
    return [...replies, ...turn.requests.flatMap(pending => this.lost(pending, text))];
  }

  private settled(step: Deciding, taken: readonly Taken[] | PolicyWrapError): Action[] {
    const { judged, pending, forward } = step;
    // The server ended while the store decided: it is answered already.
    if (this.pending.get(pending.id) !== pending) return [];
    const stop = (verdict: Verdict): Action[] => {
      this.pending.delete(pending.id);
      return [
        { kind: 'reply', text: denialReply(pending.id, pending.form, verdict) },
        { kind: 'denied', verdict },
      ];
    };
    if (step.demand === undefined) {
      if (judged.stopped) return stop(verdictOf(judged, [], false));
      pending.sent = true;
      return [forward];
    }
    if (taken instanceof PolicyWrapError) {
      // Observing never blocks; only what the administrator's layer counts needs the store.
      const needed = this.context.mode === 'enforce' || judged.limits.some(limit => limit.enforced);
      if (judged.stopped || needed) return stop(stateFailure(judged, taken.message));
      pending.sent = true;
      return [forward];
    }
    const decided = taken[step.demand];
    if (decided === undefined) throw new RangeError('the store left a call undecided');
    if (!decided.granted) return stop(verdictOf(judged, decided.limits, decided.exceeded));
    pending.row = decided.row;
    pending.sent = true;
    // Its cancellation may have come in the same read.
    return pending.cancelled
      ? [forward, ...settlement(pending, 'cancelled', this.context.now())]
      : [forward];
  }

  /** Lines of one read from the server. */
  fromServer(lines: Lines): Action[] {
    return this.server.lines(lines);
  }

  /** The server has ended: every request that waits is answered. */
  serverGone(how: string): Action[] {
    const text = `the server ended before it answered: ${how}`;
    return [...this.pending.values()].flatMap(pending => this.lost(pending, text));
  }

  private lost(pending: Pending, text: string): Action[] {
    if (!this.pending.delete(pending.id) || pending.cancelled) return [];
    return [
      { kind: 'reply', text: errorReply(pending.id, ErrorCode.internal, text) },
      ...settlement(pending, 'lost', this.context.now()),
    ];
  }
}
