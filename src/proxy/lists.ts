// Hidden items are cut out of the server's lists; all other bytes stay as they came.
import { readString, type Span } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { cutsFor, elementsOf, membersOf } from '../rpc/walk.ts';
import type { Hiding } from './hiding.ts';
import { LISTS } from './methods.ts';

/** The cuts that take hidden items out of the result of a list `method`; none for other methods. */
export function hiddenItems(
  buffer: Buffer,
  members: readonly Member[],
  method: string,
  hiding: Hiding,
): Span[] {
  const listing = LISTS.get(method);
  const isHidden = listing && hiding[listing.of];
  if (isHidden === undefined) return [];
  return members
    .filter(({ key }) => key === listing?.items)
    .flatMap(({ start }) => {
      const items = elementsOf(buffer, start);
      // Below the top level a server may repeat a key: one hidden name is enough.
      const hidden = items.map(item =>
        membersOf(buffer, item.start).some(({ key, value }) => {
          const isName = key === listing?.name;
          const name = isName ? readString(buffer, value.start, value.end) : undefined;
          return name !== undefined && isHidden(name);
        }),
      );
      return cutsFor(items, index => hidden[index] === true);
    });
}
