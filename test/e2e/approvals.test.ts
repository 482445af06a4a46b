// Calls that wait for a person, with real processes: answers come from elsewhere, and whatever is killed,
// replaced or repeated meanwhile, one yes lets one call through.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { echoing, start, textOf, toolCall, until, type Wrapped } from '../support/lines.ts';
import { answerIn, NO, requestsIn, waitingIn, YES } from '../support/queue.ts';
import { processesBelow } from '../support/trees.ts';
import { logRows, tempDir } from '../support/wrapper.ts';

const HELLO = { protocolVersion: '2025-11-25', clientInfo: { name: 't', version: '1' } };

/** A wrapper on the recording server whose tool `drop` needs approval. */
function asking({
  approval = { via: ['queue'] },
  entry = {},
  options = [] as string[],
  home = tempDir(),
} = {}) {
  const policy = {
    version: '1',
    default: 'deny',
    tools: { drop: { action: 'require_approval', ...entry }, other: {} },
    approval,
  };
  const echo = echoing({ policy, options, home });
  return { ...echo, home, state: join(home, 'state/state.db'), wrapped: start(echo.setup) };
}

async function initialised(wrapped: Wrapped, capabilities: object): Promise<void> {
  await wrapped.request('initialize', { ...HELLO, capabilities });
  wrapped.send({ method: 'notifications/initialized' });
}

const standingsIn = (state: string) => requestsIn(state).map(({ standing }) => standing);

describe('an answer from elsewhere', () => {
  test('yes: the call goes on within a moment, and others meanwhile', async () => {
    const { wrapped, state, calls, home } = asking();
    const dropped = wrapped.call('drop', { table: 'a' });
    const [id = ''] = await waitingIn(state);
    expect(textOf(await wrapped.call('other'))).toBe('did other');
    expect(calls()).toEqual(['other']);
    const since = performance.now();
    expect(answerIn(state, id, YES)).toBe(true);
    expect(textOf(await dropped)).toBe('did drop');
    expect(performance.now() - since).toBeLessThan(5000);
    expect(calls()).toEqual(['other', 'drop']);
    expect(standingsIn(state)).toEqual(['used']);
    // How a call ended is written a moment later, at the latest at the end.
    wrapped.child.stdin?.end();
    await wrapped.ended;
    expect(await logRows(home)).toMatchObject([
      { subject: 'other', effect: 'allow' },
      { subject: 'drop', effect: 'allow', reason: 'approved by a terminal', outcome: 'ok' },
    ]);
  });

  test('no: the call is refused with what the person said', async () => {
    const { wrapped, state, calls } = asking();
    const dropped = wrapped.call('drop');
    const [id = ''] = await waitingIn(state);
    answerIn(state, id, { ...NO, note: 'not on a Friday' });
    expect(textOf(await dropped)).toBe(
      '[POLICY DENIED] drop is not allowed: a person refused it: not on a Friday',
    );
    expect(calls()).toEqual([]);
  });

  test('none: the call is refused in time, and passes once when a yes comes late', async () => {
    const { wrapped, state, calls } = asking({ options: ['--approval-timeout', '1s'] });
    const since = performance.now();
    const text = textOf(await wrapped.call('drop', { n: 1 }));
    expect(performance.now() - since).toBeGreaterThan(900);
    const [entry] = requestsIn(state);
    expect(entry?.standing).toBe('expired');
    expect(text).toContain(`(request ${entry?.request.id})`);
    expect(text).toContain('call it again with the same arguments within 10 minutes');
    expect(answerIn(state, entry?.request.id ?? '', YES)).toBe(true);
    expect(textOf(await wrapped.call('drop', { n: 1 }))).toBe('did drop');
    expect(textOf(await wrapped.call('drop', { n: 1 }))).toContain('nobody has answered yet');
    expect(calls()).toEqual(['drop']);
  });

  test('to a hundred calls at once: each gets its own', async () => {
    const { wrapped, state, calls } = asking();
    const count = 100;
    wrapped.send(...Array.from({ length: count }, (_, i) => toolCall(i, 'drop', { i })));
    await waitingIn(state, count);
    for (const { request } of requestsIn(state)) {
      const { i } = JSON.parse(request.arguments ?? '{}') as { i: number };
      answerIn(state, request.id, i % 2 === 0 ? YES : NO);
    }
    for (let i = 0; i < count; i++)
      expect(textOf(await wrapped.reply(i))).toMatch(i % 2 === 0 ? /^did drop/ : /refused/);
    expect(calls()).toHaveLength(count / 2);
    expect(wrapped.received).toHaveLength(count);
  });
});

describe('meanwhile', () => {
  test('the client cancels: nobody can say yes any more, and nothing is answered', async () => {
    const { wrapped, state, reached } = asking();
    wrapped.send(toolCall('c', 'drop'));
    const [id = ''] = await waitingIn(state);
    wrapped.send({ method: 'notifications/cancelled', params: { requestId: 'c' } });
    await until(() => standingsIn(state)[0] === 'withdrawn', 'the request is withdrawn');
    expect(answerIn(state, id, YES)).toBe(false);
    expect(textOf(await wrapped.call('other'))).toBe('did other');
    expect(reached()).toHaveLength(1);
    expect(wrapped.received.map(message => message.id)).not.toContain('c');
  });

  test('the client goes away: the request is withdrawn', async () => {
    const { wrapped, state } = asking();
    wrapped.send(toolCall('c', 'drop'));
    const [id = ''] = await waitingIn(state);
    wrapped.child.stdin?.end();
    expect(await wrapped.ended).toBe(0);
    expect(standingsIn(state)).toEqual(['withdrawn']);
    expect(answerIn(state, id, YES)).toBe(false);
  });

  test('the wrapper is killed: a yes is good for the same call of the next one, once', async () => {
    const home = tempDir();
    const first = asking({ home, options: ['--approval-timeout', '2s'] });
    first.wrapped.send(toolCall('c', 'drop', { n: 1 }));
    const [id = ''] = await waitingIn(first.state);
    process.kill(first.wrapped.pid, 'SIGKILL');
    await first.wrapped.ended;
    expect(answerIn(first.state, id, YES)).toBe(true);
    // Not before it is certain that the first one does not wait any more.
    await sleep(2100);
    const [second, third] = [start(first.setup), start(first.setup)];
    const texts = await Promise.all(
      [second, third].map(async wrapped => textOf(await wrapped.call('drop', { n: 1 }))),
    );
    expect(texts.filter(text => text === 'did drop')).toHaveLength(1);
    expect(first.calls()).toEqual(['drop']);
  });

  test('the state file is replaced: the call is refused', async () => {
    const { wrapped, state, calls } = asking();
    const dropped = wrapped.call('drop');
    await waitingIn(state);
    for (const end of ['', '-wal', '-shm']) renameSync(state + end, `${state}.old${end}`);
    expect(textOf(await dropped)).toContain('the request for it is not known any more');
    expect(calls()).toEqual([]);
    expect(textOf(await wrapped.call('other'))).toBe('did other');
  });

  test('the server ends: the call is answered, and the request withdrawn', async () => {
    const { wrapped, state } = asking();
    const dropped = wrapped.call('drop');
    await waitingIn(state);
    const [server = 0] = processesBelow(wrapped.pid);
    process.kill(server, 'SIGKILL');
    expect((await dropped).error?.message).toContain('the server ended before it answered');
    await wrapped.ended;
    expect(standingsIn(state)).toEqual(['withdrawn']);
  });
});

describe('several wrappers on one state file', () => {
  test('each call waits for its own answer', async () => {
    const home = tempDir();
    const [a, b] = [asking({ home }), asking({ home })];
    const [first, second] = [a.wrapped.call('drop', { n: 1 }), b.wrapped.call('drop', { n: 1 })];
    await waitingIn(a.state, 2);
    const [one, other] = requestsIn(a.state);
    answerIn(a.state, one?.request.id ?? '', YES);
    answerIn(a.state, other?.request.id ?? '', NO);
    const texts = [textOf(await first), textOf(await second)];
    expect(texts.filter(text => text === 'did drop')).toHaveLength(1);
    expect([...a.calls(), ...b.calls()]).toEqual(['drop']);
  });
});

describe('a form in the client', () => {
  const answer = (wrapped: Wrapped, id: unknown, decision: string) =>
    wrapped.send({ id, result: { action: 'accept', content: { decision } } });
  const question = async (wrapped: Wrapped) => {
    const asked = () => wrapped.received.filter(({ method }) => method === 'elicitation/create');
    await until(() => asked().length > 0, 'a question');
    return asked().at(-1);
  };

  test('is asked, and withdrawn when the queue answers first', async () => {
    const { wrapped, state, calls } = asking({ approval: { via: ['elicitation', 'queue'] } });
    await initialised(wrapped, { elicitation: {} });
    const dropped = wrapped.call('drop');
    const asked = await question(wrapped);
    const [id = ''] = await waitingIn(state);
    answerIn(state, id, YES);
    expect(textOf(await dropped)).toBe('did drop');
    const over = wrapped.received.find(({ method }) => method === 'notifications/cancelled');
    expect(over?.params?.requestId).toBe(asked?.id);
    answer(wrapped, asked?.id, 'approve once');
    expect(textOf(await wrapped.call('other'))).toBe('did other');
    expect(calls()).toEqual(['drop', 'other']);
  });

  test('answers only where the policy lets it: not where `via` has only the queue', async () => {
    const { wrapped, state } = asking();
    await initialised(wrapped, { elicitation: {} });
    wrapped.send(toolCall('c', 'drop'));
    await waitingIn(state);
    expect(wrapped.received.filter(({ method }) => method !== undefined)).toEqual([]);
  });

  test('progress tells a client that asks for it that its call still waits', async () => {
    const { wrapped, state } = asking();
    wrapped.send({
      ...toolCall('c', 'drop'),
      params: { name: 'drop', arguments: {}, _meta: { progressToken: 'p' } },
    });
    const [id = ''] = await waitingIn(state);
    await until(() => wrapped.received.length > 0, 'progress', 20_000);
    expect(wrapped.received[0]).toMatchObject({
      method: 'notifications/progress',
      params: { progressToken: 'p', message: `waiting for a person's approval (request ${id})` },
    });
    expect(wrapped.received[0]?.params?.progress).toBeLessThan(0.01);
    answerIn(state, id, YES);
    expect(textOf(await wrapped.reply('c'))).toBe('did drop');
  });
});

test('without a record the queue is kept all the same', async () => {
  const home = tempDir();
  const policy = {
    ...{ version: '1', default: 'deny', audit: 'off' },
    tools: { drop: { action: 'require_approval' } },
  };
  const { setup, calls } = echoing({ policy, home });
  const wrapped = start(setup);
  const dropped = wrapped.call('drop');
  const state = join(home, 'state/state.db');
  const [id = ''] = await waitingIn(state);
  answerIn(state, id, YES);
  expect(textOf(await dropped)).toBe('did drop');
  expect(calls()).toEqual(['drop']);
});
