// Calls that need a person's yes: in which way it is asked for, which calls wait, and what they then want
// of the store. Whether one may go on is for the store to say, in the step that takes its limits.
//
// INVARIANT: a call that waits is kept as its bytes, and those very bytes are judged again, and go on.
import { formFor } from '../approval/form.ts';
import { questionLine, questionOver } from '../approval/messages.ts';
import type { ApprovalRequest } from '../approval/request.ts';
import { MAX_NAME, shorten } from '../audit/record.ts';
import type { Way } from '../policy/approval.ts';
import { type Id, member, resultReply } from '../rpc/message.ts';
import type { Actions, Line, Pending } from './action.ts';
import type { Asking, Context } from './context.ts';
import {
  type Carried,
  OWN_INPUT,
  progressTokenOf,
  roundParts,
  showsForms,
  stateFor,
} from './further-round.ts';
import type { InFlight } from './in-flight.ts';
import type { Judged } from './judge.ts';
import type { Request } from './request.ts';
import {
  type AboutCall,
  capabilitiesIn,
  copyOf,
  isNo,
  requestFor,
  requestIn,
  type Waiting,
  type WantedCall,
} from './wanted.ts';

/** Calls that wait at once; beyond, a person has lost track. */
const MAX_WAITING = 100;
/** Questions that clients carry; the oldest are asked anew beyond it. */
const MAX_CARRIED = 100;
/** Bytes of what goes with a call that a client may carry for us. */
const MAX_PARTS = 256 * 1024;

/** For the person who reads stderr; the agent is told no command. */
function announcement({ id, subject, via }: ApprovalRequest): string {
  const what = `${shorten(subject, MAX_NAME)} waits for a person's approval`;
  return via.includes('queue') ? `${what}: policy-wrap approve ${id}` : `${what} (request ${id})`;
}

export class Approving {
  private readonly waiting = new Map<string, Waiting>();
  private readonly carried = new Map<string, Carried>();
  private readonly questions = new Map<Id, Waiting>();
  private clientShows = false;
  private hasHandshake = false;
  private asked = 0;
  private prefix: string | undefined;

  constructor(private readonly pending: InFlight) {}

  /** Notes what the client of a session with a handshake can show. */
  initialized(buffer: Buffer, { members }: Request): void {
    this.hasHandshake = true;
    this.clientShows = showsForms(buffer, member(members, 'capabilities'));
  }

  /** A question that this session has let the client carry. */
  carriedBy(id: string): Carried | undefined {
    return this.carried.get(id);
  }

  waitingUnder(id: string): Waiting | undefined {
    return this.waiting.get(id);
  }

  /** True for an id that only our questions have. */
  isOwn(id: Id): boolean {
    return this.prefix !== undefined && String(id).startsWith(this.prefix);
  }

  /** The call whose question has this id; undefined where it is none of ours, null where it is over. */
  asking(id: Id): Waiting | undefined | null {
    return this.questions.get(id) ?? (this.isOwn(id) ? null : undefined);
  }

  /** What the call wants of the store; or why nobody can be asked for it. */
  wants(
    { asking, ...context }: Context,
    judged: Judged,
    call: { line: Line; message: Request; modern: boolean; about: AboutCall | undefined },
    now: number,
  ): WantedCall | { problem: string | undefined } {
    if (asking === undefined) return { problem: undefined };
    const { line, message, about } = call;
    const size = roundParts(line, message).reduce((sum, { length }) => sum + length, 0);
    // What a request says of itself does not make an agent the client of a session that began otherwise.
    const carries =
      !this.hasHandshake &&
      call.modern &&
      size <= MAX_PARTS &&
      showsForms(line.buffer, capabilitiesIn(line, message));
    const way = this.wayFor(asking, carries, []);
    if (way === undefined) return { problem: undefined };
    const isCarried = carries && way === 'elicitation';
    const waits = about !== undefined && about.key === undefined;
    if (!waits && !isCarried && this.waiting.size >= MAX_WAITING)
      return { problem: `${MAX_WAITING} other calls wait for an answer already` };
    const request = requestFor({ ...context, asking }, judged, call, isCarried, now);
    if ('problem' in request) return request;
    // INVARIANT: one call waits for one request. What the client does not carry on is asked anew.
    const isSame =
      about?.key === undefined || isNo(about.about) || (isCarried && about.key === request.key);
    const wanted = about && isSame ? { request, about: about.about } : { request };
    return { wanted, line, message, way, carries: isCarried };
  }

  /** A person is to be asked: the call waits, or the client carries the question. */
  began(
    actions: Actions,
    context: Context,
    { wanted, line, message, way, carries }: WantedCall,
    pending: Pending,
    id: string,
  ): void {
    const { asking } = context;
    const request = this.carried.get(id)?.request ?? wanted.request;
    if (pending.cancelled || asking === undefined) {
      this.pending.ended(pending);
      pending.unheard = true;
      actions.push({ kind: 'withdraw', ids: [id] });
      return;
    }
    actions.push({ kind: 'note', text: announcement(request) });
    if (carries) {
      this.carry(actions, id, { request, parts: roundParts(line, message) });
      this.pending.ended(pending);
      const result = {
        resultType: 'input_required',
        inputRequests: { [OWN_INPUT]: { method: 'elicitation/create', params: formFor(request) } },
        requestState: stateFor(id, asking.means()),
      };
      actions.push({ kind: 'reply', text: resultReply(pending.id, result) });
      return;
    }
    this.pending.waits(pending);
    // The store knows of no answer after all: it waits on as it did.
    if (pending.waiting?.request.id === id) {
      pending.waiting.concluding = false;
      return;
    }
    const kept = copyOf(line);
    const waiting: Waiting = {
      ...{ request, pending, line: kept, message: requestIn(kept) },
      ...{ tried: [], question: undefined, concluding: false },
    };
    pending.waiting = waiting;
    this.waiting.set(id, waiting);
    actions.push({
      kind: 'wait',
      call: {
        ...{ id, timeoutMs: asking.terms.timeoutMs },
        progressToken: progressTokenOf(kept.buffer, waiting.message),
      },
    });
    this.ask(actions, asking, waiting, way);
  }

  /** The way that was tried does not work: the next one; false where there is none. */
  nextWay(actions: Actions, { asking }: Context, waiting: Waiting): boolean {
    this.forgetQuestion(waiting);
    const way = asking && this.wayFor(asking, false, waiting.tried);
    if (asking === undefined || way === undefined) return false;
    this.ask(actions, asking, waiting, way);
    return true;
  }

  /** It waits no longer. `answered` where the request says by itself what has become of it. */
  over(actions: Actions, waiting: Waiting, answered: boolean): void {
    const { id } = waiting.request;
    if (!this.waiting.delete(id)) return;
    waiting.pending.waiting = undefined;
    if (waiting.question !== undefined)
      actions.push({
        kind: 'reply',
        text: questionOver(waiting.question, 'the question needs no answer any more'),
      });
    this.forgetQuestion(waiting);
    actions.push(answered ? { kind: 'release', id } : { kind: 'withdraw', ids: [id] });
  }

  /** The client has answered this question, which is thus closed there. */
  closed(waiting: Waiting): void {
    this.forgetQuestion(waiting);
  }

  private ask(actions: Actions, { terms, means }: Asking, waiting: Waiting, way: Way): void {
    const { request } = waiting;
    waiting.tried.push(way);
    if (way === 'command' && terms.command !== undefined)
      actions.push({ kind: 'program', command: terms.command, request });
    if (way !== 'elicitation') return;
    // INVARIANT: no server can guess it, nor be told it by an agent: it would put its own question under it.
    this.prefix ??= `policy-wrap/${means().seal('questions')}/`;
    const id = `${this.prefix}${++this.asked}`;
    waiting.question = id;
    this.questions.set(id, waiting);
    actions.push({ kind: 'reply', text: questionLine(id, formFor(request)) });
  }

  private wayFor({ terms }: Asking, carries: boolean, tried: readonly Way[]): Way | undefined {
    const can: Record<Way, boolean> = {
      elicitation: carries || this.clientShows,
      command: terms.command !== undefined,
      queue: true,
    };
    // The queue can always ask: what stands behind it is never reached.
    if (tried.includes('queue')) return undefined;
    return terms.via.find(way => can[way] && !tried.includes(way));
  }

  // What is forgotten here nobody comes back for: it must not lie in the queue, nor fill the file.
  private carry(actions: Actions, id: string, what: Carried): void {
    this.carried.delete(id);
    this.carried.set(id, what);
    const [oldest] = this.carried.keys();
    if (this.carried.size <= MAX_CARRIED || oldest === undefined) return;
    this.carried.delete(oldest);
    actions.push({ kind: 'withdraw', ids: [oldest] });
  }

  private forgetQuestion(waiting: Waiting): void {
    if (waiting.question !== undefined) this.questions.delete(waiting.question);
    waiting.question = undefined;
  }
}
