// One call, judged as the wrapper would judge it now, and every step on the way.
import type { Step } from '../policy/decision.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Policy } from '../policy/policy.ts';
import { whatIsAsked } from '../proxy/request.ts';
import { readMessage } from '../rpc/message.ts';
import type { PeekingStore } from '../store/peek.ts';
import { type Judgement, lineOf, type Request, type RunFacts, rehearsal } from './rehearsal.ts';

/** As `policy-wrap explain --json` prints it. */
export interface Explanation extends Judgement {
  /** True where the call would reach the server. */
  readonly forwarded: boolean;
  readonly steps: readonly Step[];
}

/** `now` in milliseconds since 1970. Nothing is counted. */
export function explain(
  policies: readonly Policy[],
  facts: RunFacts,
  request: Request,
  store: PeekingStore,
  now: number,
): Explanation {
  const played = rehearsal(policies, store);
  played.clock.now = now;
  const judgement = played.run(facts).judge(request);
  return { ...judgement, forwarded: judgement.text === null, steps: stepsOf(policies, request) };
}

function stepsOf(policies: readonly Policy[], request: Request): Step[] {
  const steps: Step[] = [];
  const { buffer, starts, ends } = lineOf({ id: 1, ...request });
  const message = readMessage(buffer, starts[0] ?? 0, ends[0] ?? 0);
  if (message.kind !== 'request') return steps;
  const asked = whatIsAsked(buffer, message, { ownsTask: () => false, isVendors: () => false });
  if (asked.kind === 'judge')
    evaluate(policies, asked.call, policies, step => void steps.push(step));
  return steps;
}
