// What is cut out of the server's replies: hidden tools from lists, and keys that only policy-wrap
// may write. All other bytes stay as they came.
import { readString, type Span } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { cutsFor, elementsOf, membersOf, without } from '../rpc/walk.ts';
import { OWN_META } from './methods.ts';

/** The cuts that take hidden tools out of the `tools` of a `tools/list` result. */
export function hiddenTools(
  buffer: Buffer,
  members: readonly Member[],
  isHidden: (name: string) => boolean,
): Span[] {
  return members
    .filter(({ key }) => key === 'tools')
    .flatMap(({ start }) => {
      const tools = elementsOf(buffer, start);
      // Below the top level a server may repeat a key: one hidden name is enough.
      const hidden = tools.map(tool =>
        membersOf(buffer, tool.start).some(({ key, value }) => {
          const name = key === 'name' ? readString(buffer, value.start, value.end) : undefined;
          return name !== undefined && isHidden(name);
        }),
      );
      return cutsFor(tools, index => hidden[index] === true);
    });
}

/** The cuts that take forged `policy-wrap/…` keys out of a reply's `_meta` and an error's `data`. */
export function forgedKeys(buffer: Buffer, members: readonly Member[]): Span[] {
  return members
    .filter(({ key }) => key === '_meta' || key === 'data')
    .flatMap(({ start }) => {
      const inner = membersOf(buffer, start);
      const spans = inner.map(({ start: from, value }) => ({ start: from, end: value.end }));
      return cutsFor(spans, index => inner[index]?.key.startsWith(OWN_META) === true);
    });
}

/** The line [start, end] (its LF included) without the cuts; undefined where there are none. */
export function cutLine(
  buffer: Buffer,
  start: number,
  end: number,
  cuts: readonly Span[],
): Buffer | undefined {
  if (cuts.length === 0) return undefined;
  const ascending = [...cuts].sort((a, b) => a.start - b.start);
  return without(buffer, start, end + 1, ascending);
}
