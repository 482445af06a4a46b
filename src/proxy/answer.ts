// What a server's answer says: how the call ended, or what it still needs.
import type { Outcome } from '../audit/record.ts';
import { type Message, member, readString, stringMember } from '../rpc/message.ts';

type Response = Extract<Message, { kind: 'response' }>;

export function outcomeOf(buffer: Buffer, { result, members }: Response): Outcome {
  if (result === undefined) return 'error';
  const isError = member(members, 'isError');
  if (isError !== undefined && buffer[isError.start] === 0x74) return 'tool_error';
  return stringMember(buffer, members, 'resultType') === 'input_required' ? 'input_required' : 'ok';
}

/** The `requestState` of an answer that asks for input; undefined where it does not say just one. */
export function askedFor(buffer: Buffer, { result, members }: Response): string | undefined {
  const only = (key: string) => {
    const [found, second] = members.filter(candidate => candidate.key === key);
    if (found === undefined || second !== undefined) return undefined;
    return readString(buffer, found.start, found.end);
  };
  return result !== undefined && only('resultType') === 'input_required'
    ? only('requestState')
    : undefined;
}
