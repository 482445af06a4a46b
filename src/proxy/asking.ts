// What the server may ask of the client: by a request, or by `inputRequests` in what it sends.
import type { Verdict } from '../policy/verdict.ts';
import { folded } from '../rpc/fold.ts';
import { readString } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { membersOf } from '../rpc/walk.ts';
import type { Context } from './context.ts';
import { isEnforced } from './context.ts';
import { ASKED_OF_CLIENT } from './methods.ts';

export interface AskingDenied {
  readonly verdict: Verdict;
  /** False where it is only observed. */
  readonly enforced: boolean;
}

/** Why the server may not ask for this; undefined where it may. */
export function askingDenied(context: Context, method: string): AskingDenied | undefined {
  const key = ASKED_OF_CLIENT.get(method);
  if (key === undefined) return undefined;
  const denying = context.policies.filter(policy => policy.deniedToServer.has(key));
  const decisive = denying.find(policy => isEnforced(context, policy)) ?? denying[0];
  if (decisive === undefined) return undefined;
  const verdict: Verdict = {
    effect: 'deny',
    subject: method,
    category: null,
    layer: decisive.layer,
    key: `client.${key}`,
    reason: 'the policy does not let the server ask the client for it',
    limits: [],
    approval: null,
  };
  return { verdict, enforced: isEnforced(context, decisive) };
}

/** Of all that the members' `inputRequests` ask for, what the policy denies first. */
export function inputDenied(
  context: Context,
  buffer: Buffer,
  members: readonly Member[],
): AskingDenied | undefined {
  if (context.policies.every(policy => policy.deniedToServer.size === 0)) return undefined;
  const denials = requestedMethods(buffer, members)
    .map(method => askingDenied(context, method))
    .filter(denial => denial !== undefined);
  return denials.find(({ enforced }) => enforced) ?? denials[0];
}

// Some clients match keys without regard to case, and of two equal keys take either.
function requestedMethods(buffer: Buffer, members: readonly Member[]): string[] {
  return members
    .filter(({ key }) => folded(key) === 'inputrequests')
    .flatMap(({ start }) => membersOf(buffer, start))
    .flatMap(({ value }) => membersOf(buffer, value.start))
    .filter(({ key }) => folded(key) === 'method')
    .map(({ value }) => readString(buffer, value.start, value.end))
    .filter(method => method !== undefined);
}
