// Every policy in examples/ loads, has a README, and decides as the tests beside it say.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../src/config/policies.ts';
import { findTestFiles, policiesOf, readTestFile } from '../../src/config/test-files.ts';
import { presetFor } from '../../src/policy/presets.ts';
import { runTests } from '../../src/rehearsal/run-tests.ts';
import { parseTestFile } from '../../src/rehearsal/test-file.ts';
import { root } from '../support/wrapper.ts';

const folder = join(root, 'examples/policies');

async function resultsOf(file: string) {
  const parsed = await parseTestFile(file, readTestFile(file));
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const { policies } = await loadPolicies(policiesOf(file, parsed.file.policies));
  return runTests(parsed.file, policies);
}

describe.each(readdirSync(folder))('%s', name => {
  it('has a policy with tests, and a README', () => {
    expect(readFileSync(join(folder, name, 'README.md'), 'utf8')).toMatch(/^# /);
    expect(existsSync(join(folder, name, 'policy.json'))).toBe(true);
  });

  // Throws where there is none.
  it.each(findTestFiles([join(folder, name)], folder, () => {}))('passes %s', async file => {
    const results = await resultsOf(file);
    expect(results.filter(({ failure }) => failure !== null)).toEqual([]);
    expect(results.length).toBeGreaterThan(3);
  });
});

it.each(['awslabs.ecs-mcp-server', 'awslabs-ecs-mcp-server', 'ecs-mcp-server'])(
  'ecs is the preset of %s',
  name => expect(presetFor(name)).toBe('ecs'),
);

it('recommended is what an unknown server gets', () =>
  expect(presetFor('whatever')).toBe('recommended'));
