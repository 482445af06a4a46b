// The filter: messages in, actions out. It holds what one session must remember and does no I/O.
//
// INVARIANT: nothing of a client's line reaches the server unless a `forward` action says so, and
// that action carries exactly the bytes that were judged.
import { redactArguments } from '../audit/redact.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import type { Call } from '../policy/evaluate.ts';
import { stricter, type Verdict } from '../policy/verdict.ts';
import type { Lines } from '../rpc/frame.ts';
import {
  ErrorCode,
  errorReply,
  type Id,
  idKey,
  type Malformed,
  readMessage,
} from '../rpc/message.ts';
import type { Demand, Settled, Taken } from '../store/contract.ts';
import {
  type Context,
  demandFor,
  isStopped,
  type Judged,
  judge,
  refusal,
  stateFailure,
  verdictOf,
} from './judge.ts';
import { NOTIFICATIONS } from './methods.ts';
import { denialReply, type ReplyForm } from './replies.ts';
import { batchIds, cancelledId, isModern, type Request, whatIsAsked } from './request.ts';
import { passing, ServerSide } from './server-side.ts';

export type Action =
  /** Bytes [start, end) of the buffer, an LF at their end, go to the other side. */
  | { kind: 'forward'; buffer: Buffer; start: number; end: number }
  /** A line goes to the client. */
  | { kind: 'reply'; text: string }
  /** A call was stopped: for the person, on stderr. */
  | { kind: 'denied'; verdict: Verdict }
  /** Something else that a person should read, on stderr. */
  | { kind: 'note'; text: string }
  | { kind: 'settle'; settled: Settled };

/** A request that the server has yet to answer. */
export interface Pending {
  readonly id: Id;
  readonly method: string;
  readonly since: number;
  row: Taken['row'];
  cancelled: boolean;
}

interface Deciding {
  readonly kind: 'decide';
  readonly demand: number;
  readonly judged: Judged;
  readonly pending: Pending;
  readonly form: ReplyForm;
  readonly forward: Action;
}

/** Lines of one read, judged; the store is to decide `demands` before `conclude` says what happens. */
export interface Turn {
  readonly steps: (Action | Deciding)[];
  readonly demands: Demand[];
  /** The requests among them that wait for an answer now. */
  readonly requests: Pending[];
}

/** More than this in flight is no client at work. */
const MAX_IN_FLIGHT = 10_000;
const MAX_CANCELLED = 1000;

export class Session {
  private readonly pending = new Map<string, Pending>();
  private readonly cancelled = new Set<string>();
  private readonly server: ServerSide;

  constructor(private readonly context: Context) {
    this.server = new ServerSide(context, this.pending);
  }

  /** Judges the lines of one read from the client. */
  fromClient(
    { buffer, starts, ends }: Lines,
    isUtf8: (start: number, end: number) => boolean,
  ): Turn {
    const turn = emptyTurn();
    for (const [i, start] of starts.entries()) {
      const end = ends[i] ?? start;
      if (isBlank(buffer, start, end)) continue;
      if (isUtf8(start, end)) this.line(turn, buffer, start, end);
      else this.refuse(turn, notUtf8());
    }
    return turn;
  }

  /** A line that was dropped unread because it was longer than `max` bytes. */
  oversized(max: number): Turn {
    const turn = emptyTurn();
    const message = `message longer than ${max} bytes`;
    this.refuse(turn, {
      kind: 'malformed',
      code: ErrorCode.invalidRequest,
      message,
      id: undefined,
    });
    return turn;
  }

  private line(turn: Turn, buffer: Buffer, start: number, end: number): void {
    const message = readMessage(buffer, start, end);
    const forward = () => passing(buffer, start, end);
    switch (message.kind) {
      case 'malformed':
        return this.malformed(turn, message, batchIds(buffer, start, end));
      case 'response':
        if (this.server.answered(message.id)) turn.steps.push(forward());
        else this.drop(turn, '(response)', 'a response to nothing that the server asked');
        return;
      case 'notification':
        if (!NOTIFICATIONS.has(message.method))
          return this.drop(turn, message.method, 'a notification that a client cannot send');
        if (message.method === 'notifications/cancelled')
          this.cancel(turn, cancelledId(buffer, message.members));
        turn.steps.push(forward());
        return;
      case 'request':
        try {
          return this.request(turn, buffer, message, forward);
        } catch (error) {
          return this.broken(turn, message, error);
        }
    }
  }

  private request(turn: Turn, buffer: Buffer, request: Request, forward: () => Action): void {
    const { id, method } = request;
    const refused = (code: number, message: string, answered: Id | undefined) =>
      this.refuse(turn, { kind: 'malformed', code, message, id: answered }, method);
    // An error under an id in flight would settle the first request of that id.
    if (this.pending.has(idKey(id)))
      return refused(ErrorCode.invalidRequest, 'this id is in flight already', undefined);
    if (this.pending.size >= MAX_IN_FLIGHT)
      return refused(ErrorCode.internal, `more than ${MAX_IN_FLIGHT} requests in flight`, id);
    const asked = whatIsAsked(buffer, request);
    if (asked.kind === 'error') return refused(asked.code, asked.message, id);

    const pending: Pending = {
      id,
      method,
      since: this.context.now(),
      row: undefined,
      cancelled: false,
    };
    if (asked.kind === 'pass') turn.steps.push(forward());
    else {
      const judged = this.strictest(asked.calls);
      const about = { method, arguments: () => shownArguments(asked.arguments()) };
      const form = replyForm(buffer, request);
      turn.steps.push({
        kind: 'decide',
        demand: turn.demands.push(demandFor(this.context, judged, about)) - 1,
        judged,
        pending,
        form,
        forward: forward(),
      });
    }
    this.pending.set(idKey(id), pending);
    turn.requests.push(pending);
  }

  // One request may name several resources: the strictest decision is that of all.
  private strictest([first, ...rest]: readonly [Call, ...Call[]]): Judged {
    return rest
      .map(call => judge(this.context, call))
      .reduce(
        (a, b) => (stricter(a.decision, b.decision) === a.decision ? a : b),
        judge(this.context, first),
      );
  }

  private malformed(turn: Turn, line: Malformed, batch: Id[] | undefined): void {
    if (batch === undefined || batch.length === 0) return this.refuse(turn, line);
    for (const id of batch)
      this.refuse(turn, { ...line, message: 'MCP has no batches: send one message a line', id });
  }

  private refuse(turn: Turn, { code, message, id }: Malformed, method = '(invalid)'): void {
    const inFlight = id !== undefined && this.pending.has(idKey(id));
    turn.demands.push(refusal(this.context, method, method, message));
    turn.steps.push({ kind: 'reply', text: errorReply(inFlight ? undefined : id, code, message) });
  }

  private drop(turn: Turn, method: string, reason: string): void {
    turn.demands.push(refusal(this.context, method, method, reason));
    turn.steps.push({ kind: 'note', text: `dropped \`${method}\` from the client: ${reason}` });
  }

  private broken(turn: Turn, { id, method }: Request, error: unknown): void {
    this.pending.delete(idKey(id));
    const text = `${method} was denied because policy-wrap failed: ${messageOf(error)}`;
    turn.steps.push({ kind: 'reply', text: errorReply(id, ErrorCode.internal, text) });
    turn.steps.push({ kind: 'note', text });
  }

  private cancel(turn: Turn, id: Id | undefined): void {
    const pending = id === undefined ? undefined : this.pending.get(idKey(id));
    if (pending === undefined || pending.cancelled) return;
    pending.cancelled = true;
    turn.steps.push(...this.server.settlement(pending, 'cancelled'));
    // A late answer may still pass; a server that never sends one must not fill the map.
    this.cancelled.add(idKey(pending.id));
    const [oldest] = this.cancelled;
    if (this.cancelled.size <= MAX_CANCELLED || oldest === undefined) return;
    this.cancelled.delete(oldest);
    if (this.pending.get(oldest)?.cancelled) this.pending.delete(oldest);
  }

  /** What happens to a turn: `taken` as the store decided, or why it could not. */
  conclude(turn: Turn, taken: readonly Taken[] | PolicyWrapError): Action[] {
    return turn.steps.flatMap(step =>
      step.kind === 'decide' ? this.settled(step, taken) : [step],
    );
  }

  /** What happens to a turn that cannot reach the server: nothing is counted, all is answered. */
  undeliverable(turn: Turn): Action[] {
    const replies = turn.steps.filter(step => step.kind === 'reply');
    return [
      ...replies,
      ...turn.requests.flatMap(pending => this.lost(pending, 'it reads no more')),
    ];
  }

  private settled(step: Deciding, taken: readonly Taken[] | PolicyWrapError): Action[] {
    const { judged, pending, form, forward } = step;
    const stop = (verdict: Verdict): Action[] => {
      this.pending.delete(idKey(pending.id));
      return [
        { kind: 'reply', text: denialReply(pending.id, form, verdict) },
        { kind: 'denied', verdict },
      ];
    };
    if (taken instanceof PolicyWrapError) {
      // Observing never blocks; only what the administrator's layer counts needs the store.
      const needed = this.context.mode === 'enforce' || judged.limits.some(limit => limit.enforced);
      return judged.stopped || needed ? stop(stateFailure(judged, taken.message)) : [forward];
    }
    const decided = taken[step.demand];
    if (decided === undefined) throw new RangeError('the store left a call undecided');
    if (isStopped(judged, decided.limits, decided.exceeded))
      return stop(verdictOf(judged, decided.limits, decided.exceeded));
    pending.row = decided.row;
    return [forward];
  }

  /** Lines of one read from the server. */
  fromServer(lines: Lines, isUtf8: (start: number, end: number) => boolean): Action[] {
    return this.server.lines(lines, isUtf8);
  }

  /** The server has ended: every request that waits is answered. */
  serverGone(how: string): Action[] {
    return [...this.pending.values()].flatMap(pending => this.lost(pending, how));
  }

  private lost(pending: Pending, how: string): Action[] {
    this.pending.delete(idKey(pending.id));
    if (pending.cancelled) return [];
    const text = `the server ended before it answered: ${how}`;
    return [
      { kind: 'reply', text: errorReply(pending.id, ErrorCode.internal, text) },
      ...this.server.settlement(pending, 'lost'),
    ];
  }
}

function emptyTurn(): Turn {
  return { steps: [], demands: [], requests: [] };
}

function replyForm(buffer: Buffer, { method, members }: Request): ReplyForm {
  if (method !== 'tools/call' || members.some(({ key }) => key === 'task')) return 'error';
  return isModern(buffer, members) ? 'modern-result' : 'result';
}

function shownArguments(value: unknown): string | null {
  return value === undefined ? null : redactArguments(value);
}

function isBlank(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const c = buffer[i];
    if (c !== 0x20 && c !== 0x09 && c !== 0x0d) return false;
  }
  return true;
}

function notUtf8(): Malformed {
  return { kind: 'malformed', code: ErrorCode.parse, message: 'not valid UTF-8', id: undefined };
}
