// One server of a text wrapped or unwrapped, and what came of it read again before anybody gets it.
import type { Server } from '../servers.ts';
import { unwrapped } from '../wrapper.ts';
import { type Found, find, type Reading } from './found.ts';
import { bridgedKeys, editsToBridge } from './remote.ts';
import { sameBut } from './same.ts';
import { applyEdits, type Edit, hullOf } from './splice.ts';
import { editsToUnwrap, editsToWrap, type Target } from './wrap.ts';

/** A stretch of the text as it was and as it is. */
export interface Change {
  readonly before: string;
  readonly after: string;
  /** Where it was a remote server: its URL. */
  readonly url?: string;
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
  const wanted = [...launcher, ...optionsFor(options, ours?.options ?? []), '--'];
  if (ours !== undefined) {
    const present = [...ours.launcher, ...ours.options, '--'];
    if (JSON.stringify(present) === JSON.stringify(wanted)) return { text, change: undefined };
    const bare = unwrapServer(text, reading, path, known);
    if ('refused' in bare) return bare;
    const inner = find(bare.text, reading, path);
    if (inner === undefined) return { refused: 'it is not there any more' };
    // What stands behind it may be a wrapper too, with options that would stand there twice: it stays.
    return inner.server.command === undefined
      ? wrapRemote(bare.text, reading, path, wanted.slice(0, -1), ours.inner)
      : rewrite(reading, wrapping(inner, wanted));
  }
  return rewrite(reading, wrapping(found, wanted));
}

/** What is to become of one server, and the edits to try for it. */
export interface Rewriting {
  readonly found: Found;
  readonly expected: readonly string[];
  readonly editsFor: (asWritten: boolean, isFirstTry: boolean) => Edit[] | undefined;
}

/** `wanted` ends with `--`. */
export function wrapping(found: Found, wanted: readonly string[]): Rewriting {
  const { target, server } = found;
  return {
    found,
    expected: [...wanted, ...(server.line ?? [])],
    editsFor: asWritten => editsToWrap(target, wanted, asWritten),
  };
}

export function unwrapping(
  found: Found,
  inner: readonly string[],
  known: Change | undefined,
): Rewriting {
  const { target, server } = found;
  const count = (server.line ?? []).length - inner.length;
  return {
    found,
    expected: inner,
    editsFor: (asWritten, isFirstTry) =>
      (known && isFirstTry ? reverted(target, known) : undefined) ??
      editsToUnwrap(target, count, asWritten),
  };
}

// The name of a server is its own, whatever else is said of all of them.
function optionsFor(options: readonly string[], present: readonly string[]): readonly string[] {
  if (options.length === 0) return present;
  const at = present.findIndex(option => /^--server(=|$)/.test(option));
  if (at < 0) return options;
  return [...options, ...present.slice(at, present[at] === '--server' ? at + 2 : at + 1)];
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
  const isRemote = known?.url !== undefined && ours.inner.includes(known.url);
  const remote = isRemote ? unwrapRemote(found, reading, path, known) : undefined;
  if (remote !== undefined) return remote;
  return rewrite(reading, unwrapping(found, ours.inner, known));
}

/** Every wrapper of ours: one may stand before another. */
export function unwrapWholly(
  text: string,
  reading: Reading,
  path: Path,
  known: Change | undefined,
): Rewritten {
  const outer = unwrapServer(text, reading, path, known);
  if ('refused' in outer || outer.change === undefined) return outer;
  const inner = unwrapWholly(outer.text, reading, path, undefined);
  return 'text' in inner && inner.change === undefined ? outer : inner;
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

/** A remote server, reached through the program that `bridge` starts. */
export function wrapRemote(
  text: string,
  reading: Reading,
  path: Path,
  launcher: readonly string[],
  bridge: readonly string[],
): Rewritten {
  const found = find(text, reading, path);
  const { url } = found?.server ?? {};
  if (found === undefined || url === undefined) return { refused: 'it is not there any more' };
  const { client, format } = found.target;
  const line = [...launcher, '--', ...bridge];
  const edits = editsToBridge(text, found.server, client, format, line);
  const done = edits && applied(found, edits, reading, path, line, bridgedKeys(client));
  return done ? { ...done, change: { ...done.change, url } } : { refused: TOO_ODD };
}

/** Undefined where its text is not there any more: then a program that reaches it stays. */
function unwrapRemote(
  found: Found,
  reading: Reading,
  path: Path,
  { before, after, url }: Change,
): Rewritten | undefined {
  const { text, client } = found.target;
  const start = text.indexOf(after);
  if (url === undefined || start < 0 || text.includes(after, start + 1)) return undefined;
  const edits = [{ start, end: start + after.length, text: before }];
  return applied(found, edits, reading, path, url, bridgedKeys(client));
}

function rewrite(reading: Reading, { found, expected, editsFor }: Rewriting): Rewritten {
  const { path } = found.server;
  const tries: [boolean, boolean][] = [
    [true, true],
    [true, false],
    [false, false],
  ];
  for (const [asWritten, isFirstTry] of tries) {
    const edits = editsFor(asWritten, isFirstTry);
    if (edits === undefined) return { refused: TOO_ODD };
    const done = applied(found, edits, reading, path, expected, startingKeys(found));
    if (done !== undefined) return done;
  }
  return { refused: TOO_ODD };
}

/** The keys that say how it is started. */
export function startingKeys({ target }: Found): ReadonlySet<string> {
  const { command, args = 'args' } = target.client.keys;
  return new Set([command, args]);
}

/**
 * INVARIANT: what is returned was read again; it starts (or reaches) what is expected, and says all but
 * these keys of one entry as before.
 */
function applied(
  found: Found,
  edits: readonly Edit[],
  reading: Reading,
  path: Path,
  expected: readonly string[] | string,
  keys: ReadonlySet<string>,
): { text: string; change: Change } | undefined {
  const { text } = found.target;
  const result = applyEdits(text, edits);
  const after = find(result, reading, path);
  if (after === undefined || after.server.odd !== undefined) return undefined;
  const { line, url } = after.server;
  const says = typeof expected === 'string' ? [undefined, url] : [line, undefined];
  const wanted = typeof expected === 'string' ? [undefined, expected] : [expected, undefined];
  if (JSON.stringify(says) !== JSON.stringify(wanted)) return undefined;
  if (!sameBut(found, after, new Map([[found.server.target, after.server.target]]), keys))
    return undefined;
  const { before, after: now } = hullOf(text, edits);
  return { text: result, change: { before, after: now } };
}
