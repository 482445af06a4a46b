// 2026-07-28: a call that waits for a person is answered with the question, and the client sends it
// again with the answer. What of that is the wrapper's own is cut out of the line, and what the server
// had asked for before is put back, by byte span.
import type { AskingMeans } from '../approval/means.ts';
import type { ApprovalRequest } from '../approval/request.ts';
import { readValue } from '../rpc/exact.ts';
import { OWN_PREFIX } from '../rpc/keys.ts';
import { member, readMessage, readString, type Span } from '../rpc/message.ts';
import { cutsFor, membersOf, without } from '../rpc/walk.ts';
import type { Line } from './action.ts';
import type { Request } from './request.ts';

/** The wrapper's key in `inputRequests` and `inputResponses`. */
export const OWN_INPUT = `${OWN_PREFIX}approval`;
const OWN_STATE = 'policy-wrap.approval.';
const ROUND_KEYS: ReadonlySet<string> = new Set(['requestState', 'inputResponses']);
/** A form's answer is small. */
const MAX_ANSWER = 64 * 1024;

/** What the client carries: the request's name, which only this run of the wrapper can have sealed. */
export function stateFor(id: string, means: AskingMeans): string {
  return `${OWN_STATE}${id}.${means.seal(id)}`;
}

/** The name in a state of ours; undefined in one that we did not make, null where there is none of ours. */
export function nameIn(
  state: string | undefined,
  means: (() => AskingMeans) | undefined,
): string | undefined | null {
  if (state?.startsWith(OWN_STATE) !== true) return null;
  const [id = '', seal = ''] = state.slice(OWN_STATE.length).split('.');
  return means?.().isSealed(id, seal) ? id : undefined;
}

/** The members of `params` by which the server goes on, as they stand: `"requestState":"x"`. */
export function roundParts({ buffer }: Line, { params }: Request): Buffer[] {
  if (params === undefined) return [];
  return membersOf(buffer, params.start)
    .filter(({ key }) => ROUND_KEYS.has(key))
    .map(({ start, value }) => Buffer.from(buffer.subarray(start, value.end)));
}

/** The same call with other parts of that kind, as a line of its own. */
export function withRoundParts(
  { buffer, start, end }: Line,
  { params }: Request,
  parts: readonly Buffer[],
): { line: Line; message: Request } {
  if (params === undefined) throw new RangeError('a call without params has no further round');
  const members = membersOf(buffer, params.start);
  const spans = members.map(({ start: from, value }) => ({ start: from, end: value.end }));
  const cuts = cutsFor(spans, index => ROUND_KEYS.has(members[index]?.key ?? ''));
  const inside = params.start + 1;
  const isAlone = members.every(({ key }) => ROUND_KEYS.has(key));
  const comma = Buffer.from(',');
  const restored = parts.flatMap((part, i) =>
    isAlone && i === parts.length - 1 ? [part] : [part, comma],
  );
  const rest = without(buffer, inside, end + 1, cuts);
  const bytes = Buffer.concat([buffer.subarray(start, inside), ...restored, rest]);
  const line: Line = { buffer: bytes, start: 0, end: bytes.length - 1, isPlain: false };
  // INVARIANT: what goes on is what is judged: the line is read anew, by the same strict scanner.
  const message = readMessage(bytes, 0, line.end);
  if (message.kind !== 'request')
    throw new RangeError('a call without its further round is no request');
  return { line, message };
}

/** What the client's retry says to the question; undefined where it says nothing. */
export function answerIn({ buffer }: Line, { members }: Request): { value: unknown } | undefined {
  const responses = member(members, 'inputResponses');
  const own =
    responses && membersOf(buffer, responses.start).find(({ key }) => key === OWN_INPUT)?.value;
  if (own === undefined) return undefined;
  return { value: formAnswer(buffer, own) };
}

/** What came back of a form; null, which is no answer, where it is longer than any of ours can be. */
export function formAnswer(buffer: Buffer, span: Span): unknown {
  return span.end - span.start > MAX_ANSWER ? null : readValue(buffer, span);
}

/** A question that the client carries: what it was about, and what of the server's went with the call. */
export interface Carried {
  readonly request: ApprovalRequest;
  readonly parts: readonly Buffer[];
}

/** True where these capabilities say that the client shows forms. */
export function showsForms(buffer: Buffer, capabilities: { start: number } | undefined): boolean {
  if (capabilities === undefined) return false;
  const elicitation = membersOf(buffer, capabilities.start).find(
    ({ key }) => key === 'elicitation',
  );
  if (elicitation === undefined || buffer[elicitation.value.start] !== 0x7b) return false;
  // Up to 2025-06-18 an empty object meant forms; since then it may name its modes.
  const modes = membersOf(buffer, elicitation.value.start);
  return modes.every(({ key }) => key !== 'url') || modes.some(({ key }) => key === 'form');
}

/** The text of a token of the client's for progress, as it was written: a string or a number. */
export function progressTokenOf(buffer: Buffer, { members }: Request): string | number | undefined {
  const meta = member(members, '_meta');
  const token = meta && membersOf(buffer, meta.start).find(({ key }) => key === 'progressToken');
  if (token === undefined) return undefined;
  const { start, end } = token.value;
  const text = readString(buffer, start, end);
  if (text !== undefined) return text;
  const number = Number(buffer.toString('latin1', start, end));
  return Number.isSafeInteger(number) ? number : undefined;
}
