// kill -9 of each process of a session, with a real server behind a launcher: nothing may stay.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { start, type Wrapped } from './lines.ts';
import type { testWith } from './needs.ts';
import { endWithTest } from './processes.ts';
import { allGone, processesBelow } from './trees.ts';
import { fixture, launch, root } from './wrapper.ts';

/** How long all may take to be gone: the ladder's 4 s, and a busy machine. */
const LADDER_MS = 20_000;
const hello = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'orphans', version: '1' },
};

/** Defines a test for each process that may be killed; the command runs in the repository. */
export function testOrphans(
  inCase: ReturnType<typeof testWith>,
  command: readonly string[],
  env: Record<string, string> = {},
): void {
  const setup = () => {
    const made = launch(command, { policy: { version: '1', default: 'allow' }, env });
    // Where npx has started the tests, its settings would be those of the npx under test as well.
    for (const name of Object.keys(made.env)) if (/^npm_/i.test(name)) delete made.env[name];
    return made;
  };

  async function session(): Promise<{ wrapped: Wrapped; tree: number[] }> {
    const wrapped = start(setup(), { cwd: root });
    expect((await wrapped.request('initialize', hello)).result).toBeDefined();
    const tree = processesBelow(wrapped.pid);
    // The launcher first, the server last: none of them has replaced itself by the next.
    expect(tree.length).toBeGreaterThan(1);
    return { wrapped, tree };
  }

  for (const [name, index] of [
    ['launcher', 0],
    ['server', -1],
  ] as const)
    inCase(`of the ${name}: what waits is answered, 137, and nothing stays`, async () => {
      const { wrapped, tree } = await session();
      // A server that hangs does not see the end of its input either.
      process.kill(tree.at(-1) ?? 0, 'SIGSTOP');
      wrapped.send({ id: 'waits', method: 'tools/list' });
      await sleep(200);
      process.kill(tree.at(index) ?? 0, 'SIGKILL');
      expect((await wrapped.reply('waits')).error).toMatchObject({
        code: -32603,
        message: expect.stringMatching(/signal SIGKILL|exit code 137/),
      });
      expect(await wrapped.ended).toBe(137);
      await allGone(tree, LADDER_MS);
      expect(wrapped.received.filter(({ id }) => id === 'waits')).toHaveLength(1);
    });

  inCase('of the wrapper: the server sees the end of its input, and nothing stays', async () => {
    const { wrapped, tree } = await session();
    wrapped.child.kill('SIGKILL');
    expect(await wrapped.ended).toBe('SIGKILL');
    await allGone(tree, LADDER_MS);
  });

  for (const hangs of [false, true])
    inCase(`of the client${hangs ? ', though the server hangs' : ''}: nothing stays`, async () => {
      const { command, args, env } = setup();
      const client = spawn(process.execPath, [fixture('client.mjs'), command, ...args], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      endWithTest(client);
      expect(String(await once(client.stdout, 'data'))).toContain('initialized');
      const tree = processesBelow(client.pid ?? 0);
      // The wrapper as well.
      expect(tree.length).toBeGreaterThan(2);
      if (hangs) process.kill(tree.at(-1) ?? 0, 'SIGSTOP');
      client.kill('SIGKILL');
      await allGone(tree, LADDER_MS);
    });
}
