// Hostile messages through the built program, each by itself and all in one session.
import { describe, expect, test } from 'vitest';
import { exchange, expectAnswers, PING, testEach, withNext } from '../support/exchange.ts';
import { echoing, node, start, toolCall, until } from '../support/lines.ts';
import { launch, logRows, tempDir } from '../support/wrapper.ts';
import { policy } from '../wire/entry.ts';
import { corpus, wires } from '../wire/index.ts';

const { json, encoding, keys, ...messages } = corpus;
describe.each(Object.keys(messages))('%s', concern => testEach(messages[concern] ?? []));

test('every entry has a name of its own', () => {
  const names = wires.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect([json, encoding, keys].flat().length).toBeGreaterThan(100);
});

test('all lines in one session: none of them breaks another', async () => {
  const { setup, reached } = echoing({ policy });
  const wrapped = start(setup);
  const expected: string[] = [];
  for (const [i, wire] of wires.entries()) {
    const before = wrapped.received.length;
    const ping = PING.replace('after', `after-${i}`);
    wrapped.write(withNext(wire.line, ping));
    expected.push(...(wire.reaches ?? []), ping);
    // Each is answered before the next one goes, so that its id is free again.
    await wrapped.reply(`after-${i}`);
    expectAnswers(wrapped.received.slice(before, -1), wire.answers, wire.name);
  }
  expect(reached()).toEqual(expected);
});

test('an id is free again once it is answered, however often', async () => {
  const { setup, calls } = echoing({ policy });
  const wrapped = start(setup);
  const names = ['a', 'delete_all', 'b', 'hidden_tool', 'c'];
  for (const [i, name] of names.entries()) {
    wrapped.send(toolCall(1, name));
    await until(() => wrapped.received.length === i + 1, `the answer to ${name}`);
  }
  expect(calls()).toEqual(['a', 'b', 'c']);
  expect(wrapped.received.map(({ id }) => id)).toEqual(names.map(() => 1));
});

test('half a message at the end of the input goes nowhere', async () => {
  const { setup, reached } = echoing({ policy });
  const wrapped = start(setup);
  wrapped.write(`${PING}\n`);
  await wrapped.reply('after');
  wrapped.write('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}');
  wrapped.child.stdin?.end();
  expect(await wrapped.ended).toBe(0);
  expect(reached()).toEqual([PING]);
  expect(wrapped.received).toHaveLength(1);
  expect(wrapped.stderr()).toContain('dropped an unfinished message');
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
