// Rules on arguments as they come over the wire: judged on what the bytes say, call by call.
import { describe, expect, it } from 'vitest';
import { call, conversation, request, type Seen } from '../support/conversation.ts';

const allow = { version: '1', default: 'allow' };
const is = (path: string, op: string, value?: unknown) => ({ path, op, value });
const denyIf = (...conditions: unknown[]) => ({
  ...allow,
  tools: { x: { deny_if: [{ conditions }] } },
});
const requiring = (...conditions: unknown[]) => ({
  ...allow,
  tools: { x: { require: [{ conditions }] } },
});
const ways = (seen: readonly Seen[]) => seen.map(([to]) => to).join('');
const textOf = (seen: readonly Seen[]) => seen[0]?.[1].result?.content[0].text;
/** A call with its arguments as written; undefined: without any. */
const raw = (args: string | undefined, id = 1) =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"x"${
    args === undefined ? '' : `,"arguments":${args}`
  }}}`;

describe('what the arguments are', () => {
  const over = is('args.n', 'gt', 500);
  // `→`: goes on under deny_if, and under require.
  it.each<[string | undefined, string, string]>([
    ['{"n":501}', '←', '→'],
    ['{"n":500}', '→', '←'],
    ['{"n":5.0e2}', '→', '←'],
    ['{"n":500.00000000000000000001}', '←', '←'],
    ['{"n":1e400}', '←', '←'],
    ['{"n":9007199254740993}', '←', '←'],
    ['{"n":"501"}', '←', '←'],
    ['{"n":"1"}', '←', '←'],
    ['{"n":null}', '←', '←'],
    ['{"n":[1]}', '←', '←'],
    ['{"N":1}', '←', '←'],
    ['{"n":1,"N":501}', '←', '←'],
    ['{}', '→', '←'],
    ['[]', '←', '←'],
    ['[{"n":501}]', '←', '←'],
    ['"{\\"n\\":501}"', '←', '←'],
    ['null', '→', '←'],
    ['7', '→', '←'],
    [undefined, '→', '←'],
  ])('%s', async (args, whereDenied, whereRequired) => {
    expect(ways((await conversation([denyIf(over)])).client(raw(args)))).toBe(whereDenied);
    expect(ways((await conversation([requiring(over)])).client(raw(args)))).toBe(whereRequired);
  });

  it('what passes is, byte for byte, what was judged', async () => {
    const { client } = await conversation([denyIf(over)]);
    const sent = raw('{ "n" : 5.000e2, "big": 123456789012345678901234567890 }');
    expect(client(sent)).toEqual([['→', JSON.parse(sent)]]);
  });

  it.each(['{"n":1,"n":501}', '{"n":1,"\\u006e":501}', '{"o":{"a":1,"a":1}}', '{"\\u006e":1}'])(
    'what servers read differently is refused before any rule looks: %s',
    async args => {
      const { client } = await conversation([denyIf(over)]);
      expect(client(raw(args))[0]?.[1].error.code).toBe(-32700);
    },
  );

  it('more than 8 MiB are not looked at: denied, and the reason says so', async () => {
    const long = JSON.stringify({ n: 1, s: 'x'.repeat(8 << 20) });
    for (const policy of [denyIf(over), requiring(is('args.n', 'lt', 5))]) {
      const { client, store } = await conversation([policy]);
      expect(textOf(client(raw(long)))).toMatch(/arguments are longer than the 8388608 bytes/);
      expect(store.rows[0]?.verdict).toMatchObject({ effect: 'deny', key: 'x' });
      expect(ways(client(raw(JSON.stringify({ n: 1, s: 'x'.repeat(8_000_000) }), 2)))).toBe('→');
    }
    const { client } = await conversation([{ ...allow, tools: { x: { concurrency: 1 } } }]);
    expect(ways(client(raw(long)))).toBe('→');
  });

  it('neither are more than 200,000 values', async () => {
    const list = (count: number) => `{"n":1,"l":[${Array(count).fill('0').join()}]}`;
    const { client } = await conversation([denyIf(over)]);
    // The object, the number, the list and what is in it.
    expect(ways(client(raw(list(199_997), 1)))).toBe('→');
    expect(textOf(client(raw(list(199_998), 2)))).toMatch(/hold more than the 200000 values/);
    const deep = `{"n":1,"l":[${Array(70_000).fill('[{"a":{}}]').join()}]}`;
    expect(ways(client(raw(deep, 3)))).toBe('←');
    const free = await conversation([allow]);
    expect(ways(free.client(raw(deep)))).toBe('→');
  });

  it('more than 8 MiB are not counted by a value, a cost or an operation either', async () => {
    const long = JSON.stringify({ n: 1, s: 'x'.repeat(8 << 20) });
    const limit = { max: 9, window: 'hour' };
    for (const rules of [
      { tools: { x: { limits: [{ ...limit, per: 'args.n' }] } } },
      { tools: { x: { limits: [{ ...limit, cost: { path: 'args.n' } }] } } },
      { operations: { x: 'n' } },
    ]) {
      const { client } = await conversation([{ ...allow, ...rules }]);
      expect(ways(client(raw(long)))).toBe('←');
    }
  });
});

describe('each call is judged by itself', () => {
  const rules = [
    ['deny_if', denyIf(is('args.a', 'eq', 1))],
    ['require', requiring(is('args.a', 'eq', 2))],
    [
      'require_approval_if',
      {
        ...allow,
        tools: { x: { require_approval_if: [{ conditions: [is('args.a', 'eq', 1)] }] } },
      },
    ],
    [
      'category',
      {
        ...allow,
        categories: { unknown: { deny_if: [{ conditions: [is('args.a', 'eq', 1)] }] } },
      },
    ],
    ['all_tools', { ...allow, all_tools: { deny_if: [{ conditions: [is('args.a', 'eq', 1)] }] } }],
    ['operations', { ...allow, operations: { x: 'a' }, tools: { 'x:1': { action: 'deny' } } }],
  ] as const;

  it.each(rules)('%s: of two in one read, and in any later one', async (kind, policy) => {
    const [good, bad] = kind === 'operations' ? ['2', '1'] : [2, 1];
    const { client } = await conversation([policy]);
    const one = (id: number, a: unknown) => call(id, 'x', { a });
    expect(ways(client(one(1, good), one(2, bad), one(3, good)))).toBe('→←→');
    expect(ways(client(one(4, bad)))).toBe('←');
    expect(ways(client(one(5, good)))).toBe('→');
  });

  it('also where only another layer looks at the arguments', async () => {
    const { client } = await conversation([allow, denyIf(is('args.a', 'eq', 1))]);
    expect(ways(client(call(1, 'x', { a: 2 }), call(2, 'x', { a: 1 })))).toBe('→←');
  });

  it('also where the arguments decide only what is counted', async () => {
    const limits = [{ max: 1, window: 'hour', per: 'args.a' }];
    const { client } = await conversation([{ ...allow, tools: { x: { limits } } }]);
    const sent = [1, 1, '1', 2, 2, true, null, 'null'].map((a, i) => call(i, 'x', { a }));
    expect(ways(client(...sent))).toBe('→←→→←→→→');
    expect(ways(client(call(9, 'x', {}), call(10, 'x', { a: [1] })))).toBe('←←');
  });

  it('and what its name alone decides is decided for all of its calls', async () => {
    const { client, store } = await conversation([
      { ...denyIf(is('args.a', 'eq', 1)), hide: ['y'] },
    ]);
    expect(ways(client(call(1, 'y', { a: 1 }), call(2, 'y'), call(3, 'z', { a: 1 })))).toBe('←←→');
    expect(store.rows.map(({ verdict }) => verdict.key)).toEqual(['hide', 'hide', null]);
  });
});

describe('costs', () => {
  const spending = (more: object = {}) => ({
    ...allow,
    tools: { x: { limits: [{ max: 1, window: 'day', cost: { path: 'args.n' }, ...more }] } },
  });
  it('add up exactly, to the last millionth', async () => {
    const { client } = await conversation([spending()]);
    const sent = ['0.1', '0.2', '0.3', '0.4', '0.000001', '0'].map((n, i) => raw(`{"n":${n}}`, i));
    expect(ways(client(...sent))).toBe('→→→→←→');
  });

  it('are told, with what is used and whether waiting helps', async () => {
    const { client } = await conversation([spending()]);
    client(raw('{"n":0.75}'));
    expect(textOf(client(raw('{"n":0.5}', 2)))).toBe(
      '[POLICY DENIED] x is limited to a total of 1 per day, of which 0.75 is used and this call costs 0.5; try again in 24 h',
    );
    expect(textOf(client(raw('{"n":1.5}', 3)))).toBe(
      '[POLICY DENIED] x is limited to a total of 1 per day, of which 0.75 is used and this call costs 1.5; it can never fit',
    );
  });

  it.each([
    ...['-1', '-0.000001', '1e-7', '0.0000001', '1e400', '1000000001', '"1"', 'null', 'true'],
    ...['[1]', '{"a":1}', '0.10000000000000000001'],
  ])('that cannot be counted are denied: %s', async n => {
    for (const more of [{}, { cost: { path: 'args.n', default: 0 } }]) {
      const { client } = await conversation([spending(more)]);
      expect(ways(client(raw(`{"n":${n}}`)))).toBe('←');
    }
  });

  it.each<[string, object, string]>([
    ['{}', {}, '←'],
    ['{}', { cost: { path: 'args.n', default: 1 } }, '→'],
    ['{}', { cost: { path: 'args.n', default: 2 } }, '←'],
    ['{"n":-0.0}', {}, '→'],
    ['{"n":1.000000000}', {}, '→'],
    ['{"n":100e-2}', {}, '→'],
    ['{"N":0,"n":0}', {}, '←'],
  ])('%s under %j: %s', async (args, more, way) => {
    const { client } = await conversation([spending(more)]);
    expect(ways(client(raw(args)))).toBe(way);
  });
});

describe('values that a server may read alike share one counter', () => {
  const limits = [{ max: 1, window: 'hour', per: 'args.v' }];
  it.each([
    ['1', '1.0', '1e0', '10e-1', '1.000000000000000000000001'],
    ['0', '-0', '0.0', '0e5'],
    ['9007199254740993', '9007199254740993.0', '90071992547409930e-1', '9007199254740992'],
    ['1e400', '10e399', '2e400'],
    ['0.1', '0.1000000000000000055511151231257827', '1e-1'],
    ['"a\\u0062"', '"ab"', '"\\u0061b"'],
  ])('%s and others', async (...values) => {
    const { client } = await conversation([{ ...allow, tools: { x: { limits } } }]);
    const sent = values.map((v, i) => raw(`{"v":${v}}`, i));
    expect(ways(client(...sent))).toBe('→'.padEnd(values.length, '←'));
  });

  it('and all others have one each', async () => {
    const { client } = await conversation([{ ...allow, tools: { x: { limits } } }]);
    const values = [
      ...['1', '"1"', 'true', '"true"', 'null', '"null"', '""', '" "', '"a b"', '"a"', '"A"'],
      ...['"!"', '"a!"', '"\\""', '"\\\\"', '"\u00e9"', '"e\u0301"', '1e400', '-1e400', '"1e400"'],
      ...['"Infinity"', '"\\u0000"', '"[]"', '"\u{1f600}"'],
      ...[200, 201, 300].map(length => JSON.stringify('x'.repeat(length))),
      JSON.stringify(`${'x'.repeat(299)}y`),
    ];
    for (const [i, v] of values.entries())
      for (const [j, way] of ['→', '←'].entries())
        expect(ways(client(raw(`{"v":${v}}`, 10 * i + j))), v).toBe(way);
  });
});

describe('a subject for which each has a counter of its own', () => {
  const resources = { default: 'allow', limits: [{ max: 1, window: 'hour', per: 'subject' }] };
  it('is each URI, also where one request asks for several', async () => {
    const { client } = await conversation([{ ...allow, resources }]);
    let id = 0;
    const listen = (...uris: string[]) =>
      request(++id, 'subscriptions/listen', { notifications: { resourceSubscriptions: uris } });
    const read = (uri: string) => request(++id, 'resources/read', { uri });
    expect(ways(client(listen('u:a', 'u:b')))).toBe('→');
    expect(ways(client(read('u:a'), read('u:b'), listen('u:c', 'u:a'), read('u:c')))).toBe('←←←→');
    // The same one twice is one.
    expect(ways(client(listen('u:d', 'u:d')))).toBe('→');
  });

  it('is one request for a limit on all together', async () => {
    const limits = [{ max: 2, window: 'hour' }];
    const { client } = await conversation([{ ...allow, resources: { ...resources, limits } }]);
    const notifications = { resourceSubscriptions: ['u:a', 'u:b', 'u:c'] };
    const sent = [1, 2, 3].map(id => request(id, 'subscriptions/listen', { notifications }));
    expect(ways(client(...sent))).toBe('→→←');
  });
});

describe('approval', () => {
  const asking = (conditions: unknown[], more: object = {}) => ({
    ...allow,
    tools: { x: { require_approval_if: [{ conditions, reason: 'a large one' }], ...more } },
  });
  it('is needed where the conditions hold, and where nobody can say', async () => {
    const { client, store } = await conversation([asking([is('args.n', 'gt', 5)])]);
    const sent = ['{"n":5}', '{"n":6}', '{"n":"6"}', '{}'].map(raw);
    expect(ways(client(...sent.map((text, i) => text.replace('"id":1', `"id":${i}`))))).toBe(
      '→←←→',
    );
    expect(store.rows[1]?.verdict).toMatchObject({
      effect: 'require_approval',
      key: 'x.require_approval_if[0]',
      reason: 'a large one',
    });
  });

  it('comes behind a denial and before nothing else', async () => {
    const { client, store } = await conversation([
      asking([], {
        deny_if: [{ conditions: [is('args.n', 'gt', 5)], on_deny: 'too large' }],
        limits: [{ max: 1, window: 'hour' }],
      }),
    ]);
    client(raw('{"n":6}', 1), raw('{"n":1}', 2), raw('{"n":1}', 3));
    expect(store.rows.map(({ verdict }) => verdict.effect)).toEqual([
      'deny',
      'require_approval',
      'require_approval',
    ]);
    expect(store.rows[2]?.verdict.limits[0]?.used).toBe(0);
  });
});

describe('layers', () => {
  const machine = { machine: true, document: denyIf(is('args.n', 'gt', 5)) };
  it.each<[string, object, string]>([
    ['the own policy denies all', { version: '1', default: 'deny' }, '←←'],
    ['the own policy allows all', allow, '→←'],
    ['the own policy asks', { ...allow, tools: { x: { action: 'require_approval' } } }, '←←'],
    ['the own policy requires more', requiring(is('args.n', 'gt', 7)), '←←'],
  ])('the strictest wins where %s', async (_, own, way) => {
    const { client } = await conversation([own, machine]);
    expect(ways(client(raw('{"n":5}', 1), raw('{"n":6}', 2)))).toBe(way);
    const turned = await conversation([machine, own]);
    expect(ways(turned.client(raw('{"n":5}', 1), raw('{"n":6}', 2)))).toBe(way);
  });

  it("observing, the administrator's rules on arguments hold", async () => {
    const own = requiring(is('args.n', 'gt', 7));
    const { client, store } = await conversation([own, machine], 'observe');
    expect(ways(client(raw('{"n":5}', 1), raw('{"n":6}', 2)))).toBe('→←');
    expect(store.rows.map(({ verdict }) => [verdict.effect, verdict.layer])).toEqual([
      ['deny', 'policy'],
      ['deny', 'layer1'],
    ]);
  });

  it('observing, the record names the limit that was used up, not one with just no room left', async () => {
    const limits = [
      { max: 1, window: 'hour', per: 'args.v' },
      { max: 2, window: 'minute', counter: 'together' },
    ];
    const { client, store } = await conversation(
      [{ ...allow, tools: { x: { limits } } }],
      'observe',
    );
    client(...[1, 2, 3].map(v => raw(`{"v":${v}}`, v)));
    expect(store.rows.map(({ verdict }) => [verdict.effect, verdict.reason])).toEqual([
      ['allow', null],
      ['allow', null],
      ['rate_limit', 'limited to 2 calls per minute'],
    ]);
  });

  it('the doors of one layer are the doors of all, with their rules', async () => {
    const own = { ...allow, operations: { x: 'op' } };
    const further = {
      ...allow,
      tools: { 'x:Delete*': { require: [{ conditions: [is('args.force', 'eq', false)] }] } },
    };
    const { client } = await conversation([own, further]);
    const sent = [
      '{"op":"DeleteA"}',
      '{"op":"DeleteA","force":true}',
      '{"op":"DeleteA","force":false}',
      '{"op":"GetA"}',
    ];
    expect(ways(client(...sent.map((text, i) => raw(text, i))))).toBe('←←→→');
  });
});

describe('a further round', () => {
  const round = (id: number, args: object, more: object = {}) => {
    const message = call(id, 'x', args);
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    Object.assign(message.params, { ...more, _meta });
    return message;
  };
  const asks = (id: number) => ({
    jsonrpc: '2.0',
    id,
    result: { resultType: 'input_required', inputRequests: {}, requestState: 's' },
  });
  const entry = {
    concurrency: 1,
    deny_if: [{ conditions: [is('args.n', 'gt', 500)] }],
    limits: [
      { max: 500, window: 'day', cost: { path: 'args.n' } },
      { max: 1, window: 'day', per: 'args.v' },
    ],
  };

  it('costs nothing again, takes room again, and is another call with another argument', async () => {
    const { client, server } = await conversation([{ ...allow, tools: { x: entry } }]);
    const more = { inputResponses: {}, requestState: 's' };
    expect(ways(client(round(1, { n: 400, v: 'a' })))).toBe('→');
    server(asks(1));
    // The same state, and a cost or a value that was not counted.
    expect(ways(client(round(2, { n: 101, v: 'a' }, more)))).toBe('←');
    expect(ways(client(round(3, { n: 400, v: 'b' }, more)))).toBe('←');
    expect(ways(client(round(4, { n: 501, v: 'a' }, more)))).toBe('←');
    expect(ways(client(round(5, { n: 400, v: 'a' }, more)))).toBe('→');
    expect(ways(client(round(6, { n: 1, v: 'c' })))).toBe('←');
    server({ jsonrpc: '2.0', id: 5, result: {} });
    expect(ways(client(round(7, { n: 100, v: 'c' })))).toBe('→');
  });
});

describe('what is only denied for some arguments', () => {
  it('stays in the list, also where what is denied is hidden', async () => {
    const tools = {
      x: { deny_if: [{ conditions: [is('args.a', 'eq', 1)] }] },
      y: { require: [{ conditions: [is('args.a', 'eq', 1)] }] },
      z: { require_approval_if: [{ conditions: [] }] },
      free: { limits: [{ max: 0, window: 'day', cost: { path: 'args.n' } }] },
      never: { action: 'deny' },
      none: { limits: [{ max: 0, window: 'day' }] },
    };
    const settings = { hideDenied: true };
    const { client, server } = await conversation([{ ...allow, tools }], 'enforce', settings);
    client(request(1, 'tools/list'));
    const listed = Object.keys(tools).map(name => ({ name }));
    const [seen] = server({ jsonrpc: '2.0', id: 1, result: { tools: listed } });
    const names = seen?.[1].result.tools.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['x', 'y', 'z', 'free']);
    expect(ways(client(call(2, 'free', { n: 0 }), call(3, 'free', { n: 1 })))).toBe('→←');
  });
});

describe('tasks', () => {
  it('a call that makes a task is judged by its arguments, and told in an error', async () => {
    const { client } = await conversation([denyIf(is('args.a', 'eq', 1))]);
    const sent = (id: number, a: number) => {
      const message = call(id, 'x', { a });
      Object.assign(message.params, { task: { ttl: 1 } });
      return message;
    };
    expect(client(sent(1, 1))[0]?.[1].error).toMatchObject({
      code: -31001,
      message: expect.stringContaining('args.a is 1'),
    });
    expect(ways(client(sent(2, 2)))).toBe('→');
  });

  it('where a rule may stop a call, nobody asks for the task of another', async () => {
    for (const policy of [denyIf(is('args.a', 'eq', 1)), requiring(is('args.a', 'eq', 1))]) {
      const { client } = await conversation([policy]);
      expect(ways(client(request(1, 'tasks/get', { taskId: 't' })))).toBe('←');
    }
  });
});
