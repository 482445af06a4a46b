// A call that wants a person's yes, as a request: what a yes to it would be good for, and what is shown.

import { LATE_MS } from '../approval/book.ts';
import { lastingOf } from '../approval/form.ts';
import type { About, ApprovalRequest, Wanted } from '../approval/request.ts';
import type { Way } from '../policy/approval.ts';
import { canonical } from '../rpc/exact.ts';
import { member, readMessage, type Span, stringMember } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { membersOf } from '../rpc/walk.ts';
import type { Line, Pending } from './action.ts';
import type { Asking, Context } from './context.ts';
import type { Judged } from './judge.ts';
import type { Request } from './request.ts';

/** Bytes of a call beyond which a person cannot judge it. */
const MAX_ASKED = 1024 * 1024;
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';

/** A call that waits for a person. */
export interface Waiting {
  readonly request: ApprovalRequest;
  readonly pending: Pending;
  readonly line: Line;
  readonly message: Request;
  /** The ways that have been tried. */
  readonly tried: Way[];
  /** The id under which the client has been asked; undefined where it is not. */
  question: string | undefined;
  /** True while the store decides by what was answered. */
  concluding: boolean;
}

/** What a step of a turn must know of a call that wants a yes. */
export interface WantedCall {
  readonly wanted: Wanted;
  readonly line: Line;
  readonly message: Request;
  readonly way: Way;
  /** True where the client carries the question. */
  readonly carries: boolean;
}

/** An earlier request that the call comes back to, and what a yes to that was good for. */
export interface AboutCall {
  readonly about: About;
  /** Undefined where it is certain to be the same call. */
  readonly key: string | undefined;
}

/** True where a person has said no, which counts whatever else is wrong with the call. */
export function isNo({ step }: About): boolean {
  return typeof step === 'object' && !step.yes;
}

/** What a person is asked; or why nobody can be. */
export function requestFor(
  context: Context & { asking: Asking },
  { decision }: Judged,
  { line, message }: Pick<WantedCall, 'line' | 'message'>,
  isCarried: boolean,
  now: number,
): ApprovalRequest | { problem: string } {
  const { asking, session, server, grant } = context;
  const { terms } = asking;
  const { buffer } = line;
  const asked = message.members.filter(({ key }) => key !== '_meta');
  // All of it is kept while it waits, not only what is shown.
  if (line.end - line.start > MAX_ASKED)
    return { problem: `it is longer than the ${MAX_ASKED} bytes that a person can be shown` };
  const args = member(asked, 'arguments');
  const others = asked.filter(({ key }) => key !== 'name' && key !== 'arguments');
  const tool = stringMember(buffer, asked, 'name') ?? '';
  const { subject, category, reason } = decision;
  // The client that carries the question has no call in flight, and the person as long as for a late yes.
  const expiresAt = now + (isCarried ? Math.max(terms.timeoutMs, LATE_MS) : terms.timeoutMs);
  return {
    id: asking.means().newId(),
    key: keyOf(context, buffer, message, asked),
    definition: asking.definitionOf(tool),
    ...{ session, server, grant, tool, subject, category, reason },
    arguments: args === undefined ? null : canonical(buffer, args),
    also: others.length === 0 ? null : textOf(buffer, others),
    remember: lastingOf(terms),
    via: terms.via,
    ...{ askedAt: now, expiresAt, freeFrom: isCarried ? now : expiresAt },
  };
}

// A yes is good for this server, this grant, this call with all that goes with it, under these rules.
function keyOf(
  { asking, server, grant, facts }: Context & { asking: Asking },
  buffer: Buffer,
  { method }: Request,
  asked: readonly Member[],
): string {
  const parts = [server, grant, method, textOf(buffer, asked), facts().policy];
  return asking.means().digest(JSON.stringify(parts));
}

function textOf(buffer: Buffer, members: readonly Member[]): string {
  const texts = members.map(part => `${JSON.stringify(part.key)}:${canonical(buffer, part)}`);
  return `{${texts.sort().join(',')}}`;
}

/** What a client of 2026-07-28 can do, which it says with each request. */
export function capabilitiesIn({ buffer }: Line, { members }: Request): Span | undefined {
  const meta = member(members, '_meta');
  return meta && membersOf(buffer, meta.start).find(({ key }) => key === CAPABILITIES_KEY)?.value;
}

/** The line by itself: the read that it came in need not be kept. */
export function copyOf({ buffer, start, end, isPlain }: Line): Line {
  return {
    buffer: Buffer.from(buffer.subarray(start, end + 1)),
    start: 0,
    end: end - start,
    isPlain,
  };
}

/** The request in a line that was accepted before. */
export function requestIn({ buffer, start, end }: Line): Request {
  const message = readMessage(buffer, start, end);
  if (message.kind !== 'request') throw new RangeError('a call that was accepted is no request');
  return message;
}
