// From a decision to a verdict: which layers stop the call, which limits it takes, what is recorded.
import type { RecordRow } from '../audit/record.ts';
import { MAX_NAME, shorten } from '../audit/record.ts';
import { type Call, type Decision, evaluate } from '../policy/evaluate.ts';
import {
  type BoundLimit,
  bindingLimit,
  counterId,
  isUsedUp,
  type LimitState,
} from '../policy/limits.ts';
import type { Policy } from '../policy/policy.ts';
import { rateText, type Verdict } from '../policy/verdict.ts';
import type { Demand } from '../store/contract.ts';

export type Mode = 'enforce' | 'observe';

/** What is the same for every call of one run of the wrapper. */
export interface Context {
  readonly policies: readonly Policy[];
  readonly mode: Mode;
  readonly session: string;
  readonly server: string;
  readonly grant: string;
  /** A hash of all layers. */
  readonly policyHash: string;
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** A call that the rules have judged and whose limits the store is to decide. */
export interface Judged {
  readonly decision: Decision;
  readonly limits: readonly BoundLimit[];
  /** Stopped whatever the limits say. */
  readonly stopped: boolean;
}

/** Judges a call by the rules of all layers; in observe mode only the administrator's can stop it. */
export function judge(context: Context, call: Call): Judged {
  const decision = evaluate(context.policies, call);
  const limits = decision.limits.map(
    ({ policy, key, limit }): BoundLimit => ({
      ...limit,
      layer: policy.layer,
      key,
      id: counterId(limit, { ...context, layer: policy.layer }),
      enforced: context.mode === 'enforce' || policy.machine,
    }),
  );
  if (context.mode === 'enforce') return { decision, limits, stopped: decision.effect !== 'allow' };
  const machine = context.policies.filter(policy => policy.machine);
  if (machine.length === 0) return { decision, limits, stopped: false };
  const binding = evaluate(machine, call);
  if (binding.effect !== 'allow') return { decision: binding, limits, stopped: true };
  // Observed rules that would deny take no limits; the administrator's are taken all the same.
  const due = decision.effect === 'allow' ? limits : limits.filter(({ enforced }) => enforced);
  return { decision, limits: due, stopped: false };
}

/** What a judged call asks of the store. */
export function demandFor(
  context: Context,
  judged: Judged,
  about: { method: string; arguments: () => string | null },
): Demand {
  return {
    limits: judged.limits,
    take: !judged.stopped,
    row: (limits, exceeded) => {
      const verdict = verdictOf(judged, limits, exceeded);
      return rowOf(context, verdict, !isStopped(judged, limits, exceeded), about);
    },
  };
}

/** A row for something that is refused before any rule is asked. */
export function refusal(context: Context, method: string, subject: string, reason: string): Demand {
  const verdict: Verdict = {
    effect: 'deny',
    subject: shorten(subject, MAX_NAME),
    category: null,
    layer: 'protocol',
    key: null,
    reason,
    limits: [],
    approval: null,
  };
  const about = { method: shorten(method, MAX_NAME), arguments: () => null };
  return { limits: [], take: false, row: () => rowOf(context, verdict, false, about) };
}

function rowOf(
  context: Context,
  verdict: Verdict,
  forwarded: boolean,
  about: { method: string; arguments: () => string | null },
): RecordRow {
  const { session, server, grant, mode } = context;
  return {
    at: context.now(),
    session,
    server,
    grant,
    mode,
    method: about.method,
    verdict,
    forwarded,
    arguments: about.arguments(),
    policy: context.policyHash,
  };
}

/** True where the call must not reach the server. */
export function isStopped(
  judged: Judged,
  limits: readonly LimitState[],
  exceeded: boolean,
): boolean {
  if (judged.stopped) return true;
  return (
    exceeded &&
    judged.limits.some(({ enforced }, i) => {
      const state = limits[i];
      return enforced && state !== undefined && isUsedUp(state);
    })
  );
}

/** The verdict once it is known how the limits stood; `exceeded` where one was used up already. */
export function verdictOf(
  { decision, limits: bound }: Judged,
  limits: LimitState[],
  exceeded: boolean,
): Verdict {
  const verdict: Verdict = {
    effect: decision.effect,
    subject: shorten(decision.subject, MAX_NAME),
    category: decision.category,
    layer: decision.layer,
    key: decision.key,
    reason: decision.reason,
    limits,
    approval: null,
  };
  if (decision.effect === 'deny' || !exceeded) return verdict;
  const binding = bindingLimit(limits);
  if (binding === undefined) return verdict;
  const { layer, key } = bound[limits.indexOf(binding)] ?? verdict;
  return {
    ...verdict,
    effect: 'rate_limit',
    layer,
    key,
    reason: `limited to ${rateText(binding)}`,
  };
}

/** The verdict on a call that needed the state file while that could not be used. */
export function stateFailure({ decision }: Judged, problem: string): Verdict {
  const base = verdictOf({ decision, limits: [], stopped: true }, [], false);
  if (decision.effect === 'deny') return base;
  return {
    ...base,
    effect: 'deny',
    key: null,
    reason: `its limits and its record cannot be kept: ${problem}`,
  };
}
