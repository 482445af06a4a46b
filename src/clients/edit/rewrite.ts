// One server of a text wrapped or unwrapped, and what came of it read again before anybody gets it.
import { parseText } from '../format/read.ts';
import type { Tree } from '../format/tree.ts';
import { type Server, serversIn } from '../servers.ts';
import type { Client, Format } from '../table.ts';
import { unwrapped } from '../wrapper.ts';
import { sameBut } from './same.ts';
import { applyEdits, type Edit, hullOf } from './splice.ts';
import { editsToUnwrap, editsToWrap, type Target } from './wrap.ts';

/** How a text is read. */
export interface Reading {
  readonly format: Format;
  /** The file's owner first. */
  readonly readers: readonly Client[];
}

/** A stretch of the text as it was and as it is. */
export interface Change {
  readonly before: string;
  readonly after: string;
}

export type Rewritten =
  | { readonly text: string; readonly change: Change | undefined }
  | { readonly refused: string };

type Path = Server['path'];

const TOO_ODD = 'its layout is too unusual to be edited without loss';

/** `launcher` is without options. An older wrapper is taken away first, its options kept where `options` has none. */
export function wrapServer(
  text: string,
  reading: Reading,
  path: Path,
  launcher: readonly string[],
  options: readonly string[],
  known?: Change,
): Rewritten {
  const found = find(text, reading, path);
  if (found === undefined) return { refused: 'it is not there any more' };
  const { line } = found.server;
  const ours = line && unwrapped(line);
  const wanted = [...launcher, ...(options.length > 0 ? options : (ours?.options ?? [])), '--'];
  if (ours !== undefined) {
    const present = [...ours.launcher, ...ours.options, '--'];
    if (JSON.stringify(present) === JSON.stringify(wanted)) return { text, change: undefined };
    const bare = unwrapServer(text, reading, path, known);
    if ('refused' in bare) return bare;
    return wrapServer(bare.text, reading, path, wanted.slice(0, -1), []);
  }
  const expected = [...wanted, ...(line ?? [])];
  return rewrite(found, reading, path, expected, asWritten =>
    editsToWrap(found.target, wanted, asWritten),
  );
}

/** `known` is the change that wrapped it: where its text still stands, it is reverted. */
export function unwrapServer(
  text: string,
  reading: Reading,
  path: Path,
  known: Change | undefined,
): Rewritten {
  const found = find(text, reading, path);
  const { line = [] } = found?.server ?? {};
  const ours = unwrapped(line);
  if (found === undefined || ours === undefined) return { text, change: undefined };
  const count = line.length - ours.inner.length;
  return rewrite(found, reading, path, ours.inner, (asWritten, isFirstTry) => {
    const back = known && isFirstTry ? reverted(found.target, known) : undefined;
    return back ?? editsToUnwrap(found.target, count, asWritten);
  });
}

/** A change begins or ends with what is started, whichever of command and arguments stands first. */
function reverted({ text, server }: Target, { before, after }: Change): Edit[] | undefined {
  const { value } = server.command ?? {};
  if (value === undefined || value.kind === 'map') return undefined;
  const first = value.kind === 'list' ? value.items[0] : value;
  const starts = first === undefined || first.kind === 'map' ? [] : [first.span.start];
  const start = [...starts, value.span.end - after.length].find(
    candidate => candidate >= 0 && text.startsWith(after, candidate),
  );
  return start === undefined ? undefined : [{ start, end: start + after.length, text: before }];
}

interface Found {
  readonly tree: Tree;
  readonly server: Server;
  readonly target: Target;
}

function find(text: string, { format, readers }: Reading, path: Path): Found | undefined {
  const [client] = readers;
  if (client === undefined) return undefined;
  const parsed = parseText(text, format, client);
  if ('fault' in parsed) return undefined;
  const key = JSON.stringify(path);
  const server = serversIn(parsed.tree, readers).find(
    candidate => JSON.stringify(candidate.path) === key,
  );
  return server && { tree: parsed.tree, server, target: { text, server, client, format } };
}

// INVARIANT: what is returned was read again; it starts what it should, and says all else as before.
function rewrite(
  found: Found,
  reading: Reading,
  path: Path,
  expected: readonly string[],
  editsFor: (asWritten: boolean, isFirstTry: boolean) => Edit[] | undefined,
): Rewritten {
  const { text } = found.target;
  const tries: [boolean, boolean][] = [
    [true, true],
    [true, false],
    [false, false],
  ];
  for (const [asWritten, isFirstTry] of tries) {
    const edits = editsFor(asWritten, isFirstTry);
    if (edits === undefined) return { refused: TOO_ODD };
    const result = applyEdits(text, edits);
    const after = find(result, reading, path);
    if (after === undefined || !isAsExpected(found, after, expected, reading)) continue;
    const { before, after: now } = hullOf(text, edits);
    return { text: result, change: { before, after: now } };
  }
  return { refused: TOO_ODD };
}

function isAsExpected(
  before: Found,
  after: Found,
  expected: readonly string[],
  { readers }: Reading,
): boolean {
  const [client] = readers;
  const keys = new Set([client?.keys.command ?? 'command', client?.keys.args ?? 'args']);
  const version = ({ tree, server, target }: Found) => ({
    tree,
    text: target.text,
    target: server.target,
  });
  return (
    JSON.stringify(after.server.line) === JSON.stringify(expected) &&
    after.server.odd === undefined &&
    sameBut(version(before), version(after), keys)
  );
}
