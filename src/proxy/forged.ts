// Keys that only policy-wrap may write are cut out of what a server sends.
import { folded } from '../rpc/fold.ts';
import type { Message, Span } from '../rpc/message.ts';
import { cutsFor, eachObject, membersOf, type WalkedMember } from '../rpc/walk.ts';
import { OWN_META } from './methods.ts';

const OWN_BYTES = Buffer.from(OWN_META);

/** False where nothing in a read can be such a key, unless it is spelt with escapes. */
export function mayBeForged(read: Buffer): boolean {
  return read.includes(OWN_BYTES);
}

/**
 * The cuts that take keys `policy-wrap/…` out of every `_meta`, at whatever depth, and out of an
 * error's `data`, in a message in bytes [start, end) that the scanner has accepted.
 */
export function forgedKeys(buffer: Buffer, start: number, end: number, message: Message): Span[] {
  // Most lines hold no such key: they are searched, not walked.
  if (!message.hasEscapedKey && !mayBeForged(buffer.subarray(start, end))) return [];
  const found: Span[][] = [];
  const cut = (members: readonly WalkedMember[]) =>
    found.push(
      cutsFor(
        members.map(({ start: from, value }) => ({ start: from, end: value.end })),
        index => members[index]?.key.startsWith(OWN_META) === true,
      ),
    );
  // Some clients match keys without regard to case.
  eachObject(buffer, start, (key, members) => {
    if (folded(key) === '_meta') cut(members);
  });
  if (message.kind === 'response' && message.result === undefined)
    for (const { key, start: from } of message.members)
      if (folded(key) === 'data') cut(membersOf(buffer, from));
  return found.flat();
}
