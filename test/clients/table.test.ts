// The table of clients: its documentation has all of it, and its keys make sense together.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLIENTS, type Paths } from '../../src/clients/table.ts';
import { root } from '../support/wrapper.ts';

const page = readFileSync(join(root, 'docs/clients.md'), 'utf8');

const all = (paths: Paths | undefined): readonly string[] =>
  paths === undefined ? [] : 'linux' in paths ? Object.values(paths).flat() : paths;

test('there are 28, each once', () => {
  expect(new Set(CLIENTS.map(({ id }) => id)).size).toBe(28);
});

test.each(CLIENTS.map(client => [client.id, client] as const))(
  'docs/clients.md has %s',
  (id, client) => {
    expect(page).toContain(`\`${id}\``);
    const patterns = [...all(client.user), ...(client.project ?? []), ...all(client.bundles)];
    for (const pattern of patterns) expect(page).toContain(`\`${pattern}\``);
    for (const name of Object.keys({ ...client.overrides, ...client.more }))
      expect(page).toContain(`\`${name}\``);
  },
);

test.each(CLIENTS)('$id says how its servers are started', client => {
  expect(client.servers.length).toBeGreaterThan(0);
  expect(client.keys.args === undefined).toBe(client.commandIsList === true);
});
