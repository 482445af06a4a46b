// The filter: messages in, actions out. It holds what one session must remember and does no I/O.
//
// INVARIANT: nothing of a client's line reaches the server unless a `forward` action says so, and
// that action carries exactly the bytes that were judged.
import { messageOf, PolicyWrapError } from '../errors.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Lines } from '../rpc/frame.ts';
import { ErrorCode, errorReply } from '../rpc/message.ts';
import type { Taken } from '../store/contract.ts';
import { type Action, type Deciding, type Pending, settle, type Turn } from './action.ts';
import { Approving } from './approving.ts';
import { ClientSide } from './client-side.ts';
import { type Context, contextOf, type Settings } from './context.ts';
import { Definitions } from './definitions.ts';
import { InFlight } from './in-flight.ts';
import type { Judged } from './judge.ts';
import { denialReply } from './replies.ts';
import { Rounds } from './rounds.ts';
import { type RulesNews, rulesRow } from './rows.ts';
import { ServerSide } from './server-side.ts';
import { Slots } from './slots.ts';
import { Tasks } from './tasks.ts';
import { stateFailure, verdictOf } from './verdict.ts';
import type { ApprovalNews } from './waits.ts';
import { isNo } from './wanted.ts';

export class Session {
  private readonly slots = new Slots();
  private readonly pending = new InFlight(this.slots);
  private readonly approving = new Approving(this.pending);
  private readonly definitions: Definitions;
  private readonly client: ClientSide;
  private readonly server: ServerSide;

  private context: Context;

  constructor(private readonly settings: Settings) {
    this.definitions = new Definitions(text => settings.approvals?.means().digest(text) ?? '');
    const context = this.contextOf(settings);
    this.context = context;
    const { pending, slots, approving, definitions } = this;
    const tools = { tasks: new Tasks(), rounds: new Rounds(), definitions };
    const memory = { pending, slots, approving, ...tools };
    const server = new ServerSide(context, memory);
    this.server = server;
    this.client = new ClientSide(context, memory, id => server.answered(id));
  }

  /**
   * Goes on under other rules. What was judged before stays so, and nothing is forgotten: requests in
   * flight, tasks, rounds, and the session that counters know.
   */
  adopt(rules: Pick<Settings, 'policies' | 'policyHash'>, news: readonly RulesNews[]): Action[] {
    const context = this.contextOf({ ...this.settings, ...rules });
    // That nothing is recorded from now on is worth a last row.
    const recording = { ...context, records: context.records || this.context.records };
    const told = this.server.adopt(context);
    this.client.context = context;
    this.context = context;
    return [...told, ...rows(recording, news)];
  }

  /** Records that the rules in force stay, though a file of theirs has changed. */
  kept(news: readonly RulesNews[]): Action[] {
    return rows(this.context, news);
  }

  private contextOf(settings: Settings): Context {
    return contextOf(settings, tool => this.definitions.of(tool));
  }

  /** What is known of requests for approval that calls wait for. */
  approvals(news: readonly ApprovalNews[]): Turn {
    return this.client.news(news);
  }

  /** Requests that wait for an answer. */
  get inFlight(): number {
    return this.pending.size;
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
      if (step.kind === 'decide') this.decidedOrLost(actions, step, taken);
      else if (step.kind === 'follow')
        actions.push(...(step.pending.unheard ? [] : [step.forward]));
      else actions.push(step);
    }
    return actions;
  }

  /** What happens to a turn that does not reach the server: all its requests get this error. */
  undeliverable(turn: Turn, text: string): Action[] {
    const others = turn.steps.filter(isUndelivered);
    return [...others, ...turn.requests.flatMap(pending => this.lost(pending, text))];
  }

  // A bug must leave neither this call without an answer nor the others of its read.
  private decidedOrLost(
    actions: Action[],
    step: Deciding,
    taken: readonly Taken[] | PolicyWrapError,
  ): void {
    try {
      this.decided(actions, step, taken);
    } catch (error) {
      const text = `denied because policy-wrap failed: ${messageOf(error)}`;
      actions.push({ kind: 'note', text: `a call was ${text}` }, ...this.lost(step.pending, text));
    }
  }

  private decided(
    actions: Action[],
    { judged, demand, pending, forward, wanted }: Deciding,
    taken: readonly Taken[] | PolicyWrapError,
  ): void {
    // The server ended while the store decided: it is answered already.
    if (this.pending.get(pending.id) !== pending) return;
    const decided = demand === undefined ? undefined : decisionOn(demand, taken);
    const approval = decided instanceof PolicyWrapError ? undefined : decided?.approval;
    if (wanted !== undefined && approval?.kind === 'asked')
      return this.approving.began(actions, this.context, wanted, pending, approval.id);
    if (pending.waiting !== undefined)
      // What it asked for may still be given, where neither an answer nor the rules have settled it.
      this.approving.over(
        actions,
        pending.waiting,
        wanted !== undefined && approval?.kind !== 'gone',
      );
    // A no that could not be noted must leave no yes behind that was said elsewhere.
    const about = wanted?.wanted.about;
    if (decided instanceof PolicyWrapError && about !== undefined && isNo(about))
      actions.push({ kind: 'withdraw', ids: [about.id] });
    const stopping = this.stopping(judged, decided);
    if (stopping !== undefined) {
      this.pending.ended(pending);
      const text = denialReply(pending.id, pending.form, stopping);
      actions.push({ kind: 'reply', text }, { kind: 'denied', verdict: stopping });
      return;
    }
    if (!(decided instanceof PolicyWrapError)) pending.row = decided?.row;
    if (approval?.kind === 'granted' && pending.round !== undefined)
      pending.round = {
        ...pending.round,
        approved: { id: approval.id, policy: this.context.facts().policy },
      };
    pending.sent = true;
    actions.push(forward);
    // Its cancellation may have come in the same read.
    if (pending.cancelled) settle(actions, pending, 'cancelled', this.context.now());
  }

  /** The verdict that stops a call; undefined where it goes on. */
  private stopping(
    judged: Judged,
    decided: Taken | PolicyWrapError | undefined,
  ): Verdict | undefined {
    if (decided === undefined) return judged.stopped ? verdictOf(judged) : undefined;
    if (!(decided instanceof PolicyWrapError))
      return decided.granted ? undefined : verdictOf(judged, decided);
    // Observing never blocks; only what the administrator's layer counts needs the store.
    const needed = this.context.mode === 'enforce' || judged.limits.some(limit => limit.enforced);
    return judged.stopped || needed ? stateFailure(judged, decided.message) : undefined;
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
    if (!this.pending.ended(pending)) return [];
    const actions: Action[] = [];
    if (pending.waiting !== undefined) this.approving.over(actions, pending.waiting, false);
    if (pending.cancelled) return actions;
    actions.push({ kind: 'reply', text: errorReply(pending.id, ErrorCode.internal, text) });
    settle(actions, pending, 'lost', this.context.now());
    return actions;
  }
}

/** What is done all the same where a turn does not reach the server. */
function isUndelivered(step: Turn['steps'][number]): step is Action {
  return step.kind === 'reply' || step.kind === 'release' || step.kind === 'withdraw';
}

function rows(context: Context, news: readonly RulesNews[]): Action[] {
  if (!context.records) return [];
  return news.map(one => ({ kind: 'record', demand: rulesRow(context, one) }));
}

function decisionOn(
  demand: number,
  taken: readonly Taken[] | PolicyWrapError,
): Taken | PolicyWrapError {
  const decision = taken instanceof PolicyWrapError ? taken : taken[demand];
  if (decision === undefined) throw new RangeError('the store left a call undecided');
  return decision;
}
