// Whole conversations as arrays: what comes in on either side, what goes out on either side.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Framer } from '../../src/rpc/frame.ts';
import { call, conversation, request } from '../support/conversation.ts';
import { seedPolicy } from '../support/wrapper.ts';

const allow = { version: '1', default: 'allow' };
const deny = { version: '1', default: 'deny' };

describe('a call', () => {
  it('passes as it came and its reply comes back', async () => {
    const { client, server, store, clock } = await conversation([seedPolicy]);
    const asked = call(1, 'stream_group_create', { key: 'orders' });
    expect(client(asked)).toEqual([['→', asked]]);
    clock.now += 42;
    const answer = { jsonrpc: '2.0', id: 1, result: { content: [] } };
    expect(server(answer)).toEqual([['→', answer]]);
    expect(store.rows).toMatchObject([
      { method: 'tools/call', forwarded: true, facts: { policy: 'hash' } },
    ]);
    expect(store.rows[0]?.verdict).toMatchObject({ effect: 'allow', key: 'stream_group_create' });
  });

  it('is refused as a tool result with the verdict', async () => {
    const { client, store } = await conversation([deny]);
    expect(client(call('a', 'delete_app'))).toEqual([
      [
        '←',
        {
          jsonrpc: '2.0',
          id: 'a',
          result: {
            content: [
              {
                type: 'text',
                text: '[POLICY DENIED] delete_app is not allowed: no rule of the policy allows it',
              },
            ],
            isError: true,
            _meta: { 'policy-wrap/verdict': store.rows[0]?.verdict },
          },
        },
      ],
    ]);
  });

  it('is refused with resultType in the era that has it, and as an error where it makes a task', async () => {
    const { client } = await conversation([deny]);
    const modern = call(1, 'x');
    Object.assign(modern.params, {
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
    });
    expect(client(modern)[0]?.[1].result.resultType).toBe('complete');
    const task = call(2, 'x');
    Object.assign(task.params, { task: { ttl: 1 } });
    expect(client(task)[0]?.[1]).toMatchObject({ id: 2, error: { code: -31001 } });
  });

  it('31 in one read: 30 pass in one piece, the last is refused', async () => {
    const { client } = await conversation([seedPolicy]);
    const out = client(...Array.from({ length: 31 }, (_, i) => call(i, 'stream_group_create')));
    expect(out.filter(([to]) => to === '→')).toHaveLength(30);
    expect(out.at(-1)?.[1].result.content[0].text).toBe(
      '[POLICY DENIED] stream_group_create is limited to 30 calls per minute; try again in 60 s',
    );
  });

  it('needs the store: without it, it is denied with the reason, and lists still pass', async () => {
    const { withoutStore } = await conversation([allow]);
    const out = withoutStore(request(1, 'tools/list'), call(2, 'x'));
    expect(out[0]?.[0]).toBe('→');
    expect(out[1]?.[1].result.content[0].text).toMatch(/disk is full/);
  });

  it('under an id in flight is refused without settling the first', async () => {
    const { client, server } = await conversation([allow]);
    client(call(1, 'x'));
    expect(client(call(1, 'x'))).toEqual([
      ['←', { jsonrpc: '2.0', error: { code: -32600, message: 'this id is in flight already' } }],
    ]);
    expect(server({ jsonrpc: '2.0', id: 1, result: {} })).toHaveLength(1);
    expect(client(call(1, 'x'))[0]?.[0]).toBe('→');
  });

  it('keeps 1 and "1" apart', async () => {
    const { client, server } = await conversation([allow]);
    client(call(1, 'x'), call('1', 'y'));
    expect(server({ jsonrpc: '2.0', id: '1', result: {} })).toHaveLength(1);
    expect(server({ jsonrpc: '2.0', id: '1', result: {} })).toHaveLength(0);
    expect(server({ jsonrpc: '2.0', id: 1, result: {} })).toHaveLength(1);
  });
});

describe('ways round a rule', () => {
  const doors = {
    operations: { db: 'sql' },
    categories: { read: {}, destructive: { action: 'deny' } },
  };
  it.each(['delete_table', 'delete_table:get', "DELETE FROM t WHERE a=':get'", 'delete\u0000:get'])(
    'an operation does not choose its category: %j',
    async sql => {
      const { client } = await conversation([{ ...deny, ...doors }]);
      expect(client(call(1, 'db', { sql }))[0]?.[0]).toBe('←');
      expect(client(call(2, 'db', { sql: 'get_table' }))[0]?.[0]).toBe('→');
    },
  );

  it.each([
    ['subscriptions/listen', { notifications: { ResourceSubscriptions: ['file:///secret'] } }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: 'file:///secret' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p', URI: 'file:///secret' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p', Type: 'ref/resource' } }],
    ['prompts/get', { name: 'p', Name: 'q' }],
    ['prompts/get', { name: 'p\u0000q' }],
  ])('%s %j is no plain request', (method, params) => expectRefused(method, params));

  it.each([
    ['prompts/get', () => ({ name: 'p'.repeat(4097) })],
    ['tools/call', () => ({ name: 'aB'.repeat(2049) })],
    ['tasks/get', () => ({ taskId: 't'.repeat(4097) })],
    [
      'subscriptions/listen',
      () => ({ notifications: { resourceSubscriptions: Array(10_001).fill('file:///') } }),
    ],
  ])('neither is a %s of great length', (method, params) => expectRefused(method, params()));

  async function expectRefused(method: string, params: unknown): Promise<void> {
    const { client } = await conversation([{ ...deny, prompts: { default: 'allow' } }]);
    expect(client(request(1, method, params))[0]?.[1]).toMatchObject({
      id: 1,
      error: { code: -32602 },
    });
  }

  it('a batch is one row, and an answer to each of its ids', async () => {
    const { client, store } = await conversation([allow]);
    const ids = Array.from({ length: 500 }, (_, id) => ({ id }));
    const out = client(JSON.stringify([...ids, ...ids]));
    expect(out.map(([, { id }]) => id)).toEqual(ids.map(({ id }) => id));
    expect(store.rows).toHaveLength(1);
  });
});

describe('what cannot be read is answered all the same', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"a","name":"b"}}', -32700],
    ['{"jsonrpc":"2.0","id":5,"method":"ping"', -32700],
    ['{"jsonrpc":"2.0","id":5,"method":"ping","x":"\\ud800"}', -32700],
    ['{"jsonrpc":"1.0","id":5,"method":"ping"}', -32600],
  ])('%s', async (text, code) => {
    const { client, session } = await conversation([allow]);
    expect(client(text)).toMatchObject([['←', { id: 5, error: { code } }]]);
    const head = Buffer.from(text.slice(0, 40));
    const long = session.conclude(session.oversized(head, 99), []);
    expect(JSON.parse((long[0] as { text: string }).text)).toMatchObject({
      id: 5,
      error: { message: 'message longer than 99 bytes' },
    });
    client(request(5, 'ping'));
    expect(client(text)).toMatchObject([['←', { error: { code } }]]);
    expect(client(text)[0]?.[1]).not.toHaveProperty('id');
  });

  it('an answer of the server’s too, once', async () => {
    const { client, server } = await conversation([allow]);
    client(call(1, 'x'), call(2, 'x'));
    const broken = '{"jsonrpc":"2.0","id":1,"result":{"content":[],"score":NaN}}';
    expect(server(broken)).toMatchObject([['←', { id: 1, error: { code: -32603 } }]]);
    expect(server(broken)).toEqual([]);
    for (const other of [
      '{"id":2,"level":"info","text":"a line of a log"}',
      '{"jsonrpc":"2.0","id":2,"method":"x","result":NaN}',
      'id 2 NaN',
    ])
      expect(server(other)).toEqual([]);
    expect(server({ jsonrpc: '2.0', id: 2, result: {} })).toHaveLength(1);
  });
});

describe('a server that is valid and unusual', () => {
  it.each([
    ['10,001 keys', `{"x":{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":0`).join()}}}`],
    ['the same key twice', '{"x":{"a":1,"a":2}}'],
  ])('gets its reply with %s through', async (_, result) => {
    const { client, session } = await conversation([allow]);
    client(call(1, 'x'));
    const text = `{"jsonrpc":"2.0","id":1.0,"result":${result}}\n`;
    const { lines } = new Framer(1 << 20).push(Buffer.from(text));
    const [action] = session.fromServer(lines);
    expect(action?.kind).toBe('forward');
  });
});

describe('observing', () => {
  it('forwards what an observed limit would stop, and counts what the administrator limits', async () => {
    const machine = {
      document: {
        ...allow,
        tools: { x: { limits: [{ max: 1, window: 'minute', counter: 'm' }] } },
      },
      machine: true,
    };
    const own = { ...allow, tools: { x: { limits: [{ max: 0, window: 'minute' }] } } };
    const { client, store } = await conversation([own, machine], 'observe');
    expect(client(call(1, 'x'), call(2, 'x')).map(([to]) => to)).toEqual(['→', '←']);
    expect(store.rows.map(({ forwarded }) => forwarded)).toEqual([true, false]);
  });

  it("names the administrator's limit where that stops a call, not the denial that it observes", async () => {
    const limits = [{ max: 1, window: 'minute' }];
    const machine = { document: { ...allow, tools: { x: { limits } } }, machine: true };
    const { client, store } = await conversation([deny, machine], 'observe');
    client(call(1, 'x'));
    expect(client(call(2, 'x'))[0]?.[1].result.content[0].text).toBe(
      '[POLICY DENIED] x is limited to 1 call per minute; try again in 60 s',
    );
    expect(store.rows.map(({ verdict, forwarded }) => [verdict.effect, forwarded])).toEqual([
      ['deny', true],
      ['rate_limit', false],
    ]);
    expect(store.rows[1]?.verdict).toMatchObject({ layer: 'layer1', key: 'x' });
  });

  it('lets everything through and says what would have happened', async () => {
    const { client, store } = await conversation([deny], 'observe');
    expect(client(call(1, 'x'))[0]?.[0]).toBe('→');
    expect(store.rows[0]).toMatchObject({ facts: { mode: 'observe' }, forwarded: true });
    expect(store.rows[0]?.verdict.effect).toBe('deny');
  });

  it('hides nothing, and does not need the store', async () => {
    const { client, server, withoutStore } = await conversation(
      [{ ...allow, hide: ['*'] }],
      'observe',
    );
    client(request(1, 'tools/list'));
    const reply = { jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'a' }] } };
    expect(server(reply)).toEqual([['→', reply]]);
    expect(withoutStore(call(2, 'x'))[0]?.[0]).toBe('→');
  });

  it("enforces the administrator's layer all the same", async () => {
    const machine = {
      document: {
        ...allow,
        hide: ['secret'],
        tools: { x: { action: 'deny', reason: 'no x here' }, y: { rate_limit: '1/minute' } },
      },
      machine: true,
    };
    const { client, server, withoutStore } = await conversation([deny, machine], 'observe');
    expect(client(call(1, 'x'))[0]?.[1].result.content[0].text).toMatch(/no x here/);
    expect(client(call(2, 'y'), call(3, 'y')).map(([to]) => to)).toEqual(['→', '←']);
    expect(withoutStore(call(4, 'y'))[0]?.[0]).toBe('←');
    client(request(5, 'tools/list'));
    const tools = [{ name: 'secret' }, { name: 'x' }];
    expect(server({ jsonrpc: '2.0', id: 5, result: { tools } })[0]?.[1].result.tools).toEqual([
      { name: 'x' },
    ]);
  });
});

describe('lists', () => {
  it('lose hidden tools and nothing else', async () => {
    const { client, session } = await conversation([{ ...allow, hide: ['b', 'c_*'] }]);
    client(request(1, 'tools/list'));
    const text =
      '{"jsonrpc":"2.0","id":1,"result":{"ttl":1e3,"tools":[ {"name":"a","x":1.0} , {"name":"\\u0062"},{"name":"c_1"}],"nextCursor":"p2","_meta":{"k":12345678901234567890}}}';
    const { lines } = new Framer(1 << 20).push(Buffer.from(`${text}\n`));
    const [action] = session.fromServer(lines);
    if (action?.kind !== 'forward') throw new Error('not forwarded');
    expect(action.buffer.toString('utf8', action.start, action.end)).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"ttl":1e3,"tools":[ {"name":"a","x":1.0}],"nextCursor":"p2","_meta":{"k":12345678901234567890}}}\n',
    );
  });
});

describe('resources and prompts', () => {
  it('follow `default`, with an error that carries the reason', async () => {
    const { client } = await conversation([deny]);
    for (const [i, [method, params]] of [
      ['resources/read', { uri: 'file:///x' }],
      ['resources/subscribe', { uri: 'file:///x' }],
      ['prompts/get', { name: 'p' }],
      ['completion/complete', { ref: { type: 'ref/prompt', name: 'p' }, argument: {} }],
      ['completion/complete', { ref: { type: 'ref/resource', uri: 'u' }, argument: {} }],
      ['subscriptions/listen', { notifications: { resourceSubscriptions: ['a', 'b'] } }],
    ].entries())
      expect(client(request(i, method as string, params))[0]?.[1], String(method)).toMatchObject({
        id: i,
        error: { code: -31001, message: expect.stringMatching(/^\[POLICY DENIED\] /) },
      });
  });

  it('without a URI there is nothing to subscribe to, and 2026-07-28 has no such method', async () => {
    const { client } = await conversation([allow]);
    const codeOf = (id: number, _meta: Record<string, string>) =>
      client(request(id, 'resources/subscribe', { _meta }))[0]?.[1].error.code;
    const version = 'io.modelcontextprotocol/protocolVersion';
    expect(codeOf(1, {})).toBe(-32602);
    expect(codeOf(2, { [version]: '2025-11-25' })).toBe(-32602);
    expect(codeOf(3, { [version]: '2026-07-28' })).toBe(-32601);
  });

  it('count towards their limits', async () => {
    const limits = [{ max: 1, window: 'minute' }];
    const { client } = await conversation([{ ...deny, resources: { default: 'allow', limits } }]);
    const read = (id: number) => request(id, 'resources/read', { uri: 'file:///x' });
    expect(client(read(1), read(2)).map(([to]) => to)).toEqual(['→', '←']);
  });

  it('are not asked for in two ways at once', async () => {
    const { client } = await conversation([{ ...deny, prompts: { default: 'allow' } }]);
    const ref = { type: 'ref/prompt', name: 'p', uri: 'file:///secret' };
    expect(client(request(1, 'completion/complete', { ref }))[0]?.[1].error.code).toBe(-32602);
  });
});

describe('long ids', () => {
  const long = (i: number) => `${i}${'x'.repeat(1 << 20)}`;

  it('of the client: no more of them are kept than 16 MiB', async () => {
    const { client, server } = await conversation([allow]);
    const ping = (i: number) => client(request(long(i), 'ping'))[0] ?? [];
    for (let i = 0; i < 16; i++) expect(ping(i)[0]).toBe('→');
    expect(ping(16)).toMatchObject(['←', { id: long(16), error: { code: -32603 } }]);
    server({ jsonrpc: '2.0', id: long(3), result: {} });
    expect(ping(16)[0]).toBe('→');
  });

  it('of the server: the oldest are forgotten', async () => {
    const { client, server } = await conversation([allow]);
    for (let i = 0; i < 20; i++) expect(server(request(long(i), 'ping'))[0]?.[0]).toBe('→');
    const answer = (i: number) => client({ jsonrpc: '2.0', id: long(i), result: {} });
    expect(answer(0)).toEqual([]);
    expect(answer(19)[0]?.[0]).toBe('→');
    expect(answer(19)).toEqual([]);
  });
});

describe('without a record', () => {
  const quiet = {
    audit: 'off',
    ...deny,
    tools: { a: {}, few: { limits: [{ max: 1, window: 'minute' }] } },
  };

  it('rules and limits hold all the same', async () => {
    const { client, server, store } = await conversation([quiet]);
    const sent = [call(1, 'a'), call(2, 'b'), call(3, 'few'), call(4, 'few'), 'no JSON'];
    expect(client(...sent).map(([to]) => to)).toEqual(['→', '←', '→', '←', '←']);
    const reply = { jsonrpc: '2.0', id: 1, result: {} };
    expect(server(reply)).toEqual([['→', reply]]);
    server({ jsonrpc: '2.0', id: 9, result: {} });
    expect(store.rows).toEqual([]);
  });

  it('what has no limit needs no store', async () => {
    const { withoutStore } = await conversation([quiet]);
    const sent = [call(1, 'a'), call(2, 'few')];
    expect(withoutStore(...sent).map(([to]) => to)).toEqual(['→', '←']);
  });

  it('all layers must want none', async () => {
    const { client, store } = await conversation([quiet, { ...allow }]);
    client(call(1, 'a'));
    expect(store.rows).toHaveLength(1);
  });
});

describe('a failure of policy-wrap itself', () => {
  it('denies the message that it strikes, and no other of the same read', async () => {
    let calls = 0;
    const now = () => {
      if (++calls === 2) throw new Error('a bug');
      return 0;
    };
    const { client, server } = await conversation([allow], 'enforce', { now });
    const failed = { code: -32603, message: 'denied because policy-wrap failed: a bug' };
    const pings = [1, '2', 3].map(id => ({ jsonrpc: '2.0', id, method: 'ping' }));
    const spelt = '{"jsonrpc":"2.0","id":"\\u0032","method":"ping"}';
    expect(client(pings[0], spelt, pings[2])).toEqual([
      ['→', pings[0]],
      ['←', { jsonrpc: '2.0', id: '2', error: failed }],
      ['→', pings[2]],
    ]);
    expect(server({ jsonrpc: '2.0', id: '2', result: {} })).toEqual([]);
    expect(client(request('2', 'ping'))[0]?.[0]).toBe('→');
  });

  it('answers the call whose answer it strikes', async () => {
    const { client, session } = await conversation([{ ...allow, hide: ['a'] }]);
    client(request(1, 'tools/list'), request(2, 'ping'));
    const text = [1, 2].map(
      id => `{"jsonrpc":"2.0","id":${id},"result":{"tools":[{"name":"a"}]}}\n`,
    );
    const { lines } = new Framer(1 << 20).push(Buffer.from(text.join('')));
    const concat = vi.spyOn(Buffer, 'concat').mockImplementationOnce(() => {
      throw new Error('a bug');
    });
    onTestFinished(() => concat.mockRestore());
    const [reply, , forward] = session.fromServer(lines);
    expect(reply).toMatchObject({ kind: 'reply', text: expect.stringContaining('-32603') });
    expect(forward?.kind).toBe('forward');
  });
});

describe('while the store decides', () => {
  const task = { jsonrpc: '2.0', id: 1, result: { task: { taskId: 't' } } };

  it('nothing that the server says answers the call, nor makes a task of it', async () => {
    const { undecided, server, client } = await conversation([deny]);
    const decide = undecided(call(1, 'x'));
    expect(server(task)).toEqual([]);
    expect(server('{"id":1,"result":NaN}')).toEqual([]);
    expect(decide()).toMatchObject([['←', { id: 1, result: { isError: true } }]]);
    expect(client(request(2, 'tasks/get', { taskId: 't' }))[0]?.[0]).toBe('←');
  });

  it('the end of the server answers it, once', async () => {
    for (const document of [allow, deny]) {
      const { undecided, gone } = await conversation([document]);
      const decide = undecided(call(1, 'x'));
      expect(gone()).toMatchObject([['←', { id: 1, error: { code: -32603 } }]]);
      expect(decide()).toEqual([]);
    }
  });

  it('an answer to what was let through passes', async () => {
    const { undecided, server } = await conversation([allow]);
    expect(undecided(call(1, 'x'))()).toHaveLength(1);
    expect(server(task)).toEqual([['→', task]]);
  });
});

describe('what nobody asked for', () => {
  it('goes nowhere', async () => {
    const { client, server, store } = await conversation([allow]);
    expect(client({ jsonrpc: '2.0', method: 'tools/call', params: { name: 'x' } })).toEqual([]);
    expect(client({ jsonrpc: '2.0', id: 9, result: {} })).toEqual([]);
    expect(client({ jsonrpc: '2.0', method: 'notifications/made_up' })).toEqual([]);
    expect(server({ jsonrpc: '2.0', id: 9, result: {} })).toEqual([]);
    expect(server('not json')).toEqual([]);
    expect(store.rows).toHaveLength(4);
  });

  it("answers the server's own requests once", async () => {
    const { client, server } = await conversation([allow]);
    const asked = { jsonrpc: '2.0', id: 0, method: 'roots/list' };
    expect(server(asked)).toEqual([['→', asked]]);
    const answer = { jsonrpc: '2.0', id: 0, result: { roots: [] } };
    expect(client(answer)).toEqual([['→', answer]]);
    expect(client(answer)).toEqual([]);
  });

  it('a verdict that the server made up is removed', async () => {
    const { client, server } = await conversation([allow]);
    client(call(1, 'x'), call(2, 'x'));
    const forged = { 'policy-wrap/verdict': { effect: 'allow' }, mine: 1, 'policy-wrap/x': 2 };
    expect(server({ jsonrpc: '2.0', id: 1, result: { _meta: forged } })[0]?.[1].result).toEqual({
      _meta: { mine: 1 },
    });
    const error = { code: -31001, message: 'm', data: forged };
    expect(server({ jsonrpc: '2.0', id: 2, error })[0]?.[1].error.data).toEqual({ mine: 1 });
  });
});

describe('the end', () => {
  it('answers what waits, but for what was cancelled', async () => {
    const { client, gone, store } = await conversation([allow]);
    client(call(1, 'x'), call(2, 'x'), request(3, 'tools/list'));
    client({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    expect(gone()).toEqual(
      [1, 3].map(id => [
        '←',
        {
          jsonrpc: '2.0',
          id,
          error: { code: -32603, message: 'the server ended before it answered: exit code 3' },
        },
      ]),
    );
    expect(store.rows).toHaveLength(2);
  });
});
