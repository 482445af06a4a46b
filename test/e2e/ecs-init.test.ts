// `policy-wrap init` before the real ECS server: its door is split into the operations that it documents.
import { expect } from 'vitest';
import { loadPolicy } from '../../src/policy/load.ts';
import { testWith } from '../support/needs.ts';
import { withoutTerminal } from '../support/terminal.ts';
import { tempDir } from '../support/wrapper.ts';

const command = ['uvx', '--from', 'awslabs.ecs-mcp-server', 'ecs-mcp-server'];

testWith('uvx')('init of the ECS server', async () => {
  const home = tempDir();
  const ended = await withoutTerminal(
    home,
    ...['init', '--timeout', '110s', '--out', '-', '--', ...command],
  );
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  const loaded = await loadPolicy({ name: 'ecs', text: ended.stdout, format: 'yaml' });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  const { exact, operations, categories } = loaded.policy;
  expect([...operations]).toEqual([['ecs_resource_management', 'api_operation']]);
  const of = (operation: string) => exact.get(`ecs_resource_management:${operation}`)?.category;
  expect(of('ListClusters')).toBe('read');
  expect(of('CreateCluster')).toBe('write');
  expect(of('ExecuteCommand')).toBe('execute');
  expect(of('DeleteCluster')).toBe('destructive');
  expect([...exact.keys()].filter(key => key.includes(':')).length).toBeGreaterThan(50);
  expect(categories.get('destructive')?.action).toBe('require_approval');
});
