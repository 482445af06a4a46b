// What the server may ask of the client: by a request, by `inputRequests`, or by an error.
import type { Verdict } from '../policy/verdict.ts';
import { folded } from '../rpc/fold.ts';
import { type Message, readString } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { membersOf } from '../rpc/walk.ts';
import type { Context } from './context.ts';
import { isEnforced } from './context.ts';
import { ASKED_OF_CLIENT, URL_ELICITATION_REQUIRED } from './methods.ts';

export interface AskingDenied {
  readonly verdict: Verdict;
  /** False where it is only observed. */
  readonly enforced: boolean;
}

/** Of all that a message of the server's asks for, what the policy denies first. */
export function askingDenied(
  context: Context,
  buffer: Buffer,
  message: Message,
): AskingDenied | undefined {
  if (context.policies.every(policy => policy.deniedToServer.size === 0)) return undefined;
  const denials = methodsAsked(buffer, message)
    .map(method => denialOf(context, method))
    .filter(denial => denial !== undefined);
  return denials.find(({ enforced }) => enforced) ?? denials[0];
}

function denialOf(context: Context, method: string): AskingDenied | undefined {
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

function methodsAsked(buffer: Buffer, message: Message): string[] {
  const { members } = message;
  const inputs = inputMethods(buffer, members);
  // A notification of such a name is none, but not every client tells the two apart.
  if (message.kind !== 'response') return [message.method, ...inputs];
  const isError = message.result === undefined;
  return isError && asksByError(buffer, members) ? ['elicitation/create', ...inputs] : inputs;
}

// Some clients match keys without regard to case, and of two equal keys take either.
function inputMethods(buffer: Buffer, members: readonly Member[]): string[] {
  return members
    .filter(({ key }) => folded(key) === 'inputrequests')
    .flatMap(({ start }) => membersOf(buffer, start))
    .flatMap(({ value }) => membersOf(buffer, value.start))
    .filter(({ key }) => folded(key) === 'method')
    .map(({ value }) => readString(buffer, value.start, value.end))
    .filter(method => method !== undefined);
}

function asksByError(buffer: Buffer, members: readonly Member[]): boolean {
  return members
    .filter(({ key }) => folded(key) === 'code')
    .some(
      ({ start, end }) =>
        Number(buffer.toString('latin1', start, end)) === URL_ELICITATION_REQUIRED,
    );
}
