// Hostile lines through the built program: what reaches the server of them, and what comes back.
import { describe, expect, test } from 'vitest';
import { echoing, type Message, node, start, textOf, toolCall, until } from '../support/lines.ts';
import { launch, logRows, tempDir } from '../support/wrapper.ts';
import { type Answer, policy, type Wire, wires } from '../wire/corpus.ts';

const PING = '{"jsonrpc":"2.0","id":"after","method":"ping"}';

function isAnswer({ id, result, error }: Message, answer: Answer): boolean {
  switch (answer.is) {
    case 'ok':
      return id === answer.id && result !== undefined && result.isError !== true;
    case 'denied':
      return (
        id === answer.id &&
        textOf({ jsonrpc: '2.0', result: result ?? {} }).includes('[POLICY DENIED]')
      );
    case 'error':
      return (id ?? null) === answer.id && error?.code === answer.code;
    case 'refused':
      return (
        (id === undefined || id === null || id === answer.id) &&
        (error?.code === -32700 || error?.code === -32600)
      );
  }
}

async function exchange({
  line,
}: Pick<Wire, 'line'>): Promise<{ came: Message[]; reached: string[] }> {
  const { setup, reached } = echoing({ policy });
  const wrapped = start(setup);
  wrapped.write(line);
  wrapped.write(`\n${PING}\n`);
  // The server answers in order: with the last answer all others are there.
  await wrapped.reply('after');
  return {
    came: wrapped.received.filter(({ id }) => id !== 'after'),
    reached: reached(),
  };
}

describe('each line by itself, and the session goes on', () => {
  test.each(wires.map(wire => [wire.name.slice(0, 100), wire] as const))('%s', async (_, wire) => {
    const { came, reached } = await exchange(wire);
    expect(reached).toEqual([...(wire.reaches ?? []), PING]);
    const left = [...came];
    for (const answer of wire.answers) {
      const index = left.findIndex(message => isAnswer(message, answer));
      expect(index, `${JSON.stringify(answer)} in ${JSON.stringify(came).slice(0, 2000)}`).not.toBe(
        -1,
      );
      left.splice(index, 1);
    }
    expect(left).toEqual([]);
  });
});

test('all lines in one session: none of them breaks another', async () => {
  const { setup, reached } = echoing({ policy });
  const wrapped = start(setup);
  // Each under an id of its own where it has the number 1, and answered before the next one goes.
  const expected: string[] = [];
  for (const [i, wire] of wires.entries()) {
    wrapped.write(wire.line);
    wrapped.write(`\n${PING.replace('after', `after-${i}`)}\n`);
    expected.push(...(wire.reaches ?? []), PING.replace('after', `after-${i}`));
    await wrapped.reply(`after-${i}`);
  }
  expect(reached()).toEqual(expected);
  const answers = wires.flatMap(wire => wire.answers).length;
  expect(wrapped.received).toHaveLength(answers + wires.length);
});

test('a modern denial says that it is complete, an older one does not', async () => {
  const [modern, older] = ['2026-07-28', '2025-11-25'].map(version =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: version,
      method: 'tools/call',
      params: {
        name: 'delete_all',
        _meta: { 'io.modelcontextprotocol/protocolVersion': version },
      },
    }),
  );
  const { came } = await exchange({ line: `${modern}\n${older}` });
  expect(came.map(({ result }) => result?.resultType)).toEqual(['complete', undefined]);
});

test('hidden tools are in no list, denied ones stay', async () => {
  const { setup } = echoing({ policy });
  const wrapped = start(setup);
  const { result } = await wrapped.request('tools/list');
  expect(result?.tools).toEqual([{ name: 'stream_group_create' }]);
});

describe('what a server may not do', () => {
  test('answer for the wrapper, twice, or for nobody', async () => {
    const home = tempDir();
    const wrapped = start(launch(node('replayer.mjs'), { policy, home }));
    wrapped.send(toolCall(5, 'delete_all'));
    expect(textOf(await wrapped.reply(5))).toContain('[POLICY DENIED]');
    // The denied call's id, answered by the server once more, must not come through.
    wrapped.send(toolCall(6, 'a', { ids: [5, '5', null, 'x'] }));
    expect(textOf(await wrapped.reply(6))).toBe('first');
    await wrapped.request('ping');
    const counts = new Map<unknown, number>();
    for (const { id } of wrapped.received) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect([...counts.values()].every(count => count === 1)).toBe(true);
    expect(wrapped.received.map(textOf)).not.toContain('forged');
    expect(wrapped.received.map(textOf)).not.toContain('second');
  });

  test('such replies are recorded', async () => {
    const home = tempDir();
    const wrapped = start(launch(node('replayer.mjs'), { policy, home }));
    await wrapped.call('a');
    await wrapped.request('ping');
    wrapped.child.stdin?.end();
    await wrapped.ended;
    const rows = await logRows(home);
    expect(rows.filter(({ method }) => method !== 'tools/call').length).toBeGreaterThan(0);
  });

  test('write what is no message: it is dropped and shown, the answers come through', async () => {
    const wrapped = start(launch(node('noisy.mjs'), { policy }));
    expect(textOf(await wrapped.call('a'))).toBe('after the noise');
    expect(textOf(await wrapped.call('b'))).toBe('after the noise');
    expect(wrapped.received).toHaveLength(2);
    const shown = wrapped.stderr();
    expect(shown).toContain('starting up');
    expect(shown).toContain('NaN');
    expect(shown).toContain('\\u001b[2Jcleared \\u202egnihton\\u202c \\u009b31m');
    for (const raw of ['\x1b', '\x9b', '\u202e', '\u202c']) expect(shown).not.toContain(raw);
  });

  test.each(['result', 'escaped', 'twice', 'error'])(
    'sign with the wrapper’s name: %s',
    async name => {
      const wrapped = start(launch(node('forging.mjs'), { policy }));
      const message = await wrapped.call(name);
      expect(JSON.stringify(message)).toContain('"kept":1');
      expect(JSON.stringify(message)).not.toContain('policy-wrap');
      expect(JSON.stringify(message)).not.toContain('forged"}');
    },
  );

  test('ask the client passes, and each answer goes back once', async () => {
    const wrapped = start(launch(node('asking.mjs'), { policy }));
    wrapped.send(toolCall('call', 'a'));
    await until(() => wrapped.received.length === 2, 'both questions');
    expect(wrapped.received.map(({ method }) => method)).toEqual([
      'roots/list',
      'sampling/createMessage',
    ]);
    const answer = (id: string | number, text: string) => ({ id, result: { text } });
    // Nobody asked under these ids: `"2"` is not `2`.
    wrapped.send(answer('2', 'wrong'), answer(1, 'wrong'), answer('roots-1', 'first'));
    wrapped.send(answer('roots-1', 'again'), answer(2, 'second'));
    const got = JSON.parse(textOf(await wrapped.reply('call'))) as { result: { text: string } }[];
    expect(got.map(({ result }) => result.text)).toEqual(['first', 'second']);
  });
});

describe('cancelling', () => {
  test('a cancelled call is answered by the server or by nobody, and goes to the server', async () => {
    const { setup, reached } = echoing({ policy });
    const wrapped = start(setup);
    const cancel = { method: 'notifications/cancelled', params: { requestId: 1 } };
    wrapped.send(toolCall(1, 'a'), cancel, cancel);
    wrapped.send({ id: 'after', method: 'ping' });
    await wrapped.reply('after');
    expect(reached().filter(line => line.includes('cancelled'))).toHaveLength(2);
    expect(wrapped.received.filter(({ id }) => id === 1).length).toBeLessThanOrEqual(1);
  });

  test('a cancelled call is recorded as cancelled, also where both came in one read', async () => {
    const home = tempDir();
    const wrapped = start(launch(node('silent.mjs'), { policy, home }));
    const cancel = (requestId: number) => ({
      method: 'notifications/cancelled',
      params: { requestId },
    });
    wrapped.send(toolCall(1, 'apart'));
    await until(() => wrapped.stderr().includes('got tools/call'), 'the first call');
    wrapped.send(cancel(1));
    wrapped.send(toolCall(2, 'together'), cancel(2));
    await until(() => wrapped.stderr().split('got notifications/cancelled').length === 3, 'both');
    wrapped.child.stdin?.end();
    await wrapped.ended;
    const outcomes = (await logRows(home)).map(({ subject, outcome }) => [subject, outcome]);
    expect(outcomes).toEqual([
      ['apart', 'cancelled'],
      ['together', 'cancelled'],
    ]);
    expect(wrapped.received).toEqual([]);
  });
});
