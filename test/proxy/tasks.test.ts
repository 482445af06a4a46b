// Tasks belong to the call that made them: nobody asks for those of a call that was not let through.
import { describe, expect, it } from 'vitest';
import { call, conversation, request } from '../support/conversation.ts';

const policy = { version: '1', default: 'allow', tools: { delete_all: { action: 'deny' } } };
const task = (taskId: string) => ({ taskId, status: 'working', createdAt: '', ttl: null });
const legacy = (taskId: string) => ({ task: task(taskId) });
const modern = (taskId: string) => ({ resultType: 'task', ...task(taskId) });
const METHODS = ['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/update'];

/** A session in which the call `x` has made a task of this id. */
async function withTask(result: object, document: object = policy) {
  const session = await conversation([document]);
  session.client(call(1, 'x'));
  session.server({ jsonrpc: '2.0', id: 1, result });
  return session;
}

describe.each([
  ['2025-11-25', legacy],
  ['2026-07-28', modern],
])('of %s', (_, made) => {
  it.each(METHODS)('%s passes for a task of an allowed call', async method => {
    const { client, store } = await withTask(made('t-1'));
    const asked = request(2, method, { taskId: 't-1' });
    expect(client(asked)).toEqual([['→', asked]]);
    expect(store.rows).toHaveLength(1);
  });

  it.each(METHODS)('%s is refused for any other task', async method => {
    const { client, store } = await withTask(made('t-1'));
    for (const taskId of ['t-2', 'T-1', 't-1 ', ''])
      expect(client(request(2, method, { taskId }))).toMatchObject([
        [
          '←',
          { id: 2, error: { code: -31001, data: { 'policy-wrap/verdict': { effect: 'deny' } } } },
        ],
      ]);
    expect(store.rows.at(-1)?.verdict.reason).toBe(
      'no call that the policy let through made this task',
    );
  });

  it('a list shows the tasks of allowed calls alone', async () => {
    const { client, server } = await withTask(made('t-1'));
    client(request(2, 'tasks/list'));
    const tasks = ['t-0', 't-1', 't-2'].map(task);
    const listed = server({ jsonrpc: '2.0', id: 2, result: { tasks, nextCursor: 'c' } });
    expect(listed[0]?.[1].result).toEqual({ tasks: [task('t-1')], nextCursor: 'c' });
  });

  it('nobody listens to another’s task', async () => {
    const { client } = await withTask(made('t-1'));
    const listen = (id: number, taskIds: unknown) =>
      client(request(id, 'subscriptions/listen', { notifications: { taskIds } }))[0];
    expect(listen(2, ['t-1'])?.[0]).toBe('→');
    expect(listen(3, ['t-1', 't-2'])?.[1].error.code).toBe(-31001);
    expect(listen(4, 't-1')?.[1].error.code).toBe(-32602);
  });
});

it.each([
  ['{"taskId":"a","TaskId":"t-1"}'],
  ['{"taskid":"t-1"}'],
  ['{"taskId":7}'],
  ['{"taskId":["t-1"]}'],
  ['{}'],
])('%s names no task', async params => {
  const { client } = await withTask(legacy('t-1'));
  expect(
    client(`{"jsonrpc":"2.0","id":2,"method":"tasks/get","params":${params}}`)[0]?.[1],
  ).toMatchObject({
    error: { code: -32602 },
  });
});

it.each([
  ['an error', { jsonrpc: '2.0', id: 1, error: { code: 1, message: '', data: modern('t-1') } }],
  ['a result that is no task', { jsonrpc: '2.0', id: 1, result: { taskId: 't-1' } }],
  ['a reply to no call', { jsonrpc: '2.0', id: 9, result: modern('t-1') }],
])('%s makes none', async (_, reply) => {
  const { client, server } = await conversation([policy]);
  client(call(1, 'x'));
  server(reply);
  expect(client(request(2, 'tasks/get', { taskId: 't-1' }))[0]?.[0]).toBe('←');
});

it.each([
  ['{"task":{"taskId":"t-1","taskId":"t-2"}}'],
  ['{"task":{"taskId":"t-1"},"resultType":"task","taskId":"t-2"}'],
])('a result that names two tasks makes none: %s', async result => {
  const { client, server } = await conversation([policy]);
  client(call(1, 'x'));
  server(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
  for (const [i, taskId] of ['t-1', 't-2'].entries())
    expect(client(request(2 + i, 'tasks/get', { taskId }))[0]?.[0]).toBe('←');
});

it('a denied call makes none, whatever the server says of it', async () => {
  const { client, server } = await conversation([policy]);
  client(call(1, 'delete_all'));
  server({ jsonrpc: '2.0', id: 1, result: modern('t-1') });
  expect(client(request(2, 'tasks/get', { taskId: 't-1' }))[0]?.[0]).toBe('←');
});

it('only the answer to a tool call makes one', async () => {
  const { client, server } = await conversation([policy]);
  client(request(1, 'tools/list'));
  server({ jsonrpc: '2.0', id: 1, result: modern('t-1') });
  expect(client(request(2, 'tasks/get', { taskId: 't-1' }))[0]?.[0]).toBe('←');
});

describe('a task of unknown origin', () => {
  it.each([
    [{ default: 'allow' }, '→'],
    [{ default: 'allow', tools: { x: { rate_limit: '1/minute' } } }, '→'],
    [{ default: 'allow', client: { sampling: 'deny' } }, '→'],
    [{ default: 'allow', hide: ['x'] }, '←'],
    [{ default: 'allow', categories: { destructive: { action: 'require_approval' } } }, '←'],
    [{ default: 'allow', all_tools: { action: 'deny' } }, '←'],
    [{ default: 'deny', tools: { '*': {} } }, '←'],
  ])('under %j: %s', async (rules, to) => {
    const { client } = await conversation([{ version: '1', ...rules }]);
    expect(client(request(2, 'tasks/get', { taskId: 'old' }))[0]?.[0]).toBe(to);
  });

  it('passes where policies are only observed', async () => {
    const { client, store } = await conversation([policy], 'observe');
    expect(client(request(2, 'tasks/get', { taskId: 'old' }))[0]?.[0]).toBe('→');
    expect(store.rows[0]?.verdict.effect).toBe('deny');
  });
});
