// Keys that only policy-wrap may write are cut out of what a server sends.
import type { Message, Span } from '../rpc/message.ts';
import { cutsFor, eachObject, membersOf, type WalkedMember } from '../rpc/walk.ts';
import { OWN_META } from './methods.ts';

/**
 * The cuts that take keys `policy-wrap/…` out of every `_meta`, at whatever depth, and out of an
 * error's `data`, in a message in bytes [start, end) that the scanner has accepted.
 */
export function forgedKeys(buffer: Buffer, start: number, end: number, message: Message): Span[] {
  // Most lines hold no such key: they are searched, not walked.
  if (!message.hasEscapedKey && !buffer.subarray(start, end).includes(OWN_META)) return [];
  const cuts: Span[] = [];
  const cut = (members: readonly WalkedMember[]) =>
    cuts.push(
      ...cutsFor(
        members.map(({ start: from, value }) => ({ start: from, end: value.end })),
        index => members[index]?.key.startsWith(OWN_META) === true,
      ),
    );
  eachObject(buffer, start, (key, members) => {
    if (key === '_meta') cut(members);
  });
  if (message.kind === 'response' && message.result === undefined)
    for (const data of message.members) if (data.key === 'data') cut(membersOf(buffer, data.start));
  return cuts;
}
