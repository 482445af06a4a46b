// Calls that wait for a person, in sessions that begin with `initialize`: who is asked, and that a yes
// lets exactly the call pass that was shown.
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/approval/request.ts';
import { approvals, asking } from '../support/asking.ts';
import { call, conversation } from '../support/conversation.ts';

const response = (id: unknown, result: unknown) => ({ jsonrpc: '2.0', id, result });
const accept = (decision: unknown) => ({ action: 'accept', content: { decision } });
const yes = (by: Answer['by'] = 'a terminal'): Answer => ({
  yes: true,
  by,
  note: null,
  lasts: false,
});
const text = (seen: unknown) => JSON.stringify(seen);

/** A call that waits, and the id of the question about it. */
async function waiting(policy = asking(), args: unknown = { table: 'users' }) {
  const talk = await approvals(policy);
  const [question] = talk.client(call(1, 'drop', args));
  return { ...talk, question: question?.[1] };
}

describe('the question', () => {
  it('is asked of the client, which is shown tool, category, reason and arguments', async () => {
    const { question, desk } = await waiting();
    expect(question).toMatchObject({
      method: 'elicitation/create',
      params: {
        requestedSchema: {
          properties: { decision: { type: 'string', enum: ['deny', 'approve once'] } },
          required: ['decision'],
        },
      },
    });
    expect(question.params.requestedSchema.properties.decision).not.toHaveProperty('default');
    for (const part of ['drop on srv (destructive)', 'it drops things', 'table: "users"', 'A1'])
      expect(question.params.message).toContain(part);
    expect(desk).toMatchObject([{ kind: 'wait', call: { id: 'A1', timeoutMs: 45_000 } }]);
  });

  it.each([
    ['approve once', accept('approve once')],
    ['approve once, beside other things', { ...accept('approve once'), _meta: { a: 1 } }],
  ])('answered by %s lets the call go on, as it came', async (_, answer) => {
    const { client, question, store, desk } = await waiting();
    const sent = call(1, 'drop', { table: 'users' });
    expect(client(response(question.id, answer))).toEqual([['→', sent]]);
    expect(store.rows.at(-1)).toMatchObject({
      forwarded: true,
      verdict: { effect: 'allow', reason: 'approved by the client', approval: 'A1' },
    });
    expect(desk.at(-1)).toEqual({ kind: 'release', id: 'A1' });
    // The same answer again is nothing, and the server is told of none.
    expect(client(response(question.id, answer))).toEqual([]);
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[1].method).toBe('elicitation/create');
  });

  it.each([
    ['deny', accept('deny')],
    ['decline', { action: 'decline' }],
    ['cancel', { action: 'cancel' }],
    ['accept without a choice', { action: 'accept' }],
    ['accept with an empty form', { action: 'accept', content: {} }],
    ['a choice that was not offered', accept('approve the same call for this session')],
    ['a yes in other letters', accept('Approve once')],
    ['a list', accept(['approve once'])],
    ['true', accept(true)],
    ['another action', { action: 'accepted', content: { decision: 'approve once' } }],
    ['a choice beside the form', { action: 'accept', decision: 'approve once' }],
    ['nothing', {}],
    ['no object', []],
    ['a very long form', { ...accept('approve once'), more: 'x'.repeat(70_000) }],
  ])('answered by %s refuses it', async (_, answer) => {
    const { client, question, store } = await waiting();
    const [seen] = client(response(question.id, answer));
    expect(seen).toMatchObject(['←', { id: 1, result: { isError: true } }]);
    expect(text(seen)).toContain('drop is not allowed: a person refused it');
    expect(store.rows.at(-1)).toMatchObject({ forwarded: false, verdict: { effect: 'deny' } });
    // Also afterwards.
    expect(client(response(question.id, accept('approve once')))).toEqual([]);
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
  });

  it('by an error leaves it to the queue', async () => {
    const { client, question, news, store } = await waiting();
    const error = { code: -32601, message: 'no forms' };
    expect(client({ jsonrpc: '2.0', id: question.id, error })).toEqual([]);
    store.book.answer('A1', yes(), 1_000_000);
    expect(news({ id: 'A1', step: 'look' })[0]?.[0]).toBe('→');
  });

  it('by an error, where there is no other way, refuses it', async () => {
    const { client, question } = await waiting(asking({ approval: { via: ['elicitation'] } }));
    const error = { code: -32601, message: 'no forms' };
    expect(text(client({ jsonrpc: '2.0', id: question.id, error }))).toContain(
      'nobody has answered',
    );
  });

  it.each([
    ['none', null],
    ['links only', { url: {} }],
    ['no object', true],
  ])('is not asked of a client that shows no forms: %s', async (_, elicitation) => {
    const { client, desk } = await approvals(asking(), elicitation as object | null);
    expect(client(call(1, 'drop'))).toEqual([]);
    expect(desk).toHaveLength(1);
  });

  it.each([[{}], [{ form: {} }], [{ form: {}, url: {} }]])(
    'is asked of one that does: %j',
    async shows => {
      const { client } = await approvals(asking(), shows);
      expect(client(call(1, 'drop'))).toHaveLength(1);
    },
  );

  it('is not asked of the client where the policy leaves it out', async () => {
    const { client, desk } = await approvals(asking({ approval: { via: ['queue'] } }));
    expect(client(call(1, 'drop'))).toEqual([]);
    expect(desk).toHaveLength(1);
  });

  it('is asked by a program where the policy says so', async () => {
    const approval = { via: ['command', 'queue'], command: ['/bin/ask', '-x'] };
    const { client, desk } = await approvals(asking({ approval }));
    expect(client(call(1, 'drop'))).toEqual([]);
    expect(desk.map(({ kind }) => kind)).toEqual(['wait', 'program']);
    expect(desk[1]).toMatchObject({ command: ['/bin/ask', '-x'], request: { id: 'A1' } });
  });

  it('shows nothing that moves, hides or turns text', async () => {
    const { question } = await waiting(asking(), { 'a\u202eb': '\u001b[2J\u200b\n', '\u0000': 1 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(question.params.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u200b]/);
    expect(question.params.message).toContain('"a\\u202eb": "\\u001b[2J\\u200b\\n"');
  });

  it('cuts what is long, says so, and lets that be approved once only', async () => {
    const { question } = await waiting(asking({ approval: { remember: 'session' } }), {
      body: 'x'.repeat(5000),
    });
    expect(question.params.message).toMatch(/x… \(5002 characters, SHA-256 [0-9a-f]{32}\)/);
    expect(question.params.message.length).toBeLessThan(1000);
    expect(question.params.requestedSchema.properties.decision.enum).toEqual([
      'deny',
      'approve once',
    ]);
  });

  it('of a call that nobody can look through is not asked', async () => {
    const { client, desk } = await approvals();
    const [seen] = client(call(1, 'drop', { body: 'x'.repeat(1024 * 1024) }));
    expect(text(seen)).toMatch(/longer than the 1048576 bytes that a person can be shown/);
    expect(desk).toEqual([]);
  });

  it('is asked of no more than a hundred calls at once', async () => {
    const { client, desk } = await approvals();
    for (let i = 1; i <= 100; i++) client(call(i, 'drop', { i }));
    expect(desk).toHaveLength(100);
    expect(text(client(call(101, 'drop')))).toContain('100 other calls wait for an answer already');
  });
});

describe('while it waits', () => {
  it('other calls go on, and the id is taken', async () => {
    const { client, server } = await waiting();
    expect(client(call(2, 'other'))[0]?.[0]).toBe('→');
    expect(server(response(2, {}))[0]?.[0]).toBe('→');
    expect(text(client(call(1, 'other')))).toContain('in flight already');
    // The server has never heard of it.
    expect(server(response(1, { content: [] }))).toEqual([]);
  });

  it('the client cancels: it is withdrawn, the server hears nothing, nobody can answer', async () => {
    const { client, question, news, store, desk } = await waiting();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect(client(cancel)).toEqual([
      [
        '←',
        {
          jsonrpc: '2.0',
          method: 'notifications/cancelled',
          params: { requestId: question.id, reason: expect.any(String) },
        },
      ],
    ]);
    expect(desk.at(-1)).toEqual({ kind: 'withdraw', ids: ['A1'] });
    expect(client(response(question.id, accept('approve once')))).toEqual([]);
    expect(store.book.answer('A1', yes(), 1_000_000)).toBeUndefined();
    expect(news({ id: 'A1', step: 'look' })).toEqual([]);
    expect(store.rows.at(-1)).toMatchObject({
      forwarded: false,
      verdict: { effect: 'require_approval', approval: 'A1' },
    });
    // The id is free, and the call is asked about anew.
    expect(client(call(1, 'drop', { table: 'users' }))[0]?.[1].method).toBe('elicitation/create');
  });

  it('asked and cancelled in one read: nobody is asked', async () => {
    const { client, desk, store } = await approvals();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const seen = client(call(1, 'drop'), cancel);
    expect(seen.some(([, message]) => message.method === 'elicitation/create')).toBe(false);
    expect(seen.some(([, message]) => message.method === 'tools/call')).toBe(false);
    expect(desk).toEqual([{ kind: 'withdraw', ids: ['A1'] }]);
    expect(store.approvals.get('A1')?.standing).toBe('withdrawn');
  });

  it('answered and cancelled in one read: one or the other, not both', async () => {
    const { client, question } = await waiting();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const seen = client(response(question.id, accept('approve once')), cancel);
    expect(seen.map(([way, { method }]) => [way, method])).toEqual([
      ['→', 'tools/call'],
      ['→', 'notifications/cancelled'],
    ]);
  });

  it('cancelled and answered in one read: it does not go on', async () => {
    const { client, question } = await waiting();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const seen = client(cancel, response(question.id, accept('approve once')));
    expect(seen.filter(([way]) => way === '→')).toEqual([]);
  });

  it('the server ends: the call is answered, and the question withdrawn', async () => {
    const { gone, store, question } = await waiting();
    const seen = gone();
    expect(seen.map(([, message]) => message.method ?? message.error?.code)).toEqual([
      'notifications/cancelled',
      -32603,
    ]);
    expect(seen[0]?.[1].params.requestId).toBe(question.id);
    expect(store.approvals.get('A1')?.standing).toBe('withdrawn');
  });

  it('the rules become stricter: a yes does not help', async () => {
    const { client, question, session } = await waiting();
    const strict = await conversation([{ version: '1', default: 'deny' }]);
    const { policies } = (strict.session as unknown as { settings: { policies: never[] } })
      .settings;
    session.adopt({ policies, policyHash: () => 'other' }, []);
    const [seen] = client(response(question.id, accept('approve once')));
    expect(text(seen)).toContain('no rule of the policy allows it');
  });

  it('it takes no room of calls at once', async () => {
    const { client, question } = await waiting(asking({}, { concurrency: 1 }));
    const [second] = client(call(2, 'drop', { table: 'b' }));
    expect(client(response(question.id, accept('approve once')))[0]?.[0]).toBe('→');
    // Its room is taken now: the second has none, and its yes is gone with it.
    expect(text(client(response(second?.[1].id, accept('approve once'))))).toContain(
      'limited to 1 call at once',
    );
  });
});

describe('limits', () => {
  const limited = asking({}, { limits: [{ max: 1, window: 'minute' }] });

  it('that are used up refuse before anyone is asked', async () => {
    const { client, question, desk } = await waiting(limited);
    client(response(question.id, accept('approve once')));
    const asked = desk.length;
    expect(text(client(call(2, 'drop', {})))).toContain('limited to 1 call per minute');
    expect(desk).toHaveLength(asked);
  });

  it('are taken by calls that go on, not by those that are asked about or refused', async () => {
    const { client, question } = await waiting(limited);
    const [second] = client(call(2, 'drop', { table: 'b' }));
    client(response(question.id, accept('deny')));
    expect(client(response(second?.[1].id, accept('approve once')))[0]?.[0]).toBe('→');
  });

  it('that fill up while it waits refuse it, and the yes is kept for the next time', async () => {
    const { client, question, clock, desk } = await waiting(limited, { table: 'a' });
    const [second] = client(call(2, 'drop', { table: 'b' }));
    client(response(question.id, accept('approve once')));
    expect(text(client(response(second?.[1].id, accept('approve once'))))).toContain(
      'limited to 1 call',
    );
    clock.now += 61_000;
    const asked = desk.length;
    expect(client(call(3, 'drop', { table: 'b' }))[0]?.[0]).toBe('→');
    expect(desk).toHaveLength(asked);
    clock.now += 61_000;
    expect(client(call(4, 'drop', { table: 'b' }))[0]?.[1].method).toBe('elicitation/create');
  });
});

describe('a server', () => {
  it('cannot put a question of its own under an id of ours', async () => {
    const { server, question } = await waiting();
    const request = {
      jsonrpc: '2.0',
      id: question.id,
      method: 'elicitation/create',
      params: { message: 'Fine?' },
    };
    expect(server(request)).toMatchObject([['⇢', { id: question.id, error: { code: -32600 } }]]);
    const guess = { ...request, id: question.id.replace(/\d+$/, '99') };
    expect(server(guess)[0]?.[0]).toBe('⇢');
  });

  it('is not told what our questions are named', async () => {
    const first = await waiting();
    const second = await waiting();
    expect(first.question.id).not.toBe(second.question.id);
    expect(first.question.id).toMatch(/^policy-wrap\/[\w-]{43}\/1$/);
  });

  it('may still ask by itself', async () => {
    const { server, client } = await waiting();
    const request = {
      jsonrpc: '2.0',
      id: 7,
      method: 'elicitation/create',
      params: { message: 'Region?' },
    };
    expect(server(request)).toEqual([['→', request]]);
    const answer = response(7, { action: 'accept', content: { region: 'eu' } });
    expect(client(answer)).toEqual([['→', answer]]);
  });
});

describe('nobody answers in time', () => {
  it('it is refused with the name of the request, and how to go on', async () => {
    const { news, store } = await waiting();
    const seen = news({ id: 'A1', step: 'last' });
    expect(seen[0]?.[1].method).toBe('notifications/cancelled');
    expect(text(seen[1])).toContain(
      "drop needs a person's approval, and nobody has answered yet (request A1): it drops things; ask the person to approve it, and then call it again with the same arguments within 10 minutes",
    );
    expect(text(seen)).not.toMatch(/policy-wrap (approve|approvals)/);
    expect(store.rows.at(-1)?.verdict).toMatchObject({
      effect: 'require_approval',
      approval: 'A1',
    });
  });

  it('a later yes is good for the same call, once, for ten minutes', async () => {
    const { news, store, client, clock } = await waiting();
    clock.now += 45_000;
    news({ id: 'A1', step: 'last' });
    expect(store.book.answer('A1', yes(), clock.now)).toBeDefined();
    expect(client(call(2, 'drop', { table: 'other' }))[0]?.[0]).toBe('←');
    const again = call(3, 'drop', { table: 'users' });
    expect(client(again)).toEqual([['→', again]]);
    expect(store.rows.at(-1)?.verdict).toMatchObject({
      reason: 'approved by a terminal',
      approval: 'A1',
    });
    expect(client(call(4, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
  });

  it('a later no is no yes', async () => {
    const { news, store, client, clock } = await waiting();
    clock.now += 45_000;
    news({ id: 'A1', step: 'last' });
    store.book.answer('A1', { ...yes(), yes: false }, clock.now);
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
  });

  it.each([
    ['ten minutes after the yes', 600_001],
    ['before the yes: the clock went back', -1],
  ])('it is good for nothing %s', async (_, ms) => {
    const { news, store, client, clock } = await waiting();
    clock.now += 45_000;
    news({ id: 'A1', step: 'last' });
    store.book.answer('A1', yes(), clock.now);
    clock.now += ms;
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
  });

  it('a yes that comes more than ten minutes later is none', async () => {
    const { news, store, clock } = await waiting();
    clock.now += 45_000;
    news({ id: 'A1', step: 'last' });
    clock.now += 600_001;
    expect(store.book.answer('A1', yes(), clock.now)).toBeUndefined();
  });

  it('a yes of the last moment counts', async () => {
    const { news, store } = await waiting();
    store.book.answer('A1', yes(), 1_000_000);
    expect(news({ id: 'A1', step: 'last' }).map(([way]) => way)).toEqual(['←', '→']);
  });

  it('nobody else goes on by a yes to a call that still waits', async () => {
    const { store, client, news } = await waiting();
    store.book.answer('A1', yes(), 1_000_000);
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[1].method).toBe('elicitation/create');
    expect(news({ id: 'A1', step: 'look' }).some(([way]) => way === '→')).toBe(true);
  });
});

describe('two answers', () => {
  it('yes in the queue, no in the client: no', async () => {
    const { store, client, question } = await waiting();
    store.book.answer('A1', yes(), 1_000_000);
    expect(text(client(response(question.id, accept('deny'))))).toContain('a person refused it');
  });

  it('no in the queue, yes in the client: no', async () => {
    const { store, client, question } = await waiting();
    store.book.answer('A1', { ...yes(), yes: false, note: 'ask me tomorrow' }, 1_000_000);
    expect(text(client(response(question.id, accept('approve once'))))).toContain(
      'drop is not allowed: a person refused it: ask me tomorrow',
    );
  });

  it('yes in both: one call goes on', async () => {
    const { store, client, question, news } = await waiting();
    store.book.answer('A1', yes(), 1_000_000);
    expect(client(response(question.id, accept('approve once')))[0]?.[0]).toBe('→');
    expect(news({ id: 'A1', step: 'look' })).toEqual([]);
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
  });
});

describe('what is known of it is lost', () => {
  it('with the state file: it is refused', async () => {
    const { store, news } = await waiting();
    store.approvals.entries.clear();
    const seen = news({ id: 'A1', step: 'look' });
    expect(text(seen.at(-1))).toContain('the request for it is not known any more');
    expect(seen.some(([way]) => way === '→')).toBe(false);
  });

  it('with a yes of the client: it is refused all the same', async () => {
    const { store, client, question } = await waiting();
    store.approvals.entries.clear();
    expect(client(response(question.id, accept('approve once'))).some(([way]) => way === '→')).toBe(
      false,
    );
  });

  it('where the state file cannot be used nobody is asked', async () => {
    const { withoutStore, desk } = await approvals();
    expect(text(withoutStore(call(1, 'drop')))).toContain('the disk is full');
    expect(desk).toEqual([]);
  });
});

describe('a yes for a while', () => {
  const lasting = accept('approve the same call for this session');
  const policy = asking({ approval: { remember: 'session' } });

  it('is good for the same call, however it is written', async () => {
    const { client, question, store } = await waiting(policy, { table: 'users', n: 1 });
    client(response(question.id, lasting));
    expect(client(call(2, 'drop', { n: 1, table: 'users' }))[0]?.[0]).toBe('→');
    expect(store.rows.at(-1)?.verdict).toMatchObject({ effect: 'allow', approval: 'R1' });
    const spelled =
      '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"arguments":{"table":"us\\u0065rs","n":1},"name":"drop"}}';
    expect(client(spelled)[0]?.[0]).toBe('→');
  });

  it.each<[string, string]>([
    ['another value', '{"table":"orders","n":1}'],
    ['one more argument', '{"table":"users","n":1,"force":true}'],
    ['a number that a double cannot tell apart', '{"table":"users","n":1.00000000000000000001}'],
    ['a number in other digits', '{"table":"users","n":1.0}'],
    ['a string for a number', '{"table":"users","n":"1"}'],
  ])('is good for nothing else: %s', async (_, args) => {
    const { client, question } = await waiting(policy, { table: 'users', n: 1 });
    client(response(question.id, lasting));
    const line = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"drop","arguments":${args}}}`;
    expect(client(line)[0]?.[0]).toBe('←');
  });

  it('is good for nothing under other rules', async () => {
    const { client, question, session } = await waiting(policy);
    client(response(question.id, lasting));
    const { policies } = (session as unknown as { settings: { policies: never[] } }).settings;
    session.adopt({ policies, policyHash: () => 'other' }, []);
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
  });

  it.each([
    ['before the list', []],
    ['and back again', [{ name: 'drop', description: 'drops a table' }]],
  ])('ends with the definition of the tool: changed %s', async (_, back) => {
    const talk = await approvals(policy);
    const list = (id: string, ...tools: object[]) => {
      talk.client({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });
      talk.server(response(id, { tools }));
    };
    list('l1', { name: 'drop', description: 'drops a table' }, { name: 'other' });
    const [question] = talk.client(call(1, 'drop', {}));
    talk.client(response(question?.[1].id, lasting));
    list('l2', { name: 'drop', description: 'drops a table' }, { name: 'other', description: 'x' });
    expect(talk.client(call(2, 'drop', {}))[0]?.[0]).toBe('→');
    list('l3', { name: 'drop', description: 'drops everything' });
    if (back.length > 0) list('l4', ...back);
    expect(talk.client(call(3, 'drop', {}))[0]?.[0]).toBe('←');
  });

  it('for a duration ends with it, and does not come back with the clock', async () => {
    const { client, question, clock } = await waiting(asking({ approval: { remember: '15m' } }));
    client(response(question.id, accept('approve the same call for 15 minutes')));
    clock.now += 15 * 60_000;
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[0]).toBe('→');
    clock.now += 1;
    expect(client(call(3, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
    clock.now = 999_999;
    expect(client(call(4, 'drop', { table: 'users' }))[0]?.[0]).toBe('←');
  });

  it('still takes limits', async () => {
    const limited = asking(
      { approval: { remember: 'session' } },
      { limits: [{ max: 2, window: 'minute' }] },
    );
    const { client, question } = await waiting(limited);
    client(response(question.id, lasting));
    expect(client(call(2, 'drop', { table: 'users' }))[0]?.[0]).toBe('→');
    expect(text(client(call(3, 'drop', { table: 'users' })))).toContain(
      'limited to 2 calls per minute',
    );
  });
});
