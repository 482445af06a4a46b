// Presets in front of the real servers that they are for: which one is taken, and what it lets through.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { connect, textOf } from '../support/client.ts';
import { toolsOf, unknownTo } from '../support/known-tools.ts';
import { launch, tempDir } from '../support/wrapper.ts';

const { resolve } = createRequire(import.meta.url);
const start = (server: string, ...args: string[]) => [
  process.execPath,
  join(dirname(resolve(`@modelcontextprotocol/server-${server}/package.json`)), 'dist/index.js'),
  ...args,
];

test('filesystem: files flow, secrets do not, and every tool is known', async () => {
  const dir = tempDir();
  writeFileSync(join(dir, 'plan.md'), 'the plan');
  writeFileSync(join(dir, '.env'), 'TOKEN=hidden');
  const { client, call, stderr } = await connect(launch(start('filesystem', dir)));
  const tools = await toolsOf(client);
  expect(stderr()).toContain('preset:filesystem');
  expect(tools).toHaveLength(14);
  expect(await unknownTo('filesystem', tools)).toEqual([]);

  expect(textOf(await call('read_text_file', { path: join(dir, 'plan.md') }))).toBe('the plan');
  const written = await call('write_file', { path: join(dir, 'new.md'), content: 'new' });
  expect(written.isError ?? false).toBe(false);
  expect(readFileSync(join(dir, 'new.md'), 'utf8')).toBe('new');

  const paths = [join(dir, 'plan.md'), join(dir, '.env')];
  for (const denied of [
    await call('read_text_file', { path: join(dir, '.env') }),
    await call('read_multiple_files', { paths }),
    await call('move_file', { source: join(dir, '.env'), destination: join(dir, 'env.txt') }),
  ]) {
    expect(denied.isError).toBe(true);
    expect(textOf(denied)).toMatch(/^\[POLICY DENIED\] .* passwords or keys/);
  }
  expect(readFileSync(join(dir, '.env'), 'utf8')).toBe('TOKEN=hidden');
});

test('memory: remembering flows, forgetting does not, and every tool is known', async () => {
  const graph = join(tempDir(), 'graph.jsonl');
  const { client, call, stderr } = await connect(
    launch(start('memory'), {
      options: ['--approval-timeout', '1s'],
      env: { MEMORY_FILE_PATH: graph },
    }),
  );
  const tools = await toolsOf(client);
  expect(stderr()).toContain('preset:memory');
  expect(tools).toHaveLength(9);
  expect(await unknownTo('memory', tools)).toEqual([]);

  const ada = { name: 'ada', entityType: 'person', observations: ['mathematician'] };
  const created = await call('create_entities', { entities: [ada] });
  expect(created.isError ?? false).toBe(false);
  const forgotten = await call('delete_entities', { entityNames: ['ada'] });
  expect(forgotten._meta?.['policy-wrap/verdict']).toMatchObject({
    effect: 'require_approval',
    key: 'categories.destructive',
  });
  expect(readFileSync(graph, 'utf8')).toContain('mathematician');
});

test('a tool that a preset does not know is told apart', async () => {
  const names = ['read_graph', 'read_graphs', 'Read_Graph'];
  expect(await unknownTo('memory', names)).toEqual(['read_graphs', 'Read_Graph']);
});
