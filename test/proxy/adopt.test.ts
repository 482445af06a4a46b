// Other rules in the middle of a session: what they decide from then on, and what goes on.
import { expect, test } from 'vitest';
import { loadPolicy } from '../../src/policy/load.ts';
import type { Action } from '../../src/proxy/action.ts';
import { call, conversation, request, type Seen } from '../support/conversation.ts';

type Conversation = Awaited<ReturnType<typeof conversation>>;

const open = { version: '1', default: 'allow' };
const denying = (...tools: string[]) => ({
  ...open,
  tools: Object.fromEntries(tools.map(tool => [tool, { action: 'deny' }])),
});

async function adopt({ session, store }: Conversation, document: object, hash = 'next') {
  const text = JSON.stringify(document);
  const loaded = await loadPolicy({ name: 'p.json', text, format: 'json' });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  const rules = { policies: [loaded.policy], policyHash: () => hash };
  const news = { effect: 'allow', layer: 'policy', name: 'p.json', reason: null } as const;
  const actions: Action[] = session.adopt(rules, [news]);
  for (const action of actions) if (action.kind === 'record') store.take([action.demand]);
  return actions.flatMap(action => (action.kind === 'reply' ? [JSON.parse(action.text)] : []));
}

/** `→` where a message went on, `←` where it was answered at once. */
const ways = (seen: Seen[]) => seen.map(([way]) => way).join('');
const result = (id: unknown, value: object = {}) => ({ jsonrpc: '2.0', id, result: value });

test('a tool whose judgement is kept is judged anew', async () => {
  const talk = await conversation([open]);
  expect(ways(talk.client(call(1, 'a'), call(2, 'b')))).toBe('→→');
  await adopt(talk, denying('a'));
  expect(ways(talk.client(call(3, 'a'), call(4, 'b')))).toBe('←→');
  await adopt(talk, denying('b'));
  expect(ways(talk.client(call(5, 'a'), call(6, 'b')))).toBe('→←');
});

test('requests in flight are answered, and their ids are in use', async () => {
  const talk = await conversation([open]);
  talk.client(call(1, 'a'));
  await adopt(talk, denying('a'));
  expect(talk.client(call(1, 'b'))[0]?.[1]).toMatchObject({ error: { code: -32600 } });
  expect(talk.server(result(1))).toEqual([['→', result(1)]]);
  expect(talk.server(result(1))).toEqual([]);
});

test('a call that waits for the store stays as it was judged, and its row says by which rules', async () => {
  const talk = await conversation([open]);
  const conclude = talk.undecided(call(1, 'a'));
  await adopt(talk, denying('a'));
  expect(ways(conclude())).toBe('→');
  talk.client(call(2, 'a'));
  const rows = talk.store.rows.map(({ method, verdict, facts }) => [
    ...[method, verdict.subject, verdict.effect, facts.policy],
  ]);
  expect(rows).toEqual([
    ['(policy)', 'p.json', 'allow', 'next'],
    ['tools/call', 'a', 'allow', 'hash'],
    ['tools/call', 'a', 'deny', 'next'],
  ]);
});

test('a call in flight keeps its room', async () => {
  const one = { ...open, tools: { a: { concurrency: 1 } } };
  const talk = await conversation([one]);
  expect(ways(talk.client(call(1, 'a')))).toBe('→');
  await adopt(talk, { ...one, description: 'the same' });
  expect(ways(talk.client(call(2, 'a')))).toBe('←');
  talk.server(result(1));
  expect(ways(talk.client(call(3, 'a')))).toBe('→');
});

test('counters go on, those of the session too', async () => {
  const limited = (max: number) => ({
    ...open,
    tools: { a: { limits: [{ max, window: 'hour', scope: 'session' }] } },
  });
  const talk = await conversation([limited(2)]);
  expect(ways(talk.client(call(1, 'a'), call(2, 'a'), call(3, 'a')))).toBe('→→←');
  await adopt(talk, limited(3));
  expect(ways(talk.client(call(4, 'a'), call(5, 'a')))).toBe('→←');
});

test('tasks belong to the calls that made them', async () => {
  const talk = await conversation([open]);
  talk.client({ ...call(1, 'a'), params: { name: 'a', task: {} } });
  talk.server(result(1, { task: { taskId: 't' } }));
  await adopt(talk, denying('a'));
  expect(ways(talk.client(request(2, 'tasks/get', { taskId: 't' })))).toBe('→');
  expect(ways(talk.client(request(3, 'tasks/get', { taskId: 'other' })))).toBe('←');
});

test('a further round is judged by the new rules, and not counted again', async () => {
  const limited = { ...open, tools: { a: { limits: [{ max: 1, window: 'hour' }] } } };
  const talk = await conversation([limited]);
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  const round = (id: number, more: object = {}) =>
    request(id, 'tools/call', { name: 'a', _meta: meta, ...more });
  const asks = (id: number) =>
    result(id, { resultType: 'input_required', requestState: 's', inputRequests: {} });
  expect(ways(talk.client(round(1)))).toBe('→');
  talk.server(asks(1));
  await adopt(talk, { ...limited, description: 'the same' });
  expect(ways(talk.client(round(2, { requestState: 's' })))).toBe('→');
  talk.server(asks(2));
  await adopt(talk, denying('a'));
  expect(ways(talk.client(round(3, { requestState: 's' })))).toBe('←');
});

test('what the server may ask, methods of its own and hidden items change too', async () => {
  const talk = await conversation([open]);
  const asks = (id: number) => request(id, 'roots/list');
  const list = { tools: [{ name: 'a' }, { name: 'b' }] };
  expect(ways(talk.server(asks(1)))).toBe('→');
  expect(ways(talk.client(request(1, 'vendor/x')))).toBe('←');
  talk.client(request(2, 'tools/list'));
  expect(talk.server(result(2, list))).toEqual([['→', result(2, list)]]);
  const told = await adopt(talk, {
    ...{ ...open, hide: ['b'], client: { roots: 'deny' } },
    methods: { allow: ['vendor/x'] },
  });
  expect(told).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }]);
  expect(ways(talk.server(asks(2)))).toBe('⇢');
  expect(ways(talk.client(request(3, 'vendor/x')))).toBe('→');
  talk.client(request(4, 'tools/list'));
  expect(talk.server(result(4, list))).toEqual([['→', result(4, { tools: [{ name: 'a' }] })]]);
});

test.each([
  ['resources/templates/list', 'resourceTemplates', { resources: { hide: ['x'] } }, 'resources'],
  ['resources/list', 'resources', { resources: { hide: ['x'] } }, 'resources'],
  ['prompts/list', 'prompts', { prompts: { hide: ['x'] } }, 'prompts'],
])('who has seen %s is told', async (method, key, rules, kind) => {
  const talk = await conversation([open]);
  talk.client(request(1, method));
  talk.server(result(1, { [key]: [] }));
  expect(await adopt(talk, { ...open, ...rules })).toEqual([
    { jsonrpc: '2.0', method: `notifications/${kind}/list_changed` },
  ]);
});

test('nobody is told of the same patterns in another order, nor of what is only observed', async () => {
  for (const mode of ['enforce', 'observe'] as const) {
    const talk = await conversation([{ ...open, hide: ['a', 'b'] }], mode);
    talk.client(request(1, 'tools/list'));
    talk.server(result(1, { tools: [] }));
    expect(await adopt(talk, { ...open, hide: ['b', 'a', 'b'] })).toEqual([]);
    const told = await adopt(talk, { ...open, hide: ['c'] });
    expect(told).toHaveLength(mode === 'enforce' ? 1 : 0);
  }
});

test('the last row of a record says that there will be none', async () => {
  const talk = await conversation([open]);
  await adopt(talk, { ...open, audit: 'off' }, 'silent');
  talk.client(call(1, 'a'));
  await adopt(talk, open, 'again');
  talk.client(call(2, 'a'));
  const rows = talk.store.rows.map(({ method, facts }) => [method, facts.policy]);
  expect(rows).toEqual([
    ['(policy)', 'silent'],
    ['(policy)', 'again'],
    ['tools/call', 'again'],
  ]);
});
