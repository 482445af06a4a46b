// Judging a call by the rules of all layers, and by what is in flight: which stop it, which limits it takes.
import { MAX_NAME } from '../audit/record.ts';
import type { Call, ToolCall } from '../policy/call.ts';
import type { Decision, Slot } from '../policy/decision.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { BoundLimit } from '../policy/limits.ts';
import { type Context, isEnforced } from './context.ts';
import type { Slots } from './slots.ts';

/** A call that the rules have judged and whose limits the store is to decide. */
export interface Judged {
  readonly decision: Decision;
  readonly limits: readonly BoundLimit[];
  /** Stopped whatever the limits say, unless a person says yes where it `asks`. */
  readonly stopped: boolean;
  /** True where nothing but a person's yes is missing. */
  readonly asks: boolean;
  /** Where too many calls are in flight: of what. */
  readonly busy?: Slot;
  /** Where the call has a person's yes from an earlier round: the name of the request. */
  readonly approved?: string;
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
  if (context.mode === 'enforce') return judgedBy(decision, limits);
  const machine = context.policies.filter(policy => policy.machine);
  if (machine.length === 0) return { decision, limits, stopped: false, asks: false };
  const binding = evaluate(machine, call, context.policies);
  if (binding.effect !== 'allow') return judgedBy(binding, binding.limits.map(context.bind));
  // Observed rules that would deny take no limits; the administrator's are taken all the same.
  const due = decision.effect === 'allow' ? limits : binding.limits.map(context.bind);
  return { decision, limits: due, stopped: false, asks: false };
}

function judgedBy(decision: Decision, limits: readonly BoundLimit[]): Judged {
  const { effect } = decision;
  return { decision, limits, stopped: effect !== 'allow', asks: effect === 'require_approval' };
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
  if (stopping === undefined) return { ...judged, busy };
  const stopped = { ...judged, busy, stopped: true, asks: false };
  // A denial that is only observed is not what stops it.
  return judged.stopped
    ? stopped
    : { ...stopped, decision: { ...judged.decision, effect: 'allow' } };
}
