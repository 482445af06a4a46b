// What the real Valkey server offers, against its preset: each tool has a rule.
import { expect } from 'vitest';
import { connect } from '../support/client.ts';
import { toolsOf, unknownTo } from '../support/known-tools.ts';
import { testWith } from '../support/needs.ts';
import { launch } from '../support/wrapper.ts';

const server = 'awslabs.valkey-mcp-server';
const command = ['uvx', '--from', `${server}==1.0.18`, '--with', 'mcp<2', server];

testWith('uvx')('the preset of Valkey knows every tool', async () => {
  const { client, stderr } = await connect(launch(command));
  const tools = await toolsOf(client);
  expect(stderr()).toContain('preset:valkey');
  expect(tools).toHaveLength(105);
  expect(await unknownTo('valkey', tools)).toEqual([]);
});
