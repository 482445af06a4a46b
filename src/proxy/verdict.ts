// The verdict on a call once the store has decided: how its limits stood, what became of the yes that it
// wanted, or that the state file could not be used.
import type { Approved } from '../approval/request.ts';
import { MAX_NAME, shorten } from '../audit/record.ts';
import { rateText, type Verdict } from '../policy/verdict.ts';
import type { Decision as StoreDecision } from '../store/contract.ts';
import type { Judged } from './judge.ts';

/** Where nothing is asked of a store. */
const UNDECIDED = { limits: [], exceeded: undefined, approval: undefined };

/**
 * The verdict once it is known how the limits stood, and what became of the yes that was wanted;
 * `exceeded` of the limits stops the call.
 */
export function verdictOf(
  { decision, limits: bound, stopped, busy, approved }: Judged,
  { limits, exceeded, approval }: Omit<StoreDecision, 'granted'> = UNDECIDED,
): Verdict {
  const verdict: Verdict = {
    effect: decision.effect,
    subject: shorten(decision.subject, MAX_NAME),
    category: decision.category,
    layer: decision.layer,
    key: decision.key,
    reason: decision.reason,
    limits,
    approval: approved ?? null,
  };
  // Of a denial that is only observed no more is said where an enforced limit stops the call.
  const over = exceeded && bound[limits.indexOf(exceeded)];
  if (decision.effect === 'deny' && (stopped || over?.enforced !== true)) return verdict;
  if (busy !== undefined) {
    const { layer, key, max } = busy;
    const calls = max === 1 ? 'call' : 'calls';
    const reason = `limited to ${max} ${calls} at once; wait for an answer to one of them`;
    return { ...verdict, effect: 'rate_limit', layer, key, reason };
  }
  if (exceeded === undefined) return approval ? approvedVerdict(verdict, approval) : verdict;
  const { layer, key } = over ?? verdict;
  return {
    ...verdict,
    effect: 'rate_limit',
    layer,
    key,
    reason: `limited to ${rateText(exceeded)}`,
  };
}

function approvedVerdict(verdict: Verdict, approval: Approved): Verdict {
  const { id } = approval;
  switch (approval.kind) {
    case 'granted':
      return { ...verdict, effect: 'allow', reason: approval.how, approval: id };
    case 'refused':
      return { ...verdict, effect: 'deny', reason: refusalReason(approval), approval: id };
    case 'gone':
      return { ...verdict, reason: 'the request for it is not known any more', approval: null };
    default:
      return { ...verdict, approval: id };
  }
}

function refusalReason({ by, note }: Extract<Approved, { kind: 'refused' }>): string {
  // A program that says why has failed: nobody has refused anything.
  if (by === 'the program' && note !== null) return note;
  return `a person refused it${note === null ? '' : `: ${note}`}`;
}

/** The verdict on a call that needed the state file while that could not be used. */
export function stateFailure(judged: Judged, problem: string): Verdict {
  const base = verdictOf(judged);
  if (base.effect === 'deny') return base;
  const reason = `its limits and its record cannot be kept: ${problem}`;
  return { ...base, effect: 'deny', key: null, reason };
}
