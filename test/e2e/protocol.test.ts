// Every method of every version through the built program: what passes, and what the policy stops.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { METHODS, type Sender } from '../fixtures/methods.ts';
import { type Message, node, start, until } from '../support/lines.ts';
import { launch, tempDir } from '../support/wrapper.ts';

const policy = {
  version: '1',
  default: 'allow',
  tools: { denied: { action: 'deny' } },
  resources: { deny: ['file:///denied'] },
  prompts: { deny: ['denied'] },
};
const noAsking = { ...policy, client: { sampling: 'deny', elicitation: 'deny', roots: 'deny' } };

/** For each method that the policy can stop: parameters that pass, and parameters that do not. */
const JUDGED: Record<string, [passes: object, stopped: object]> = {
  'tools/call': [{ name: 'free' }, { name: 'denied' }],
  'resources/read': [{ uri: 'file:///free' }, { uri: 'file:///x/../denied' }],
  'resources/subscribe': [{ uri: 'file:///free' }, { uri: 'FILE:///denied' }],
  'prompts/get': [{ name: 'free' }, { name: 'denied' }],
  'completion/complete': [
    { ref: { type: 'ref/prompt', name: 'free' }, argument: { name: 'a', value: '' } },
    { ref: { type: 'ref/resource', uri: 'file:///%64enied' }, argument: { name: 'a', value: '' } },
  ],
  'subscriptions/listen': [
    { notifications: { toolsListChanged: true } },
    { notifications: { resourceSubscriptions: ['file:///free', 'file:///denied'] } },
  ],
  'tasks/get': [{ taskId: 'mine' }, { taskId: 'foreign' }],
  'tasks/result': [{ taskId: 'mine' }, { taskId: 'foreign' }],
  'tasks/cancel': [{ taskId: 'mine' }, { taskId: 'foreign' }],
  'tasks/update': [{ taskId: 'mine' }, { taskId: 'foreign' }],
};
const ASKING = ['sampling/createMessage', 'elicitation/create', 'roots/list'];

const methods = (sender: Sender, isNotification: boolean) =>
  Object.keys(METHODS[sender]).filter(
    method => method.startsWith('notifications/') === isNotification,
  );

/** A session with the recording server, which has made the task `mine` by an allowed call. */
async function session(rules: object) {
  const file = join(tempDir(), 'received');
  appendFileSync(file, '');
  const wrapped = start(launch(node('says.mjs', file), { policy: rules }));
  const reached = () =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter(line => line !== '')
          .map(line => JSON.parse(line) as Message)
      : [];
  const say = [{ id: 'make', result: { resultType: 'task', taskId: 'mine', status: 'working' } }];
  wrapped.send({ id: 'make', method: 'tools/call', params: { name: 'free', arguments: { say } } });
  await wrapped.reply('make');
  return { ...wrapped, reached };
}

describe('from the client', () => {
  test.each(methods('client', false))('the request %s', async method => {
    const { send, reply, reached } = await session(policy);
    const [params = {}, stopped] = JUDGED[method] ?? [];
    send({ id: 'passes', method, params });
    expect(await reply('passes')).toMatchObject({ result: {} });
    expect(reached().map(({ id }) => id)).toContain('passes');
    if (stopped === undefined) return;
    send({ id: 'stopped', method, params: stopped });
    const { result, error } = await reply('stopped');
    if (method === 'tools/call') expect(result?.isError).toBe(true);
    else expect(error?.code).toBe(-31001);
    expect(reached().map(({ id }) => id)).not.toContain('stopped');
  });

  test.each(methods('client', true))('the notification %s', async method => {
    const { send, request, reached } = await session(policy);
    send({ method, params: {} });
    await request('ping');
    expect(reached().map(message => message.method)).toContain(method);
  });

  test.each([
    ...methods('server', false).filter(method => METHODS.client[method] === undefined),
    'vendor/thing',
    'Tools/call',
    'tools/call ',
    '',
    'constructor',
  ])('the request %j is not known', async method => {
    const { send, reply, reached } = await session(policy);
    send({ id: 'unknown', method, params: {} });
    expect((await reply('unknown')).error?.code).toBe(-32601);
    expect(reached().map(({ id }) => id)).not.toContain('unknown');
  });

  test.each([
    ...methods('server', true).filter(method => METHODS.client[method] === undefined),
    'notifications/vendor',
    'tools/call',
  ])('the notification %j is dropped', async method => {
    const { send, request, reached, stderr } = await session(policy);
    send({ method, params: {} });
    await request('ping');
    expect(reached().filter(message => message.id === undefined)).toEqual([]);
    expect(stderr()).toContain(`dropped \`${method}\` from the client`);
  });
});

describe('from the server', () => {
  test.each(methods('server', false))('the request %s', async method => {
    const { call, send, received, reached } = await session(policy);
    await call('free', { say: [{ id: 'asked', method, params: {} }] });
    expect(received.filter(message => message.method === method)).toHaveLength(1);
    send({ id: 'asked', result: {} });
    await until(() => reached().some(({ id }) => id === 'asked'), 'the answer at the server');
  });

  test.each(methods('server', true))('the notification %s', async method => {
    const { call, received } = await session(noAsking);
    await call('free', { say: [{ method, params: { x: 1 } }] });
    expect(received.filter(message => message.method === method)).toHaveLength(1);
  });

  test.each(ASKING)('the request %s where the policy denies it', async method => {
    const { call, received, reached } = await session(noAsking);
    await call('free', { say: [{ id: 'asked', method, params: {} }] });
    await until(() => reached().some(({ id }) => id === 'asked'), 'the refusal at the server');
    expect(reached().find(({ id }) => id === 'asked')?.error?.code).toBe(-31001);
    expect(received.filter(message => message.method !== undefined)).toEqual([]);
  });

  test.each(ASKING)('%s among the inputs that a result asks for', async method => {
    const inputs = { resultType: 'input_required', inputRequests: { a: { method, params: {} } } };
    const { send, reply } = await session(noAsking);
    const say = [{ id: 'call', result: inputs }];
    send({ id: 'call', method: 'tools/call', params: { name: 'free', arguments: { say } } });
    expect((await reply('call')).result?.content?.[0]?.text).toContain(`${method} is not allowed`);
  });

  test('a method that nobody knows passes', async () => {
    const { call, received } = await session(noAsking);
    await call('free', {
      say: [{ id: 'asked', method: 'vendor/thing' }, { method: 'vendor/news' }],
    });
    expect(received.flatMap(({ method }) => method ?? [])).toEqual(['vendor/thing', 'vendor/news']);
  });
});
