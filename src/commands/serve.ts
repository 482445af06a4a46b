// The main job once the server is started: its policies are loaded while it boots, and then enforced.
import { askingMeans } from '../approval/means.ts';
import type { RunOptions } from '../config/options.ts';
import { stateFile } from '../config/paths.ts';
import { type LoadedPolicies, loadPolicies } from '../config/policies.ts';
import type { FoundPolicies } from '../config/policy-files.ts';
import type { PolicySource } from '../policy/load.ts';
import { limitsOf } from '../policy/policy.ts';
import { runPump } from '../proxy/pump.ts';
import { Session } from '../proxy/session.ts';
import type { Upstream } from '../proxy/upstream.ts';
import type { Store } from '../store/contract.ts';
import { memoryStore } from '../store/memory.ts';
import { type Say, sayer } from '../terminal/stderr.ts';
import { reloading } from './reload.ts';
import { tuneV8 } from './v8.ts';

export interface Served extends Omit<RunOptions, 'policies'> {
  readonly server: string;
  readonly found: FoundPolicies;
}

/**
 * When the driver is loaded, unless a call needs it before, and whatever else can wait: a server that
 * boots quickly has answered by then, and does not share the processor with that; one that boots
 * slowly is at it still.
 */
const LATER_MS = 50;

const now = () => Date.now();

/**
 * Wraps the server that was started until it ends; returns the exit code. Where its policies cannot
 * be used it is killed, without having been sent a byte.
 */
export async function serve(upstream: Upstream, options: Served): Promise<number> {
  const { server, found, mode, grant, hideDenied, maxMessage } = options;
  const loaded = await loadPolicies(found.sources).catch(async (error: unknown) => {
    await upstream.kill();
    throw error;
  });
  setTimeout(tuneV8, LATER_MS).unref();
  const say = sayer(options.logLevel);
  say('info', introduction(options));
  const id = sessionId();
  const session = new Session({
    ...{ policies: loaded.policies, mode, server, grant, hideDenied, now, session: id },
    policyHash: loaded.hash,
    approvals: { means: once(askingMeans), timeoutMs: options.approvalTimeout },
  });
  const state = await stateFor(loaded, { file: options.state, session: id }, say);
  const load = async (sources: readonly PolicySource[]) => {
    const next = await loadPolicies(sources);
    await state.serve(next);
    return next;
  };
  return runPump({
    ...{ upstream, session, maxMessage, say },
    store: state.store,
    renew: reloading({ layers: found.layers, session, load, say }),
    stdin: process.stdin,
    stdout: process.stdout,
  });
}

function introduction({ server, found, mode }: Served): string {
  const { sources, missing } = found;
  const names = sources.map(({ name }) => name).join(' + ');
  const instead = missing === undefined ? '' : `, as there is no ${missing}`;
  return `${server}: ${names}${instead}${mode === 'observe' ? ', only observing' : ''}`;
}

// Most sessions ask nobody, and need nothing of cryptography.
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

// It tells the runs of the wrapper apart and keeps nothing secret: no need to load what could.
function sessionId(): string {
  return Date.now().toString(36) + Math.random().toString(36).slice(2);
}

interface State {
  readonly store: Store;
  /** Makes sure that the store can do what these policies need of it. */
  readonly serve: (loaded: LoadedPolicies) => Promise<void>;
}

interface StateOptions {
  readonly file: string | undefined;
  readonly session: string;
}

async function stateFor(loaded: LoadedPolicies, state: StateOptions, say: Say): Promise<State> {
  if (needsState(loaded))
    return { store: await openState(loaded, state, say), serve: async () => {} };
  // Nothing is asked of this one, before other policies need what a file can do.
  let store: Store = memoryStore(now);
  let isFile = false;
  return {
    store: {
      take: demands => store.take(demands),
      settle: settled => store.settle(settled),
      standings: ids => store.standings(ids),
      withdraw: ids => store.withdraw(ids),
      close: () => store.close(),
    },
    async serve(next) {
      if (isFile || !needsState(next)) return;
      store = await openState(next, state, say);
      isFile = true;
    },
  };
}

function needsState({ policies }: LoadedPolicies): boolean {
  return policies.some(policy => policy.records || policy.asks || limitsOf(policy).length > 0);
}

async function openState(
  { hash }: LoadedPolicies,
  { file, session }: StateOptions,
  say: Say,
): Promise<Store> {
  const { sqliteStore } = await import('../store/sqlite.ts');
  const warn = (text: string) => say('warn', text);
  const store = sqliteStore(stateFile(process.env, file), { now, warn, session });
  const warm = () => {
    store.warm();
    hash();
  };
  setTimeout(warm, LATER_MS).unref();
  return store;
}
