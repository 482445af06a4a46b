// The tools of a server that is started for it and ended afterwards: nothing is called but the lists.
import { statSync } from 'node:fs';
import { Client, ProtocolError } from '@modelcontextprotocol/client';
import * as z from 'zod/mini';
import { withoutSettings } from '../config/options.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { type Child, startChild } from '../proxy/child.ts';
import { ENDINGS } from '../proxy/upstream.ts';
import { correctedArgs, isUvx } from '../proxy/uvx.ts';
import { type Listed, type ListedTool, readTool } from './listed.ts';
import { ChildTransport } from './transport.ts';
import { whyNot } from './why-not.ts';
import { withoutValues } from './without-values.ts';

declare const __VERSION__: string;

const MODERN = '2026-07-28';
/** A server whose pages never end is not asked for ever. */
const MAX_PAGES = 1000;
const MAX_TOOLS = 20_000;
/** Looser than the SDK's own: one tool with a bad definition hides none of the others. */
const PAGE = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.optional(z.string()) });

/**
 * Starts the server, lists its tools, ends it with its process group. `env` is added to the own
 * environment, without its POLICY_WRAP_ settings; `cwd` undefined is the own folder; both starts that
 * it may take have `timeoutMs` together. Throws nothing that a server can cause.
 */
export async function listTools(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string | undefined,
  timeoutMs: number,
): Promise<Listed> {
  if (cwd !== undefined && !isFolder(cwd))
    return { ok: false, why: `its working directory \`${cwd}\` is no folder` };
  const whole = { ...withoutSettings(process.env), ...env };
  const deadline = performance.now() + timeoutMs;
  const attempt = (mode: Mode) => attemptAs(mode, { command, args, env: whole, cwd, deadline });
  // `initialize` first: servers of before 2026-07-28 may end or say nothing when asked for anything
  // else, those of both eras answer it, and those of the new era alone refuse it at once.
  const first = await attempt('legacy');
  const isOver = performance.now() >= deadline;
  // As the wrapper does: what uvx was meant to run it has said itself.
  const corrected = !first.ok && isUvx(command) ? correctedArgs(args, first.said) : undefined;
  if (corrected !== undefined && !isOver)
    return listTools(command, corrected, env, cwd, deadline - performance.now());
  const found = first.ok || !first.mayBeModern || isOver ? first : await attempt({ pin: MODERN });
  if (found.ok) return found;
  const why = first.ok ? found.why : first.why;
  return { ok: false, why: withoutValues(why, Object.values(env)) };
}

type Mode = 'legacy' | { pin: string };

interface Attempt {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string | undefined;
  /** On the clock of `performance`. */
  readonly deadline: number;
}

type Attempted =
  | Extract<Listed, { ok: true }>
  | {
      readonly ok: false;
      readonly why: string;
      readonly mayBeModern: boolean;
      /** What it wrote to stderr at its end. */
      readonly said: string;
    };

async function attemptAs(mode: Mode, attempt: Attempt): Promise<Attempted> {
  let child: Child;
  try {
    child = startChild(attempt.command, attempt.args, attempt.env, attempt.cwd);
  } catch (error) {
    return { ok: false, why: messageOf(error), mayBeModern: false, said: '' };
  }
  const unhook = endedBySignals(child);
  const transport = new ChildTransport(child);
  const client = new Client(
    { name: 'policy-wrap', version: __VERSION__ },
    { versionNegotiation: { mode }, enforceStrictCapabilities: false },
  );
  const left = attempt.deadline - performance.now();
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), Math.max(1, left));
  try {
    const listed = await Promise.race([
      conversation(client, transport, left),
      aborted(timer.signal),
    ]);
    return listed;
  } catch (error) {
    const isLate = timer.signal.aborted || performance.now() >= attempt.deadline;
    const why = isLate ? 'it did not answer in time' : whyNot(error, transport);
    const mayBeModern = error instanceof ProtocolError;
    return { ok: false, why, mayBeModern, said: transport.said };
  } finally {
    clearTimeout(timeout);
    await client.close().catch(() => {});
    await end(child, timer.signal.aborted);
    unhook();
  }
}

async function conversation(
  client: Client,
  transport: ChildTransport,
  timeout: number,
): Promise<Extract<Listed, { ok: true }>> {
  await client.connect(transport, { timeout });
  const tools =
    client.getServerCapabilities()?.tools === undefined ? [] : await all(client, timeout);
  const info = client.getServerVersion();
  return {
    ok: true,
    tools,
    era: client.getNegotiatedProtocolVersion() ?? 'unknown',
    server: info === undefined ? undefined : { name: info.name, version: info.version },
  };
}

async function all(client: Client, timeout: number): Promise<ListedTool[]> {
  const tools: ListedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const result = await client.request({ method: 'tools/list', params }, PAGE, { timeout });
    tools.push(...result.tools.map(readTool).filter(tool => tool !== undefined));
    // An empty one is a cursor like others; the same one again would never end.
    if (result.nextCursor === undefined || result.nextCursor === cursor) return tools;
    cursor = result.nextCursor;
  }
  // What stands on the pages behind may be the worst of it: half a list is none.
  throw new PolicyWrapError(
    'PW_INIT',
    `its list does not end: ${tools.length} tools on the first pages, and more behind`,
  );
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('time is up')), { once: true });
  });
}

// One that hangs is not given the time to end by itself.
async function end(child: Child, hangs: boolean): Promise<void> {
  const gone = child.ended.catch(() => {});
  if (hangs) await child.kill();
  else child.end();
  await gone;
  await child.cleared();
}

// It is in a group of its own, which Ctrl-C does not reach.
function endedBySignals(child: Child): () => void {
  const handlers = ENDINGS.map(signal => {
    const handler = () => {
      void child.kill().then(() => {
        unhook();
        process.kill(process.pid, signal);
      });
    };
    process.once(signal, handler);
    return [signal, handler] as const;
  });
  const unhook = () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
  return unhook;
}
