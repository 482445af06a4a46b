// The book of requests for approval: what each store does with them within its atomic step.
//
// INVARIANT: a yes is good for one call: who uses it marks it as used in the step that lets the call go,
// and a request goes from `waiting` to one of the others once. Only a yes that the person gave for a
// while lets more than one call through.
import type {
  Answer,
  Answerer,
  ApprovalRequest,
  Approved,
  Remembered,
  Standing,
  Wanted,
} from './request.ts';

/** How long after a call was refused for want of an answer a yes may come, and how long it then holds. */
export const LATE_MS = 10 * 60_000;
/** A run of the wrapper that is longer asks again. */
const SESSION_MS = 30 * 86_400_000;

/** An agent that asks in a loop must not fill the disk: what is dropped so is asked anew. */
export const MAX_KEPT = 200;
export const MAX_KEPT_CHARACTERS = 32 * 1024 * 1024;

/** One request as it stands. */
export interface Entry {
  readonly request: ApprovalRequest;
  readonly standing: Standing;
  /** Milliseconds since 1970; null where nobody has answered. */
  readonly answeredAt: number | null;
  readonly by: Answerer | null;
  readonly note: string | null;
  /** From then on it is good for nothing. */
  readonly usableUntil: number;
}

/** Where a store keeps them; everything happens within one transaction. */
export interface ApprovalTable {
  get(id: string): Entry | undefined;
  /** Those with this key that a person has said yes to. */
  approvedFor(key: string): readonly Entry[];
  put(entry: Entry): void;
  /**
   * Removes those that are good for nothing at `now`, and of those that nobody waits for the oldest
   * beyond `MAX_KEPT` and `MAX_KEPT_CHARACTERS`.
   */
  sweep(now: number): void;
  remembered(key: string): readonly Remembered[];
  remember(what: Omit<Remembered, 'id'>): void;
  forget(id: number): void;
}

export class ApprovalBook {
  constructor(private readonly table: ApprovalTable) {}

  /** Whether the call may go on; where it may, the yes is used up by it. */
  decide({ request, about }: Wanted, now: number): Approved {
    const known = about && this.followUp(about, request, now);
    if (known !== undefined && (known.kind !== 'gone' || about?.orAsk === false)) return known;
    return this.standingYes(request, now) ?? this.ask(request, now);
  }

  /** The limits hold the call back: a yes that has just been given is kept for when it comes again. */
  keep({ about }: Wanted, now: number): void {
    if (about === undefined || typeof about.step === 'string' || !about.step.yes) return;
    this.answer(about.id, about.step, now);
  }

  /**
   * Notes an answer. Undefined where there is no such request that could still be answered so: a yes that
   * has been given is not given again, and a terminal's counts only where the policy lets it.
   */
  answer(id: string, answer: Answer, now: number): Entry | undefined {
    const entry = this.table.get(id);
    // A no counts at any time, or a clock that is set back and forth would bring back a yes before it.
    if (entry === undefined || !(answer.yes ? isOpen(entry, now) : isUnsettled(entry)))
      return undefined;
    const { request, standing } = entry;
    if (answer.yes && standing === 'approved') return undefined;
    if (answer.yes && answer.by === 'a terminal' && !request.via.includes('queue'))
      return undefined;
    const answered: Entry = {
      ...{ request, answeredAt: now, by: answer.by, note: answer.note },
      standing: answer.yes ? 'approved' : 'denied',
      usableUntil: Math.max(request.freeFrom, now) + LATE_MS,
    };
    this.table.put(answer.yes ? answered : closed(answered));
    // What holds for one run of the wrapper is given while that run waits for it.
    const isLate = standing !== 'waiting' && request.remember === 'session';
    if (answer.yes && answer.lasts && !isLate) this.remember(request, now);
    return answered;
  }

  /** Nobody waits for these any more. */
  withdraw(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.table.get(id);
      if (entry?.standing === 'waiting' || entry?.standing === 'approved')
        this.table.put(closed({ ...entry, standing: 'withdrawn' }));
    }
  }

  private followUp(
    { id, step }: NonNullable<Wanted['about']>,
    request: ApprovalRequest,
    now: number,
  ): Approved {
    const entry = this.table.get(id);
    if (entry === undefined) return { kind: 'gone', id };
    const { standing } = entry;
    if (standing === 'denied') return refused(entry);
    const isNo = typeof step !== 'string' && !step.yes;
    // INVARIANT: what the rules or the definition have made another call since needs another yes.
    if (!isNo && !isSameCall(entry.request, request)) return { kind: 'gone', id };
    if (typeof step !== 'string') return this.followAnswer(entry, step, now);
    if (standing === 'approved') return isYes(entry, now) ? this.use(entry) : { kind: 'gone', id };
    if (standing !== 'waiting') return { kind: 'gone', id };
    if (step === 'look') return isOpen(entry, now) ? { kind: 'asked', id } : { kind: 'gone', id };
    this.table.put({ ...entry, standing: 'expired' });
    return { kind: 'unanswered', id };
  }

  // A no counts whatever was said elsewhere; a yes only where nobody else has said no.
  private followAnswer(entry: Entry, step: Answer, now: number): Approved {
    const { id } = entry.request;
    if (entry.standing === 'approved' && step.yes)
      return isYes(entry, now) ? this.use(entry) : { kind: 'gone', id };
    const answered = this.answer(id, step, now);
    if (answered === undefined) return { kind: 'gone', id };
    return step.yes ? this.use(answered) : refused(answered);
  }

  private standingYes(request: ApprovalRequest, now: number): Approved | undefined {
    for (const known of this.table.remembered(request.key)) {
      // A definition that has changed is another tool: the yes was not given for it. Where this run has
      // seen none yet, nothing says that it has not.
      const isSame = known.definition === request.definition;
      if (!isSame && request.definition !== null) this.table.forget(known.id);
      // INVARIANT: a clock that goes back makes nothing hold that did not hold when it was said.
      if (isSame && known.since <= now && now <= known.until && isOf(known, request))
        return { kind: 'granted', id: `R${known.id}`, how: 'approved before, for a while' };
    }
    const late = this.table
      .approvedFor(request.key)
      .find(
        entry =>
          entry.request.freeFrom <= now && isYes(entry, now) && isSameCall(entry.request, request),
      );
    return late && this.use(late);
  }

  private ask(request: ApprovalRequest, now: number): Approved {
    this.table.put({
      ...{ request, standing: 'waiting', answeredAt: null, by: null, note: null },
      usableUntil: request.expiresAt + LATE_MS,
    });
    this.table.sweep(now);
    return { kind: 'asked', id: request.id };
  }

  private use(entry: Entry): Approved {
    this.table.put(closed({ ...entry, standing: 'used' }));
    return { kind: 'granted', id: entry.request.id, how: `approved by ${entry.by ?? 'a person'}` };
  }

  private remember(request: ApprovalRequest, now: number): void {
    const { key, definition, server, tool, remember } = request;
    if (remember === 'once') return;
    const session = remember === 'session' ? request.session : null;
    this.table.remember({
      ...{ key, definition, session, server, tool, arguments: request.arguments },
      since: now,
      until: now + (remember === 'session' ? SESSION_MS : remember),
    });
  }
}

/** Of entries and their sizes, the newest first: those that are to go. */
export function beyondBounds<T>(
  entries: Iterable<{ entry: T; size: number; waits: boolean }>,
): T[] {
  const gone: T[] = [];
  let count = 0;
  let size = 0;
  for (const one of entries) {
    count++;
    size += one.size;
    if (!one.waits && (count > MAX_KEPT || size > MAX_KEPT_CHARACTERS)) gone.push(one.entry);
  }
  return gone;
}

/** True where somebody may still answer it. */
export function isOpen(entry: Entry, now: number): boolean {
  return isUnsettled(entry) && entry.request.askedAt <= now && now <= entry.usableUntil;
}

function isUnsettled({ standing }: Entry): boolean {
  return standing === 'waiting' || standing === 'approved' || standing === 'expired';
}

// A clock that has gone back since takes it away, as does its time.
function isYes({ standing, answeredAt, usableUntil }: Entry, now: number): boolean {
  return standing === 'approved' && answeredAt !== null && answeredAt <= now && now <= usableUntil;
}

// What a person was asked about before any definition was known was no particular one.
function isSameCall(asked: ApprovalRequest, request: ApprovalRequest): boolean {
  const { key, definition } = asked;
  return key === request.key && (definition === null || definition === request.definition);
}

// What nobody can answer any more need not lie in the file in plain text.
function closed(entry: Entry): Entry {
  return { ...entry, request: { ...entry.request, arguments: null, also: null } };
}

function refused({ request, by, note }: Entry): Approved {
  return { kind: 'refused', id: request.id, by, note };
}

function isOf({ session }: Remembered, request: ApprovalRequest): boolean {
  return session === null || session === request.session;
}
