// The client's half of a session: each line is read, judged by the rules, and made a step of a turn.
import { MAX_NAME, shorten } from '../audit/record.ts';
import { messageOf } from '../errors.ts';
import type { Lines } from '../rpc/frame.ts';
import {
  ErrorCode,
  errorReply,
  type Id,
  type Malformed,
  type Message,
  malformed,
  readMessage,
} from '../rpc/message.ts';
import { salvage } from '../rpc/salvage.ts';
import { type Action, type Line, type Memory, passing, settle, type Turn } from './action.ts';
import { Calls } from './calls.ts';
import type { Context } from './context.ts';
import { encodingOf } from './encoding.ts';
import { MAX_IN_FLIGHT } from './in-flight.ts';
import { NOTIFICATIONS } from './methods.ts';
import { batchIds, cancelledId, type Known, type Request } from './request.ts';
import { refusal } from './rows.ts';
import { isVendors } from './vendors.ts';
import { type ApprovalNews, Waits } from './waits.ts';

const MAX_CANCELLED = 1000;

export class ClientSide {
  private readonly cancelled = new Set<Id>();
  private readonly known: Known;
  private readonly calls: Calls;
  private readonly waits: Waits;

  /** `answers` is true, once, for an id under which the server has asked. */
  constructor(
    public context: Context,
    private readonly memory: Memory,
    private readonly answers: (id: Id) => boolean,
  ) {
    this.known = {
      ownsTask: id => memory.tasks.owns(id),
      isVendors: method => isVendors(this.context.policies, method),
    };
    this.calls = new Calls(memory, this.known);
    this.waits = new Waits(memory, this.calls);
  }

  /** Judges the lines of one read from the client. */
  lines({ buffer, starts, ends }: Lines): Turn {
    const turn = emptyTurn();
    const encoding = encodingOf(buffer);
    for (const [i, start] of starts.entries()) {
      const end = ends[i] ?? start;
      if (isBlank(buffer, start, end)) continue;
      if (!encoding.isUtf8(start, end))
        this.refuse(
          turn,
          malformed(ErrorCode.parse, 'not valid UTF-8', salvage(buffer, start, end)?.id),
        );
      else this.guardedLine(turn, { buffer, start, end, isPlain: encoding.isPlain });
    }
    return turn;
  }

  // A bug must not take the other lines of the read with it, nor leave this one without an answer.
  private guardedLine(turn: Turn, line: Line): void {
    const { buffer, start, end } = line;
    const { length } = turn.steps;
    let message: Message | Malformed | undefined;
    try {
      message = readMessage(buffer, start, end);
      this.line(turn, line, message);
    } catch (error) {
      turn.steps.length = length;
      const text = `denied because policy-wrap failed: ${messageOf(error)}`;
      const id = message?.kind === 'request' ? message.id : salvage(buffer, start, end)?.id;
      this.refuse(turn, malformed(ErrorCode.internal, text, id));
      turn.steps.push({ kind: 'note', text: `a message from the client was ${text}` });
    }
  }

  /** A line that was dropped unread because it was longer than `max` bytes. */
  oversized(head: Buffer, max: number): Turn {
    const turn = emptyTurn();
    const message = `message longer than ${max} bytes`;
    const id = salvage(head, 0, head.length)?.id;
    this.refuse(turn, malformed(ErrorCode.invalidRequest, message, id));
    return turn;
  }

  private line(turn: Turn, line: Line, message: Message | Malformed): void {
    const { buffer, start, end } = line;
    switch (message.kind) {
      case 'malformed':
        return this.malformed(
          turn,
          { ...message, id: message.id ?? salvage(buffer, start, end)?.id },
          batchIds(buffer, start, end),
        );
      case 'response':
        if (this.waits.answered(this.context, turn, line, message)) return;
        if (this.answers(message.id)) turn.steps.push(passing(line));
        else this.drop(turn, '(response)', 'a response to nothing that the server asked');
        return;
      case 'notification':
        if (!NOTIFICATIONS.has(message.method) && !this.known.isVendors(message.method))
          return this.drop(turn, message.method, 'a notification that a client cannot send');
        if (message.method === 'notifications/cancelled') {
          return this.cancel(turn, cancelledId(buffer, message.members), passing(line));
        }
        turn.steps.push(passing(line));
        return;
      case 'request':
        return this.request(turn, line, message);
    }
  }

  private request(turn: Turn, line: Line, request: Request): void {
    const { id, method } = request;
    // An error under an id in flight would settle the first request of that id.
    if (this.memory.pending.has(id)) {
      const text = 'this id is in flight already';
      this.refuse(turn, malformed(ErrorCode.invalidRequest, text, undefined), method);
    } else if (this.memory.pending.isFull) {
      const text = 'too many requests in flight';
      this.refuse(turn, malformed(ErrorCode.internal, text, id), method);
    } else this.judged(turn, line, request);
  }

  private judged(turn: Turn, line: Line, request: Request): void {
    const fault = this.calls.add(this.context, turn, line, request);
    if (fault === undefined) return;
    const { code, message } = fault;
    this.refuse(turn, malformed(code, message, request.id), request.method);
  }

  private record(turn: Turn, method: string, reason: string): void {
    if (this.context.records) turn.demands.push(refusal(this.context, method, reason));
  }

  private malformed(turn: Turn, line: Malformed, batch: Id[] | undefined): void {
    if (batch === undefined || batch.length === 0) return this.refuse(turn, line);
    const message = 'MCP has no batches: send one message a line';
    this.refuse(turn, { ...line, message, id: batch[0] });
    // One row for all of it, and an answer to as many as a client may have in flight.
    for (const id of batch.slice(1, MAX_IN_FLIGHT)) this.answer(turn, { ...line, message, id });
  }

  private refuse(turn: Turn, line: Malformed, method = '(invalid)'): void {
    this.record(turn, method, line.message);
    this.answer(turn, line);
  }

  // An error under an id in flight would settle the first request of that id.
  private answer(turn: Turn, { code, message, id }: Malformed): void {
    const inFlight = id !== undefined && this.memory.pending.has(id);
    turn.steps.push({ kind: 'reply', text: errorReply(inFlight ? undefined : id, code, message) });
  }

  private drop(turn: Turn, method: string, reason: string): void {
    this.record(turn, method, reason);
    const name = shorten(method, MAX_NAME);
    turn.steps.push({ kind: 'note', text: `dropped \`${name}\` from the client: ${reason}` });
  }

  /** What is known of requests for approval that calls wait for. */
  news(news: readonly ApprovalNews[]): Turn {
    const turn = emptyTurn();
    this.waits.news(this.context, turn, news);
    return turn;
  }

  // What waits for a person has never reached the server.
  private cancel(turn: Turn, id: Id | undefined, forward: Action): void {
    const pending = id === undefined ? undefined : this.memory.pending.get(id);
    if (pending === undefined || pending.cancelled) {
      turn.steps.push(forward);
      return;
    }
    pending.cancelled = true;
    const { waiting } = pending;
    if (waiting !== undefined && this.waits.cancelled(this.context, turn, waiting)) return;
    if (pending.held !== undefined) pending.held.cancelledAt = this.context.now();
    settle(turn.steps, pending, 'cancelled', this.context.now());
    // A late answer may still pass; a server that never sends one must not fill the map.
    this.cancelled.add(pending.id);
    const [oldest] = this.cancelled;
    if (this.cancelled.size > MAX_CANCELLED && oldest !== undefined) {
      this.cancelled.delete(oldest);
      if (this.memory.pending.get(oldest)?.cancelled) this.memory.pending.delete(oldest);
    }
    turn.steps.push({ kind: 'follow', pending, forward });
  }
}

function emptyTurn(): Turn {
  return { steps: [], demands: [], requests: [] };
}

function isBlank(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const c = buffer[i];
    if (c !== 0x20 && c !== 0x09 && c !== 0x0d) return false;
  }
  return true;
}
