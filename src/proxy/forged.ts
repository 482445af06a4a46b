// Keys that only policy-wrap may write are cut out of what a server sends.
import { folded } from '../rpc/fold.ts';
import { OWN_PREFIX } from '../rpc/keys.ts';
import type { Message, Span } from '../rpc/message.ts';
import { cutsFor, eachObject, membersOf, type WalkedMember } from '../rpc/walk.ts';

const NONE: readonly Span[] = [];
/** A verdict of ours stands in the one, a question about an approval in the other. */
const HAVE_OWN: ReadonlySet<string> = new Set(['_meta', 'inputrequests']);

/**
 * The cuts that take keys `policy-wrap/…` out of every `_meta` and `inputRequests`, at whatever depth,
 * and out of an error's `data`, in the message from `start` on that the scanner has accepted.
 */
export function forgedKeys(buffer: Buffer, start: number, message: Message): readonly Span[] {
  if (!message.mayHaveOwnKey) return NONE;
  const found: Span[][] = [];
  const cut = (members: readonly WalkedMember[]) =>
    found.push(
      cutsFor(
        members.map(({ start: from, value }) => ({ start: from, end: value.end })),
        index => members[index]?.key.startsWith(OWN_PREFIX) === true,
      ),
    );
  // Some clients match keys without regard to case.
  eachObject(buffer, start, (key, members) => {
    if (HAVE_OWN.has(folded(key))) cut(members);
  });
  if (message.kind === 'response' && message.result === undefined)
    for (const { key, start: from } of message.members)
      if (folded(key) === 'data') cut(membersOf(buffer, from));
  return found.flat();
}
