// The verdict on one call: the value that the reply, the record and every command render.
import { bindingLimit, type LimitState } from './limits.ts';
import type { Category } from './schema.ts';
import { describeWait, describeWindow, parseWindow } from './window.ts';

/** From the mildest to the strictest; where layers differ, the strictest wins. */
export const EFFECTS = ['allow', 'require_approval', 'rate_limit', 'deny'] as const;
export type Effect = (typeof EFFECTS)[number];

export interface Verdict {
  effect: Effect;
  /** What was judged: a tool, `tool:operation`, a resource's URI, a prompt's name. */
  subject: string;
  /** Null for what is no tool. */
  category: Category | null;
  /** The layer and the key of it that decided; the key is null where `default` did. */
  layer: string;
  key: string | null;
  reason: string | null;
  limits: LimitState[];
  /** The pending approval's id; nothing can be asked for yet. */
  approval: null;
}

export function stricter<T extends { effect: Effect }>(a: T, b: T): T {
  return EFFECTS.indexOf(b.effect) > EFFECTS.indexOf(a.effect) ? b : a;
}

/** What the agent and the person read where a call was stopped. */
export function denialText(verdict: Verdict): string {
  return `[POLICY DENIED] ${explanation(verdict)}`;
}

function explanation(verdict: Verdict): string {
  const { subject, reason } = verdict;
  const because = reason === null ? '' : `: ${reason}`;
  switch (verdict.effect) {
    case 'rate_limit':
      return limitText(verdict);
    case 'require_approval':
      return `${subject} needs a person's approval, which this session has no way to ask for${because}; tell the person what you wanted to do and why, and let them decide`;
    default:
      return `${subject} is not allowed${because}`;
  }
}

function limitText(verdict: Verdict): string {
  const limit = bindingLimit(verdict.limits);
  if (limit === undefined) return `${verdict.subject} is limited`;
  const calls = rateText(limit);
  const together =
    limit.counter === verdict.subject || verdict.key === verdict.subject
      ? ''
      : `, counted together as "${limit.counter}"`;
  const what = `${verdict.subject} is limited to ${calls}${together}`;
  return limit.retryAfterMs === null
    ? `${what}; none are left`
    : `${what}; try again in ${describeWait(limit.retryAfterMs)}`;
}

/** `30 calls per minute`. */
export function rateText({ max, window }: LimitState): string {
  const parsed = parseWindow(window);
  const per = parsed === undefined ? window : describeWindow(parsed);
  return `${max} ${max === 1 ? 'call' : 'calls'} per ${per}`;
}
