// What is found over a made-up home: every client's file, who reads it, and what stands in the way.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of clients
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { discover, type Surroundings } from '../../src/clients/discover.ts';
import { commandLists } from '../../src/clients/lists.ts';
import { CLIENTS, type Client, type Paths } from '../../src/clients/table.ts';
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

test.each(['*', '**', '100%x%', '%HOME%'])('a folder that is called %s is that folder', name => {
  const files = Object.fromEntries(
    [name, 'other'].map(folder => [`work/${folder}/.mcp.json`, { mcpServers: { a: stdio } }]),
  );
  const list = { deniedMcpServers: [{ serverCommand: ['x'] }] };
  const where = around({ ...files, [`work/${name}/.claude/settings.json`]: list });
  const cwd = join(where.home, 'work', name);
  const { entries } = discover({ ...where, cwd, env: { HOME: where.home } });
  expect(entries.map(({ file }) => file)).toEqual([join(cwd, '.mcp.json')]);
  expect(commandLists(where, [cwd])).toEqual([join(cwd, '.claude/settings.json')]);
  const home = { ...where, home: cwd, cwd: where.home };
  writeFileSync(join(cwd, '.claude.json'), JSON.stringify({ mcpServers: { b: stdio } }));
  expect(discover(home).entries).toMatchObject([{ scope: 'user', name: 'b' }]);
});

test('a file that came with a repository is not read where it is far too long', () => {
  const long = { mcpServers: { a: stdio }, z: 'x'.repeat(300_000) };
  const where = around({ 'work/.mcp.json': long, '.cursor/mcp.json': long });
  const { entries, problems } = discover(where);
  expect(entries).toMatchObject([{ client: 'cursor', scope: 'user' }]);
  expect(problems).toMatchObject([
    {
      file: join(where.home, 'work/.mcp.json'),
      message: 'it cannot be read: it is longer than 0.25 MiB',
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

const PLATFORMS = ['linux', 'darwin', 'win32'] as const;
type Platform = (typeof PLATFORMS)[number];

const listOf = (paths: Paths | undefined, platform: Platform): readonly string[] =>
  paths === undefined ? [] : 'linux' in paths ? paths[platform] : paths;

/** One server as this client writes it, and its file's text. */
function textFor(client: Client, file: string): string {
  const { keys, commandIsList, types, disabled } = client;
  const entry = {
    ...(types && { type: types[0] }),
    [keys.command]: commandIsList ? ['npx', '-y', 'server'] : 'npx',
    ...(!commandIsList && { [keys.args ?? 'args']: ['-y', 'server'] }),
    [keys.env]: { TOKEN: 's3cret' },
    ...(keys.cwd && { [keys.cwd]: '/srv' }),
    ...(disabled?.[0] && { [disabled[0].key]: disabled[0].when }),
  };
  const isList = client.shape === 'list' && file.endsWith('.yaml');
  const servers =
    client.shape === 'single' ? entry : isList ? [{ name: 'a', ...entry }] : { a: entry };
  const path = client.servers.find(candidate => !candidate.includes('*')) ?? [];
  const document = [...path]
    .reverse()
    .reduce<unknown>((inner, key) => ({ [key]: inner }), servers) as Record<string, unknown>;
  if (client.shape === 'single') document.name = 'a';
  if (file.endsWith('.yaml')) return stringify(document);
  if (file.endsWith('.toml')) return toml(entry);
  return JSON.stringify(document, null, 2);
}

const toml = (entry: Record<string, unknown>) =>
  `[mcp_servers.a]\n${Object.entries(entry)
    .filter(([, value]) => typeof value !== 'object' || Array.isArray(value))
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join('\n')}\n[mcp_servers.a.env]\nTOKEN = "s3cret"\n`;

const CASES = CLIENTS.flatMap(client =>
  PLATFORMS.flatMap(platform =>
    (['user', 'project', 'bundle'] as const).flatMap(scope => {
      const all = {
        user: listOf(client.user, platform),
        project: client.project ?? [],
        bundle: listOf(client.bundles, platform),
      };
      return all[scope]
        .filter(pattern => !/User\/settings\.json$|devcontainer/.test(pattern))
        .map(pattern => [client.id, platform, scope, pattern] as const);
    }),
  ),
);

test('every client is looked for on every platform on which it keeps a file', () => {
  expect(CASES.length).toBeGreaterThan(150);
  expect(new Set(CASES.map(([id]) => id)).size).toBe(28);
});

test.each(CASES)('%s on %s: %s file %s', (id, platform, scope, pattern) => {
  const client = CLIENTS.find(candidate => candidate.id === id) as Client;
  const path = pattern
    .replace('~/', '')
    .replace(/%(\w+)%\//, 'windows/$1/')
    .replace('**/', 'some/where/')
    .replaceAll('*', 'some');
  const relative = scope === 'project' ? `work/${path}` : path;
  const where = around({ [relative]: textFor(client, path) }, { platform });
  const env = Object.fromEntries(
    ['APPDATA', 'LOCALAPPDATA', 'USERPROFILE'].map(name => [
      name,
      join(where.home, 'windows', name),
    ]),
  );
  const { entries, problems } = discover({ ...where, env });
  expect(problems).toEqual([]);
  expect(entries).toHaveLength(1);
  const [entry] = entries;
  expect([entry?.client, ...(entry?.readers ?? [])]).toContain(id);
  expect(entry).toMatchObject({
    file: join(where.home, relative),
    scope,
    name: 'a',
    transport: 'stdio',
    command: 'npx',
    args: ['-y', 'server'],
    env: { TOKEN: 's3cret' },
  });
  // What only one reader of a file knows does not turn it off for the others.
  if (client.disabled && entry?.client === id) expect(entry?.disabled).toBe(true);
  if (client.keys.cwd && entry?.client === id) expect(entry?.cwd).toBe('/srv');
  if (scope === 'bundle') expect(entry?.obstacle).toContain('part of an extension');
  else expect(entry?.obstacle).toBeUndefined();
});

test.each([[['--nope', '--', 'node', 'x.mjs']], [['node', 'x.mjs']]])(
  'what starts us in a way that wraps nothing is not to be wrapped again: %j',
  args => {
    const where = around({
      '.cursor/mcp.json': { mcpServers: { a: { command: 'policy-wrap', args } } },
    });
    const [entry] = discover(where).entries;
    expect(entry).toMatchObject({
      wrapped: undefined,
      obstacle: expect.stringContaining('already'),
    });
  },
);

describe('a variable', () => {
  const claude = {
    mcpServers: { a: { command: '${HOME_OF}/x', args: ['${PORT:-80}'], env: { K: '${KEY}' } } },
  };
  test('gets its value where there is one', () => {
    const where = around({ '.claude.json': claude });
    const { entries } = discover({ ...where, env: { HOME_OF: '/h', KEY: 'k' } });
    expect(entries).toMatchObject([
      { command: '/h/x', args: ['80'], env: { K: 'k' }, obstacle: undefined },
    ]);
  });
  test('stands in the way where there is none', () => {
    const { entries } = discover(around({ '.claude.json': claude }));
    expect(entries[0]?.obstacle).toContain('`${HOME_OF}` has no value here');
  });
  test('of a form that the client does not know is text', () => {
    const text = { mcpServers: { a: { command: '${X}', args: ['$X'] } } };
    const { entries } = discover(around({ '.lmstudio/mcp.json': text }));
    expect(entries).toMatchObject([{ command: '${X}', args: ['$X'], obstacle: undefined }]);
  });
});

test("Claude Code's file has servers for every project, and says which projects there are", () => {
  const where = around({ 'other/.mcp.json': { b: { command: 'y' } } });
  writeFileSync(
    join(where.home, '.claude.json'),
    JSON.stringify({
      mcpServers: { u: stdio },
      projects: { [join(where.home, 'other')]: { mcpServers: { a: stdio } }, '/gone': {} },
    }),
  );
  expect(discover(where).entries.map(({ name, scope, project }) => [name, scope, project])).toEqual(
    [
      ['a', 'user', join(where.home, 'other')],
      ['u', 'user', undefined],
      ['b', 'project', join(where.home, 'other')],
    ],
  );
});

test('what is no server that a client starts', () => {
  const where = around({
    '.config/zed/settings.json': { context_servers: { ext: { settings: {} } } },
    '.config/goose/config.yaml': 'extensions:\n  d: {type: builtin, enabled: true}\n',
    '.config/opencode/opencode.json': { mcp: { off: { enabled: false } } },
    '.gemini/settings.json': { mcpServers: { far: { httpUrl: 'https://far.example/mcp' } } },
  });
  const { entries, problems } = discover(where);
  expect(problems).toEqual([]);
  expect(entries.map(({ name, transport, url }) => [name, transport, url])).toEqual([
    ['ext', 'unknown', undefined],
    ['far', 'remote', 'https://far.example/mcp'],
  ]);
  for (const { obstacle } of entries) expect(obstacle).toBeDefined();
});

test('opencode: both of its versions', () => {
  const old = { mcp: { a: { type: 'local', command: ['x', 'y'], enabled: false } } };
  const fresh = { mcp: { servers: { b: { type: 'local', command: ['z'], disabled: true } } } };
  const where = around({
    '.config/opencode/opencode.json': old,
    '.opencode/opencode.jsonc': fresh,
  });
  expect(discover(where).entries).toMatchObject([
    { name: 'a', command: 'x', args: ['y'], disabled: true },
    { name: 'b', command: 'z', args: [], disabled: true },
  ]);
});

test('the environment moves files', () => {
  const where = around({ 'c/.claude.json': { mcpServers: { a: stdio } }, '.claude.json': '{' });
  const env = { CLAUDE_CONFIG_DIR: join(where.home, 'c') };
  expect(discover({ ...where, env })).toMatchObject({ entries: [{ name: 'a' }], problems: [] });
  const xdg = { XDG_CONFIG_HOME: join(where.home, 'x') };
  mkdirSync(join(where.home, 'x/zed'), { recursive: true });
  writeFileSync(
    join(where.home, 'x/zed/settings.json'),
    '{"context_servers":{"z":{"command":"x"}}}',
  );
  expect(discover({ ...where, env: xdg }).entries).toMatchObject([{ client: 'zed', name: 'z' }]);
  // A relative one means another folder wherever it is used.
  expect(discover({ ...where, env: { CLAUDE_CONFIG_DIR: 'c' } }).entries).toEqual([]);
});

test.each([
  ['.codex/config.toml', 'a = 1\n[b]\nc = \n', 3],
  ['.codex/config.toml', 'a = 1\nb = 2\na = 3\n', 3],
  ['.config/goose/config.yaml', 'extensions:\n  a: [\n', 3],
  ['.config/goose/config.yaml', 'a: 1\nb: 2\na: 3\n', 3],
  ['.cursor/mcp.json', '{"mcpServers": {}}\n}', 2],
  ['.gemini/settings.json', '{ // c\n "mcpServers": {},\n}', 3],
])('%s that is wrong: %j', (path, text, line) => {
  const { problems } = discover(around({ [path]: text }));
  expect(problems).toMatchObject([{ line, file: expect.stringContaining(path) }]);
});

test('what cannot be a configuration is said to be none', () => {
  const where = around({
    '.cursor/mcp.json': 'x'.repeat(20 * 1024 * 1024 + 1),
    '.junie/mcp/mcp.json': `${'['.repeat(200_000)}`,
    '.lmstudio/mcp.json': '',
  });
  writeFileSync(join(where.home, '.claude.json'), Buffer.from([0x7b, 0xff, 0x7d]));
  // Whoever opens a pipe waits for its other end.
  execFileSync('mkfifo', [join(where.home, '.mcp-pipe')]);
  mkdirSync(join(where.home, '.kiro/settings'), { recursive: true });
  symlinkSync('../../.mcp-pipe', join(where.home, '.kiro/settings/mcp.json'));
  const { problems, entries } = discover(where);
  expect(entries).toEqual([]);
  expect(problems.map(({ client, message }) => [client, message])).toEqual([
    ['claude-code', 'it cannot be read: it is no UTF-8 text'],
    ['cursor', 'it cannot be read: it is longer than 20 MiB'],
    ['junie', expect.any(String)],
    ['kiro', 'it cannot be read: it is no regular file'],
  ]);
});

test('VS Code: where servers were before, and in a container', () => {
  const where = around({
    '.config/Code/User/settings.json':
      '{ "a": 1, // c\n "mcp": { "servers": { "old": { "command": "x" } } } }',
    'work/.devcontainer/devcontainer.json': {
      customizations: { vscode: { mcp: { servers: { inside: { command: 'y' } } } } },
    },
  });
  expect(discover(where).entries.map(({ name, scope }) => [name, scope])).toEqual([
    ['old', 'user'],
    ['inside', 'project'],
  ]);
});

test('what the administrator set is read only', () => {
  const where = around({ 'managed.json': { mcpServers: { a: stdio } } });
  const env = { GEMINI_CLI_SYSTEM_SETTINGS_PATH: join(where.home, 'managed.json') };
  const { entries } = discover({ ...where, env });
  expect(entries).toMatchObject([
    { client: 'gemini-cli', scope: 'managed', obstacle: expect.stringContaining('administrator') },
  ]);
});

test('links that lead nowhere, and in a circle', () => {
  const where = around({ '.cursor/other.json': '{}' });
  symlinkSync('/nowhere/mcp.json', join(where.home, '.cursor/mcp.json'));
  symlinkSync('.claude.json', join(where.home, '.claude.json'));
  expect(discover(where)).toMatchObject({
    entries: [],
    problems: [{ client: 'claude-code', message: expect.stringContaining('lead in a circle') }],
  });
});

test('the home folder is no project', () => {
  const where = around({ '.cursor/mcp.json': { mcpServers: { a: stdio } }, '.git/HEAD': '' });
  for (const cwd of [where.home, join(where.home, 'new')])
    expect(discover({ ...where, cwd }).entries).toMatchObject([
      { client: 'cursor', scope: 'user' },
    ]);
});

test('a list elsewhere turns servers off', () => {
  const where = around({
    '.gemini/settings.json': { mcp: { excluded: ['b'] }, mcpServers: { a: stdio, b: stdio } },
    '.claude.json': {
      mcpServers: { c: stdio },
      projects: { '/p': { mcpServers: { c: stdio, d: stdio }, disabledMcpServers: ['c'] } },
    },
  });
  const off = discover(where).entries.filter(({ disabled }) => disabled);
  expect(off.map(({ name, project }) => [name, project])).toEqual([
    ['c', '/p'],
    ['b', undefined],
  ]);
});
