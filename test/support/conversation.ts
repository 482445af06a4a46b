// One session of the filter without streams: what comes in on either side, what goes out on which.
import { PolicyWrapError } from '../../src/errors.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import type { Action, Turn } from '../../src/proxy/action.ts';
import type { Mode, Settings } from '../../src/proxy/context.ts';
import { Session } from '../../src/proxy/session.ts';
import type { ApprovalNews } from '../../src/proxy/waits.ts';
import { Framer } from '../../src/rpc/frame.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { parsed } from './parsed.ts';

/**
 * What happened to a message, and the message, of whatever shape: `→` it went on to the other side,
 * `←` the client got it from the wrapper, `⇢` the server did.
 */
export type Seen = readonly ['→' | '←' | '⇢', ReturnType<typeof JSON.parse>];

/** Actions that are about waiting for a person. */
const DESK: readonly Action['kind'][] = ['wait', 'program', 'release', 'withdraw'];

interface Layer {
  document: unknown;
  machine?: boolean;
}

export async function conversation(
  layers: (Layer | object)[],
  mode: Mode = 'enforce',
  settings: Partial<Settings> = {},
) {
  const policies = await Promise.all(
    layers.map(async (layer, i) => {
      const { document, machine = false } =
        'document' in layer ? (layer as Layer) : { document: layer };
      const loaded = await loadPolicy({
        name: 'p.json',
        text: JSON.stringify(document),
        format: 'json',
        layer: i === 0 ? 'policy' : `layer${i}`,
        machine,
      });
      if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
      return loaded.policy;
    }),
  );
  const clock = { now: 1_000_000 };
  const store = memoryStore(() => clock.now);
  const session = new Session({
    policies,
    mode,
    session: 's',
    server: 'srv',
    grant: 'default',
    policyHash: () => 'hash',
    now: () => clock.now,
    ...settings,
  });
  const framed = (text: string) => new Framer(64 << 20).push(Buffer.from(`${text}\n`)).lines;
  const desk: Action[] = [];
  const shown = (actions: Action[]): Seen[] =>
    actions.flatMap((action): Seen[] => {
      if (DESK.includes(action.kind)) desk.push(action);
      if (action.kind === 'withdraw') store.withdraw(action.ids);
      if (action.kind === 'forward')
        return [['→', parsed(action.buffer.toString('utf8', action.start, action.end))]];
      if (action.kind === 'record') store.take([action.demand]);
      if (action.kind === 'answer') return [['⇢', parsed(action.text)]];
      return action.kind === 'reply' ? [['←', parsed(action.text)]] : [];
    });
  const concluded = (turn: Turn) => shown(session.conclude(turn, store.take(turn.demands)));
  return {
    store,
    clock,
    session,
    /** What was to be waited for, and what not any more, in order. */
    desk,
    /** Something is known of requests for approval. */
    news: (...news: ApprovalNews[]) => concluded(session.approvals(news)),
    client(...messages: unknown[]) {
      return concluded(session.fromClient(framed(messages.map(m => line(m)).join('\n'))));
    },
    /** The same with a store that takes its time: what happens once it has decided. */
    undecided(...messages: unknown[]) {
      const turn = session.fromClient(framed(messages.map(m => line(m)).join('\n')));
      return () => concluded(turn);
    },
    withoutStore(...messages: unknown[]) {
      const turn = session.fromClient(framed(messages.map(m => line(m)).join('\n')));
      return shown(session.conclude(turn, new PolicyWrapError('PW_STATE', 'the disk is full')));
    },
    server: (message: unknown) => shown(session.fromServer(framed(line(message)))),
    gone: () => shown(session.serverGone('exit code 3')),
  };
}

const line = (message: unknown) =>
  typeof message === 'string' ? message : JSON.stringify(message);
/** A tool call. */
export const call = (id: unknown, name: string, args?: unknown) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: args === undefined ? { name } : { name, arguments: args },
});
export const request = (id: unknown, method: string, params?: unknown) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});
