// Every policy in examples/ loads, and decides as its README says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { presetFor } from '../../src/policy/presets.ts';
import type { Exact } from '../../src/rpc/exact.ts';
import { root } from '../support/wrapper.ts';

const folder = join(root, 'examples/policies');

async function load(name: string) {
  const file = join(folder, name, 'policy.json');
  const loaded = await loadPolicy({ name: file, text: readFileSync(file, 'utf8'), format: 'json' });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.policy;
}

async function decide(preset: string, tool: string, args?: unknown) {
  const { effect, limits } = evaluate([await load(preset)], {
    kind: 'tool',
    name: tool,
    args: () => ({ value: args as Exact }),
  });
  return [
    effect,
    ...limits.map(({ limit }) => `${limit.counter} ${limit.max}/${limit.window.label}`),
  ];
}

it.each(readdirSync(folder))('%s loads and has a README', async name => {
  await load(name);
  expect(readFileSync(join(folder, name, 'README.md'), 'utf8')).toMatch(/^# /);
});

describe('ecs', () => {
  const operation = (name: unknown) => ({ api_operation: name, api_params: {} });
  it.each([
    ['ListClusters', ['allow']],
    ['DescribeTasks', ['allow']],
    ['GetTaskProtection', ['allow']],
    ['CreateCluster', ['allow', 'write 30/minute']],
    ['UpdateService', ['allow', 'write 30/minute']],
    ['RegisterTaskDefinition', ['allow', 'write 30/minute']],
    ['RunTask', ['allow', 'execute 10/minute']],
    ['StopTask', ['allow', 'execute 10/minute']],
    ['ExecuteCommand', ['allow', 'execute 10/minute']],
    ['DeleteCluster', ['require_approval']],
    ['DeregisterTaskDefinition', ['require_approval']],
    ['SubmitTaskStateChange', ['deny']],
    ['deleteCluster', ['deny']],
    ['', ['deny']],
    [undefined, ['deny']],
    [['ListClusters'], ['deny']],
  ])('%j: %j', async (name, expected) =>
    expect(await decide('ecs', 'ecs_resource_management', operation(name))).toEqual(expected),
  );

  it.each([
    ['delete_app', ['require_approval']],
    ['build_and_push_image_to_ecr', ['allow', 'execute 10/minute']],
    ['containerize_app', ['allow']],
    ['ecs_troubleshooting_tool', ['allow']],
    ['aws_knowledge_aws___search_documentation', ['allow']],
    ['ecs_resource_management:ListClusters', ['deny']],
    ['something_new', ['deny']],
  ])('%s: %j', async (tool, expected) => expect(await decide('ecs', tool, {})).toEqual(expected));

  it.each(['awslabs.ecs-mcp-server', 'awslabs-ecs-mcp-server', 'ecs-mcp-server'])(
    'is the preset of %s',
    name => expect(presetFor(name)).toBe('ecs'),
  );
});

describe('recommended', () => {
  it.each([
    ['read_file', ['allow', 'read 60/minute']],
    ['search_nodes', ['allow', 'read 60/minute']],
    ['create_entities', ['allow', 'write 30/minute']],
    ['run_query', ['allow', 'execute 10/minute']],
    ['delete_entities', ['require_approval']],
    ['create_payment', ['require_approval']],
    ['frobnicate', ['require_approval']],
  ])('%s: %j', async (tool, expected) =>
    expect(await decide('recommended', tool)).toEqual(expected),
  );

  it('is what an unknown server gets', () => expect(presetFor('whatever')).toBe('recommended'));
});
