// The real ECS server behind the built program; what reached AWS is told by AWS's side.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';
import { type Aws, startAws } from '../support/aws.ts';
import { type Connection, connect, textOf } from '../support/client.ts';
import { testWith } from '../support/needs.ts';
import { fixture, launch, logRows, tempDir } from '../support/wrapper.ts';

const server = 'awslabs.ecs-mcp-server';
const command = ['uvx', '--from', server, 'ecs-mcp-server'];

/** Nobody is there to approve anything. */
const HURRIED = ['--approval-timeout', '1s'];

const ecsTest = testWith('uvx', 'moto_server');
const fastmcpTest = testWith('uvx', 'uv', 'moto_server');

const serverEnv = (aws: Aws) => ({
  ...aws.env,
  ALLOW_WRITE: 'true',
  FASTMCP_LOG_LEVEL: 'ERROR',
  FASTMCP_SHOW_SERVER_BANNER: 'false',
});

const ecs = ({ call }: Connection, operation: string, params: Record<string, unknown> = {}) =>
  call('ecs_resource_management', { api_operation: operation, api_params: params });

const verdictOf = (result: CallToolResult) => result._meta?.['policy-wrap/verdict'];

/** Every `"status"` of a cluster's description as AWS gave it, whatever the server wrapped it in. */
const clusterStatus = (result: CallToolResult) =>
  [...textOf(result).matchAll(/"status":\s*"([A-Z]+)"/g)].map(([, status]) => status);

ecsTest('ECS with no policy file: reads and writes pass, deletes do not', async () => {
  const aws = await startAws();
  const wrapped = await connect(launch(command, { options: HURRIED, env: serverEnv(aws) }));

  const listed = await ecs(wrapped, 'ListClusters');
  expect(listed.isError ?? false).toBe(false);
  expect(textOf(listed)).toContain('clusterArns');

  const created = await ecs(wrapped, 'CreateCluster', { clusterName: 'payments' });
  expect(textOf(created)).toContain('cluster/payments');

  const deleted = await ecs(wrapped, 'DeleteCluster', { cluster: 'payments' });
  expect(deleted.isError).toBe(true);
  expect(textOf(deleted)).toMatch(/^\[POLICY DENIED\] /);
  expect(verdictOf(deleted)).toMatchObject({
    effect: 'require_approval',
    subject: 'ecs_resource_management:DeleteCluster',
  });

  const described = await ecs(wrapped, 'DescribeClusters', { clusters: ['payments'] });
  expect(clusterStatus(described)).toEqual(['ACTIVE']);

  expect(aws.operations()).toEqual(['ListClusters', 'CreateCluster', 'DescribeClusters']);
  expect(JSON.parse(aws.requests[1]?.body ?? '')).toEqual({ clusterName: 'payments' });
});

const peopleDelete = {
  version: '1',
  default: 'deny',
  operations: { ecs_resource_management: 'api_operation' },
  tools: {
    'ecs_resource_management:List*': {},
    'ecs_resource_management:Delete*': {
      action: 'deny',
      reason: 'clusters are deleted by people',
    },
  },
};

ecsTest('ECS under a policy file: its reason is told, and both calls are on record', async () => {
  const aws = await startAws();
  const started = launch(command, { policy: peopleDelete, env: serverEnv(aws) });
  const wrapped = await connect(started);

  const listed = await ecs(wrapped, 'ListClusters');
  expect(textOf(listed)).toContain('clusterArns');
  const deleted = await ecs(wrapped, 'DeleteCluster', { cluster: 'payments' });
  expect(deleted.isError).toBe(true);
  expect(textOf(deleted)).toMatch(/^\[POLICY DENIED\] .*clusters are deleted by people/);
  expect(verdictOf(deleted)).toMatchObject({ effect: 'deny' });
  const described = await ecs(wrapped, 'DescribeClusters');
  expect(verdictOf(described)).toMatchObject({ effect: 'deny' });
  expect(aws.operations()).toEqual(['ListClusters']);

  await wrapped.client.close();
  const calls = (await logRows(started.home)).filter(({ method }) => method === 'tools/call');
  expect(calls).toMatchObject([
    {
      server,
      subject: 'ecs_resource_management:ListClusters',
      effect: 'allow',
      forwarded: true,
      outcome: expect.any(String),
    },
    {
      server,
      subject: 'ecs_resource_management:DeleteCluster',
      effect: 'deny',
      forwarded: false,
      outcome: null,
    },
    { subject: 'ecs_resource_management:DescribeClusters', effect: 'deny', forwarded: false },
  ]);
});

// The package has no executable of its own name, so uvx ends with 1 and names the one that it has.
for (const version of ['', '@latest'])
  ecsTest(`uvx ${server}${version}: started by the executable that the package has`, async () => {
    const aws = await startAws();
    const wrapped = await connect(
      launch(['uvx', `${server}${version}`], { options: HURRIED, env: serverEnv(aws) }),
    );

    const { tools } = await wrapped.client.listTools();
    expect(tools.map(({ name }) => name)).toContain('ecs_resource_management');
    // Seven of its own; three more come from AWS's documentation where there is a network.
    expect(tools.length).toBeGreaterThanOrEqual(7);
    expect(textOf(await ecs(wrapped, 'ListClusters'))).toContain('clusterArns');
    const deleted = await ecs(wrapped, 'DeleteCluster', { cluster: 'payments' });
    expect(verdictOf(deleted)).toMatchObject({ effect: 'require_approval' });
    expect(aws.operations()).toEqual(['ListClusters']);

    const instead = `uvx --from ${server}${version} ecs-mcp-server`;
    const told = wrapped
      .stderr()
      .split('\n')
      .filter(line => line.includes(instead));
    expect(told).toEqual([expect.stringMatching(/^policy-wrap: /)]);
  });

interface Told {
  isError: boolean;
  text: string;
  meta: Record<string, unknown> | null;
}

interface Seen {
  protocolVersion: string;
  initializeResult: boolean;
  tools: string[];
  list: Told;
  delete: Told;
}

interface Line {
  id?: string | number;
  method?: string;
  params?: { arguments?: { api_operation?: string } };
  result?: { resultType?: string; isError?: boolean };
}

function readLines(...path: string[]): Line[] {
  const text = readFileSync(join(...path), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Line);
}

const operationOf = ({ params }: Line) => params?.arguments?.api_operation;

fastmcpTest('ECS by fastmcp, in the era without initialize', async ({ signal }) => {
  const aws = await startAws();
  const [outside, inside] = [tempDir(), tempDir()];
  const tee = [process.execPath, fixture('tee.mjs')];
  const wrapped = launch([...tee, inside, ...command], {
    options: ['--server', server, ...HURRIED],
    env: serverEnv(aws),
  });
  const python = ['run', '--no-project', '--with', 'fastmcp>=4.1,<5', 'python'];
  const args = [fixture('fastmcp_client.py'), ...tee, outside, wrapped.command, ...wrapped.args];
  const { stdout } = await promisify(execFile)('uv', [...python, ...args], {
    env: wrapped.env,
    signal,
  });

  const seen = JSON.parse(stdout) as Seen;
  expect(seen).toMatchObject({
    protocolVersion: '2026-07-28',
    initializeResult: false,
    list: { isError: false, text: expect.stringContaining('clusterArns') },
    delete: {
      isError: true,
      text: expect.stringMatching(/^\[POLICY DENIED\] /),
      meta: { 'policy-wrap/verdict': { effect: 'require_approval' } },
    },
  });
  expect(seen.tools).toContain('ecs_resource_management');
  expect(aws.operations()).toEqual(['ListClusters']);

  const sent = readLines(outside, 'in');
  expect(sent.map(({ method }) => method)).toContain('server/discover');
  expect(sent.map(({ method }) => method)).not.toContain('initialize');
  const denied = sent.find(line => operationOf(line) === 'DeleteCluster');
  const answers = readLines(outside, 'out').filter(({ id }) => id === denied?.id);
  expect(answers).toMatchObject([{ result: { resultType: 'complete', isError: true } }]);

  // The server saw the client's own bytes, all but those of the denied call.
  const linesOf = (dir: string) => readFileSync(join(dir, 'in'), 'utf8').split('\n');
  const passed = linesOf(outside).filter(line => !line.includes('"DeleteCluster"'));
  expect(linesOf(inside)).toEqual(passed);
});
