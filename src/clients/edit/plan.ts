// What wrapping or unwrapping would make of a file; nothing is written.
import type { Document } from '../documents.ts';
import { placeOf, textOf } from '../format/tree.ts';
import type { Server } from '../servers.ts';
import { unwrapped } from '../wrapper.ts';
import { find, serverAt } from './found.ts';
import type { Changes } from './records.ts';
import {
  type Change,
  type Rewriting,
  type Rewritten,
  unwrapping,
  unwrapWholly,
  wrapping,
  wrapRemote,
  wrapServer,
} from './rewrite.ts';
import { shownLine } from './shown.ts';
import { rewriteTogether } from './together.ts';

export interface Planned {
  readonly document: Document;
  readonly text: string;
  /** What is to be kept on record of all entries of the file. */
  readonly changes: Changes;
  readonly changed: readonly ChangedServer[];
  readonly left: readonly LeftServer[];
}

export interface ChangedServer {
  readonly name: string;
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface LeftServer {
  readonly name: string;
  /** Undefined: it is as it should be. */
  readonly why: string | undefined;
}

export interface Wrapping {
  /** Without options and `--`. */
  readonly launcher: readonly string[];
  readonly options: readonly string[];
  readonly known: Changes;
  /** What is started to reach a remote server. */
  readonly bridge: (server: Server) => readonly string[] | undefined;
}

export function planWrapping(
  document: Document,
  servers: readonly Server[],
  { launcher, options, known, bridge }: Wrapping,
  obstacle: (server: Server) => string | undefined,
): Planned {
  const bare = ({ path, line, command }: Server) => {
    const found = find(document.source.text, document, path);
    if (found === undefined || command === undefined || (line && unwrapped(line))) return undefined;
    return wrapping(found, [...launcher, ...options, '--']);
  };
  return plan(document, servers, known, obstacle, bare, (text, server, change) => {
    const { path, command } = server;
    const program = command === undefined ? bridge(server) : undefined;
    return program === undefined
      ? wrapServer(text, document, path, launcher, options, change)
      : wrapRemote(
          text,
          document,
          path,
          [...launcher, ...options, '--server', nameFor(server)],
          program,
        );
  });
}

export function planUnwrapping(
  document: Document,
  servers: readonly Server[],
  known: Changes,
  obstacle: (server: Server) => string | undefined,
): Planned {
  const ours = ({ path, line = [] }: Server) => {
    const found = find(document.source.text, document, path);
    const inner = unwrapped(line)?.inner;
    const change = known.get(JSON.stringify(path));
    if (found === undefined || inner === undefined || change?.url !== undefined) return undefined;
    if (unwrapped(inner) !== undefined) return undefined;
    return unwrapping(found, inner, change);
  };
  return plan(document, servers, known, obstacle, ours, (text, { path }, change) =>
    unwrapWholly(text, document, path, change),
  );
}

// Without it, all that one program reaches would share its policy and its counters.
function nameFor({ name, url = '' }: Server): string {
  const isName = name !== '' && !name.startsWith('_all') && !/[\\/:\p{Cc}]|^[.+]+$/u.test(name);
  return isName ? name : new URL(url).hostname;
}

function plan(
  document: Document,
  servers: readonly Server[],
  known: Changes,
  obstacle: (server: Server) => string | undefined,
  atOnce: (server: Server) => Rewriting | undefined,
  rewrite: (text: string, server: Server, known: Change | undefined) => Rewritten,
): Planned {
  const changes = new Map(known);
  const changed: ChangedServer[] = [];
  const left: LeftServer[] = [];
  const original = document.source.text;
  const together = rewriteTogether(
    original,
    document,
    servers.flatMap(server => (obstacle(server) === undefined ? (atOnce(server) ?? []) : [])),
  );
  let text = together?.text ?? original;
  for (const server of servers) {
    const { name, path } = server;
    const key = JSON.stringify(path);
    const why = obstacle(server);
    const done = together?.done.get(key);
    const result = done
      ? { text, change: done.change }
      : why === undefined
        ? rewrite(text, server, known.get(key))
        : { refused: why };
    if ('refused' in result) left.push({ name, why: result.refused });
    else if (result.change === undefined) left.push({ name, why: undefined });
    else {
      const before = done ? server : serverAt(text, document, path);
      const after = done ? done.after.server : serverAt(result.text, document, path);
      const [from, to] = done ? [original, done.after.target.text] : [text, result.text];
      changed.push({
        name,
        line: placeOf(original, (server.command ?? server.target.fields[0])?.keySpan.start ?? 0)
          .line,
        ...differences(linesOf(before, from), linesOf(after, to), server.env),
      });
      text = result.text;
      const line = after?.line;
      if (line !== undefined && unwrapped(line) !== undefined) changes.set(key, result.change);
      else changes.delete(key);
    }
  }
  return { document, text, changes, changed, left };
}

/** Of command and arguments alone: what stands beside them may be secret. */
function differences(
  before: readonly string[][],
  after: readonly string[][],
  env: Server['env'],
): Pick<ChangedServer, 'before' | 'after'> {
  const parts = [0, 1].map(i => difference(before[i] ?? [], after[i] ?? []));
  return {
    before: parts.flatMap(part => part.before).map(line => shownLine(line, env)),
    after: parts.flatMap(part => part.after).map(line => shownLine(line, env)),
  };
}

function linesOf(server: Server | undefined, text: string): string[][] {
  const url = server?.target.fields.find(({ value }) => textOf(value) === server.url);
  return [server?.command ?? url, server?.args].map(field => {
    if (field === undefined || field.value.kind === 'map') return [];
    return text.slice(field.keySpan.start, field.value.span.end).trimEnd().split(/\r?\n/);
  });
}

/** Without the lines at both ends that are the same. */
function difference(before: readonly string[], after: readonly string[]) {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return {
    before: before.slice(head, before.length - tail),
    after: after.slice(head, after.length - tail),
  };
}
