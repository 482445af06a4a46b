// What the real ECS server offers, against its preset: each tool and each operation has a rule.
import { expect } from 'vitest';
import { connect } from '../support/client.ts';
import { toolsOf, unknownTo } from '../support/known-tools.ts';
import { testWith } from '../support/needs.ts';
import { launch } from '../support/wrapper.ts';

const command = ['uvx', '--from', 'awslabs.ecs-mcp-server', 'ecs-mcp-server'];
const env = { FASTMCP_LOG_LEVEL: 'ERROR', FASTMCP_SHOW_SERVER_BANNER: 'false' };

testWith('uvx')('the preset of ECS knows every tool and every operation', async () => {
  const { client, stderr } = await connect(launch(command, { env }));
  const tools = await toolsOf(client);
  expect(stderr()).toContain('preset:ecs');
  expect(tools).toContain('ecs_resource_management');
  expect(await unknownTo('ecs', tools)).toEqual([]);

  const door = (await client.listTools()).tools.find(
    tool => tool.name === 'ecs_resource_management',
  );
  const operations = [...(door?.description ?? '').matchAll(/^\s*- ([A-Z]\w+) \(/gm)].map(
    ([, operation = '']) => operation,
  );
  expect(operations.length).toBeGreaterThanOrEqual(65);
  const unknown: string[] = [];
  for (const operation of operations) {
    const args = { api_operation: operation };
    if ((await unknownTo('ecs', ['ecs_resource_management'], args)).length > 0)
      unknown.push(operation);
  }
  // What only the agents of ECS call.
  expect(unknown.filter(operation => !/^Submit|^DiscoverPollEndpoint$/.test(operation))).toEqual(
    [],
  );
});
