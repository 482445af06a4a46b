// The same server configured more than once, and two of one name.
import { describe, expect, it } from 'vitest';
import type { ServerEntry } from '../../src/clients/entry.ts';
import { elsewhere, elsewhereTexts } from '../../src/inventory/elsewhere.ts';

function entry(more: Partial<ServerEntry>): ServerEntry {
  return {
    ...{ client: 'cursor', readers: [], file: '/h/.cursor/mcp.json', scope: 'user' },
    ...{
      project: undefined,
      name: 'files',
      transport: 'stdio',
      command: 'npx',
      args: ['-y', 'fs'],
    },
    ...{ env: {}, cwd: undefined, url: undefined, disabled: false, wrapped: undefined },
    ...{ obstacle: undefined, ...more },
  };
}
const ours = { command: 'npx', args: ['-y', 'fs'], options: [] };
const one = entry({});

describe('the same server', () => {
  it.each<[string, Partial<ServerEntry>, boolean]>([
    ['of another client', { client: 'codex', name: 'fs' }, true],
    [
      'wrapped there',
      { client: 'codex', command: 'node', args: ['pw', '--'], wrapped: ours },
      true,
    ],
    ['with other arguments', { client: 'codex', args: ['-y', 'fs', '/'] }, false],
    ['another command', { client: 'codex', command: 'uvx' }, false],
    ['turned off', { client: 'codex', disabled: true }, false],
  ])('%s', (_, more, isTold) => {
    const other = entry(more);
    const { same } = elsewhere(one, [one, other]);
    expect(same).toEqual(
      isTold
        ? [
            {
              client: 'codex',
              file: other.file,
              name: other.name,
              wrapped: other.wrapped !== undefined,
            },
          ]
        : [],
    );
  });

  it('by its URL', () => {
    const remote = {
      transport: 'remote',
      command: undefined,
      args: [],
      url: 'https://a/mcp',
    } as const;
    const [a, b] = [entry(remote), entry({ ...remote, client: 'codex' })];
    expect(elsewhere(a, [a, b]).same).toHaveLength(1);
    expect(
      elsewhere(a, [a, entry({ ...remote, client: 'codex', url: 'https://b/mcp' })]).same,
    ).toEqual([]);
  });
});

describe('another server of the same name', () => {
  it('is told where one client reads both', () => {
    const project = entry({ scope: 'project', file: '/p/.cursor/mcp.json', command: 'uvx' });
    expect(elsewhere(one, [one, project]).rivals).toMatchObject([{ file: '/p/.cursor/mcp.json' }]);
    const shared = entry({ client: 'claude-code', readers: ['cursor'], command: 'uvx' });
    expect(elsewhere(one, [one, shared]).rivals).toHaveLength(1);
    expect(elsewhere(one, [one, entry({ client: 'zed', command: 'uvx' })]).rivals).toEqual([]);
  });
});

it('says so in words', () => {
  const found = elsewhere(one, [
    one,
    entry({ client: 'codex', file: '/h/.codex/config.toml', name: 'fs' }),
    entry({ scope: 'project', file: '/p/.cursor/mcp.json', command: 'uvx' }),
  ]);
  expect(elsewhereTexts(found, id => id.toUpperCase())).toEqual([
    'the same server: fs of CODEX in /h/.codex/config.toml, not wrapped',
    'another server of this name, one of the two is used: files of CURSOR in /p/.cursor/mcp.json',
  ]);
});
