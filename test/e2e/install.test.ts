// `install` and `uninstall` over a made-up home: real files of eight clients, the built program.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { discover } from '../../src/clients/discover.ts';
import { connect } from '../support/client.ts';
import { testWith } from '../support/needs.ts';
import { atTerminal, type Ended } from '../support/terminal.ts';
import { bin, cleanEnv, root, tempDir } from '../support/wrapper.ts';

const memory = join(root, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');

/** One file for each of eight clients, each in its own manner. */
const EIGHT: Record<string, string> = {
  '.config/Claude/claude_desktop_config.json': `\ufeff{\r\n\t"mcpServers": {\r\n\t\t"memory": {"args":[${JSON.stringify(memory)}], "env": {"TOKEN":"s3cret"},"command":"node"}\r\n\t}\r\n}`,
  '.cursor/mcp.json':
    '{"mcpServers":{"a":{"command":"npx","args":["-y","x"]},"far":{"url":"https://far.example"}}}\n',
  '.config/Code/User/mcp.json':
    '// mine\n{\n  "servers": {\n    "a": { "type": "stdio", "command": "npx", "args": ["-y", "x",], }, // one\n  },\n}\n',
  '.config/zed/settings.json':
    '{\n  "theme": "One", // dark\n  "context_servers": { "a": { "command": "srv" } },\n}\n',
  '.codex/config.toml':
    'model = "o"\n\n[mcp_servers.a] # one\ncommand = \'npx\'\n[mcp_servers.a.env]\nTOKEN = "s3cret"\n',
  '.config/goose/config.yaml':
    '# mine\nextensions:\n  a:\n    name: a\n    cmd: npx\n    args:\n    - -y # yes\n    - x\n    type: stdio\n',
  '.continue/config.yaml': 'name: c\nmcpServers:\n  - name: a\n    command: srv\n',
  '.config/opencode/opencode.json': '{"mcp":{"a":{"type":"local","command":["npx","x"]}}}',
};

interface Home {
  home: string;
  run: (...args: string[]) => Promise<Ended>;
  terminal: (...args: string[]) => ReturnType<typeof atTerminal>;
  read: (path: string) => string;
  /** Where wrapping keeps what it changed. */
  kept: () => string[];
}

afterEach(() => void vi.unstubAllEnvs());

function makeHome(files: Record<string, string> = EIGHT, cwd = ''): Home {
  const home = tempDir();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  // Without what the machine that runs the tests says of its own clients.
  for (const name of ['XDG_CONFIG_HOME', 'CODEX_HOME', 'CLAUDE_CONFIG_DIR', 'COPILOT_HOME'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', home);
  const own = join(home, 'pw');
  return {
    home,
    async run(...args) {
      const options = { env: cleanEnv(own), cwd: join(home, cwd), encoding: 'utf8' as const };
      const running = promisify(execFile)(process.execPath, [bin, ...args], options);
      running.child.stdin?.end();
      try {
        return { code: 0, ...(await running) };
      } catch (error) {
        return error as Ended;
      }
    },
    terminal: (...args) => atTerminal(own, ...args),
    read: path => readFileSync(join(home, path), 'utf8'),
    kept() {
      const folder = join(own, 'state/clients');
      return existsSync(folder) ? readdirSync(folder) : [];
    },
  };
}

const entriesOf = (home: string) =>
  discover({ platform: 'linux', env: {}, home, cwd: join(home, 'nowhere') }).entries;

async function uninstalled(terminal: Home['terminal'], ...args: string[]): Promise<Ended> {
  const screen = terminal('uninstall', ...args);
  await screen.shows('type y:');
  screen.type('y\n');
  return { code: await screen.ended, stdout: screen.output(), stderr: '' };
}

describe('eight clients', () => {
  testWith('python3')('are wrapped, wrapped once, and as they were before', async () => {
    const { home, run, terminal, read, kept } = makeHome();
    chmodSync(join(home, '.cursor/mcp.json'), 0o640);
    const { code, stdout } = await run('install', '--yes');
    expect(stdout).not.toContain('s3cret');
    expect(stdout).toContain('far: left alone: it is a remote server');
    expect(code).toBe(0);
    const started = entriesOf(home).filter(({ transport }) => transport === 'stdio');
    expect(started).toHaveLength(8);
    for (const { wrapped, command, args } of started) {
      expect(wrapped).toBeDefined();
      expect([command, args[0]]).toEqual([process.execPath, bin]);
    }
    expect(statSync(join(home, '.cursor/mcp.json')).mode & 0o777).toBe(0o640);
    expect(kept()).toHaveLength(16);
    for (const name of kept())
      expect(statSync(join(home, 'pw/state/clients', name)).mode & 0o777).toBe(0o600);

    const wrapped = Object.fromEntries(Object.keys(EIGHT).map(path => [path, read(path)]));
    const again = await run('install', '--yes');
    expect(again.stdout).toContain('nothing to do: all that can be wrapped is wrapped already');
    expect(again.code).toBe(0);
    for (const path of Object.keys(EIGHT)) expect(read(path)).toBe(wrapped[path]);

    expect((await uninstalled(terminal)).code).toBe(0);
    for (const [path, text] of Object.entries(EIGHT)) expect(read(path)).toBe(text);
    // Nothing of it is left behind.
    expect(kept()).toEqual([]);
    expect(readdirSync(join(home, '.cursor'))).toEqual(['mcp.json']);
  });

  test('start what they started, with a policy before it', async () => {
    const { home, run } = makeHome();
    await run('install', 'claude-desktop', '--yes', '--policy', 'preset:memory');
    const [entry] = entriesOf(home).filter(({ client }) => client === 'claude-desktop');
    expect(entry?.wrapped?.options).toEqual(['--policy', 'preset:memory']);
    const { command = '', args = [], env } = entry ?? {};
    const own = tempDir();
    const { client } = await connect({
      command,
      args: [...args],
      env: cleanEnv(own, { ...env, MEMORY_FILE_PATH: join(own, 'memory.json') }),
      home: own,
    });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('read_graph');
  });

  testWith('python3')('are left alone by a no, and without an answer', async () => {
    const { run, terminal, read, kept } = makeHome();
    const screen = terminal('install');
    await screen.shows('wrap 8 servers in these 8 files? type y:');
    screen.type('n\n');
    expect(await screen.ended).toBe(1);
    expect(screen.output()).toContain('nothing was changed');
    const { code, stderr } = await run('install');
    expect([code, stderr]).toEqual([1, expect.stringContaining('PW_TERMINAL')]);
    const dry = await run('install', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('this was --dry-run')]);
    for (const [path, text] of Object.entries(EIGHT)) expect(read(path)).toBe(text);
    expect(kept()).toEqual([]);
  });

  test('only the one that is named, and only its server', async () => {
    const two = '{"mcpServers":{"a":{"command":"x"},"b":{"command":"y"}}}';
    const { home, run, read } = makeHome({ ...EIGHT, '.cursor/mcp.json': two });
    expect((await run('install', 'cursor', 'b', '--yes')).code).toBe(0);
    const wrapped = entriesOf(home).filter(entry => entry.wrapped);
    expect(wrapped.map(({ client, name }) => [client, name])).toEqual([['cursor', 'b']]);
    expect(read('.codex/config.toml')).toBe(EIGHT['.codex/config.toml']);
    const missing = await run('install', 'cursor', 'c', '--yes');
    expect([missing.code, missing.stdout]).toEqual([
      1,
      expect.stringContaining('c: there is no such'),
    ]);
    const unknown = await run('install', 'curser');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('`cursor`')]);
  });
});

describe('uninstall', () => {
  test('is for a person: no option gives the answer', async () => {
    const { run, read } = makeHome();
    await run('install', 'codex', '--yes');
    const wrapped = read('.codex/config.toml');
    const { code, stderr } = await run('uninstall');
    expect([code, stderr]).toEqual([1, expect.stringContaining('PW_TERMINAL')]);
    expect((await run('uninstall', '--yes')).code).toBe(2);
    expect(read('.codex/config.toml')).toBe(wrapped);
  });

  const ours = '{"mcpServers":{"a":{"command":"policy-wrap","args":["--","x"]}}}';
  test.each([
    ['a word that is no text', ours.replace('"x"', '"x",1'), 'an argument is no text'],
    ['a file that its client may not read', `// c\n${ours}`, 'Cursor may not read the file'],
  ])('leaves %s alone, and says so', async (_, text, why) => {
    const { run } = makeHome({ '.cursor/mcp.json': text });
    const { code, stdout } = await run('uninstall', '--dry-run');
    expect([code, stdout]).toEqual([1, expect.stringContaining(`a: left alone: ${why}`)]);
    expect(stdout).toMatch(/nothing was changed\n$/);
  });

  testWith('python3')('works without the state folder, and leaves later edits', async () => {
    const { home, run, terminal, read } = makeHome();
    await run('install', '--yes');
    rmSync(join(home, 'pw/state/clients'), { recursive: true });
    // As a client does that writes its file itself.
    const file = '.cursor/mcp.json';
    const edited = JSON.parse(read(file));
    edited.mcpServers.later = { command: 'z' };
    writeFileSync(join(home, file), JSON.stringify(edited, null, 2));
    expect((await uninstalled(terminal)).code).toBe(0);
    expect(JSON.parse(read(file))).toEqual({
      mcpServers: {
        a: { command: 'npx', args: ['-y', 'x'] },
        far: { url: 'https://far.example' },
        later: { command: 'z' },
      },
    });
    for (const [path, text] of Object.entries(EIGHT))
      if (path !== file) expect(read(path)).toBe(text);
  });
});

describe('a file', () => {
  const cursor = '{"mcpServers":{"a":{"command":"x"}}}';
  const file = '.cursor/mcp.json';

  test.each([
    [
      'is malformed',
      '{\n  "mcpServers": {"a": {"command": "x",,}}\n}',
      /mcp\.json:2:\d+: .*left alone/,
    ],
    [
      'has a key twice',
      '{"mcpServers":{"a":{"command":"x"},"a":{"command":"y"}}}',
      /mcp\.json:1:36: .*twice/,
    ],
    ['has a comment that its client does not read', `// c\n${cursor}`, /mcp\.json:1:1: a comment/],
  ])('that %s is left alone, and others are not', async (_, text, message) => {
    const { run, read } = makeHome({ ...EIGHT, [file]: text });
    const { code, stdout } = await run('install', '--yes');
    expect(stdout).toMatch(message);
    expect(code).toBe(1);
    expect(read(file)).toBe(text);
    expect(read('.codex/config.toml')).toContain('policy-wrap');
  });

  testWith('python3')('that changes before the answer is left alone', async () => {
    const { home, terminal, read, kept } = makeHome({ [file]: cursor });
    const screen = terminal('install');
    await screen.shows('type y:');
    writeFileSync(join(home, file), `${cursor} `);
    screen.type('y\n');
    expect(await screen.ended).toBe(1);
    expect(screen.output()).toContain('it was changed meanwhile');
    expect(read(file)).toBe(`${cursor} `);
    expect(kept()).toEqual([]);
    expect(readdirSync(join(home, '.cursor'))).toEqual(['mcp.json']);
  });

  test('that is read-only, or has two names, is left alone', async () => {
    const { home, run, read } = makeHome({ [file]: cursor, '.junie/mcp/mcp.json': cursor });
    chmodSync(join(home, file), 0o444);
    linkSync(join(home, '.junie/mcp/mcp.json'), join(home, 'second'));
    const { code, stdout } = await run('install', '--yes');
    expect(stdout).toContain('not changed: it is read-only');
    expect(stdout).toContain('not changed: it has a second name');
    expect(code).toBe(1);
    expect([read(file), read('second')]).toEqual([cursor, cursor]);
  });

  test('behind a link is written, and the link stays', async () => {
    const { home, run, read } = makeHome({ 'dotfiles/mcp.json': cursor });
    mkdirSync(join(home, '.cursor'));
    symlinkSync('../dotfiles/mcp.json', join(home, file));
    expect((await run('install', '--yes')).code).toBe(0);
    expect(lstatSync(join(home, file)).isSymbolicLink()).toBe(true);
    expect(read('dotfiles/mcp.json')).toContain('policy-wrap.cjs');
  });

  test('of a client that holds its lock is left alone', async () => {
    const cline = '.cline/data/settings/cline_mcp_settings.json';
    const { home, run, read } = makeHome({ [cline]: cursor });
    mkdirSync(join(home, `${cline}.lock`));
    const held = await run('install', '--yes');
    expect([held.code, held.stdout]).toEqual([1, expect.stringContaining('is writing it')]);
    expect(read(cline)).toBe(cursor);
    rmSync(join(home, `${cline}.lock`), { recursive: true });
    expect((await run('install', '--yes')).code).toBe(0);
    expect(readdirSync(join(home, dirname(cline)))).toEqual(['cline_mcp_settings.json']);
  });

  test('is not changed where no copy of it can be kept', async () => {
    const { home, run, read } = makeHome({ [file]: cursor, pw: 'no folder' });
    expect(statSync(join(home, 'pw')).isFile()).toBe(true);
    const { code, stdout } = await run('install', '--yes');
    expect([code, stdout]).toEqual([1, expect.stringContaining('no copy of it can be kept')]);
    expect(read(file)).toBe(cursor);
  });

  test('is not changed where no record of it can be kept', async () => {
    const { home, run, read, kept } = makeHome({ [file]: cursor });
    const key = createHash('sha256').update(join(home, file)).digest('hex').slice(0, 16);
    mkdirSync(join(home, `pw/state/clients/${key}.json`), { recursive: true });
    const { code, stdout } = await run('install', '--yes');
    expect([code, stdout]).toEqual([1, expect.stringContaining('not changed: no copy')]);
    expect(read(file)).toBe(cursor);
    expect(kept()).toEqual([`${key}.json`]);
  });
});

test('a list that goes by command lines stands in the way, until it is said that it may not', async () => {
  const { run, read } = makeHome({
    '.claude.json': '{"mcpServers":{"a":{"command":"x"}}}',
    '.claude/settings.json': '{"deniedMcpServers":[{"serverCommand":["x"]}]}',
  });
  const { code, stdout } = await run('install', '--yes');
  expect([code, stdout]).toEqual([1, expect.stringContaining('--despite-lists')]);
  expect(read('.claude.json')).not.toContain('policy-wrap');
  expect((await run('install', '--yes', '--despite-lists')).code).toBe(0);
  expect(read('.claude.json')).toContain('policy-wrap');
});

test('a plugin with the same command is told of: it starts when ours is another', async () => {
  const server = '{"mcpServers":{"a":{"command":"x","args":["y"]}}}';
  const { run } = makeHome({
    '.claude.json': server,
    '.claude/plugins/cache/market/plug/.mcp.json': server.replace('"a"', '"b"'),
  });
  const { stdout } = await run('install', '--dry-run');
  expect(stdout).toMatch(/note: Claude Code starts `b` of .*plug\/\.mcp\.json unwrapped/);
});

test('what starts the same command from elsewhere is told of', async () => {
  const server = '{"mcpServers":{"a":{"command":"x","args":["y"]}}}';
  const { run } = makeHome({ '.cursor/mcp.json': server, '.junie/mcp/mcp.json': server });
  const { stdout } = await run('install', 'cursor', '--dry-run');
  expect(stdout).toMatch(
    /note: `a` of .*junie.* \(JetBrains Junie\) starts the same command unwrapped/,
  );
  expect((await run('install', '--dry-run')).stdout).not.toContain('the same command');
});

test('so is what the same file starts it by, and what an older wrapper starts', async () => {
  const two = '{"mcpServers":{"a":{"command":"x"},"b":{"command":"x"}}}';
  const older = '{"mcpServers":{"c":{"command":"policy-wrap","args":["--","x"]}}}';
  const { run } = makeHome({ '.cursor/mcp.json': two, '.junie/mcp/mcp.json': older });
  const { stdout } = await run('install', 'cursor', 'a', '--dry-run');
  expect(stdout).toMatch(/note: `b` of .*cursor.* starts the same command unwrapped/);
  expect(stdout).not.toContain('note: `c`');
  const upgrade = await run('install', 'junie', '--dry-run');
  expect(upgrade.stdout).toMatch(/note: `a` of .*cursor.* starts the same command unwrapped/);
});

test('a project file, on request, by a name that is the same for everybody', async () => {
  const shared = '{\n  "mcpServers": {\n    "a": {\n      "command": "x"\n    }\n  }\n}\n';
  const files = { 'work/.mcp.json': shared, 'work/.git/HEAD': '', '.cursor/mcp.json': shared };
  const { run, read } = makeHome(files, 'work');
  await run('install', '--yes');
  expect(read('work/.mcp.json')).toBe(shared);
  const { code, stdout } = await run('install', '--project', '--yes');
  expect(stdout).toContain('note: others share a project file');
  expect(code).toBe(0);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(JSON.parse(read('work/.mcp.json')).mcpServers.a).toEqual({
    command: 'npx',
    args: ['-y', `policy-wrap@${version}`, '--', 'x'],
  });
});

test('a malformed project file is told of to each of its readers', async () => {
  const { run } = makeHome({ 'work/.mcp.json': '{', 'work/.git/HEAD': '' }, 'work');
  for (const id of ['claude-code', 'cursor']) {
    const { code, stdout } = await run('install', id, '--project', '--yes');
    expect([code, stdout]).toEqual([1, expect.stringContaining('.mcp.json:1:2: ')]);
  }
});

test('a link in a project leads to no file outside of it', async () => {
  const mine = '{"mcpServers":{"a":{"command":"x"}}}';
  const { home, run, read } = makeHome({ '.cursor/mcp.json': mine, 'work/.git/HEAD': '' }, 'work');
  symlinkSync('../.cursor/mcp.json', join(home, 'work/.mcp.json'));
  const { code, stdout } = await run('install', '--project', '--yes');
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/work\/\.mcp\.json: it is a link out of the project, to .*left alone/),
  ]);
  expect(read('.cursor/mcp.json')).toBe(mine);
});

test('what is shown holds no secret, wherever in an entry it stands', async () => {
  const args = [
    '--api-key',
    's3cret-1',
    '--token=s3cret-2',
    'https://x.example/mcp?k=s3cret-3',
    'postgres://u:s3cret-4@db/x',
    's3cret-5',
    '-H',
    'Authorization: Bearer s3cret-6',
  ];
  const a = { command: 'npx', args, env: { A: 's3cret-5' } };
  const far = { url: 'https://far.example/mcp?key=s3cret-7' };
  const named = { url: 'https://u:s3cret-8@far.example/mcp' };
  const { run, read } = makeHome({
    '.cursor/mcp.json': JSON.stringify({ mcpServers: { a, far, named } }),
  });
  const { code, stdout, stderr } = await run('install', '--yes', '--remote');
  expect([code, stdout]).toEqual([0, expect.stringContaining('named: left alone: its URL holds')]);
  expect(stdout + stderr).not.toContain('s3cret');
  expect(read('.cursor/mcp.json').match(/s3cret-\d/g)).toHaveLength(9);
});

test('an older wrapper is replaced and keeps its options', async () => {
  const older =
    '{"mcpServers":{"a":{"command":"npx","args":["policy-wrap@0.0.1","--mode","observe","--","x"]}}}';
  const { run, read } = makeHome({ '.cursor/mcp.json': older });
  await run('install', '--yes');
  expect(JSON.parse(read('.cursor/mcp.json')).mcpServers.a).toEqual({
    command: process.execPath,
    args: [bin, '--mode', 'observe', '--', 'x'],
  });
  await run('install', '--yes', '--mode', 'enforce');
  expect(JSON.parse(read('.cursor/mcp.json')).mcpServers.a.args).toEqual([
    bin,
    '--mode',
    'enforce',
    '--',
    'x',
  ]);
});

test('a policy that cannot be used is written nowhere', async () => {
  const { home, run, read } = makeHome();
  writeFileSync(join(home, 'bad.json'), '{"version":"1"}');
  const { code } = await run('install', '--yes', '--policy', 'bad.json');
  expect(code).toBe(3);
  expect(read('.cursor/mcp.json')).toBe(EIGHT['.cursor/mcp.json']);
});

test('where nothing is configured there is nothing to do', async () => {
  const { run } = makeHome({});
  const { code, stdout } = await run('install');
  expect([code, stdout]).toEqual([0, 'nothing to do: no server is configured there\n']);
});

testWith('python3')('remote servers, on request, and back', async () => {
  const files = {
    '.cursor/mcp.json':
      '{\n  "mcpServers": {\n    "far": {\n      "url": "https://far.example/mcp"\n    },\n    "key": { "url": "https://k.example", "headers": { "Authorization": "s3cret" } }\n  }\n}\n',
    '.config/Code/User/mcp.json':
      '{ "servers": { "a": { "type": "http", "url": "https://x.eu-west-1.amazonaws.com/mcp" /* c */ } } }',
    '.codex/config.toml': '[mcp_servers.far] # c\nurl = "https://far.example/mcp" # d\n',
    '.config/goose/config.yaml':
      'extensions:\n  far:\n    name: far\n    type: streamable_http\n    uri: https://far.example # c\n',
    '.config/opencode/opencode.json':
      '{"mcp":{"far":{"type":"remote","url":"https://far.example"}}}',
  };
  const { home, run, terminal, read } = makeHome(files);
  const without = await run('install', '--yes');
  expect([without.code, without.stdout]).toEqual([0, expect.stringContaining('--remote')]);
  const { code, stdout } = await run('install', '--yes', '--remote');
  expect(stdout).toContain('key: left alone: its `headers` is for a connection');
  expect(stdout).not.toContain('s3cret');
  expect(code).toBe(0);
  const wrapped = entriesOf(home).filter(entry => entry.wrapped);
  expect(
    wrapped.map(({ client, wrapped: inner }) => [client, inner?.command, inner?.args.at(-1)]),
  ).toEqual([
    ['cursor', 'npx', 'https://far.example/mcp'],
    ['vscode', 'uvx', 'https://x.eu-west-1.amazonaws.com/mcp'],
    ['codex', 'npx', 'https://far.example/mcp'],
    ['goose', 'npx', 'https://far.example'],
    ['opencode', 'npx', 'https://far.example'],
  ]);
  expect(wrapped[0]?.wrapped?.options).toEqual(['--server', 'far']);
  const texts = Object.keys(files).map(read);
  expect((await run('install', '--yes', '--remote')).stdout).toContain('nothing to do');
  expect(Object.keys(files).map(read)).toEqual(texts);
  expect((await run('install', '--yes', '--mode', 'observe')).code).toBe(0);
  const [again] = entriesOf(home);
  expect(again?.wrapped?.options).toEqual(['--mode', 'observe', '--server', 'far']);
  expect((await uninstalled(terminal)).code).toBe(0);
  for (const [path, text] of Object.entries(files)) expect(read(path)).toBe(text);
});
