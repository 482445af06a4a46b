// Much at once: many requests in flight, large messages, and whoever stops reading for a while.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { memoryOf, node, start, textOf, toolCall, until } from '../support/lines.ts';
import { launch } from '../support/wrapper.ts';

const open = { version: '1', default: 'allow' };
const MiB = 1024 * 1024;
const wrap = (command: readonly string[]) => start(launch(command, { policy: open }));
const range = (count: number) => [...Array(count).keys()];
const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');

describe('1,000 requests in flight', () => {
  const count = 1000;

  test('are each answered once, in the order of the server, and so are their ids when used again', async () => {
    const wrapped = wrap(node('shuffling.mjs', String(count)));
    const ids = range(count).map(i => (i % 2 ? i : `id-${i}`));
    for (const round of [1, 2, 3]) {
      wrapped.received.length = 0;
      wrapped.send(...ids.map((id, i) => toolCall(id, `${round}-${i}`)));
      await until(() => wrapped.received.length >= count, 'all replies');
      expect(wrapped.received.map(({ id }) => id)).toEqual(ids.toReversed());
      expect(wrapped.received.map(textOf)).toEqual(
        range(count)
          .reverse()
          .map(i => `did ${round}-${i}`),
      );
    }
  });

  test('are each told once of a server that is killed', async () => {
    const wrapped = wrap(node('exits.mjs', '9'));
    wrapped.send(...range(count).map(id => toolCall(id, 'waits')), toolCall(count, 'exit'));
    expect(await wrapped.ended).toBe(9);
    expect(wrapped.received.map(({ id }) => id)).toEqual(range(count + 1));
    expect(wrapped.received.every(({ error }) => error?.code === -32603)).toBe(true);
  });
});

describe('a message of', () => {
  test.each([8, 60])('%i MiB passes either way as it is', { timeout: 120_000 }, async size => {
    const wrapped = wrap(node('big.mjs'));
    // As JSON, each of these is six bytes.
    const times = Math.floor((size * MiB) / 6);
    const value = 'ü\\"'.repeat(times);
    const line = JSON.stringify({ jsonrpc: '2.0', ...toolCall('up', 'keep', { value }) });
    expect(Buffer.byteLength(line)).toBeGreaterThan(size * MiB - 6);
    wrapped.write(`${line}\n`);
    expect(textOf(await wrapped.reply('up'))).toBe(`${Buffer.byteLength(line)} ${sha256(line)}`);

    wrapped.send(toolCall('down', 'send', { bytes: times * 4 }));
    expect(sha256(textOf(await wrapped.reply('down')))).toBe(sha256('é"\\'.repeat(times)));
  });
});

test('a client that reads nothing for 10 s: bounded memory, and then all of it in order', async () => {
  const count = 1500;
  // 96 MB: far more than the wrapper may hold.
  const setup = launch(node('flooding.mjs', String(count)), { policy: open });
  const wrapped = start(setup, { reading: false });
  wrapped.send({ id: 1, method: 'ping' });
  await sleep(10_000);
  expect(memoryOf(wrapped.pid, 'VmHWM')).toBeLessThan(200_000);
  let bytes = 0;
  const logged: string[] = [];
  let rest = '';
  wrapped.child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) logged.push(/"logger":"(\d+)"|"flooded"/.exec(line)?.[1] ?? 'end');
  });
  await until(() => logged.includes('end'), 'the answer behind the flood');
  expect(logged).toEqual([...range(count).map(String), 'end']);
  expect(bytes).toBeGreaterThan(count * 65_000);
  expect(memoryOf(wrapped.pid, 'VmHWM')).toBeLessThan(200_000);
});

test('a server that reads nothing for a while: bounded memory, and then all of it in order', async () => {
  const wrapped = wrap(node('pausing.mjs', '4000'));
  const count = 120;
  const lines = range(count).map(id =>
    JSON.stringify({ jsonrpc: '2.0', ...toolCall(id, 'any', { x: `${id}`.repeat(MiB / 3) }) }),
  );
  const sent = `${lines.join('\n')}\n`;
  expect(sent.length).toBeGreaterThan(80 * MiB);
  wrapped.write(sent);
  await until(() => wrapped.stderr().includes('pausing'), 'its pause');
  await sleep(3000);
  expect(memoryOf(wrapped.pid, 'VmHWM')).toBeLessThan(200_000);
  wrapped.send(toolCall('sum', 'sum'));
  expect(textOf(await wrapped.reply('sum'))).toBe(`${sent.length} ${sha256(sent)}`);
  expect(memoryOf(wrapped.pid, 'VmHWM')).toBeLessThan(200_000);
});
