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
  /** The name of the request for a person's approval; null where none was made. */
  approval: string | null;
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
      if (verdict.approval !== null)
        return `${subject} needs a person's approval, and nobody has answered yet (request ${verdict.approval})${because}; ask the person to approve it, and then call it again with the same arguments within 10 minutes`;
      return `${subject} needs a person's approval, which this session has no way to ask for${because}; tell the person what you wanted to do and why, and let them decide`;
    default:
      return `${subject} is not allowed${because}`;
  }
}

function limitText(verdict: Verdict): string {
  const { subject, key, reason } = verdict;
  const limit = bindingLimit(verdict.limits);
  // Not a limit on calls in a time, but on calls at once.
  if (limit === undefined) return `${subject} is ${reason ?? 'limited'}`;
  const together =
    limit.counter === subject || key === subject ? '' : `, counted together as "${limit.counter}"`;
  const each = limit.value === undefined ? '' : ` for ${limit.value}`;
  const what = `${subject} is limited to ${rateText(limit)}${each}${together}`;
  if (limit.crowded)
    return `${what}; too many other values are counted already for this one to be let through`;
  const cost =
    limit.cost === undefined
      ? ''
      : `, of which ${limit.used} is used and this call costs ${limit.cost}`;
  return limit.retryAfterMs === null
    ? `${what}${cost}; ${cost === '' ? 'none are left' : 'it can never fit'}`
    : `${what}${cost}; try again in ${describeWait(limit.retryAfterMs)}`;
}

/** `30 calls per minute`, `a total of 500 per day`. */
export function rateText({ max, window, cost }: LimitState): string {
  const parsed = parseWindow(window);
  const per = parsed === undefined ? window : describeWindow(parsed);
  if (cost !== undefined) return `a total of ${max} per ${per}`;
  return `${max} ${max === 1 ? 'call' : 'calls'} per ${per}`;
}
