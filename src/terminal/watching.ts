// Requests for approval as they come: which one is shown, what is said of those that were, and what a key
// means. One question at a time.
import type { ChalkInstance } from 'chalk';
import type { Entry } from '../approval/book.ts';
import { fateOf, isDecidedInQueue, phaseOf } from '../approval/fate.ts';
import { lastingChoice } from '../approval/form.ts';
import type { Answer, ApprovalRequest } from '../approval/request.ts';
import { renderShown } from './approvals.ts';
import { escapeText } from './escape.ts';

/**
 * Keys count only when a question has been in view for so long: whoever was about to answer another one
 * must not have answered this.
 */
export const SETTLE_MS = 700;

export interface WatchOptions {
  /** False where nobody can press a key: requests are shown only. */
  readonly asks: boolean;
  /** Only this server's. */
  readonly server: string | undefined;
  /** Of the terminal, which may be resized. */
  readonly columns: () => number | undefined;
  readonly chalk: ChalkInstance;
}

/** What a key comes to. */
export type Pressed =
  | { readonly kind: 'answer'; readonly request: ApprovalRequest; readonly answer: Answer }
  | { readonly kind: 'skip' }
  | { readonly kind: 'quit' };

interface Shown {
  readonly request: ApprovalRequest;
  readonly since: number;
  /** True once the keys have been told. */
  asked: boolean;
}

export class Watching {
  private readonly known = new Set<string>();
  private shown: Shown[] = [];

  constructor(private readonly options: WatchOptions) {}

  /** What is to be printed now, a line each; `entries` are all that there are. */
  look(entries: readonly Entry[], now: number): string[] {
    const { asks, server, columns, chalk } = this.options;
    const lines: string[] = [];
    const byId = new Map(entries.map(entry => [entry.request.id, entry]));
    const waits = (entry: Entry | undefined) =>
      entry !== undefined && phaseOf(entry, now) === 'waiting';
    for (const id of this.known) if (!byId.has(id)) this.known.delete(id);
    for (const { request } of this.shown)
      if (!waits(byId.get(request.id))) lines.push(ended(request.id, byId.get(request.id), now));
    this.shown = this.shown.filter(({ request }) => waits(byId.get(request.id)));
    const fresh = entries.filter(
      entry =>
        waits(entry) &&
        !this.known.has(entry.request.id) &&
        (server === undefined || server === entry.request.server),
    );
    for (const entry of fresh) {
      if (asks && this.shown.length > 0) break;
      this.known.add(entry.request.id);
      this.shown.push({ request: entry.request, since: now, asked: false });
      lines.push('', ...renderShown(entry, now, { whole: false, columns: columns(), chalk }));
    }
    for (const shown of this.shown) {
      if (!asks || shown.asked || now - shown.since < SETTLE_MS) continue;
      shown.asked = true;
      const others = fresh.filter(({ request }) => request !== shown.request).length;
      if (others > 0) lines.push(`${others} more ${others === 1 ? 'waits' : 'wait'} behind it`);
      lines.push(chalk.cyan(keysFor(shown.request)));
    }
    return lines;
  }

  press(key: string): Pressed | undefined {
    if (key === 'q') return { kind: 'quit' };
    const [shown] = this.shown;
    if (!this.options.asks || shown?.asked !== true) return undefined;
    const { request } = shown;
    const choice = choicesFor(request).find(one => one.key === key);
    if (choice === undefined) return undefined;
    this.shown = [];
    if (choice.answer === undefined) return { kind: 'skip' };
    return { kind: 'answer', request, answer: { by: 'a terminal', note: null, ...choice.answer } };
  }
}

interface Choice {
  readonly key: string;
  readonly label: string;
  /** Undefined where it leaves the request as it is. */
  readonly answer: Pick<Answer, 'yes' | 'lasts'> | undefined;
}

function choicesFor(request: ApprovalRequest): Choice[] {
  const lasting = lastingChoice(request);
  const no: Choice[] = [
    { key: 'n', label: 'deny', answer: { yes: false, lasts: false } },
    { key: 's', label: 'skip', answer: undefined },
  ];
  if (!isDecidedInQueue(request)) return no;
  const once = { key: 'y', label: 'approve once', answer: { yes: true, lasts: false } };
  if (lasting === undefined) return [once, ...no];
  return [once, { key: 'a', label: lasting, answer: { yes: true, lasts: true } }, ...no];
}

/** `y approve once, n deny, s skip, q quit`. */
function keysFor(request: ApprovalRequest): string {
  const keys = choicesFor(request).map(({ key, label }) => `${key} ${label}`);
  return [...keys, 'q quit'].join(', ');
}

function ended(id: string, entry: Entry | undefined, now: number): string {
  return entry === undefined
    ? `request ${id} is gone: the state file does not have it any more`
    : `request ${id} ${escapeText(fateOf(entry, now))}`;
}
