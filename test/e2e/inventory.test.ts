// `policy-wrap inventory` over a made-up home: nine clients, real servers behind them.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Inventory, ServerReport } from '../../src/inventory/report.ts';
import { testWith } from '../support/needs.ts';
import { runAtTerminal } from '../support/terminal.ts';
import { allGone } from '../support/trees.ts';
import { bin, cleanEnv, fixture, root, tempDir } from '../support/wrapper.ts';

const inTerminal = testWith('python3');
const { resolve } = createRequire(import.meta.url);
const npm = (name: string) =>
  join(dirname(resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist/index.js');
const node = (...args: string[]) => ({ command: process.execPath, args });
const wrapped = (options: string[], ...args: string[]) =>
  node(bin, ...options, '--', process.execPath, ...args);
const demo = join(root, 'examples/demo-server/server.mjs');

const SECRET = 'hunter-22-hunter';
const servers = (mcpServers: object) => JSON.stringify({ mcpServers });

/** The home's folder is the working one too. */
function makeHome(files: Record<string, string>): string {
  const home = tempDir();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return home;
}

const fullHome = () => {
  const home = tempDir();
  const files = { ...node(npm('server-filesystem'), home), env: { TOKEN: SECRET } };
  const memory = { env: { MEMORY_FILE_PATH: join(home, 'graph.jsonl') } };
  const all: Record<string, string> = {
    '.config/Claude/claude_desktop_config.json': servers({ files }),
    '.cursor/mcp.json': servers({
      files,
      memory: { ...wrapped([], npm('server-memory')), ...memory },
      linear: { url: `https://mcp.example.com/sse?key=${SECRET}` },
    }),
    '.codeium/windsurf/mcp_config.json': servers({ off: { ...node(demo), disabled: true } }),
    '.config/Code/User/mcp.json': `{\n  // with a comment\n  "servers": { "demo": ${JSON.stringify(node(demo))} },\n}`,
    '.gemini/settings.json': servers({
      watched: wrapped(['--mode', 'observe', '--policy', 'preset:recommended'], demo),
    }),
    '.lmstudio/mcp.json': servers({ everything: node(npm('server-everything')) }),
    '.junie/mcp/mcp.json': servers({
      refusing: { ...node(fixture('lists.mjs'), 'secret'), env: { LISTS_TOKEN: SECRET } },
    }),
    '.warp/.mcp.json': servers({ modern: node(fixture('lists.mjs'), 'modern') }),
    '.kiro/settings/mcp.json': '{ "mcpServers": ',
    'config/policies/demo-server.json': JSON.stringify({
      version: '1',
      default: 'deny',
      tools: { 'stream_*': {} },
    }),
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return home;
};

const envOf = (home: string) => ({
  ...cleanEnv(home),
  HOME: home,
  XDG_CONFIG_HOME: join(home, '.config'),
  FORCE_COLOR: '0',
});

function inventory(home: string, ...args: string[]) {
  return inventoryIn(home, {}, ...args);
}

async function inventoryIn(home: string, more: Record<string, string>, ...args: string[]) {
  const running = promisify(execFile)(process.execPath, [bin, 'inventory', ...args], {
    env: { ...envOf(home), ...more },
    cwd: home,
    maxBuffer: 1 << 26,
  });
  running.child.stdin?.end();
  return running.then(
    ended => ({ code: 0, ...ended }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

const named = ({ servers }: Inventory, client: string, name: string): ServerReport => {
  const found = servers.find(server => server.client === client && server.name === name);
  if (found === undefined) throw new Error(`no ${name} of ${client}`);
  return found;
};

describe('a home with nine clients', () => {
  test('every server, its tools, its grade; no secret; what it read is as it was', async () => {
    const home = fullHome();
    const html = join(home, 'page.html');
    const config = join(home, '.cursor/mcp.json');
    const before = readFileSync(config, 'utf8');
    const { code, stdout, stderr } = await inventory(home, '--start', '--json', '--html', html);
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as Inventory;
    expect(report.problems).toMatchObject([
      { client: 'kiro', file: expect.stringContaining('.kiro/settings/mcp.json'), line: 1 },
    ]);
    expect(new Set(report.servers.map(({ client }) => client)).size).toBe(8);

    const files = named(report, 'cursor', 'files');
    expect(files).toMatchObject({
      state: 'listed',
      wrapped: false,
      policy: { sources: [{ layer: 'policy', name: 'preset:filesystem' }], problem: null },
      grade: { now: 'F', before: 'F', after: 'D' },
    });
    expect(files.tools.find(({ name }) => name === 'read_text_file')).toMatchObject({
      category: 'read',
      verdict: { effect: 'allow', depends: true, limits: [{ max: 300, window: 'minute' }] },
    });
    expect(named(report, 'claude-desktop', 'files').tools).toEqual(files.tools);
    expect(named(report, 'cursor', 'memory')).toMatchObject({
      wrapped: true,
      policy: { server: 'server-memory', sources: [{ name: 'preset:memory' }] },
      grade: { now: 'B', before: 'F', after: 'B' },
    });
    expect(named(report, 'cursor', 'linear')).toMatchObject({ state: 'remote', tools: [] });
    expect(named(report, 'windsurf', 'off')).toMatchObject({ state: 'disabled', tools: [] });
    const own = named(report, 'vscode', 'demo');
    expect(own.policy?.sources).toEqual([
      { layer: 'policy', name: join(home, 'config/policies/demo-server.json') },
    ]);
    expect(own.tools).toHaveLength(9);
    expect(own.tools.filter(({ verdict }) => verdict?.effect === 'allow').length).toBe(2);
    expect(named(report, 'gemini-cli', 'watched')).toMatchObject({
      wrapped: true,
      observes: true,
      grade: { now: 'F', before: 'F', after: 'C' },
    });
    expect(named(report, 'lm-studio', 'everything').tools.length).toBeGreaterThan(5);
    expect(named(report, 'warp', 'modern')).toMatchObject({
      protocol: '2026-07-28',
      tools: [{ name: 'first' }, { name: 'second' }],
    });
    expect(named(report, 'junie', 'refusing')).toMatchObject({
      state: 'failed',
      why: 'it ended with exit code 3: no access with [redacted]',
    });

    // What two clients configure alike is started once, wrapped or not.
    expect(stderr).toContain('3 of 6: demo (vscode, gemini-cli): ');
    expect(stderr).toMatch(/1 of 6: files \(claude-desktop, cursor\): /);
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('read_text_file');
    expect(statSync(html).mode & 0o777).toBe(0o600);
    for (const text of [stdout, stderr, page]) expect(text).not.toContain(SECRET);
    expect(readFileSync(config, 'utf8')).toBe(before);
    expect(existsSync(join(home, 'graph.jsonl'))).toBe(false);
    expect(existsSync(join(home, 'state/state.db'))).toBe(false);
  });

  test('the table', async () => {
    const { stdout } = await inventory(fullHome(), '--start', '--client', 'cursor');
    expect(stdout).toMatch(/^ {2}files {20,}grade F, D with policy$/m);
    expect(stdout).toMatch(/^ {2}memory {20,}grade B, F without policy$/m);
    expect(stdout).toMatch(/delete_entities +destructive +critical +asks/);
    expect(stdout).toContain('remote: never asked, and held by no policy of this machine');
    expect(stdout).toContain('1 client, 3 servers (1 wrapped, 1 remote), 23 tools');
    expect(stdout).not.toContain('everything');
  });
});

testWith('uvx')('the ECS server, by the name of its package', async () => {
  const env = { FASTMCP_LOG_LEVEL: 'ERROR', FASTMCP_SHOW_SERVER_BANNER: 'false' };
  const home = makeHome({
    '.cursor/mcp.json': servers({
      ecs: { command: 'uvx', args: ['awslabs.ecs-mcp-server'], env },
    }),
  });
  // Where uv keeps what it has downloaded.
  const cache = { UV_CACHE_DIR: join(homedir(), '.cache/uv'), ...process.env };
  const more = { UV_CACHE_DIR: cache.UV_CACHE_DIR };
  const { stdout } = await inventoryIn(home, more, '--start', '--json', '--timeout', '100s');
  const ecs = named(JSON.parse(stdout) as Inventory, 'cursor', 'ecs');
  expect(ecs).toMatchObject({
    state: 'listed',
    why: null,
    policy: { server: 'awslabs.ecs-mcp-server', sources: [{ name: 'preset:ecs' }] },
    grade: { now: 'F', before: 'F' },
  });
  expect(ecs.tools.find(({ name }) => name === 'delete_app')).toMatchObject({
    category: 'destructive',
    verdict: { effect: 'require_approval' },
  });
  expect(ecs.tools.find(({ name }) => name === 'ecs_resource_management')).toMatchObject({
    verdict: { effect: 'allow', depends: true },
  });
});

describe('one server that leaves a mark when it is started', () => {
  const marking = (home: string) =>
    node('-e', `require('fs').writeFileSync(${JSON.stringify(join(home, 'started'))}, '')`);
  const markedHome = () => {
    const home = tempDir();
    mkdirSync(join(home, '.cursor'));
    writeFileSync(join(home, '.cursor/mcp.json'), servers({ marks: marking(home) }));
    return home;
  };

  test('is not started without a terminal and without --start', async () => {
    const home = markedHome();
    const { code, stdout, stderr } = await inventory(home);
    expect(code).toBe(0);
    expect(stdout).toContain('its tools are not known: it was not started');
    expect(stderr).toContain('no server was started, so no tools are listed: --start starts them');
    expect(existsSync(join(home, 'started'))).toBe(false);
  });

  const atTerminal = (home: string) =>
    runAtTerminal(home, [
      ...['env', `HOME=${home}`, `XDG_CONFIG_HOME=${join(home, '.config')}`],
      ...[process.execPath, bin, 'inventory', '--client', 'cursor'],
    ]);

  inTerminal('is started at a terminal after a yes only', async () => {
    const refused = markedHome();
    const no = atTerminal(refused);
    await no.shows('start 1 server to list their tools? type y');
    expect(no.output()).toContain(`policy-wrap: marks: ${process.execPath} -e `);
    expect(no.output()).toContain(`(${join(refused, '.cursor/mcp.json')})`);
    no.type('n\r');
    expect(await no.ended).toBe(0);
    expect(existsSync(join(refused, 'started'))).toBe(false);

    const agreed = markedHome();
    const yes = atTerminal(agreed);
    await yes.shows('type y');
    expect(existsSync(join(agreed, 'started'))).toBe(false);
    yes.type('y\r');
    // It ends without a word: a server that failed.
    expect(await yes.ended).toBe(1);
    expect(existsSync(join(agreed, 'started'))).toBe(true);
  });
});

test('--timeout ends one that says nothing, with all that it started', async () => {
  const home = makeHome({});
  const pids = join(home, 'pids');
  mkdirSync(join(home, '.cursor'));
  writeFileSync(
    join(home, '.cursor/mcp.json'),
    servers({ hangs: node(fixture('lists.mjs'), 'family', pids) }),
  );
  const { code, stdout } = await inventory(home, '--start', '--timeout', '2s');
  expect(code).toBe(1);
  expect(stdout).toContain('its tools are not known: it did not answer in time');
  await allGone(readFileSync(pids, 'utf8').split(' ').map(Number));
});

test('a signal ends the server as well', async () => {
  const home = makeHome({});
  const pids = join(home, 'pids');
  mkdirSync(join(home, '.cursor'));
  writeFileSync(
    join(home, '.cursor/mcp.json'),
    servers({ hangs: node(fixture('lists.mjs'), 'family', pids) }),
  );
  const running = execFile(process.execPath, [bin, 'inventory', '--start'], {
    env: envOf(home),
    cwd: home,
  });
  const ended = new Promise(resolve => running.on('exit', (_, signal) => resolve(signal)));
  while (!existsSync(pids)) await new Promise(resolve => setTimeout(resolve, 50));
  running.kill('SIGINT');
  expect(await ended).toBe('SIGINT');
  // Killed, and perhaps not buried yet.
  await allGone(readFileSync(pids, 'utf8').split(' ').map(Number));
});

test('a machine without clients', async () => {
  expect(await inventory(makeHome({}))).toMatchObject({
    code: 0,
    stdout: '0 clients, 0 servers, 0 tools\n',
    stderr: expect.stringContaining('no client was found: docs/clients.md'),
  });
});

describe('what cannot be done', () => {
  test('a page in place of another file', async () => {
    const home = makeHome({ 'notes.html': '<p>mine' });
    const file = join(home, 'notes.html');
    const refused = await inventory(home, '--html', file);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is a file that is no inventory'),
    });
    expect(readFileSync(file, 'utf8')).toBe('<p>mine');
    const page = join(home, 'page.html');
    expect((await inventory(home, '--html', page)).code).toBe(0);
    expect((await inventory(home, '--html', page)).code).toBe(0);
  });

  test.each([
    [['--timeout', '20'], '`20` is no duration'],
    [['--timeout', '-1s'], '`-1s` is no duration'],
    [['--client', 'emacs'], 'there is no `emacs` on this machine'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await inventory(makeHome({}), ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('a policy that cannot be used is told, and makes no grade', async () => {
    const home = makeHome({
      '.cursor/mcp.json': servers({ demo: node(demo) }),
      'config/policies/demo-server.json': '{"version": "1"}',
    });
    const { code, stdout } = await inventory(home, '--start');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /not wrapped; the policy for it cannot be used: policy-wrap check tells what/,
    );
    expect(stdout).toMatch(/^ {2}demo {20,}grade F$/m);
  });
});
