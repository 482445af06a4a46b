// What is found over a made-up home: every client's file, who reads it, and what stands in the way.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { discover, type Surroundings } from '../../src/clients/discover.ts';
import { tempDir } from '../support/wrapper.ts';

function around(files: Record<string, unknown>, more: Partial<Surroundings> = {}): Surroundings {
  const home = tempDir();
  for (const [path, content] of Object.entries(files)) {
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  mkdirSync(join(home, 'work/.git'), { recursive: true });
  return { platform: 'linux', env: {}, home, cwd: join(home, 'work'), ...more };
}

const stdio = { command: 'npx', args: ['-y', 'server'], env: { TOKEN: 's3cret' } };

test('an entry of Claude Desktop', () => {
  const where = around({
    '.config/Claude/claude_desktop_config.json': { mcpServers: { a: stdio } },
  });
  const { entries, clients, problems } = discover(where);
  expect(problems).toEqual([]);
  const file = join(where.home, '.config/Claude/claude_desktop_config.json');
  expect(clients).toEqual([{ id: 'claude-desktop', name: 'Claude Desktop', files: [file] }]);
  expect(entries).toEqual([
    {
      client: 'claude-desktop',
      readers: [],
      file,
      scope: 'user',
      project: undefined,
      name: 'a',
      transport: 'stdio',
      command: 'npx',
      args: ['-y', 'server'],
      env: { TOKEN: 's3cret' },
      cwd: undefined,
      url: undefined,
      disabled: false,
      wrapped: undefined,
      obstacle: undefined,
    },
  ]);
});

test('one file of many readers is read once', () => {
  const where = around({ 'work/.mcp.json': { mcpServers: { a: stdio } } });
  symlinkSync(join(where.home, 'work/.mcp.json'), join(where.home, 'work/link.json'));
  const { entries } = discover(where);
  expect(entries).toMatchObject([{ client: 'claude-code', scope: 'project', name: 'a' }]);
  expect(entries[0]?.readers).toEqual(
    expect.arrayContaining(['cursor', 'vscode', 'windsurf', 'copilot-cli', 'jetbrains-air']),
  );
});

test('where a file is wrong is said by line and column', () => {
  const where = around({ '.cursor/mcp.json': '{\n  "mcpServers": {,}\n}' });
  expect(discover(where)).toMatchObject({
    entries: [],
    problems: [{ client: 'cursor', line: 2, column: 18 }],
  });
});
