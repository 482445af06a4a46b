// The longest line that a client may send by default: 64 MiB, and not a byte more.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { echoing, node, start, textOf, until } from '../support/lines.ts';
import { launch } from '../support/wrapper.ts';
import { policy, tool } from '../wire/entry.ts';

const CAP = 64 * 1024 * 1024;

/** A call of exactly so many bytes, without LF. */
function lineOf(bytes: number): Buffer {
  const [before = '', after = ''] = tool('x', '{"a":"@"}').split('@');
  const line = Buffer.alloc(bytes, 'x');
  line.write(before, 'latin1');
  line.write(after, bytes - after.length, 'latin1');
  return line;
}

test('64 MiB pass, byte for byte', async () => {
  const wrapped = start(launch(node('big.mjs'), { policy }));
  const line = lineOf(CAP);
  wrapped.write(line);
  wrapped.write('\n');
  const hash = createHash('sha256').update(line).digest('hex');
  expect(textOf(await wrapped.reply(1))).toBe(`${CAP} ${hash}`);
});

test('one byte more is answered under its id, and the session goes on', async () => {
  const { setup, calls } = echoing({ policy });
  const wrapped = start(setup);
  wrapped.write(lineOf(CAP + 1));
  wrapped.write('\n');
  const { error } = await wrapped.reply(1);
  expect(error).toMatchObject({ code: -32600, message: `message longer than ${CAP} bytes` });
  expect(textOf(await wrapped.call('a'))).toBe('did a');
  expect(calls()).toEqual(['a']);
});

test.each([
  ['64 MiB', CAP],
  ['one byte more', CAP + 1],
])('%s without a line feed go nowhere, and the end is an end', async (_, bytes) => {
  const { setup, reached } = echoing({ policy });
  const wrapped = start(setup);
  const ping = '{"jsonrpc":"2.0","id":"up","method":"ping"}';
  wrapped.write(`${ping}\n`);
  await until(() => wrapped.received.length === 1, 'the first answer');
  wrapped.write(lineOf(bytes));
  wrapped.child.stdin?.end();
  expect(await wrapped.ended).toBe(0);
  expect(reached()).toEqual([ping]);
  expect(wrapped.received).toHaveLength(1);
});
