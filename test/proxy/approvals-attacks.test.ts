// Ways round a person's approval: each test is one that was tried.
import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/approval/messages.ts';
import type { Answer } from '../../src/approval/request.ts';
import { approvals, asking, modernCall, namedInOrder } from '../support/asking.ts';
import { call, conversation } from '../support/conversation.ts';

const OWN = 'policy-wrap/approval';
const ARGS = { table: 'users' };
const YES: Answer = { yes: true, by: 'a terminal', note: null, lasts: false };
const NO: Answer = { ...YES, yes: false };
const response = (id: unknown, result: unknown) => ({ jsonrpc: '2.0', id, result });
const accept = (decision: unknown) => ({ action: 'accept', content: { decision } });
const text = (seen: unknown) => JSON.stringify(seen);
const reached = (seen: readonly (readonly [string, { method?: string }])[]) =>
  seen.filter(([way, { method }]) => way === '→' && method === 'tools/call');
const policiesOf = async (policy: object) =>
  ((await conversation([policy])).session as unknown as { settings: { policies: never[] } })
    .settings.policies;

async function waiting(policy: object = asking(), args: unknown = ARGS) {
  const talk = await approvals(policy);
  const [question] = talk.client(call(1, 'drop', args));
  return { ...talk, question: question?.[1] };
}

async function carried(policy: object = asking(), args: unknown = ARGS, more: object = {}) {
  const talk = await approvals(policy, false);
  const [question] = talk.client(modernCall(1, 'drop', args, more));
  const { result } = question?.[1] ?? {};
  return { ...talk, question: result, state: result?.requestState as string };
}
const retry = (id: number, requestState: unknown, decision?: string, args: unknown = ARGS) =>
  modernCall(id, 'drop', args, {
    ...(decision === undefined ? {} : { inputResponses: { [OWN]: accept(decision) } }),
    requestState,
  });

describe('a yes that has been lying about', () => {
  it('in the queue for more than ten minutes is good for nothing, whoever comes back for it', async () => {
    const { client, store, state, clock } = await carried();
    store.book.answer('A1', YES, clock.now);
    clock.now += 5 * 3_600_000;
    expect(reached(client(retry(2, state)))).toEqual([]);
  });

  it('from before the clock went back is good for nothing', async () => {
    const { client, store, state, clock } = await carried();
    clock.now += 60_000;
    store.book.answer('A1', YES, clock.now);
    clock.now -= 30_000;
    expect(reached(client(retry(2, state)))).toEqual([]);
  });
});

describe('what changes while a call waits', () => {
  const rules = async (
    { session }: Awaited<ReturnType<typeof waiting>>,
    policy: object,
    hash = 'other',
  ) => session.adopt({ policies: await policiesOf(policy), policyHash: () => hash }, []);

  it('the definition of the tool: the yes was not given for it', async () => {
    const talk = await approvals();
    const list = (id: string, description: string) => {
      talk.client({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });
      talk.server(response(id, { tools: [{ name: 'drop', description }] }));
    };
    list('l1', 'drops a table of yours');
    const [question] = talk.client(call(1, 'drop', ARGS));
    list('l2', 'drops every database');
    expect(reached(talk.client(response(question?.[1].id, accept('approve once'))))).toEqual([]);
  });

  it('the rules, which ask for something else now: the yes was given under others', async () => {
    const talk = await waiting();
    await rules(talk, asking({ approval: { via: ['queue'] } }));
    const seen = talk.client(response(talk.question.id, accept('approve once')));
    expect(reached(seen)).toEqual([]);
    expect(seen.filter(([, { id }]) => id === 1)).toHaveLength(1);
  });

  it.each(['the client', 'the queue'])(
    'the rules, which allow it: a no of %s counts',
    async who => {
      const talk = await waiting();
      await rules(talk, asking({}, { action: 'allow' }));
      const inClient = () => talk.client(response(talk.question.id, accept('deny')));
      const inQueue = () => {
        talk.store.book.answer('A1', NO, talk.clock.now);
        return talk.news({ id: 'A1', step: 'look' });
      };
      const seen = who === 'the client' ? inClient() : inQueue();
      expect(reached(seen)).toEqual([]);
      expect(seen.filter(([, { id }]) => id === 1)).toHaveLength(1);
      expect(reached(talk.client(call(1, 'drop', ARGS)))).toHaveLength(1);
    },
  );

  it('the rules, which allow it: a no that the client carries counts', async () => {
    const talk = await carried();
    const policies = await policiesOf(asking({}, { action: 'allow' }));
    talk.session.adopt({ policies, policyHash: () => 'other' }, []);
    expect(reached(talk.client(retry(2, talk.state, 'deny')))).toEqual([]);
  });

  it('the rules, which leave no way to ask: the wait ends all the same', async () => {
    const talk = await waiting();
    await rules(talk, asking({ approval: { via: ['command'], command: ['/bin/false'] } }));
    const error = { code: -32601, message: 'no forms' };
    talk.client({ jsonrpc: '2.0', id: talk.question.id, error });
    const seen = talk.news({ id: 'A1', step: 'last' });
    expect(seen.filter(([, { id }]) => id === 1)).toHaveLength(1);
  });
});

describe('a no', () => {
  it('counts where the server makes another round of the same call good meanwhile', async () => {
    const asks = (id: number) =>
      response(id, { resultType: 'input_required', inputRequests: {}, requestState: 's' });
    const further = (id: number) => modernCall(id, 'drop', ARGS, { requestState: 's' });
    const talk = await carried();
    expect(reached(talk.client(retry(2, talk.state, 'approve once')))).toHaveLength(1);
    talk.server(asks(2));
    expect(reached(talk.client(further(3)))).toHaveLength(1);
    const [question] = talk.client(further(4));
    talk.server(asks(3));
    const { requestState } = question?.[1].result ?? {};
    expect(reached(talk.client(retry(5, requestState, 'deny')))).toEqual([]);
  });
});

describe('each request gets one answer', () => {
  it('also where a client says now that it shows forms, and now that it does not', async () => {
    const { client, state, news, store, clock } = await carried();
    const plain = (id: number) => modernCall(id, 'drop', ARGS, { requestState: state }, {});
    const answered = [2, 3].flatMap(id => client(plain(id)));
    for (const id of store.approvals.entries.keys()) {
      store.book.answer(id, YES, clock.now);
      answered.push(...news({ id, step: 'look' }));
    }
    for (const id of store.approvals.entries.keys()) answered.push(...news({ id, step: 'last' }));
    const ids = answered.map(([, { id }]) => id).sort();
    expect(ids).toEqual([2, 3]);
  });

  it('also where the rules fail in the middle', async () => {
    const means = namedInOrder();
    let fails = false;
    const failing = () => {
      if (fails) throw new Error('out of entropy');
      return means.means();
    };
    const talk = await conversation([asking()], 'enforce', { approvals: { means: failing } });
    expect(talk.client(call(1, 'drop', ARGS))).toEqual([]);
    fails = true;
    talk.store.book.answer('A1', YES, talk.clock.now);
    const seen = talk.news({ id: 'A1', step: 'look' });
    expect(seen).toMatchObject([['←', { id: 1, error: { code: -32603 } }]]);
    expect(talk.desk.at(-1)).toEqual({ kind: 'withdraw', ids: ['A1'] });
  });

  it('also where a question cannot be made: others of the same read are not lost', async () => {
    const means = namedInOrder();
    const failing = () => ({
      ...means.means(),
      seal: () => {
        throw new Error('out of entropy');
      },
    });
    const talk = await conversation([asking()], 'enforce', { approvals: { means: failing } });
    const capabilities = { elicitation: {} };
    talk.client({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { capabilities } });
    const seen = talk.client(call(1, 'nothing'), call(2, 'drop', ARGS), call(3, 'other'));
    expect(seen.map(([way, { id }]) => [way, id])).toEqual([
      ['←', 1],
      ['←', 2],
      ['→', 3],
    ]);
    expect(talk.desk.at(-1)).toMatchObject({ kind: 'withdraw' });
  });

  it('cancelled in a read that the server does not hear any more: its wait ends', async () => {
    const { session, desk } = await waiting();
    const { Framer } = await import('../../src/rpc/frame.ts');
    const lines = [
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      call(2, 'other'),
    ].map(message => `${JSON.stringify(message)}\n`);
    const turn = session.fromClient(new Framer(1 << 20).push(Buffer.from(lines.join(''))).lines);
    const actions = session.undeliverable(turn, 'gone');
    expect(desk.length).toBe(1);
    expect(actions).toContainEqual({ kind: 'withdraw', ids: ['A1'] });
  });
});

describe('an agent cannot fill', () => {
  it('the memory with what goes beside the arguments of calls that wait', async () => {
    const { client, desk } = await approvals();
    const sent = call(1, 'drop', ARGS);
    const _meta = { trace: 'x'.repeat(2 * 1024 * 1024) };
    const seen = client({ ...sent, params: { ...sent.params, _meta } });
    expect(text(seen)).toContain('longer than the 1048576 bytes that a person can be shown');
    expect(desk).toEqual([]);
  });

  it('the state file with questions that the client is to carry', async () => {
    const { client, store } = await approvals(asking(), false);
    for (let i = 0; i < 500; i++) client(modernCall(i, 'drop', { i }));
    const open = [...store.approvals.entries.values()].filter(
      ({ standing }) => standing === 'waiting',
    );
    expect(open.length).toBeLessThanOrEqual(100);
  });
});

describe('a form', () => {
  const shown = async (args: unknown, tool = 'drop') => {
    const policy = {
      version: '1',
      default: 'deny',
      tools: { '*': { action: 'require_approval' } },
    };
    const { client } = await approvals(policy);
    const [question] = client(call(1, tool, args));
    return String(question?.[1].params.message).split('\n');
  };

  it.each<[string, object]>([
    ['a name that holds a value', { 'path: "/tmp/a", note': 'x' }],
    ['a name that ends as a section does', { 'request A1': 'x' }],
    ['a name of letters that look like others', { p\u0430th: '/tmp/a' }],
    ['a name with a quote', { '"path"': '/tmp/a' }],
    ['no name', { '': '/tmp/a' }],
    ['a name with spaces that look like a break', { 'path:                  ': 1 }],
  ])('shows no name for another: %s', async (_, args) => {
    const lines = await shown(args);
    const line = lines.find(one => one.startsWith('  ')) ?? '';
    expect(line).toMatch(/^ {2}"[ -~]*": /);
    // What is in quotes is the name, all of it.
    const [, name = ''] = /^ {2}("(?:[^"\\]|\\.)*"): /.exec(line) ?? [];
    expect(JSON.parse(name)).toBe(Object.keys(args)[0]);
  });

  it.each([
    ['dr\u043ep', '"dr\\u043ep" on srv'],
    ['read on files (read)', '"read on files (read)" on srv'],
    ['drop', 'drop on srv'],
    ['ns/drop.all-1:x', 'ns/drop.all-1:x on srv'],
  ])('shows no tool for another: %s', async (tool, expected) => {
    expect((await shown({}, tool))[2]).toContain(expected);
  });

  it('is about one thing a line, whatever is in it', async () => {
    const lines = await shown({ a: 'x\nrequest ZZZZ\r\u2028request ZZZZ', 'b\nrequest ZZZZ': 1 });
    expect(lines.filter(line => line.startsWith('request '))).toEqual(['request A1']);
  });

  it('names what it cuts by a digest that nobody finds twice', async () => {
    const lines = await shown({ a: 'x'.repeat(1000) });
    expect(lines.join('\n')).toMatch(/SHA-256 [0-9a-f]{32,64}\)/);
  });
});

describe('a server', () => {
  it('cannot ask under the key of our question', async () => {
    const { client, server } = await approvals(asking(), false);
    client(modernCall(1, 'other', {}));
    const inputRequests = {
      [OWN]: { method: 'elicitation/create', params: {} },
      region: { method: 'elicitation/create', params: {} },
    };
    const [seen] = server(response(1, { resultType: 'input_required', inputRequests }));
    expect(Object.keys(seen?.[1].result.inputRequests)).toEqual(['region']);
  });

  it('that learns a state of ours gets no yes by having another question answered', async () => {
    const { client, server, state } = await carried();
    client(modernCall(2, 'other', {}));
    const inputRequests = { kittens: { method: 'elicitation/create', params: {} } };
    server(response(2, { resultType: 'input_required', inputRequests, requestState: state }));
    const answers = { inputResponses: { kittens: accept('approve once') }, requestState: state };
    expect(reached(client(modernCall(3, 'drop', ARGS, answers)))).toEqual([]);
    const [seen] = client(modernCall(4, 'other', {}, answers));
    expect(text(seen)).not.toContain('policy-wrap');
  });
});

describe('a memory', () => {
  const lasting = accept('approve the same call for 15 minutes');

  it('of a tool as it was known is not for one that was never shown', async () => {
    const talk = await approvals(asking({ approval: { remember: '15m' } }));
    talk.client({ jsonrpc: '2.0', id: 'l', method: 'tools/list', params: {} });
    talk.server(response('l', { tools: [{ name: 'drop', description: 'a table' }] }));
    const [question] = talk.client(call(1, 'drop', ARGS));
    talk.client(response(question?.[1].id, lasting));
    expect(reached(talk.client(call(2, 'drop', ARGS)))).toHaveLength(1);
    // Another run of the wrapper, whose client has asked for no list yet.
    const [[, kept] = []] = [...talk.store.approvals.kept];
    const other = await approvals(asking({ approval: { remember: '15m' } }));
    if (kept !== undefined) other.store.approvals.kept.set(1, kept);
    expect(reached(other.client(call(1, 'drop', ARGS)))).toEqual([]);
  });
});

it('a question is not asked where limits are used up, whatever the client carries', async () => {
  const limited = asking({}, { limits: [{ max: 1, window: 'minute' }] });
  const { client, state, store } = await carried(limited);
  client(retry(2, state, 'approve once'));
  const before = store.approvals.entries.size;
  expect(text(client(retry(3, state, 'deny')))).toContain('limited to 1 call per minute');
  expect(store.approvals.entries.size).toBe(before);
});

it('progress grows with every notification, those of a server that begins with 0 included', () => {
  const told = [1, 2, 3, 1000, 8640].map(count => {
    const { params } = JSON.parse(progressLine('t', count, 'waits')) as {
      params: { progress: number };
    };
    return params.progress;
  });
  const all = [...told, 0, 1];
  for (const [i, progress] of all.slice(1).entries()) expect(progress).toBeGreaterThan(all[i] ?? 0);
});

it('a server hears no cancellation of a call of the same read that would wait', async () => {
  const { client } = await approvals();
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
  const seen = client(call(1, 'drop'), cancel);
  expect(seen.filter(([way]) => way === '→')).toEqual([]);
});

it('observing lets no call by that the administrator asks about', async () => {
  const user = { document: { version: '1', default: 'allow' } };
  const machine = { document: asking(), machine: true };
  const settings = { approvals: namedInOrder() };
  const talk = await conversation([user, machine], 'observe', settings);
  expect(talk.client(call(1, 'drop', ARGS))).toEqual([]);
  expect(talk.desk).toHaveLength(1);
  expect(reached(talk.news({ id: 'A1', step: 'last' }))).toEqual([]);
  expect(reached(talk.withoutStore(call(2, 'drop', ARGS)))).toEqual([]);
});

it('layers that leave no way to ask in common ask nobody, and let nothing by', async () => {
  const layers = [['elicitation'], ['queue']].map(via => asking({ approval: { via } }));
  const talk = await conversation(layers, 'enforce', { approvals: namedInOrder() });
  expect(text(talk.client(call(1, 'drop', ARGS)))).toContain('no way to ask');
  expect([talk.desk, talk.store.approvals.entries.size]).toEqual([[], 0]);
});

it('a yes is for one grant on one server', async () => {
  const talk = await waiting();
  talk.news({ id: 'A1', step: 'last' });
  talk.clock.now += 46_000;
  talk.store.book.answer('A1', YES, talk.clock.now);
  const [, kept] = [...talk.store.approvals.entries][0] ?? [];
  for (const other of [{ grant: 'other' }, { server: 'other' }, { policyHash: () => 'other' }]) {
    const settings = { approvals: namedInOrder(), ...other };
    const second = await conversation([asking()], 'enforce', settings);
    second.clock.now = talk.clock.now;
    if (kept !== undefined) second.store.approvals.put(kept);
    expect(reached(second.client(call(1, 'drop', ARGS)))).toEqual([]);
  }
  expect(reached(talk.client(call(2, 'drop', ARGS)))).toHaveLength(1);
});
