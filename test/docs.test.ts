// The documentation and the program say the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../src/policy/load.ts';
import { CATEGORIES, NOT_BUILT, policySchema } from '../src/policy/schema.ts';
import { NOTIFICATIONS, REQUESTS } from '../src/proxy/methods.ts';
import { root } from './support/wrapper.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('docs/policy.md', () => {
  const page = read('docs/policy.md');
  it.each([...Object.keys(policySchema.shape), ...NOT_BUILT, ...CATEGORIES])('names `%s`', key => {
    expect(page).toMatch(new RegExp(`\`"?${key.replace('$', '\\$')}"?\``));
  });
});

describe('docs/protocol.md', () => {
  const page = read('docs/protocol.md');
  it.each([...REQUESTS.keys()])('names `%s`', method => expect(page).toContain(`\`${method}\``));
  it.each([...NOTIFICATIONS])('names `%s`', method =>
    expect(page).toContain(method.replace('notifications', '')),
  );
});

it('docs/errors.md has every code', () => {
  const codes = read('src/errors.ts').match(/PW_[A-Z_]+/g) ?? [];
  expect(codes.length).toBeGreaterThan(5);
  for (const code of codes) expect(read('docs/errors.md')).toContain(`\`${code}\``);
});

it('the policy of the README loads', async () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  expect(await loadPolicy({ name: 'README', text, format: 'yaml' })).toHaveProperty('policy');
});

it('the configurations of the README are JSON and put policy-wrap before the command', () => {
  const blocks = [...read('README.md').matchAll(/```json\n([\s\S]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(0);
  for (const [, text = ''] of blocks)
    for (const { args } of Object.values(JSON.parse(text).mcpServers) as { args: string[] }[])
      expect(args.slice(0, 3)).toEqual(['-y', 'policy-wrap', '--']);
});

it('no document names this or that machine', () => {
  for (const path of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'package-lock.json'])
    expect(read(path)).not.toMatch(/"resolved"|\/home\/[a-z]+\/|\/Users\/[a-z]+\//);
});
