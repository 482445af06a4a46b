// What the server may ask of the client, in both eras.
import { describe, expect, it } from 'vitest';
import { call, conversation, request } from '../support/conversation.ts';

const METHODS = {
  sampling: 'sampling/createMessage',
  elicitation: 'elicitation/create',
  roots: 'roots/list',
} as const;
type Key = keyof typeof METHODS;
const KEYS = Object.keys(METHODS) as Key[];
const denying = (...keys: Key[]) => ({
  version: '1',
  default: 'allow',
  client: Object.fromEntries(keys.map(key => [key, 'deny'])),
});
const needs = (id: unknown, inputRequests: unknown, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  result: { resultType: 'input_required', inputRequests, requestState: 's', ...more },
});

describe.each(KEYS)('%s', key => {
  const method = METHODS[key];

  it('as a request is answered to the server and goes no further', async () => {
    const { server, client, store } = await conversation([denying(key)]);
    const out = server(request('q', method, {}));
    expect(out).toMatchObject([['⇢', { jsonrpc: '2.0', id: 'q', error: { code: -31001 } }]]);
    expect(out[0]?.[1].error.message).toBe(
      `[POLICY DENIED] ${method} is not allowed: the policy does not let the server ask the client for it`,
    );
    expect(store.rows).toMatchObject([
      {
        method,
        forwarded: false,
        verdict: { effect: 'deny', key: `client.${key}`, layer: 'policy' },
      },
    ]);
    // Nobody was asked, so nobody may answer.
    expect(client({ jsonrpc: '2.0', id: 'q', result: {} })).toEqual([]);
  });

  it('among the inputs of a result denies the call', async () => {
    const { client, server, store } = await conversation([denying(key)]);
    const modern = call(1, 'x');
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    client({ ...modern, params: { ...modern.params, _meta } });
    const inputs = { a: { method: 'ping' }, b: { method, params: {} } };
    expect(server(needs(1, inputs))).toMatchObject([
      ['←', { id: 1, result: { isError: true, resultType: 'complete' } }],
    ]);
    expect(store.rows).toMatchObject([{ method: 'tools/call' }, { method, forwarded: false }]);
    expect(server(needs(1, inputs))).toEqual([]);
  });

  it('among the inputs of a task is denied in its status and dropped from its notifications', async () => {
    const { client, server, store } = await conversation([denying(key)]);
    client(request(1, 'tasks/get', { taskId: 't' }));
    const task = { taskId: 't', status: 'input_required', inputRequests: { a: { method } } };
    expect(server({ jsonrpc: '2.0', id: 1, result: task })).toMatchObject([
      ['←', { id: 1, error: { code: -31001 } }],
    ]);
    const told = { jsonrpc: '2.0', method: 'notifications/tasks', params: task };
    expect(server(told)).toEqual([]);
    expect(store.rows.at(-1)).toMatchObject({ method, forwarded: false });
  });

  it('passes where only the others are denied', async () => {
    const others = KEYS.filter(other => other !== key);
    const { client, server } = await conversation([denying(...others)]);
    expect(server(request('q', method, {}))).toHaveLength(1);
    client(call(1, 'x'));
    const asked = needs(1, { a: { method } });
    expect(server(asked)).toEqual([['→', asked]]);
  });
});

describe('elicitation by an error', () => {
  const needed = (id: number, code: string) =>
    `{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":"","data":{"elicitations":[{"mode":"url","url":"https://evil.example"}]}}}`;

  it.each(['-32042', '-32042.0', '-3.2042e4'])('of code %s denies the call', async code => {
    const { client, server, store } = await conversation([denying('elicitation')]);
    client(call(1, 'x'));
    expect(server(needed(1, code))).toMatchObject([['←', { id: 1, result: { isError: true } }]]);
    expect(store.rows.at(-1)).toMatchObject({ method: 'elicitation/create', forwarded: false });
  });

  it('passes where elicitation is allowed, and so does any other error', async () => {
    const { client, server } = await conversation([denying('sampling', 'roots')]);
    client(call(1, 'x'));
    expect(server(needed(1, '-32042'))[0]?.[0]).toBe('→');
    const other = await conversation([denying('elicitation')]);
    other.client(call(1, 'x'));
    expect(other.server(needed(1, '-32602'))[0]?.[0]).toBe('→');
    const told = request(undefined, 'notifications/message', { code: -32042 });
    expect(other.server(told)[0]?.[0]).toBe('→');
  });
});

it('what asks as a notification is dropped', async () => {
  const { server, store } = await conversation([denying('elicitation')]);
  expect(server(request(undefined, 'elicitation/create', {}))).toEqual([]);
  expect(store.rows).toMatchObject([{ method: 'elicitation/create', forwarded: false }]);
});

it.each([
  '{"a":{"method":"ping","method":"roots/list"}}',
  '{"a":{"method":"roots/list","method":"ping"}}',
  '{"a":{"method":"ping","Method":"roots/list"}}',
  '{"a":{"m\\u0065thod":"roots\\/list"}}',
  '{"a":{"method":"ping"},"a":{"method":"roots/list"}}',
  '{"a":{"method":"ping"}},"inputRequests":{"b":{"method":"roots/list"}}',
  '{"a":{"method":"ping"}},"InputRequests":{"b":{"method":"roots/list"}}',
  '{"a":{"params":{"x":[{}]},"method":"roots/list"}}',
])('is found behind any spelling: %s', async inputs => {
  const { client, server } = await conversation([denying('roots')]);
  client(call(1, 'x'));
  const text = `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":${inputs}}}`;
  expect(server(text)[0]?.[0]).toBe('←');
});

it.each([
  '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"roots/list"}',
  '{"jsonrpc":"2.0","id":1,"METHOD":"roots/list","method":"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"PARAMS":{}}',
])('a request that could be read in two ways is dropped: %s', async text => {
  const { server } = await conversation([denying('roots')]);
  expect(server(text)).toEqual([]);
});

it('by default, all of it passes', async () => {
  const { client, server, store } = await conversation([{ version: '1', default: 'deny' }]);
  for (const [i, method] of Object.values(METHODS).entries()) {
    expect(server(request(i, method, {}))).toHaveLength(1);
    expect(client({ jsonrpc: '2.0', id: i, result: {} })).toHaveLength(1);
  }
  expect(store.rows).toEqual([]);
});

it('is let through and recorded where policies are only observed, but for the administrator’s', async () => {
  const observed = await conversation([denying('roots')], 'observe');
  expect(observed.server(request(1, 'roots/list'))[0]?.[0]).toBe('→');
  expect(observed.client({ jsonrpc: '2.0', id: 1, result: { roots: [] } })).toHaveLength(1);
  observed.client(call(2, 'x'));
  expect(observed.server(needs(2, { a: { method: 'roots/list' } }))[0]?.[0]).toBe('→');
  expect(observed.store.rows.map(({ method, forwarded }) => [method, forwarded])).toEqual([
    ['roots/list', true],
    ['tools/call', true],
    ['roots/list', true],
  ]);
  const machine = { document: denying('roots'), machine: true };
  const { server } = await conversation([denying(), machine], 'observe');
  expect(server(request(1, 'roots/list'))[0]?.[0]).toBe('⇢');
});

it('a call that was cancelled meanwhile gets no second word', async () => {
  const { client, server } = await conversation([denying('roots')]);
  client(call(1, 'x'), {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 1 },
  });
  expect(server(needs(1, { a: { method: 'roots/list' } }))).toEqual([]);
});
