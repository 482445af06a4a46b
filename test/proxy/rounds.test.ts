// Calls of several rounds: counted once where the server itself asked for more, and not otherwise.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { call, conversation } from '../support/conversation.ts';

const limited = (max: number, window = 'hour') => ({
  version: '1',
  default: 'allow',
  tools: { deploy: { limits: [{ max, window }] } },
  prompts: { limits: [{ max, window }] },
});
const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };

/** A call of the era without a handshake, or a further round of it. */
function round(id: number, args: unknown, more: object = {}, name = 'deploy') {
  const { params, ...rest } = call(id, name, args);
  return { ...rest, params: { ...params, ...more, _meta: META } };
}
const asks = (id: number, requestState?: unknown) => ({
  jsonrpc: '2.0',
  id,
  result: { resultType: 'input_required', inputRequests: {}, requestState },
});
const answers = { inputResponses: { q: { action: 'accept' } } };

/** A session with one call counted, `max` being how many may be, which the server has answered. */
async function asked(max: number, answer: unknown, window?: string) {
  const session = await conversation([limited(max, window)]);
  session.client(round(1, { region: 'eu', sizes: [1, 2.0] }));
  session.server(answer);
  return session;
}
const ARGS = { region: 'eu', sizes: [1, 2.0] };

describe('a further round', () => {
  it('of a call that the server asked more for takes no limit', async () => {
    const { client, server, store } = await asked(1, asks(1, 's'));
    expect(client(round(2, ARGS, { ...answers, requestState: 's' }))[0]?.[0]).toBe('→');
    expect(server({ jsonrpc: '2.0', id: 2, result: {} })).toHaveLength(1);
    expect(client(round(3, ARGS))[0]?.[0]).toBe('←');
    expect(store.rows.map(({ verdict }) => verdict.effect)).toEqual([
      'allow',
      'allow',
      'rate_limit',
    ]);
  });

  it('is the same call in another spelling', async () => {
    const { client } = await asked(1, asks(1, 's'));
    expect(
      client(
        `{"id":2,"params":{"requestState":"\\u0073","arguments":{"sizes":[1 ,2],"region":"\\u0065u"},"inputResponses":{},"name":"deploy"},"method":"tools/call","jsonrpc":"2.0"}`,
      )[0]?.[0],
    ).toBe('→');
  });

  it.each([
    ['a state that nobody gave', { requestState: 't' }, ARGS],
    ['no state', {}, ARGS],
    ['a state that is no string', { requestState: ['s'] }, ARGS],
    ['other arguments', { requestState: 's' }, { region: 'us', sizes: [1, 2] }],
    ['another list', { requestState: 's' }, { region: 'eu', sizes: [2, 1] }],
    ['no arguments', { requestState: 's' }, undefined],
    ['more than arguments', { requestState: 's', task: {} }, ARGS],
  ])('with %s is counted', async (_, more, args) => {
    const { client } = await asked(1, asks(1, 's'));
    expect(client(round(2, args, { ...answers, ...more }))[0]?.[0]).toBe('←');
  });

  it('with a number in another spelling is counted', async () => {
    const { client } = await asked(1, asks(1, 's'));
    const text = JSON.stringify(round(2, ARGS, { requestState: 's' }));
    expect(client(text.replace('[1,2]', '[1.0,2]'))[0]?.[0]).toBe('←');
  });

  it('of another tool is counted', async () => {
    const document = { ...limited(1), tools: { '*': { limits: [{ max: 1, window: 'hour' }] } } };
    const { client, server } = await conversation([document]);
    client(round(1, ARGS));
    server(asks(1, 's'));
    expect(client(round(2, ARGS, { requestState: 's' }, 'destroy'))[0]?.[0]).toBe('←');
  });

  it('is free once for each answer', async () => {
    const { client } = await asked(1, asks(1, 's'));
    const again = (id: number) => client(round(id, ARGS, { requestState: 's' }))[0]?.[0];
    expect([again(2), again(3)]).toEqual(['→', '←']);
  });

  it('is free in one read once only', async () => {
    const { client } = await asked(1, asks(1, 's'));
    const again = [2, 3, 4].map(id => round(id, ARGS, { requestState: 's' }));
    expect(client(...again).map(([to]) => to)).toEqual(['→', '←', '←']);
  });

  it('is free as often as the server gave the same state', async () => {
    const { client, server } = await asked(2, asks(1, 's'));
    client(round(2, ARGS));
    server(asks(2, 's'));
    const again = (id: number) => client(round(id, ARGS, { requestState: 's' }))[0]?.[0];
    expect([again(3), again(4), again(5)]).toEqual(['→', '→', '←']);
  });

  it('is free eight times for one counted call', async () => {
    const { client, server } = await asked(1, asks(1, 's1'));
    const passed: string[] = [];
    for (let id = 2; id < 14; id++) {
      const [went] = client(round(id, ARGS, { requestState: `s${id - 1}` }));
      passed.push(went?.[0] ?? '');
      if (went?.[0] === '→') server(asks(id, `s${id}`));
    }
    expect(passed.join('')).toBe('→→→→→→→→←←←←');
  });

  it('is counted once the window has forgotten the call', async () => {
    const { client, clock, server } = await asked(1, asks(1, 's'), 'minute');
    clock.now += 60_000;
    expect(client(round(2, ARGS, { requestState: 's' }))[0]?.[0]).toBe('→');
    server({ jsonrpc: '2.0', id: 2, result: {} });
    expect(client(round(3, ARGS))[0]?.[0]).toBe('←');
  });

  it('is counted in the next window of a calendar', async () => {
    const limits = [{ max: 1, window: 'minute', kind: 'fixed' }];
    const { client, clock, server } = await conversation([
      { ...limited(1), tools: { deploy: { limits } } },
    ]);
    client(round(1, ARGS));
    server(asks(1, 's'));
    clock.now += 60_000 - (clock.now % 60_000);
    expect(client(round(2, ARGS, { requestState: 's' }))[0]?.[0]).toBe('→');
    expect(client(round(3, ARGS))[0]?.[0]).toBe('←');
  });

  it('is judged again', async () => {
    const document = { ...limited(5), tools: { deploy: { action: 'deny' } } };
    const { client, server } = await conversation([document]);
    expect(client(round(1, ARGS))[0]?.[0]).toBe('←');
    server(asks(1, 's'));
    expect(client(round(2, ARGS, { requestState: 's' }))[0]?.[0]).toBe('←');
  });
});

it('is prepared for with little more memory than the bytes of the call', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const inUse = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const { client } = await conversation([limited(10_000)]);
  const keys = Array.from({ length: 200 }, (_, i) => [`k${i}`, 1]);
  const send = (id: number) => client(round(id, {}, Object.fromEntries(keys)));
  send(0);
  const before = inUse();
  for (let id = 1; id <= 1000; id++) send(id);
  expect((inUse() - before) / 1000).toBeLessThan(8000);
});

describe('an answer', () => {
  it.each([
    ['without a state', asks(1)],
    ['whose state is no string', asks(1, 7)],
    [
      'that is complete',
      { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', requestState: 's' } },
    ],
    [
      'that is an error',
      { jsonrpc: '2.0', id: 1, error: { code: 1, message: '', requestState: 's' } },
    ],
    ['to nothing', asks(7, 's')],
    [
      'with two states',
      '{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"t","requestState":"s"}}',
    ],
  ])('%s makes no round free', async (_, answer) => {
    const { client } = await asked(1, answer);
    expect(client(round(2, ARGS, { requestState: 's' }))[0]?.[0]).toBe('←');
  });

  it('to a call that was not counted makes none free', async () => {
    const { client, server } = await conversation([limited(1)]);
    client(call(1, 'other', ARGS));
    server(asks(1, 's'));
    client(round(2, ARGS));
    expect(client(round(3, ARGS, { requestState: 's' }))[0]?.[0]).toBe('←');
  });
});

it('prompts and large arguments too', async () => {
  const { client, server } = await conversation([limited(1)]);
  const prompt = (id: number, more: object) => ({
    jsonrpc: '2.0',
    id,
    method: 'prompts/get',
    params: { name: 'p', arguments: { a: 'x' }, ...more, _meta: META },
  });
  client(prompt(1, {}));
  server(asks(1, 's'));
  expect(client(prompt(2, { requestState: 's' }))[0]?.[0]).toBe('→');
  const large = { text: 'x'.repeat(100_000) };
  client(round(3, large));
  server(asks(3, 's'));
  expect(client(round(4, { text: `${large.text}y` }, { requestState: 's' }))[0]?.[0]).toBe('←');
  expect(client(round(5, large, { requestState: 's' }))[0]?.[0]).toBe('→');
});

it('a thousand answers that nobody comes back to are forgotten from the oldest on', async () => {
  const { client, server } = await conversation([limited(1001)]);
  for (let id = 0; id <= 1000; id++) {
    client(round(id, { id }));
    server(asks(id, 's'));
  }
  const again = (n: number) => client(round(2000 + n, { id: n }, { requestState: 's' }))[0]?.[0];
  expect([again(0), again(1), again(1000)]).toEqual(['←', '→', '→']);
});
