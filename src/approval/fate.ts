// How a request stands, in words, and why it cannot be answered as somebody wants to.
import { PolicyWrapError } from '../errors.ts';
import { describeWait } from '../policy/window.ts';
import { localTime } from '../terminal/log-line.ts';
import { type Entry, isOpen } from './book.ts';
import { lastingChoice } from './form.ts';
import type { Answer, ApprovalRequest } from './request.ts';

/**
 * `waiting`: its call waits for an answer; `late`: it does not any more, and a yes is good for the same
 * call when it comes again; `approved`: that yes has been given; `over`: nobody can answer it.
 */
export type Phase = 'waiting' | 'late' | 'approved' | 'over';

export function phaseOf(entry: Entry, now: number): Phase {
  if (!isOpen(entry, now)) return 'over';
  if (entry.standing === 'approved') return 'approved';
  // A wrapper that was killed leaves it as it was.
  return entry.standing === 'waiting' && now < entry.request.expiresAt ? 'waiting' : 'late';
}

/** What has become of it, so that `request ID …` reads as a sentence. */
export function fateOf(entry: Entry, now: number): string {
  const { request, standing, usableUntil, answeredAt, by, note } = entry;
  const answered = answeredAt === null ? '' : ` at ${timeOf(answeredAt)}`;
  const who = by === null ? '' : ` by ${by}`;
  switch (phaseOf(entry, now)) {
    case 'waiting':
      return `waits for an answer: ${describeWait(request.expiresAt - now)} left`;
    case 'late':
      return `was not answered in time; until ${timeOf(usableUntil)} the same call can still be approved, for when the agent makes it again`;
    case 'approved':
      return `was approved${answered}${who}, and its call has not gone on yet; it may until ${timeOf(usableUntil)}`;
    case 'over':
  }
  if (standing === 'used') return `was approved${answered}${who}, and its call has gone on`;
  if (standing === 'denied')
    return `was denied${answered}${who}${note === null ? '' : `: ${note}`}`;
  if (standing === 'withdrawn') return 'was withdrawn: nobody waits for the call any more';
  if (request.askedAt > now)
    return `was made at ${localTime(iso(request.askedAt))}, which the clock of this machine has not reached`;
  return `ran out at ${timeOf(usableUntil)}`;
}

/** Why this cannot be said of it; undefined where it can. `entry` is undefined where there is none. */
export function whyNot(
  id: string,
  entry: Entry | undefined,
  answer: Pick<Answer, 'yes' | 'lasts'>,
  now: number,
): PolicyWrapError | undefined {
  if (entry === undefined) return unknownRequest(id);
  const { request } = entry;
  const phase = phaseOf(entry, now);
  if (phase === 'over') return refusal(`request ${id} ${fateOf(entry, now)}`, ASK_AGAIN);
  if (!answer.yes) return undefined;
  if (phase === 'approved')
    return refusal(
      `request ${id} ${fateOf(entry, now)}`,
      `one yes is enough; policy-wrap deny ${id} takes it back`,
    );
  if (!isDecidedInQueue(request))
    return refusal(
      `request ${id} is not approved here: its policy has it decided ${decidersOf(request)}`,
      `here it can be refused: policy-wrap deny ${id}`,
    );
  if (!answer.lasts || lastingChoice(request) !== undefined) return undefined;
  return request.remember === 'once'
    ? refusal(
        `request ${id} can be approved for this one call only`,
        'leave out --remember; `approval.remember` of the policy says for how long a yes may hold',
      )
    : refusal(
        `request ${id} is too long to be shown whole, so it can be approved for this one call only`,
        `leave out --remember; policy-wrap approvals show ${id} prints all of it`,
      );
}

export function unknownRequest(id: string): PolicyWrapError {
  return refusal(
    `there is no request \`${id}\``,
    'policy-wrap approvals lists those that can be answered; one is forgotten some minutes after its time',
  );
}

/** True where the policy lets a terminal say yes. */
export function isDecidedInQueue({ via }: ApprovalRequest): boolean {
  return via.includes('queue');
}

/** `in the client, or by its program`. */
export function decidersOf({ via }: ApprovalRequest): string {
  const places = {
    elicitation: 'in the client',
    command: 'by its program',
    queue: 'at a terminal',
  };
  return via.map(way => places[way]).join(', or ');
}

const ASK_AGAIN = 'if the agent makes the call again, that is a new request';

function refusal(message: string, help: string): PolicyWrapError {
  return new PolicyWrapError('PW_APPROVAL', message, { help });
}

// All of them lie within a day or so of now.
export function timeOf(time: number): string {
  return localTime(iso(time)).slice('2026-11-22 '.length);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
