// How many calls of an entry may be in flight at once, and when a call makes room for the next.
import { describe, expect, it } from 'vitest';
import { call, conversation, request, type Seen } from '../support/conversation.ts';

const one = { version: '1', default: 'allow', tools: { x: { concurrency: 1 } } };
const MINUTES = 60_000;
const answer = (id: unknown) => ({ jsonrpc: '2.0', id, result: { content: [] } });
const cancelled = (requestId: unknown) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});
const ways = (seen: readonly Seen[]) => seen.map(([to]) => to).join('');
const textOf = (seen: readonly Seen[]) => seen[0]?.[1].result?.content[0].text;

describe('a call that finds no room', () => {
  it('is told how many may be in flight, and that waiting helps', async () => {
    const { client, store } = await conversation([one]);
    client(call(1, 'x'));
    expect(textOf(client(call(2, 'x')))).toBe(
      '[POLICY DENIED] x is limited to 1 call at once; wait for an answer to one of them',
    );
    expect(store.rows.at(-1)).toMatchObject({
      forwarded: false,
      verdict: { effect: 'rate_limit', key: 'x', layer: 'policy', limits: [] },
    });
    const two = { ...one, tools: { x: { concurrency: 2 } } };
    const more = await conversation([two]);
    expect(ways(more.client(call(1, 'x'), call(2, 'x'), call(3, 'x')))).toBe('→→←');
    expect(textOf(more.client(call(4, 'x')))).toMatch(/2 calls at once/);
  });

  it('is an error where it makes a task, and says so in the era of its own', async () => {
    const { client } = await conversation([one]);
    client(call(1, 'x'));
    const task = call(2, 'x');
    Object.assign(task.params, { task: { ttl: 1 } });
    expect(client(task)[0]?.[1]).toMatchObject({ id: 2, error: { code: -31001 } });
    const modern = call(3, 'x');
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    Object.assign(modern.params, { _meta });
    expect(client(modern)[0]?.[1].result.resultType).toBe('complete');
  });

  it('takes no limits, and a call that its limits stop takes no room', async () => {
    const limits = [{ max: 2, window: 'hour' }];
    const { client, server, clock, store } = await conversation([
      { ...one, tools: { x: { concurrency: 1, limits } } },
    ]);
    expect(ways(client(call(1, 'x'), call(2, 'x'), call(3, 'x'), call(4, 'x')))).toBe('→←←←');
    server(answer(1));
    expect(ways(client(call(5, 'x')))).toBe('→');
    server(answer(5));
    expect(store.rows.map(({ verdict }) => verdict.limits[0]?.used)).toEqual([1, 1, 1, 1, 2]);
    for (let i = 6; i < 10; i++) expect(textOf(client(call(i, 'x')))).toMatch(/2 calls per hour/);
    clock.now += 60 * MINUTES;
    expect(ways(client(call(10, 'x')))).toBe('→');
  });

  it('is held back by every entry, also by two of one name in one of several layers', async () => {
    const tools = { all_tools: { concurrency: 2 } };
    const own = { ...one, tools, all_tools: { concurrency: 1 } };
    for (const policies of [[own], [own, { version: '1', default: 'allow' }]]) {
      const { client } = await conversation(policies);
      expect(ways(client(call(1, 'all_tools'), call(2, 'all_tools')))).toBe('→←');
    }
  });

  it('takes none where the rules deny it', async () => {
    const deny_if = [{ conditions: [{ path: 'args.a', op: 'eq', value: 1 }] }];
    const { client } = await conversation([{ ...one, tools: { x: { concurrency: 1, deny_if } } }]);
    for (let i = 0; i < 3; i++) expect(ways(client(call(i, 'x', { a: 1 })))).toBe('←');
    expect(ways(client(call(9, 'x', { a: 2 }), call(10, 'x', { a: 2 })))).toBe('→←');
    // A denial by rules is told as that, also where there is no room.
    expect(textOf(client(call(11, 'x', { a: 1 })))).toMatch(/args\.a is 1/);
  });
});

describe('room is made', () => {
  it.each<[string, (id: number) => unknown]>([
    ['a result', answer],
    ['an error', id => ({ jsonrpc: '2.0', id, error: { code: -1, message: 'no' } })],
    ['a result that says it failed', id => ({ jsonrpc: '2.0', id, result: { isError: true } })],
    ['an answer that is no JSON', id => `{"jsonrpc":"2.0","id":${id},"result":{"x":NaN}}`],
    [
      'an answer that asks for input',
      id => ({ jsonrpc: '2.0', id, result: { resultType: 'input_required', requestState: 's' } }),
    ],
  ])('by %s', async (_, answered) => {
    const { client, server } = await conversation([one]);
    for (let id = 1; id < 5; id++) {
      expect(ways(client(call(id, 'x')))).toBe('→');
      expect(ways(client(call(100 + id, 'x')))).toBe('←');
      server(answered(id));
    }
  });

  it.each<[string, (id: number) => unknown]>([
    ['an answer to another call', id => answer(id + 1)],
    ['an answer under the same id as text', id => answer(String(id))],
    ['a notification', () => ({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })],
    ['a line of a log', id => `{"id":${id},"level":"info"}`],
  ])('not by %s', async (_, said) => {
    const { client, server } = await conversation([one]);
    client(call(1, 'x'));
    server(said(1));
    expect(ways(client(call(2, 'x')))).toBe('←');
  });

  it('once for each answer', async () => {
    const { client, server } = await conversation([{ ...one, tools: { x: { concurrency: 2 } } }]);
    client(call(1, 'x'), call(2, 'x'));
    for (let i = 0; i < 3; i++) server(answer(1));
    expect(ways(client(call(3, 'x'), call(4, 'x')))).toBe('→←');
  });

  it('by the end of the server and where nothing can be sent', async () => {
    const { client, gone, session } = await conversation([one]);
    client(call(1, 'x'));
    gone();
    expect(ways(client(call(2, 'x')))).toBe('→');
    const other = await conversation([one]);
    const turn = other.undecided(call(1, 'x'));
    other.gone();
    expect(turn()).toEqual([]);
    expect(ways(other.client(call(2, 'x')))).toBe('→');
    expect(session).toBeDefined();
  });

  it('where the store cannot decide', async () => {
    const { client, withoutStore } = await conversation([one]);
    expect(ways(withoutStore(call(1, 'x')))).toBe('←');
    expect(ways(client(call(2, 'x')))).toBe('→');
  });

  it('while the store takes its time the room is taken', async () => {
    const { client, undecided } = await conversation([one]);
    const first = undecided(call(1, 'x'));
    expect(ways(client(call(2, 'x')))).toBe('←');
    expect(ways(first())).toBe('→');
  });
});

describe('a cancelled call', () => {
  it('keeps its room until the answer comes', async () => {
    const { client, server } = await conversation([one]);
    client(call(1, 'x'));
    expect(ways(client(cancelled(1), call(2, 'x')))).toBe('→←');
    server(answer(1));
    expect(ways(client(call(3, 'x')))).toBe('→');
  });

  it('keeps it for ten minutes from the first cancellation where none comes', async () => {
    const { client, clock } = await conversation([one]);
    client(call(1, 'x'), cancelled(1));
    clock.now += 10 * MINUTES - 1;
    client(cancelled(1));
    expect(ways(client(call(2, 'x')))).toBe('←');
    clock.now += 1;
    expect(ways(client(call(3, 'x'), call(4, 'x')))).toBe('→←');
  });

  it('keeps it where thousands of others were cancelled after it', async () => {
    const { client, server, clock } = await conversation([one]);
    client(call('held', 'x'), cancelled('held'));
    for (let i = 0; i < 1500; i++) client(call(i, 'y'), cancelled(i));
    expect(ways(client(call('a', 'x')))).toBe('←');
    // Its id is free for another call by now; whose answer comes, nobody can say.
    expect(ways(client(call('held', 'y')))).toBe('→');
    server(answer('held'));
    expect(ways(client(call('b', 'x')))).toBe('←');
    clock.now += 10 * MINUTES;
    expect(ways(client(call('c', 'x')))).toBe('→');
  });

  it('that no longer holds room takes none from the call behind it', async () => {
    const { client, server, clock } = await conversation([one]);
    client(call(1, 'x'), cancelled(1));
    clock.now += 10 * MINUTES;
    expect(ways(client(call(2, 'x')))).toBe('→');
    server(answer(1));
    expect(ways(client(call(3, 'x')))).toBe('←');
  });

  it('a call that nobody cancelled keeps its room for as long as it takes', async () => {
    const { client, clock } = await conversation([one]);
    client(call(1, 'x'));
    clock.now += 100 * 60 * MINUTES;
    expect(ways(client(call(2, 'x')))).toBe('←');
  });

  it('what is cancelled before the store has decided keeps its room', async () => {
    const { client, undecided, clock } = await conversation([one]);
    const first = undecided(call(1, 'x'), cancelled(1));
    expect(ways(first())).toMatch(/→/);
    expect(ways(client(call(2, 'x')))).toBe('←');
    clock.now += 10 * MINUTES;
    expect(ways(client(call(3, 'x')))).toBe('→');
  });
});

describe('several bounds', () => {
  const policy = {
    version: '1',
    default: 'deny',
    all_tools: { concurrency: 3 },
    tools: { 'a*': { concurrency: 2 }, '*b': { concurrency: 2 }, c: {}, r: { category: 'read' } },
    categories: { read: { concurrency: 1 } },
  };
  it('each entry counts its own calls, and all of them must have room', async () => {
    const { client, server } = await conversation([policy]);
    // `ab` counts for two patterns, and all for `all_tools`.
    expect(ways(client(call(1, 'a1'), call(2, 'ab'), call(3, 'a2'), call(4, 'xb')))).toBe('→→←→');
    expect(ways(client(call(5, 'c')))).toBe('←');
    server(answer(2));
    expect(ways(client(call(6, 'c'), call(7, 'c')))).toBe('→←');
    server(answer(1));
    expect(ways(client(call(8, 'r'), call(9, 'r')))).toBe('→←');
  });

  it('those of all layers hold, each with its own count', async () => {
    const further = { version: '1', default: 'allow', tools: { x: { concurrency: 2 } } };
    const wide = { ...one, tools: { x: { concurrency: 5 } } };
    const { client, server, store } = await conversation([wide, further]);
    expect(ways(client(call(1, 'x'), call(2, 'x'), call(3, 'x')))).toBe('→→←');
    expect(store.rows.at(-1)?.verdict.layer).toBe('layer1');
    server(answer(1));
    expect(ways(client(call(4, 'x'), call(5, 'x')))).toBe('→←');
  });

  it('operations share the room of their tool, and have that of their own', async () => {
    const { client } = await conversation([
      {
        version: '1',
        default: 'allow',
        operations: { door: 'op' },
        tools: { 'door:Create*': { concurrency: 1 }, 'door:*': { concurrency: 2 } },
      },
    ]);
    const door = (id: number, op: string) => call(id, 'door', { op });
    expect(ways(client(door(1, 'CreateA'), door(2, 'CreateB')))).toBe('→←');
    expect(ways(client(door(3, 'Get'), door(4, 'Get')))).toBe('→←');
  });
});

describe('observing', () => {
  it('stops nothing and says what would have been stopped', async () => {
    const { client, store } = await conversation([one], 'observe');
    expect(ways(client(call(1, 'x'), call(2, 'x')))).toBe('→→');
    expect(store.rows.map(({ verdict, forwarded }) => [verdict.effect, forwarded])).toEqual([
      ['allow', true],
      ['rate_limit', true],
    ]);
  });

  const machine = { machine: true, document: { ...one, tools: { x: { concurrency: 2 } } } };
  it.each<[string, object]>([
    ['bounds nothing', { version: '1', default: 'allow' }],
    ['would bound more', one],
    ['would deny', { version: '1', default: 'deny' }],
    ['would ask', { ...one, tools: { x: { action: 'require_approval', concurrency: 1 } } }],
  ])("the administrator's bound holds where the own policy %s", async (_, own) => {
    const { client, server, store } = await conversation([own, machine], 'observe');
    expect(ways(client(call(1, 'x'), call(2, 'x'), call(3, 'x')))).toBe('→→←');
    expect(textOf(client(call(4, 'x')))).toMatch(/limited to 2 calls at once/);
    expect(store.rows.at(-1)?.verdict).toMatchObject({ effect: 'rate_limit', layer: 'layer1' });
    server(answer(2));
    expect(ways(client(call(5, 'x'), call(6, 'x')))).toBe('→←');
  });
});

it('nothing else than calls of tools takes room', async () => {
  const { client } = await conversation([{ ...one, tools: { '*': { concurrency: 1 } } }]);
  const reads = [1, 2].map(id => request(id, 'resources/read', { uri: 'file:///x' }));
  expect(ways(client(...reads, request(3, 'tools/list'), call(4, 'x')))).toBe('→→→→');
});
