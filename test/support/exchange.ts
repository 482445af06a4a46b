// Entries of test/wire through the built program, each in a session of its own.
import { expect, test } from 'vitest';
import { type Answer, policy, type Wire } from '../wire/entry.ts';
import { echoing, type Message, start, textOf } from './lines.ts';

/** Behind every entry: the server answers in order, so with this answer all others are there. */
export const PING = '{"jsonrpc":"2.0","id":"after","method":"ping"}';

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

/** Exactly these answers came, in whatever order. */
export function expectAnswers(
  came: readonly Message[],
  answers: readonly Answer[],
  what = 'the line',
): void {
  const left = [...came];
  for (const answer of answers) {
    const index = left.findIndex(message => isAnswer(message, answer));
    const shown = `${what}: ${JSON.stringify(answer)} in ${JSON.stringify(came)}`.slice(0, 2000);
    expect(index, shown).not.toBe(-1);
    left.splice(index, 1);
  }
  expect(left, what).toEqual([]);
}

/** A line and the next one as one write: what is in flight must not be answered in between. */
export function withNext(line: string | Uint8Array, next: string): Buffer {
  return Buffer.concat([Buffer.from(line), Buffer.from(`\n${next}\n`)]);
}

/** Sends a line and waits for all that comes of it. */
export async function exchange({
  line,
}: Pick<Wire, 'line'>): Promise<{ came: Message[]; reached: string[] }> {
  const { setup, reached } = echoing({ policy });
  const wrapped = start(setup);
  wrapped.write(withNext(line, PING));
  await wrapped.reply('after');
  return {
    came: wrapped.received.filter(({ id }) => id !== 'after'),
    reached: reached(),
  };
}

/** A test for each entry: what it says reaches the server, and comes back, and the session goes on. */
export function testEach(wires: readonly Wire[]): void {
  const named = wires.map(wire => [wire.name.slice(0, 100), wire] as const);
  test.each(named)('%s', async (_, wire) => {
    const { came, reached } = await exchange(wire);
    expect(reached).toEqual([...(wire.reaches ?? []), PING]);
    expectAnswers(came, wire.answers);
  });
}
