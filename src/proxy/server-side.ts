// The server's half of a session: its replies, its notifications and what it asks of the client.
import type { Outcome } from '../audit/record.ts';
import { shorten } from '../audit/record.ts';
import type { Lines } from '../rpc/frame.ts';
import {
  ErrorCode,
  errorReply,
  type Id,
  idKey,
  type Message,
  member,
  readMessage,
  readString,
} from '../rpc/message.ts';
import { salvage } from '../rpc/salvage.ts';
import { TOLERANT } from '../rpc/scan.ts';
import { type Action, type Pending, passing, settlement } from './action.ts';
import type { Context } from './context.ts';
import { refusal } from './judge.ts';
import { cutLine, forgedKeys, hiddenTools } from './lists.ts';

type Response = Extract<Message, { kind: 'response' }>;

/** Requests of the server's that the client has yet to answer; the oldest are forgotten beyond it. */
const MAX_ASKED = 10_000;
const SHOWN = 200;

export class ServerSide {
  private readonly asked = new Set<string>();
  private readonly isHidden: ((name: string) => boolean) | undefined;

  constructor(
    private readonly context: Context,
    private readonly pending: Map<string, Pending>,
  ) {
    const hiding = context.policies.filter(
      policy => policy.hides && (context.mode === 'enforce' || policy.machine),
    );
    this.isHidden =
      hiding.length === 0 ? undefined : name => hiding.some(policy => policy.isHidden(name));
  }

  /** True, once, where the server has asked under this id. */
  answered(id: Id): boolean {
    return this.asked.delete(idKey(id));
  }

  lines(
    { buffer, starts, ends }: Lines,
    isUtf8: (start: number, end: number) => boolean,
  ): Action[] {
    return starts.flatMap((start, i) => {
      const end = ends[i] ?? start;
      if (end === start) return [];
      return isUtf8(start, end)
        ? this.line(buffer, start, end)
        : this.unreadable(buffer, start, end, 'not valid UTF-8');
    });
  }

  private line(buffer: Buffer, start: number, end: number): Action[] {
    const message = readMessage(buffer, start, end, TOLERANT);
    switch (message.kind) {
      case 'malformed':
        return this.unreadable(buffer, start, end, message.message);
      case 'notification':
        return [passing(buffer, start, end)];
      case 'request':
        this.remember(message.id);
        return [passing(buffer, start, end)];
      case 'response':
        return this.response(buffer, start, end, message);
    }
  }

  /** A line that is dropped; the call whose answer it would have been is answered all the same. */
  unreadable(buffer: Buffer, start: number, end: number, why: string): Action[] {
    const dropped = noise(buffer, start, end);
    const found = salvage(buffer, start, end);
    const pending = found && this.pending.get(idKey(found.id));
    const isAnswer = ['result', 'error'].some(key => found?.keys.has(key));
    if (pending === undefined || !isAnswer || found?.keys.has('method')) return [dropped];
    this.pending.delete(idKey(pending.id));
    if (pending.cancelled) return [dropped];
    const text = `the server's answer is no valid message: ${why}`;
    return [
      { kind: 'reply', text: errorReply(pending.id, ErrorCode.internal, text) },
      dropped,
      ...settlement(pending, 'error', this.context.now()),
    ];
  }

  private remember(id: Id): void {
    this.asked.add(idKey(id));
    const oldest = this.asked.values().next().value;
    if (this.asked.size > MAX_ASKED && oldest !== undefined) this.asked.delete(oldest);
  }

  private response(buffer: Buffer, start: number, end: number, message: Response): Action[] {
    const pending = this.pending.get(idKey(message.id));
    if (pending === undefined) return this.unasked(message.id);
    this.pending.delete(idKey(message.id));
    const cuts = [
      ...forgedKeys(buffer, message.members),
      ...(pending.method === 'tools/list' && this.isHidden !== undefined
        ? hiddenTools(buffer, message.members, this.isHidden)
        : []),
    ];
    const cut = cutLine(buffer, start, end, cuts);
    const forward =
      cut === undefined ? passing(buffer, start, end) : passing(cut, 0, cut.length - 1);
    if (pending.cancelled) return [forward];
    return [forward, ...settlement(pending, outcomeOf(buffer, message), this.context.now())];
  }

  private unasked(id: Id): Action[] {
    const shown = shorten(JSON.stringify(id), SHOWN);
    const reason = `the server replied to no request: id ${shown}`;
    return [
      { kind: 'record', demand: refusal(this.context, '(reply)', reason) },
      { kind: 'note', text: `dropped a reply: ${reason}` },
    ];
  }
}

function outcomeOf(buffer: Buffer, { result, members }: Response): Outcome {
  if (result === undefined) return 'error';
  const isError = member(members, 'isError');
  if (isError !== undefined && buffer[isError.start] === 0x74) return 'tool_error';
  const type = member(members, 'resultType');
  const modern = type && readString(buffer, type.start, type.end);
  return modern === 'input_required' ? 'input_required' : 'ok';
}

function noise(buffer: Buffer, start: number, end: number): Action {
  const text = shorten(buffer.toString('utf8', start, Math.min(end, start + 4 * SHOWN)), SHOWN);
  return {
    kind: 'note',
    text: `dropped a line from the server that is no JSON-RPC message: ${text}`,
  };
}
