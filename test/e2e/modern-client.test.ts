// The 2.x client in each of its version negotiation modes against the demo server behind policy-wrap.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client, type VersionNegotiationMode } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { launch, root, tempDir } from '../support/wrapper.ts';

const folder = join(root, 'examples/demo-server');
const policy: unknown = JSON.parse(readFileSync(join(folder, 'policy.json'), 'utf8'));

// Every start of the server writes down its process id.
const noteStart = `data:text/javascript,${encodeURIComponent(
  "import { appendFileSync } from 'node:fs'; appendFileSync(process.env.STARTS, process.pid + ' ');",
)}`;
const demo = [process.execPath, '--import', noteStart, join(folder, 'server.mjs')];

interface Mode {
  mode: VersionNegotiationMode;
  version: string;
  starts: number;
}

const modes: [name: string, Mode][] = [
  ['legacy', { mode: 'legacy', version: '2025-11-25', starts: 1 }],
  ['auto', { mode: 'auto', version: '2026-07-28', starts: 2 }],
  ['pinned', { mode: { pin: '2026-07-28' }, version: '2026-07-28', starts: 2 }],
];

describe.each(modes)('%s', (_, { mode, version, starts }) => {
  test('connecting leaves no state behind, and closing no process', async () => {
    const { client, home } = await connect(mode);
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect(client.getServerVersion()?.name).toBe('policy-wrap-demo');
    expect(client.getInstructions()).toContain('memory');
    await client.listTools();
    const pids = readFileSync(join(home, 'starts'), 'utf8').trim().split(' ').map(Number);
    expect(pids).toHaveLength(starts);
    expect(existsSync(join(home, 'state/state.db'))).toBe(false);

    await call(client, 'stream_group_create', { key: 'orders', group_name: 'a' });
    expect(existsSync(join(home, 'state/state.db'))).toBe(true);

    await client.close();
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]));
  });

  test('a hidden tool is on no page and cannot be called', async () => {
    const { client } = await connect(mode);
    const names = (await client.listTools()).tools.map(tool => tool.name);
    expect(names).toHaveLength(8);
    expect(names).toContain('build_and_push_image_to_ecr'); // from the last of three pages
    expect(names).not.toContain('rotate_root_credentials');
    expect(await call(client, 'rotate_root_credentials')).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^\[POLICY DENIED\]/),
      verdict: { effect: 'deny', subject: 'rotate_root_credentials' },
    });
  });

  test('a denied operation has not happened', async () => {
    const { client } = await connect(mode);
    const ecs = (api_operation: string, api_params = {}) =>
      call(client, 'ecs_resource_management', { api_operation, api_params });

    expect(await ecs('DeleteCluster', { cluster: 'production' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^\[POLICY DENIED\] .*deleted by people, not by agents/),
      verdict: {
        effect: 'deny',
        subject: 'ecs_resource_management:DeleteCluster',
        key: 'ecs_resource_management:Delete*',
      },
    });
    const spelled = await ecs('deleteCluster', { cluster: 'production' });
    expect(spelled.text).toMatch(/^\[POLICY DENIED\]/);
    expect((await call(client, 'ecs_resource_management')).text).toMatch(/^\[POLICY DENIED\]/);
    const arn = 'arn:aws:ecs:us-east-1:000000000000:service/production/web';
    expect((await call(client, 'delete_app', { service_arn: arn, app_name: 'shop' })).text).toMatch(
      /^\[POLICY DENIED\] .*deleted by people/,
    );

    expect((await ecs('ListClusters')).text).toContain('cluster/production');
    expect((await ecs('ListServices', { cluster: 'production' })).text).toContain(arn);
  });

  test('the 31st group of a minute is refused, and 30 exist', async () => {
    const { client } = await connect(mode);
    const create = (n: number) =>
      call(client, 'stream_group_create', { key: 'orders', group_name: `g${n}` });
    const replies = await Promise.all(Array.from({ length: 31 }, (_, n) => create(n)));
    expect(replies.filter(reply => !reply.isError)).toHaveLength(30);
    expect(replies.find(reply => reply.isError)).toMatchObject({
      text: expect.stringMatching(
        /^\[POLICY DENIED\] stream_group_create is limited to 30 calls per minute; try again in \d+ s/,
      ),
      verdict: {
        effect: 'rate_limit',
        limits: [{ counter: 'stream_group_create_rate', scope: 'grant', max: 30, used: 30 }],
      },
    });
    expect((await call(client, 'stream_info', { key: 'orders' })).text).toContain('"groups":30');
  });

  test('errors of the server come through as they are', async () => {
    const { client } = await connect(mode, { version: '1', default: 'allow' });
    await expect(client.callTool({ name: 'no_such_tool' })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('Unknown tool: no_such_tool'),
    });
    expect(await call(client, 'stream_info', { kee: 'orders' })).toMatchObject({
      isError: true,
      text: 'Invalid arguments for stream_info: key is missing',
      verdict: undefined,
    });
  });
});

test('one counter holds for all modes and across restarts', async () => {
  const home = tempDir();
  let created = 0;
  for (const [, { mode }] of modes) {
    const { client } = await connect(mode, policy, home);
    for (let n = 0; n < 12; n++) {
      const group = { key: 'orders', group_name: `g${n}` };
      if (!(await call(client, 'stream_group_create', group)).isError) created++;
    }
    await client.close();
  }
  expect(created).toBe(30);
});

test('auto falls back to a server that only knows the handshake', async () => {
  const { resolve } = createRequire(import.meta.url);
  const memory = dirname(resolve('@modelcontextprotocol/server-memory/package.json'));
  const home = tempDir();
  const client = await open(
    'auto',
    launch([process.execPath, join(memory, 'dist/index.js')], {
      policy: { version: '1', default: 'allow', tools: { 'delete_*': { action: 'deny' } } },
      home,
      env: { MEMORY_FILE_PATH: join(home, 'graph.jsonl') },
    }),
  );
  expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
  expect((await client.listTools()).tools).toHaveLength(9);
  const entities = [{ name: 'Ada', entityType: 'person', observations: [] }];
  expect(await client.callTool({ name: 'create_entities', arguments: { entities } })).toMatchObject(
    {
      structuredContent: { entities },
    },
  );
  const denied = await call(client, 'delete_entities', { entityNames: ['Ada'] });
  expect(denied.text).toMatch(/^\[POLICY DENIED\]/);
});

async function connect(mode: VersionNegotiationMode, rules = policy, home = tempDir()) {
  const env = { STARTS: join(home, 'starts') };
  return { client: await open(mode, launch(demo, { policy: rules, home, env })), home };
}

async function open(mode: VersionNegotiationMode, server: ReturnType<typeof launch>) {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  onTestFinished(() => client.close());
  await client.connect(new StdioClientTransport({ ...server, stderr: 'ignore' }));
  return client;
}

/** One call, and what an agent reads of its result. */
async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { content, isError = false, _meta } = await client.callTool({ name, arguments: args });
  const text = content[0]?.type === 'text' ? content[0].text : '';
  return { text, isError, verdict: _meta?.['policy-wrap/verdict'] };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
