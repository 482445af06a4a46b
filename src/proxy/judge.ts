// From a decision to a verdict: which layers stop the call, which limits it takes, what is recorded.
import { MAX_NAME, type RecordRow, RULES_METHOD, shorten } from '../audit/record.ts';
import { redactName, redactReason } from '../audit/redact.ts';
import type { Call, ToolCall } from '../policy/call.ts';
import type { Decision, Slot } from '../policy/decision.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { BoundLimit, LimitState } from '../policy/limits.ts';
import { rateText, type Verdict } from '../policy/verdict.ts';
import type { Demand } from '../store/contract.ts';
import { type Context, isEnforced } from './context.ts';
import type { Slots } from './slots.ts';

/** A call that the rules have judged and whose limits the store is to decide. */
export interface Judged {
  readonly decision: Decision;
  readonly limits: readonly BoundLimit[];
  /** Stopped whatever the limits say. */
  readonly stopped: boolean;
  /** Where too many calls are in flight: of what. */
  readonly busy?: Slot;
}

/** Tools whose judgement is kept; beyond it, it is found anew. */
const MAX_KNOWN = 1000;

/** Judges a call by the rules of all layers; in observe mode only the administrator's can stop it. */
export function judge(context: Context, call: Call): Judged {
  return call.kind === 'tool' ? judgeTool(context, call) : judgeAnew(context, call);
}

// INVARIANT: rules look at nothing but a call's name and its arguments. So where none looked at the
// arguments, the next call of the tool will be judged alike.
function judgeTool(context: Context, call: ToolCall): Judged {
  const { name } = call;
  const known = context.judgements.get(name);
  if (known !== undefined) return known;
  let byName = name.length <= MAX_NAME;
  const read = call.args;
  const args: ToolCall['args'] =
    read &&
    (() => {
      byName = false;
      return read();
    });
  const judged = judgeAnew(context, { kind: 'tool', name, args });
  if (byName && context.judgements.size < MAX_KNOWN) context.judgements.set(name, judged);
  return judged;
}

function judgeAnew(context: Context, call: Call): Judged {
  const decision = evaluate(context.policies, call);
  const limits = decision.limits.map(context.bind);
  if (context.mode === 'enforce') return { decision, limits, stopped: decision.effect !== 'allow' };
  const machine = context.policies.filter(policy => policy.machine);
  if (machine.length === 0) return { decision, limits, stopped: false };
  const binding = evaluate(machine, call, context.policies);
  if (binding.effect !== 'allow')
    return { decision: binding, limits: binding.limits.map(context.bind), stopped: true };
  // Observed rules that would deny take no limits; the administrator's are taken all the same.
  const due = decision.effect === 'allow' ? limits : binding.limits.map(context.bind);
  return { decision, limits: due, stopped: false };
}

/** The same call as what is in flight lets it be; observed slots stop nothing. */
export function judgeRoom(context: Context, judged: Judged, slots: Slots, now: number): Judged {
  const wanted = judged.decision.slots;
  if (wanted.length === 0) return judged;
  const enforced = wanted.filter(({ layer }) =>
    context.policies.some(policy => policy.layer === layer && isEnforced(context, policy)),
  );
  const stopping = slots.busy(enforced, now);
  const busy = stopping ?? slots.busy(wanted, now);
  if (busy === undefined) return judged;
  if (judged.stopped || stopping === undefined) return { ...judged, busy };
  // A denial that is only observed is not what stops it.
  return { ...judged, decision: { ...judged.decision, effect: 'allow' }, busy, stopped: true };
}

/** The request behind a row. */
export interface About {
  readonly method: string;
  /** Redacted already: nothing of any length is to be done while the state file is locked. */
  readonly arguments: string | null;
}

/** What a judged call asks of the store. */
export function demandFor(context: Context, judged: Judged, about: About): Demand {
  return {
    limits: judged.limits,
    take: !judged.stopped,
    row: (limits, exceeded, granted) =>
      rowOf(context, verdictOf(judged, limits, exceeded), granted, about),
  };
}

/** A row for something that is refused before any rule is asked. */
export function refusal(context: Context, method: string, reason: string): Demand {
  const name = shorten(method, MAX_NAME);
  return denialRow(context, {
    effect: 'deny',
    subject: name,
    category: null,
    layer: 'protocol',
    key: null,
    reason,
    limits: [],
    approval: null,
  });
}

/** A row for a verdict that needs no store; `forwarded` where it is only observed. */
export function denialRow(context: Context, verdict: Verdict, forwarded = false): Demand {
  const about = { method: verdict.subject, arguments: null };
  return { limits: [], take: false, row: () => rowOf(context, verdict, forwarded, about) };
}

/** What a row about a file of the policy says: taken on, or not, and why. */
export interface RulesNews {
  readonly effect: 'allow' | 'deny';
  readonly layer: string;
  /** The file. */
  readonly name: string;
  readonly reason: string | null;
}

/** A row for rules that changed, or would have. */
export function rulesRow(context: Context, { name, ...news }: RulesNews): Demand {
  const rest = { category: null, key: null, limits: [], approval: null };
  const verdict = { ...news, subject: shorten(name, MAX_NAME), ...rest };
  const about = { method: RULES_METHOD, arguments: null };
  return { limits: [], take: false, row: () => rowOf(context, verdict, false, about) };
}

function rowOf(
  context: Context,
  verdict: Verdict,
  forwarded: boolean,
  about: About,
): RecordRow | undefined {
  if (!context.records) return undefined;
  return {
    facts: context.facts(),
    at: context.now(),
    method: about.method,
    verdict: redacted(verdict),
    forwarded,
    arguments: about.arguments,
  };
}

function redacted(verdict: Verdict): Verdict {
  const subject = redactName(verdict.subject);
  // A reason may be made of arguments.
  const reason = verdict.reason && redactReason(verdict.reason);
  const isSame = subject === verdict.subject && reason === verdict.reason;
  return isSame ? verdict : { ...verdict, subject, reason };
}

/** The verdict once it is known how the limits stood; `exceeded` of them stops the call. */
export function verdictOf(
  { decision, limits: bound, stopped, busy }: Judged,
  limits: LimitState[],
  exceeded: LimitState | undefined,
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
  // Of a denial that is only observed no more is said where an enforced limit stops the call.
  if (decision.effect === 'deny' && (stopped || exceeded === undefined)) return verdict;
  if (busy !== undefined) {
    const { layer, key, max } = busy;
    const calls = max === 1 ? 'call' : 'calls';
    const reason = `limited to ${max} ${calls} at once; wait for an answer to one of them`;
    return { ...verdict, effect: 'rate_limit', layer, key, reason };
  }
  if (exceeded === undefined) return verdict;
  const { layer, key } = bound[limits.indexOf(exceeded)] ?? verdict;
  return {
    ...verdict,
    effect: 'rate_limit',
    layer,
    key,
    reason: `limited to ${rateText(exceeded)}`,
  };
}

/** The verdict on a call that needed the state file while that could not be used. */
export function stateFailure(judged: Judged, problem: string): Verdict {
  const base = verdictOf(judged, [], undefined);
  if (base.effect === 'deny') return base;
  const reason = `its limits and its record cannot be kept: ${problem}`;
  return { ...base, effect: 'deny', key: null, reason };
}
