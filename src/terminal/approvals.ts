// Requests for approval and remembered answers, for people.
import type { ChalkInstance } from 'chalk';
import type { Entry } from '../approval/book.ts';
import { decidersOf, fateOf, isDecidedInQueue, phaseOf, timeOf } from '../approval/fate.ts';
import { lengthText } from '../approval/form.ts';
import type { Answer, Remembered } from '../approval/request.ts';
import { isShownWhole, renderRequest } from '../approval/shown.ts';
import { shorten } from '../audit/record.ts';
import { describeWait } from '../policy/window.ts';
import { escapeText } from './escape.ts';
import { localTime } from './log-line.ts';
import { wrapLine } from './wrap.ts';

/** Of a text that stands beside others on a line. */
const MAX_TEXT = 160;

/** `7K3M9QXA  waits 38 s  ecs  delete_app  destructive  clusters are deleted by people`. */
export function renderListed(entry: Entry, now: number, chalk: ChalkInstance): string {
  const { id, server, subject, category, reason } = entry.request;
  return [
    chalk.bold(id),
    stateOf(entry, now, chalk),
    chalk.dim(named(server)),
    chalk.bold(named(subject)),
    category ?? 'no category',
    reason === null ? '' : escapeText(shorten(reason, MAX_TEXT)),
    isDecidedInQueue(entry.request) ? '' : chalk.dim(`(decided ${decidersOf(entry.request)})`),
  ]
    .filter(part => part !== '')
    .join('  ');
}

function stateOf(entry: Entry, now: number, chalk: ChalkInstance): string {
  const { request, usableUntil } = entry;
  switch (phaseOf(entry, now)) {
    case 'waiting':
      return chalk.yellow(`waits ${describeWait(request.expiresAt - now)}`);
    case 'late':
      return `too late, for a retry until ${timeOf(usableUntil)}`;
    case 'approved':
      return chalk.green(`approved, not used yet, until ${timeOf(usableUntil)}`);
    case 'over':
      return chalk.dim('over');
  }
}

// An agent may call an operation `x  read  waits 9 s`: blanks of its own are seen as such.
function named(text: string): string {
  const short = shorten(text, MAX_TEXT);
  return escapeText(/^\S+$/.test(text) ? short : JSON.stringify(short));
}

/** How a request is shown: `whole` with arguments at any length; in a terminal of so many columns. */
export interface Showing {
  readonly whole: boolean;
  readonly columns: number | undefined;
  readonly chalk: ChalkInstance;
}

/** One request as the person is to judge it, and how it stands; a line each. */
export function renderShown(entry: Entry, now: number, showing: Showing): string[] {
  const { whole, columns, chalk } = showing;
  const { request } = entry;
  const fate = `request ${request.id} ${escapeText(fateOf(entry, now))}`;
  const [title = '', ...about] = linesOf(entry, now, whole);
  const wrapped = about.flatMap(line => wrapLine(line, columns));
  return [...wrapLine(title, columns).map(line => chalk.bold(line)), ...wrapped, fate];
}

function linesOf(entry: Entry, now: number, whole: boolean): string[] {
  const { request } = entry;
  const [title = '', ...about] = renderRequest(request, whole).slice(0, -1);
  // INVARIANT: arguments that are not kept any more are not said to be none.
  if (phaseOf(entry, now) === 'over' && request.arguments === null)
    return [title, 'its arguments are not kept any more'];
  if (!whole && !isShownWhole(request))
    about.push(`policy-wrap approvals show ${request.id} prints it whole`);
  if (!isDecidedInQueue(request))
    about.push(`it is decided ${decidersOf(request)}: here it can only be denied`);
  return [title, ...about];
}

/** `approved: the call goes on`. `before` is how it stood until then. */
export function renderAnswered(before: Entry, after: Entry, answer: Answer, now: number): string {
  const phase = phaseOf(before, now);
  const { freeFrom } = before.request;
  if (!answer.yes) {
    if (phase === 'approved') return 'denied: what was approved before is taken back';
    return phase === 'waiting'
      ? 'denied: the agent is told so'
      : 'denied: if the agent makes the call again, you are asked again';
  }
  const lasts = answer.lasts ? `; the same call goes on unasked ${lastingText(before)}` : '';
  return phase === 'waiting' && now < freeFrom
    ? `approved: the call goes on${lasts}`
    : `approved: the agent may make the same call once, until ${timeOf(after.usableUntil)}${lasts}`;
}

function lastingText({ request: { remember } }: Entry): string {
  return typeof remember === 'number' ? `for ${lengthText(remember)}` : 'in this session';
}

/** `3  ecs  delete_app  until 2026-11-22 10:20:01  {"name":"old"}`. */
export function renderRemembered(known: Remembered, chalk: ChalkInstance): string {
  const { id, server, tool, session, until } = known;
  const end = localTime(new Date(until).toISOString());
  return [
    chalk.bold(String(id)),
    chalk.dim(named(server)),
    chalk.bold(named(tool)),
    session === null ? `until ${end}` : 'while its session lasts',
    escapeText(shorten(known.arguments ?? 'no arguments', MAX_TEXT)),
  ].join('  ');
}
