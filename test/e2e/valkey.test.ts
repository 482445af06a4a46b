// The real Valkey server before a real Redis, under a limit of 30 calls a minute: 30 groups, never 31.

import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';
import { type Connection, connect, textOf } from '../support/client.ts';
import { testWith } from '../support/needs.ts';
import { groupsOf, type Redis, startRedis } from '../support/redis.ts';
import { launch, seedPolicy, tempDir } from '../support/wrapper.ts';

// 1.0.18 is the last with this tool, and it cannot load the 2.x line of Python's MCP library.
const server = 'awslabs.valkey-mcp-server';
const command = ['uvx', '--from', `${server}==1.0.18`, '--with', 'mcp<2', server];

/** All calls of a test must fall into the policy's one window, whatever starting takes. */
const window = 60_000;

const valkeyTest = testWith('uvx', 'redis-server', 'redis-cli');

const denial =
  /^\[POLICY DENIED\] stream_group_create is limited to 30 calls per minute; try again in \d+ s/;

/** A Redis with one stream, which groups can be made for. */
async function redisWithOrders(): Promise<Redis> {
  const redis = await startRedis();
  await redis.ask('XADD', 'orders', '*', 'item', 'book');
  return redis;
}

const wrapper = (redis: Redis, home: string) =>
  connect(
    launch(command, {
      policy: seedPolicy,
      home,
      env: { VALKEY_HOST: '127.0.0.1', VALKEY_PORT: String(redis.port) },
    }),
  );

const createGroup = ({ call }: Connection, group: string) =>
  call('stream_group_create', { key: 'orders', group_name: group });

/** `workers-00` … for `count` calls: sorted by name as by number. */
const names = (count: number, prefix = 'workers') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(2, '0')}`);

function expectRefused(result: CallToolResult): void {
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(denial);
  expect(result._meta?.['policy-wrap/verdict']).toMatchObject({
    effect: 'rate_limit',
    subject: 'stream_group_create',
    limits: [{ counter: 'stream_group_create_rate', max: 30, used: 30 }],
  });
}

valkeyTest('30 groups a minute: over a second wrapper, a kill -9, and a restart', async () => {
  const redis = await redisWithOrders();
  const home = tempDir();
  const first = await wrapper(redis, home);
  const second = await wrapper(redis, home);

  const start = Date.now();
  for (const name of names(30))
    expect((await createGroup(first, name)).isError ?? false).toBe(false);
  expect(await groupsOf(redis, 'orders')).toEqual(names(30));

  expectRefused(await createGroup(first, 'one-too-many'));
  expectRefused(await createGroup(second, 'beside'));

  process.kill(first.pid, 'SIGKILL');
  await first.closed;
  const restarted = await wrapper(redis, home);
  expectRefused(await createGroup(restarted, 'afterwards'));
  expect(Date.now() - start, 'took longer than one window: proves nothing').toBeLessThan(window);
  expect(await groupsOf(redis, 'orders')).toEqual(names(30));
});

valkeyTest('30 groups a minute: two wrappers at once', async () => {
  const redis = await redisWithOrders();
  const home = tempDir();
  const wrappers = await Promise.all([wrapper(redis, home), wrapper(redis, home)]);

  const start = Date.now();
  const outcomes = await Promise.all(
    wrappers.flatMap((wrapped, index) =>
      names(31, `wrapper-${index}`).map(async group => ({
        group,
        result: await createGroup(wrapped, group),
      })),
    ),
  );
  expect(Date.now() - start, 'took longer than one window: proves nothing').toBeLessThan(window);

  const refused = outcomes.filter(({ result }) => result.isError);
  for (const { result } of refused) expectRefused(result);
  expect(refused).toHaveLength(32);
  const made = outcomes.filter(({ result }) => !result.isError).map(({ group }) => group);
  expect(await groupsOf(redis, 'orders')).toEqual(made.sort());
});
