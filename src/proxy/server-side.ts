// The server's half of a session: its replies, its notifications and what it asks of the client.
import { shorten } from '../audit/record.ts';
import { messageOf } from '../errors.ts';
import { denialText } from '../policy/verdict.ts';
import type { Lines } from '../rpc/frame.ts';
import {
  ErrorCode,
  errorReply,
  type Id,
  type Message,
  readMessage,
  type Span,
} from '../rpc/message.ts';
import { salvage } from '../rpc/salvage.ts';
import { TOLERANT } from '../rpc/scan.ts';
import { without } from '../rpc/walk.ts';
import type { Demand } from '../store/contract.ts';
import {
  type Action,
  type Line,
  type Memory,
  type Pending,
  passing,
  settlement,
} from './action.ts';
import { askedFor, outcomeOf } from './answer.ts';
import { type AskingDenied, askingDenied } from './asking.ts';
import type { Context } from './context.ts';
import { encodingOf } from './encoding.ts';
import { forgedKeys } from './forged.ts';
import { type Hiding, hidingOf } from './hiding.ts';
import { charactersOf, MAX_ID_CHARACTERS } from './in-flight.ts';
import { denialRow, refusal } from './judge.ts';
import { hiddenItems } from './lists.ts';
import { denialReply } from './replies.ts';

type Request = Extract<Message, { kind: 'request' }>;
type Notification = Extract<Message, { kind: 'notification' }>;
type Response = Extract<Message, { kind: 'response' }>;

/** Requests of the server's that the client has yet to answer; the oldest are forgotten beyond it. */
const MAX_ASKED = 10_000;
const SHOWN = 200;

export class ServerSide {
  private readonly asked = new Set<Id>();
  private askedCharacters = 0;
  private readonly hiding: Hiding;

  constructor(
    private readonly context: Context,
    private readonly memory: Memory,
  ) {
    this.hiding = hidingOf(context, id => memory.tasks.owns(id));
  }

  /** True, once, where the server has asked under this id. */
  answered(id: Id): boolean {
    const found = this.asked.delete(id);
    if (found) this.askedCharacters -= charactersOf(id);
    return found;
  }

  lines({ buffer, starts, ends }: Lines): Action[] {
    const actions: Action[] = [];
    const encoding = encodingOf(buffer);
    for (const [i, start] of starts.entries()) {
      const end = ends[i] ?? start;
      if (end === start) continue;
      const done = encoding.isUtf8(start, end)
        ? this.guardedLine({ buffer, start, end, isPlain: encoding.isPlain })
        : this.unreadable(buffer, start, end, 'not valid UTF-8');
      actions.push(...done);
    }
    return actions;
  }

  // A bug must not take the other lines of the read with it, nor leave a call without an answer.
  private guardedLine(line: Line): Action[] {
    try {
      return this.line(line);
    } catch (error) {
      const why = `policy-wrap failed: ${messageOf(error)}`;
      return this.unreadable(line.buffer, line.start, line.end, why);
    }
  }

  private line(line: Line): Action[] {
    const { buffer, start, end } = line;
    const message = readMessage(buffer, start, end, TOLERANT);
    switch (message.kind) {
      case 'malformed':
        return this.unreadable(buffer, start, end, message.message);
      case 'notification':
        return this.notification(line, message);
      case 'request':
        return this.request(line, message);
      case 'response':
        return this.response(line, message);
    }
  }

  /** A line that is dropped; the call whose answer it would have been is answered all the same. */
  unreadable(buffer: Buffer, start: number, end: number, why: string): Action[] {
    const dropped = noise(buffer, start, end, why);
    const found = salvage(buffer, start, end);
    const pending = found && this.waiting(found.id);
    const isAnswer = ['result', 'error'].some(key => found?.keys.has(key));
    if (pending === undefined || !isAnswer || found?.keys.has('method')) return [dropped];
    this.memory.pending.delete(pending.id);
    if (pending.cancelled) return [dropped];
    const text = `the server's answer is no valid message: ${why}`;
    return [
      { kind: 'reply', text: errorReply(pending.id, ErrorCode.internal, text) },
      dropped,
      ...settlement(pending, 'error', this.context.now()),
    ];
  }

  // A task may ask in its status for what a request would.
  private notification(line: Line, message: Notification): Action[] {
    const denial = askingDenied(this.context, line.buffer, message);
    return denial?.enforced
      ? this.denied(denial)
      : [...this.denied(denial), cleaned(line, message)];
  }

  private request(line: Line, message: Request): Action[] {
    const denial = askingDenied(this.context, line.buffer, message);
    if (denial?.enforced) {
      const text = errorReply(message.id, ErrorCode.denied, denialText(denial.verdict));
      return [{ kind: 'answer', text }, ...this.denied(denial)];
    }
    this.remember(message.id);
    return [...this.denied(denial), cleaned(line, message)];
  }

  private response(line: Line, message: Response): Action[] {
    const pending = this.waiting(message.id);
    if (pending === undefined) return this.unasked(message.id);
    const actions = this.answer(line, message, pending);
    // Last, so that a failure of ours leaves it to be answered.
    this.memory.pending.delete(message.id);
    return actions;
  }

  private answer(line: Line, message: Response, pending: Pending): Action[] {
    const { buffer } = line;
    const { members, result } = message;
    const { method, round, cancelled } = pending;
    const denial = askingDenied(this.context, buffer, message);
    if (denial?.enforced) {
      // The client could only answer all that is asked for, or nothing.
      const text = denialReply(pending.id, pending.form, denial.verdict);
      const replies: Action[] = cancelled ? [] : [{ kind: 'reply', text }];
      const end = cancelled ? [] : settlement(pending, 'input_required', this.context.now());
      return [...replies, ...this.denied(denial), ...end];
    }
    if (method === 'tools/call' && result !== undefined) this.memory.tasks.note(buffer, members);
    const state = round && askedFor(buffer, message);
    if (round !== undefined && state !== undefined) this.memory.rounds.answered(round, state);
    const forward = cleaned(line, message, hiddenItems(buffer, members, method, this.hiding));
    const ended = cancelled
      ? []
      : settlement(pending, outcomeOf(buffer, message), this.context.now());
    return [...this.denied(denial), forward, ...ended];
  }

  private denied(denial: AskingDenied | undefined): Action[] {
    if (denial === undefined) return [];
    const { verdict, enforced } = denial;
    const record = this.record(denialRow(this.context, verdict, !enforced));
    return enforced ? [{ kind: 'denied', verdict }, ...record] : record;
  }

  private record(demand: Demand): Action[] {
    return this.context.records ? [{ kind: 'record', demand }] : [];
  }

  private waiting(id: Id): Pending | undefined {
    const pending = this.memory.pending.get(id);
    return pending?.sent ? pending : undefined;
  }

  private remember(id: Id): void {
    if (this.asked.has(id)) return;
    this.asked.add(id);
    this.askedCharacters += charactersOf(id);
    for (const oldest of this.asked) {
      if (this.asked.size <= MAX_ASKED && this.askedCharacters <= MAX_ID_CHARACTERS) break;
      this.answered(oldest);
    }
  }

  private unasked(id: Id): Action[] {
    const shown = shorten(JSON.stringify(id), SHOWN);
    const reason = `the server replied to no request: id ${shown}`;
    return [
      ...this.record(refusal(this.context, '(reply)', reason)),
      { kind: 'note', text: `dropped a reply: ${reason}` },
    ];
  }
}

/** The action that sends a message on, without what is hidden and what the server may not say. */
function cleaned(line: Line, message: Message, hidden: readonly Span[] = []): Action {
  const { buffer, start, end, isPlain } = line;
  const forged = forgedKeys(buffer, start, message);
  if (hidden.length === 0 && forged.length === 0) return passing(line);
  const rest = without(buffer, start, end + 1, [...hidden, ...forged]);
  return passing({ buffer: rest, start: 0, end: rest.length - 1, isPlain });
}

function noise(buffer: Buffer, start: number, end: number, why: string): Action {
  const text = shorten(buffer.toString('utf8', start, Math.min(end, start + 4 * SHOWN)), SHOWN);
  return {
    kind: 'note',
    text: `dropped a line from the server: ${why}: ${text}`,
  };
}
