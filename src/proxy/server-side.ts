// The server's half of a session: its replies, its notifications and what it asks of the client.
import { type Outcome, shorten } from '../audit/record.ts';
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
import { type Action, type Line, type Memory, type Pending, passing, settle } from './action.ts';
import { askedFor, outcomeOf } from './answer.ts';
import { type AskingDenied, askingDenied } from './asking.ts';
import type { Context } from './context.ts';
import { encodingOf } from './encoding.ts';
import { forgedKeys } from './forged.ts';
import { changedLists, type Hiding, hidingOf } from './hiding.ts';
import { charactersOf, MAX_ID_CHARACTERS } from './in-flight.ts';
import { ACKNOWLEDGED, ShownLists } from './list-changed.ts';
import { hiddenItems } from './lists.ts';
import { denialReply } from './replies.ts';
import { denialRow, refusal } from './rows.ts';

type Request = Extract<Message, { kind: 'request' }>;
type Notification = Extract<Message, { kind: 'notification' }>;
type Response = Extract<Message, { kind: 'response' }>;

/** Requests of the server's that the client has yet to answer; the oldest are forgotten beyond it. */
const MAX_ASKED = 10_000;
const SHOWN = 200;

export class ServerSide {
  private readonly asked = new Set<Id>();
  private askedCharacters = 0;
  private readonly lists = new ShownLists();
  private hiding: Hiding;

  constructor(
    private context: Context,
    private readonly memory: Memory,
  ) {
    this.hiding = hidingOf(context, id => memory.tasks.owns(id));
  }

  /** Goes on under other rules; the client is told of lists that may show something else now. */
  adopt(context: Context): Action[] {
    const hiding = hidingOf(context, id => this.memory.tasks.owns(id));
    const told = this.lists.changed(changedLists(this.context, context), this.memory.pending);
    this.context = context;
    this.hiding = hiding;
    return told;
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
      if (encoding.isUtf8(start, end))
        this.guardedLine(actions, { buffer, start, end, isPlain: encoding.isPlain });
      else actions.push(...this.unreadable(buffer, start, end, 'not valid UTF-8'));
    }
    return actions;
  }

  // A bug must not take the other lines of the read with it, nor leave a call without an answer.
  private guardedLine(actions: Action[], line: Line): void {
    const { length } = actions;
    try {
      this.line(actions, line);
    } catch (error) {
      actions.length = length;
      const why = `policy-wrap failed: ${messageOf(error)}`;
      actions.push(...this.unreadable(line.buffer, line.start, line.end, why));
    }
  }

  private line(actions: Action[], line: Line): void {
    const { buffer, start, end } = line;
    const message = readMessage(buffer, start, end, TOLERANT);
    switch (message.kind) {
      case 'malformed':
        actions.push(...this.unreadable(buffer, start, end, message.message));
        return;
      case 'notification':
        return this.notification(actions, line, message);
      case 'request':
        return this.request(actions, line, message);
      case 'response':
        return this.response(actions, line, message);
    }
  }

  /** A line that is dropped; the call whose answer it would have been is answered all the same. */
  unreadable(buffer: Buffer, start: number, end: number, why: string): Action[] {
    const dropped = noise(buffer, start, end, why);
    const found = salvage(buffer, start, end);
    const pending = found && this.waiting(found.id);
    const isAnswer = ['result', 'error'].some(key => found?.keys.has(key));
    if (pending === undefined || !isAnswer || found?.keys.has('method')) return [dropped];
    this.memory.pending.ended(pending);
    if (pending.cancelled) return [dropped];
    const text = `the server's answer is no valid message: ${why}`;
    const actions: Action[] = [
      { kind: 'reply', text: errorReply(pending.id, ErrorCode.internal, text) },
      dropped,
    ];
    settle(actions, pending, 'error', this.context.now());
    return actions;
  }

  // A task may ask in its status for what a request would.
  private notification(actions: Action[], line: Line, message: Notification): void {
    const denial = askingDenied(this.context, line.buffer, message);
    if (denial !== undefined) this.denied(actions, denial);
    if (message.method === ACKNOWLEDGED)
      this.lists.acknowledged(line.buffer, message.members, this.memory.pending);
    if (!denial?.enforced) actions.push(cleaned(line, message));
  }

  private request(actions: Action[], line: Line, message: Request): void {
    // The client would take its answer to one for an answer to the other.
    if (this.memory.approving.isOwn(message.id)) {
      const text = errorReply(message.id, ErrorCode.invalidRequest, 'this id is in use');
      actions.push({ kind: 'answer', text });
      return;
    }
    const denial = askingDenied(this.context, line.buffer, message);
    if (denial?.enforced) {
      const text = errorReply(message.id, ErrorCode.denied, denialText(denial.verdict));
      actions.push({ kind: 'answer', text });
      return this.denied(actions, denial);
    }
    this.remember(message.id);
    if (denial !== undefined) this.denied(actions, denial);
    actions.push(cleaned(line, message));
  }

  private response(actions: Action[], line: Line, message: Response): void {
    const pending = this.waiting(message.id);
    if (pending === undefined) return this.unasked(actions, message.id);
    this.answer(actions, line, message, pending);
    // Last, so that a failure of ours leaves it to be answered.
    this.memory.pending.ended(pending);
  }

  private answer(actions: Action[], line: Line, message: Response, pending: Pending): void {
    const { buffer } = line;
    const { members, result } = message;
    const { method, round, cancelled } = pending;
    const ended = (outcome: Outcome) => {
      if (!cancelled) settle(actions, pending, outcome, this.context.now());
    };
    const denial = askingDenied(this.context, buffer, message);
    if (denial?.enforced) {
      // The client could only answer all that is asked for, or nothing.
      const text = denialReply(pending.id, pending.form, denial.verdict);
      if (!cancelled) actions.push({ kind: 'reply', text });
      this.denied(actions, denial);
      return ended('input_required');
    }
    if (result !== undefined) {
      if (method === 'tools/call') this.memory.tasks.note(buffer, members);
      else this.lists.shown(method, members);
      // What a yes is remembered for is the tool as the client knows it.
      if (method === 'tools/list' && this.context.asking !== undefined)
        this.memory.definitions.note(buffer, members);
    }
    const state = round && askedFor(buffer, message);
    if (round !== undefined && state !== undefined) this.memory.rounds.answered(round, state);
    const forward = cleaned(line, message, hiddenItems(buffer, members, method, this.hiding));
    if (denial !== undefined) this.denied(actions, denial);
    actions.push(forward);
    ended(outcomeOf(buffer, message));
  }

  private denied(actions: Action[], { verdict, enforced }: AskingDenied): void {
    if (enforced) actions.push({ kind: 'denied', verdict });
    this.record(actions, denialRow(this.context, verdict, !enforced));
  }

  private record(actions: Action[], demand: Demand): void {
    if (this.context.records) actions.push({ kind: 'record', demand });
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

  private unasked(actions: Action[], id: Id): void {
    const shown = shorten(JSON.stringify(id), SHOWN);
    const reason = `the server replied to no request: id ${shown}`;
    this.record(actions, refusal(this.context, '(reply)', reason));
    actions.push({ kind: 'note', text: `dropped a reply: ${reason}` });
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
