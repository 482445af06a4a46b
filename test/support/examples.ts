// Runs an example of the policy reference: calls in order through one filter, and what comes of each.
import { type ApprovalTerms, approvalText, termsOf } from '../../src/policy/approval.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import type { Verdict } from '../../src/policy/verdict.ts';
import type { Action } from '../../src/proxy/action.ts';
import { ASKED_OF_CLIENT } from '../../src/proxy/methods.ts';
import { Session } from '../../src/proxy/session.ts';
import { Framer } from '../../src/rpc/frame.ts';
import { memoryStore } from '../../src/store/memory.ts';

/** A Unix machine without links. */
const MEANS = { realPath: (path: string) => path, home: '/home/u', isWindows: false };
const ALLOWED = 'allowed';

/** `allowed`, or what whoever asked is told. */
export async function outcomesOf(document: object, calls: readonly string[]): Promise<string[]> {
  const text = JSON.stringify(document);
  const loaded = await loadPolicy({ name: 'example', text, format: 'json' }, MEANS);
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  const clock = { now: Date.UTC(2026, 0, 1) };
  const now = () => clock.now;
  const store = memoryStore(now);
  let runs = 0;
  const started = () =>
    new Session({
      ...{ policies: [loaded.policy], mode: 'enforce', session: `run ${++runs}`, server: 'srv' },
      ...{ grant: 'default', policyHash: () => 'hash', now },
    });
  let session = started();
  const terms = termsOf([loaded.policy.approval]);
  return calls.map((call, id) => {
    const [, when, asked = ''] =
      /^(?:(a minute later|after a restart|meanwhile): )?(.*)$/s.exec(call) ?? [];
    if (when === 'a minute later') clock.now += 60_000;
    if (when === 'after a restart') session = started();
    const message = messageOf(id, asked);
    const isLast = !calls[id + 1]?.startsWith('meanwhile');
    if (ASKED_OF_CLIENT.has(message.method))
      return outcome(session.fromServer(lines(message)), terms);
    const turn = session.fromClient(lines(message));
    const actions = session.conclude(turn, store.take(turn.demands));
    if (isLast) session.fromServer(lines({ jsonrpc: '2.0', id, result: { content: [] } }));
    return outcome(actions, terms);
  });
}

function lines(message: object) {
  return new Framer(1 << 20).push(Buffer.from(`${JSON.stringify(message)}\n`)).lines;
}

function messageOf(id: number, asked: string) {
  const [what = '', ...rest] = asked.split(' ');
  const about = rest.join(' ');
  const request = (method: string, params: object) => ({ jsonrpc: '2.0', id, method, params });
  if (what === 'resources/read') return request(what, { uri: about });
  if (what === 'prompts/get') return request(what, { name: about });
  if (what.includes('/')) return request(what, {});
  const args = about === '' ? {} : { arguments: JSON.parse(about) as unknown };
  return request('tools/call', { name: what, ...args });
}

function outcome(actions: readonly Action[], terms: ApprovalTerms): string {
  for (const action of actions) {
    if (action.kind === 'forward') return ALLOWED;
    if (action.kind !== 'reply' && action.kind !== 'answer') continue;
    const { result, error } = JSON.parse(action.text);
    const verdict = result?._meta?.['policy-wrap/verdict'] as Verdict | undefined;
    if (verdict?.effect === 'require_approval') return approvalText(verdict, terms);
    return String(error?.message ?? result.content[0].text).replace('[POLICY DENIED] ', '');
  }
  return 'nothing';
}
