// Many servers of one text rewritten at once: to read a long text again for each of them takes minutes.
import type { MapTree, Tree } from '../format/tree.ts';
import { type Found, find, type Reading } from './found.ts';
import { type Change, type Rewriting, startingKeys } from './rewrite.ts';
import { sameBut } from './same.ts';
import { applyEdits, type Edit, hullOf } from './splice.ts';

export interface Together {
  readonly text: string;
  /** By the path of a server, as JSON. */
  readonly done: ReadonlyMap<string, { readonly change: Change; readonly after: Found }>;
}

/**
 * Undefined where it must be done one by one, with other edits to try. INVARIANT: the same as of one alone:
 * what is returned was read again.
 */
export function rewriteTogether(
  text: string,
  reading: Reading,
  rewritings: readonly Rewriting[],
): Together | undefined {
  const [first] = rewritings;
  if (first === undefined) return undefined;
  const edits = rewritings.map(({ editsFor }) => editsFor(true, true) ?? []);
  const hulls = edits.map(some => hullOf(text, some));
  if (edits.some(some => some.length === 0) || doOverlap(hulls)) return undefined;
  const result = applyEdits(text, edits.flat());
  const targets = new Map<Tree, MapTree>();
  const done = new Map<string, { change: Change; after: Found }>();
  for (const [i, { found, expected }] of rewritings.entries()) {
    const { path, target } = found.server;
    const after = find(result, reading, path);
    const hull = hulls[i];
    if (after === undefined || hull === undefined || after.server.odd !== undefined)
      return undefined;
    if (JSON.stringify(after.server.line) !== JSON.stringify(expected)) return undefined;
    targets.set(target, after.server.target);
    const change = { before: hull.before, after: hull.after };
    done.set(JSON.stringify(path), { change, after });
  }
  const [any] = done.values();
  if (any === undefined || !sameBut(first.found, any.after, targets, startingKeys(first.found)))
    return undefined;
  return { text: result, done };
}

function doOverlap(hulls: readonly Pick<Edit, 'start' | 'end'>[]): boolean {
  const ordered = [...hulls].sort((a, b) => a.start - b.start);
  return ordered.some(({ end }, i) => end >= (ordered[i + 1]?.start ?? Number.POSITIVE_INFINITY));
}
