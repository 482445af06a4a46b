// The demo server on its own: the protocol in every version, and tools that do what they say.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema, EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../support/wrapper.ts';

const folder = join(root, 'examples/demo-server');
const server = { command: process.execPath, args: [join(folder, 'server.mjs')] };

const names = [
  'containerize_app',
  'ecs_resource_management',
  'ecs_troubleshooting_tool',
  'wait_for_service_ready',
  'delete_app',
  'stream_group_create',
  'rotate_root_credentials',
  'stream_info',
  'build_and_push_image_to_ecr',
];

describe('with the 1.x client', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(new StdioClientTransport(server));
    return () => client.close();
  });

  async function call(name: string, args: Record<string, unknown> = {}) {
    const result = CallToolResultSchema.parse(await client.callTool({ name, arguments: args }));
    const [content] = result.content;
    const text = content?.type === 'text' ? content.text : '';
    return result.isError ? { failed: text } : (JSON.parse(text) as unknown);
  }
  const ecs = (api_operation: string, api_params?: Record<string, unknown>) =>
    call('ecs_resource_management', { api_operation, ...(api_params && { api_params }) });

  test('introduces itself and answers ping', async () => {
    expect(client.getServerVersion()?.name).toBe('policy-wrap-demo');
    expect(client.getServerCapabilities()).toEqual({ tools: {} });
    expect(client.getInstructions()).toContain('memory');
    expect(await client.ping()).toEqual({});
  });

  test('lists its tools in pages of four', async () => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listTools(cursor === undefined ? {} : { cursor });
      for (const tool of page.tools) expect(tool.inputSchema.type, tool.name).toBe('object');
      pages.push(page.tools.map(tool => tool.name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(pages.map(page => page.length)).toEqual([4, 4, 1]);
    expect(pages.flat()).toEqual(names);
  });

  test('keeps clusters', async () => {
    await ecs('CreateCluster', { clusterName: 'test' });
    expect(JSON.stringify(await ecs('ListClusters'))).toContain('cluster/test');
    expect(await ecs('DescribeClusters', { clusters: ['test'] })).toMatchObject({
      clusters: [{ clusterName: 'test', status: 'ACTIVE' }],
    });
    expect(await ecs('DeleteCluster', { cluster: 'test' })).toMatchObject({
      cluster: { status: 'INACTIVE' },
    });
    expect(JSON.stringify(await ecs('ListClusters'))).not.toContain('cluster/test');
    expect(await ecs('DeleteCluster', { cluster: 'test' })).toEqual({
      failed: 'ClusterNotFoundException: test',
    });
  });

  test('keeps services', async () => {
    const web = { cluster: 'production', service: 'web' };
    expect(await ecs('UpdateService', { ...web, desiredCount: 5 })).toEqual({
      service: { serviceName: 'web', desiredCount: 5 },
    });
    const ready = { cluster: 'production', service_name: 'web' };
    expect(await call('wait_for_service_ready', ready)).toEqual({ service: 'web', running: 5 });
    const listed = (await ecs('ListServices', web)) as { serviceArns: string[] };
    const service_arn = listed.serviceArns[0]!;
    expect(await call('delete_app', { service_arn, app_name: 'shop' })).toMatchObject({
      deleted: [service_arn, expect.stringContaining('shop')],
    });
    expect(await call('wait_for_service_ready', ready)).toEqual({
      failed: 'ServiceNotFoundException: web',
    });
  });

  test('counts consumer groups', async () => {
    const groups = () => call('stream_info', { key: 'orders' });
    expect(await groups()).toEqual({ groups: 0, names: [] });
    for (const group_name of ['a', 'b'])
      expect(await call('stream_group_create', { key: 'orders', group_name })).toEqual({
        created: group_name,
      });
    expect(await call('stream_group_create', { key: 'orders', group_name: 'b' })).toEqual({
      failed: 'BUSYGROUP b already exists',
    });
    expect(await groups()).toEqual({ groups: 2, names: ['a', 'b'] });
  });

  test('answers its other tools', async () => {
    const app = { app_path: '/srv/app', app_name: 'shop' };
    expect(await call('containerize_app', { app_path: '/srv/app', port: 80 })).toHaveProperty(
      'guidance',
    );
    expect(await call('build_and_push_image_to_ecr', app)).toHaveProperty('image');
    expect(await call('ecs_troubleshooting_tool', { action: 'fetch_task_logs' })).toMatchObject({
      findings: [],
    });
    expect(await call('rotate_root_credentials')).toEqual({ rotated: true });
  });

  test.each([
    ['ecs_resource_management', { api_operation: 'ListGalaxies' }, 'Unsupported API operation'],
    ['ecs_resource_management', {}, 'api_operation is missing'],
    ['ecs_resource_management', { api_operation: 1 }, 'must be of type string'],
    ['stream_info', { key: 'a', verbose: true }, 'verbose is unknown'],
    ['containerize_app', { app_path: '/', port: 1.5 }, 'port must be of type integer'],
    ['ecs_troubleshooting_tool', { action: 'guess' }, 'must be one of'],
  ])('lets the model read why %s %j fails', async (name, args, reason) => {
    expect(await call(name, args)).toEqual({ failed: expect.stringContaining(reason) });
  });

  test.each([
    ['an unknown tool', -32602, { method: 'tools/call', params: { name: 'no_such_tool' } }],
    ['a bad cursor', -32602, { method: 'tools/list', params: { cursor: 'page 2' } }],
    ['an unknown method', -32601, { method: 'resources/list' }],
    ['an inherited name', -32601, { method: 'constructor' }],
  ])('refuses %s with %i', async (_, code, request) => {
    await expect(client.request(request, EmptyResultSchema)).rejects.toMatchObject({ code });
  });
});

describe('with the 2.x client, pinned to 2026-07-28', () => {
  test('needs no handshake', async () => {
    const client = new ModernClient(
      { name: 'test', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    onTestFinished(() => client.close());
    await client.connect(new ModernTransport(server));

    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    expect(client.getDiscoverResult()?.supportedVersions).toEqual(['2026-07-28']);
    expect(client.getServerVersion()?.name).toBe('policy-wrap-demo');
    expect((await client.listTools()).tools.map(tool => tool.name)).toEqual(names);
    expect(await client.callTool({ name: 'stream_info', arguments: { key: 'a' } })).toMatchObject({
      content: [{ type: 'text', text: '{"groups":0,"names":[]}' }],
    });
    await expect(client.callTool({ name: 'no_such_tool' })).rejects.toMatchObject({ code: -32602 });
  });
});

describe('on the wire', () => {
  const meta = (version: unknown, more: object = {}) => ({
    _meta: { 'io.modelcontextprotocol/protocolVersion': version, ...more },
  });
  const modern = meta('2026-07-28', { 'io.modelcontextprotocol/clientCapabilities': {} });

  test.each([
    ['2024-11-05', '2024-11-05'],
    ['2025-03-26', '2025-03-26'],
    ['2025-06-18', '2025-06-18'],
    ['2025-11-25', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    ['1999-01-01', '2025-11-25'],
  ])('initialize with %s gives %s', (protocolVersion, given) => {
    const request = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion } };
    expect(talk(request)).toMatchObject([{ id: 1, result: { protocolVersion: given } }]);
  });

  test('results name their type in 2026-07-28 alone', () => {
    const list = { jsonrpc: '2.0', id: 'a', method: 'tools/list' };
    const [before, after] = talk(list, { ...list, params: modern });
    expect(Object.keys(before?.result ?? {})).toEqual(['tools', 'nextCursor']);
    expect(after).toMatchObject({
      id: 'a',
      result: {
        resultType: 'complete',
        ttlMs: 0,
        cacheScope: 'private',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'policy-wrap-demo' } },
      },
    });
  });

  test.each([
    ['another version without a handshake', -32022, 'tools/list', meta('2027-01-01')],
    ['a request that hides its capabilities', -32602, 'tools/list', meta('2026-07-28')],
    ['ping, which 2026-07-28 has not', -32601, 'ping', modern],
    ['server/discover, which older versions have not', -32601, 'server/discover', {}],
    ['initialize without a version', -32602, 'initialize', {}],
  ])('refuses %s with %i', (_, code, method, params) => {
    expect(talk({ jsonrpc: '2.0', id: 7, method, params })).toMatchObject([
      { id: 7, error: { code } },
    ]);
  });

  test('refuses what is no message, and goes on', () => {
    const replies = talk(
      '{"jsonrpc":',
      [],
      { id: 1, method: 'ping' },
      { jsonrpc: '2.0', id: 2, method: 'ping', params: [] },
      { jsonrpc: '2.0', id: 3, method: 'ping' },
    );
    expect(replies).toMatchObject([
      { error: { code: -32700 } },
      { error: { code: -32600 } },
      { id: 1, error: { code: -32600 } },
      { id: 2, error: { code: -32600 } },
      { id: 3, result: {} },
    ]);
  });

  test('stays silent on notifications and responses', () => {
    const silent = [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', method: 'tools/call', params: { name: 'rotate_root_credentials' } },
      { jsonrpc: '2.0', id: 9, result: {} },
    ];
    expect(talk(...silent)).toEqual([]);
  });

  test('ends on SIGTERM', async () => {
    const child = spawn(server.command, server.args);
    child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });
});

test('the policy of the demo speaks of every tool', () => {
  const policy = JSON.parse(readFileSync(join(folder, 'policy.json'), 'utf8')) as {
    hide: string[];
    tools: Record<string, unknown>;
  };
  const subjects = [...policy.hide, ...Object.keys(policy.tools)];
  expect([...new Set(subjects.map(subject => subject.split(':')[0]))].sort()).toEqual(
    names.toSorted(),
  );
});

interface Reply {
  id?: unknown;
  result?: object;
  error?: { code: number };
}

/** What the server answers to these messages until the end of its input, where it must exit. */
function talk(...messages: unknown[]): Reply[] {
  const input = messages.map(m => (typeof m === 'string' ? m : JSON.stringify(m))).join('\n');
  const { status, stdout, stderr } = spawnSync(server.command, server.args, {
    input: `${input}\n`,
    encoding: 'utf8',
    timeout: 5_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Reply);
}
