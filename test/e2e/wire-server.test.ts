// What servers may do and may not, through the built program.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { expectAnswers } from '../support/exchange.ts';
import { type Message, node, start, textOf, toolCall, until } from '../support/lines.ts';
import { launch, logRows, tempDir } from '../support/wrapper.ts';
import { policy, request } from '../wire/entry.ts';
import { plays } from '../wire/index.ts';
import type { Play } from '../wire/play.ts';

/** All that the client got but for the answers to the pings that made the server go on. */
async function played({ steps, ends = false }: Play): Promise<Message[]> {
  const script = steps.map(({ writes }) =>
    writes.map(chunk => Buffer.from(chunk).toString('base64')),
  );
  const file = join(tempDir(), 'script.json');
  writeFileSync(file, JSON.stringify(script));
  const wrapped = start(launch(node('player.mjs', file, ...(ends ? ['ends'] : [])), { policy }));
  for (const [i, { sends = [] }] of steps.entries()) {
    const ping = request('ping', undefined, `"step-${i}"`);
    wrapped.write([...sends, ping].map(line => `${line}\n`).join(''));
    if (ends && i === steps.length - 1) await wrapped.ended;
    else await wrapped.reply(`step-${i}`);
  }
  return wrapped.received.filter(({ id }) => !String(id).startsWith('step-'));
}

describe('what a hostile server writes', () => {
  test.each(plays.map(play => [play.name, play] as const))('%s', async (_, play) => {
    const came = await played(play);
    const lines = play.gets.filter(get => typeof get === 'string');
    const delivered = lines.map(line => JSON.parse(line) as Message);
    const own = came.filter(message => !delivered.some(line => isDeepStrictEqual(line, message)));
    expectAnswers(
      own,
      play.gets.filter(get => typeof get !== 'string'),
    );
    expect(came.filter(message => !own.includes(message))).toEqual(delivered);
  });
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
