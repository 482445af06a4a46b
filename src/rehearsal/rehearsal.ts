// Calls judged by the wrapper's own filter on a clock of one's own: no server, and nothing is kept.
import { approvalText, termsOf } from '../policy/approval.ts';
import type { Policy } from '../policy/policy.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Action } from '../proxy/action.ts';
import { contextOf, type Settings } from '../proxy/context.ts';
import { judge } from '../proxy/judge.ts';
import { Session } from '../proxy/session.ts';
import type { Lines } from '../rpc/frame.ts';
import { type MemoryStore, memoryStore } from '../store/memory.ts';

export type Target = 'tool' | 'resource' | 'prompt';

/** What a client asks of a server; `params` is JSON text, sent as it stands. */
export interface Request {
  readonly method: string;
  readonly params: string;
}

/** The request that calls a tool, reads a resource or gets a prompt; `args` is JSON text. */
export function requestFor(target: Target, name: string, args?: string): Request {
  const quoted = JSON.stringify(name);
  if (target === 'resource') return { method: 'resources/read', params: `{"uri":${quoted}}` };
  const given = args === undefined ? '' : `,"arguments":${args}`;
  const method = target === 'tool' ? 'tools/call' : 'prompts/get';
  return { method, params: `{"name":${quoted}${given}}` };
}

export interface Judgement {
  /** As the record would have it: its subject without secrets. */
  readonly verdict: Verdict;
  /** What the agent would read where the call is stopped, or who is asked; null where it goes on. */
  readonly text: string | null;
}

/** One run of the wrapper. */
export interface Run {
  /**
   * `answered`: when on the clock the server answers, or true for at once; false where it is still at
   * it whenever another call comes.
   */
  judge(request: Request, answered?: boolean | number): Judgement;
  /** True where the verdict on this tool may depend on its arguments. */
  looksAtArguments(tool: string): boolean;
}

export type RunFacts = Pick<Settings, 'mode' | 'server' | 'grant' | 'session'>;

type RecordingStore = Pick<MemoryStore, 'take' | 'rows'>;

export interface Rehearsal {
  /** Milliseconds since 1970: to be set by whoever plays. */
  readonly clock: { now: number };
  /** A new run; the counters that outlive a run are shared by all of them. */
  run(facts: RunFacts): Run;
}

/** `given` counts and records; a store that forgets, where none is given. */
export function rehearsal(policies: readonly Policy[], given?: RecordingStore): Rehearsal {
  const clock = { now: 0 };
  const now = () => clock.now;
  const store = given ?? memoryStore(now);
  // The verdict is read from the row, which is thus written even where a policy wants no record.
  const terms = termsOf(policies.map(({ approval }) => approval));
  const recorded = policies.map(policy => ({ ...policy, records: true }));
  return {
    clock,
    run(facts) {
      const settings = { ...facts, policies: recorded, policyHash: () => '', now };
      const session = new Session(settings);
      const probed = contextOf(settings);
      let lastId = 0;
      const inFlight = new Map<number, number>();
      // An id that is answered is free again, and so is what the call held.
      const answer = (id: number) => void session.fromServer(answerTo(id));
      const answerThoseDue = () => {
        for (const [id, at] of inFlight) {
          if (at > clock.now) continue;
          inFlight.delete(id);
          answer(id);
        }
      };
      return {
        judge(request, answered = true) {
          answerThoseDue();
          const id = ++lastId;
          store.rows.length = 0;
          const turn = session.fromClient(lineOf({ id, ...request }));
          const actions = session.conclude(turn, store.take(turn.demands));
          const [row] = store.rows;
          if (row === undefined) throw new RangeError('the filter left a call without a verdict');
          const isSent = actions.some(({ kind }) => kind === 'forward');
          if (isSent && answered === true) answer(id);
          else if (isSent && typeof answered === 'number') inFlight.set(id, answered);
          const { verdict } = row;
          if (isSent) return { verdict, text: null };
          // Nobody is asked here: what would be done about it is what there is to say.
          const asks = verdict.effect === 'require_approval';
          return { verdict, text: asks ? approvalText(verdict, terms) : replyText(actions) };
        },
        looksAtArguments(name) {
          let looked = false;
          const args = () => {
            looked = true;
            return { value: undefined };
          };
          judge(probed, { kind: 'tool', name, args });
          return looked;
        },
      };
    },
  };
}

/** A request as a client would write it. */
export function lineOf({ id, method, params }: Request & { id: number }): Lines {
  return lines(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`);
}

function answerTo(id: number): Lines {
  return lines(`{"jsonrpc":"2.0","id":${id},"result":{"content":[]}}`);
}

function lines(text: string): Lines {
  const buffer = Buffer.from(`${text}\n`);
  return { buffer, starts: [0], ends: [buffer.length - 1] };
}

interface Reply {
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
  readonly error?: { readonly message: string };
}

function replyText(actions: readonly Action[]): string | null {
  const reply = actions.find(action => action.kind === 'reply');
  if (reply === undefined) return null;
  const { result, error } = JSON.parse(reply.text) as Reply;
  return result?.content?.[0]?.text ?? error?.message ?? null;
}
