// `policy-wrap init` as it is run: real servers, the record, a person at a terminal, files that are there.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPolicy } from '../../src/policy/load.ts';
import { connect } from '../support/client.ts';
import { toolsOf } from '../support/known-tools.ts';
import { testWith } from '../support/needs.ts';
import { atTerminal, type Ended, withoutTerminal } from '../support/terminal.ts';
import { fixture, launch, root, tempDir } from '../support/wrapper.ts';

const { resolve } = createRequire(import.meta.url);
const entry = (server: string) =>
  join(dirname(resolve(`@modelcontextprotocol/server-${server}/package.json`)), 'dist/index.js');
const DEMO = [process.execPath, join(root, 'examples/demo-server/server.mjs')];

const folder = (home: string) => join(home, 'config/policies');
const policyFile = (home: string, name = 'demo-server.yaml') => join(folder(home), name);
const read = (home: string, name?: string) => readFileSync(policyFile(home, name), 'utf8');
const init = (home: string, ...args: string[]) => withoutTerminal(home, 'init', ...args);
const ok = (ended: Ended) => expect(ended).toMatchObject({ code: 0 });

function given(home: string, text: string, name?: string): void {
  mkdirSync(folder(home), { recursive: true });
  writeFileSync(policyFile(home, name), text);
}

describe('a policy from a live server', () => {
  test('is written, can be used, and is what its wrapper enforces', async () => {
    const home = tempDir();
    const ended = await init(home, '--yes', '--', ...DEMO);
    ok(ended);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain(`policy-wrap: wrote ${policyFile(home)}`);
    expect(ended.stderr).toContain('policy-wrap: destructive: 2, a person approves each call');
    expect(statSync(policyFile(home)).mode & 0o077).toBe(0);
    expect(statSync(folder(home)).mode & 0o077).toBe(0);
    expect(readdirSync(folder(home))).toEqual(['demo-server.yaml']);

    const checked = await withoutTerminal(home, 'check', '--json');
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, policies: [{ warnings: [] }] });

    const { call } = await connect(launch(DEMO, { home, options: ['--approval-timeout', '1s'] }));
    const verdict = async (name: string, args = {}) =>
      (await call(name, args))._meta?.['policy-wrap/verdict'] ?? 'passed';
    const ecs = (api_operation: string, api_params = {}) =>
      verdict('ecs_resource_management', { api_operation, api_params });
    expect(await ecs('ListClusters')).toBe('passed');
    expect(await ecs('CreateCluster', { clusterName: 'new' })).toBe('passed');
    const asked = { effect: 'require_approval' };
    expect(await ecs('DeleteCluster', { cluster: 'staging' })).toMatchObject({
      ...asked,
      category: 'destructive',
      reason: 'it may destroy something that cannot be brought back',
    });
    expect(await ecs('DrainCluster')).toMatchObject({ ...asked, key: '*' });
    expect(await verdict('delete_app', { service_arn: 'a', app_name: 'b' })).toMatchObject(asked);
  });

  test.each(['everything', 'filesystem', 'memory'])('%s: every tool has a rule', async server => {
    const home = tempDir();
    const command = [process.execPath, entry(server), ...(server === 'filesystem' ? [home] : [])];
    const suggested = await init(home, '--out', '-', '--', ...command);
    ok(suggested);
    expect(suggested.stderr).toBe('');
    const loaded = await loadPolicy({ name: server, text: suggested.stdout, format: 'yaml' });
    if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
    const { client } = await connect(launch(command, { home }));
    const names = await toolsOf(client);
    expect(names.length).toBeGreaterThan(8);
    expect(new Set(loaded.policy.exact.keys())).toEqual(new Set(names));
    expect(existsSync(join(home, 'config'))).toBe(false);
  });

  test('as JSON', async () => {
    const home = tempDir();
    ok(await init(home, '--yes', '--json', '--', ...DEMO));
    const { tools } = JSON.parse(read(home, 'demo-server.json'));
    expect(tools.delete_app).toEqual({
      category: 'destructive',
      reason: 'destructive, critical risk: verb "delete"',
    });
  });

  test.each<[string, string[], string]>([
    ['ends', ['-e', 'process.exit(3)'], 'it ended with exit code 3'],
    ['says nothing', ['-e', 'setInterval(() => {}, 1000)'], 'it did not answer in time'],
  ])('that %s: why, and nothing is written', async (_, args, why) => {
    const home = tempDir();
    const ended = await init(
      home,
      ...['--yes', '--timeout', '1s', '--server', 'x', '--', process.execPath, ...args],
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`policy-wrap: x does not list its tools: ${why}`);
    expect(ended.stderr).toContain('(PW_INIT)');
    expect(existsSync(join(home, 'config'))).toBe(false);
  });
});

describe('a policy from the record', () => {
  test('has what agents have called, its operations told apart', async () => {
    const home = tempDir();
    const options = ['--mode', 'observe', '--server', 'ecs'];
    const { call, client } = await connect(launch(DEMO, { home, options }));
    await call('ecs_resource_management', { api_operation: 'ListClusters' });
    await call('ecs_resource_management', { api_operation: 'ListClusters' });
    await call('delete_app', { service_arn: 'a', app_name: 'b' });
    await call('stream_info', { key: 'a' });
    await client.close();
    const ended = await init(home, '--from-log', '--yes');
    ok(ended);
    const text = read(home, 'ecs.yaml');
    expect(text).toContain('  ecs_resource_management: api_operation\n');
    expect(text).toContain(
      '  "ecs_resource_management:ListClusters": { category: read }  # verb "list"; 2 calls on record\n',
    );
    expect(text).toContain(
      '  delete_app: { category: destructive }  # verb "delete"; 1 call on record\n',
    );
    const checked = await withoutTerminal(home, 'check', '--json');
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, policies: [{ warnings: [] }] });

    // With the operations in its subjects now.
    const again = await connect(launch(DEMO, { home, options }));
    await again.call('ecs_resource_management', { api_operation: 'UpdateService' });
    await again.client.close();
    ok(await init(home, '--from-log', '--server', 'ecs', '--update', '--yes'));
    const updated = read(home, 'ecs.yaml');
    const added = updated.split('\n').filter(line => !text.split('\n').includes(line));
    expect(added).toEqual([
      '  # Added by policy-wrap init --update',
      expect.stringMatching(
        /^ {2}"ecs_resource_management:UpdateService": \{ category: write, limits: .* # verb "update"; 1 call on record$/,
      ),
    ]);
  });

  test('where nothing is on record, or of several servers', async () => {
    const home = tempDir();
    const none = await init(home, '--from-log');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('no call of a tool is recorded');
    for (const server of ['a', 'b']) {
      const { call, client } = await connect(launch(DEMO, { home, options: ['--server', server] }));
      await call('stream_info', { key: 'a' });
      await client.close();
    }
    const several = await init(home, '--from-log');
    expect(several.code).toBe(2);
    expect(several.stderr).toContain('name one with --server: a, b');
  });
});

describe('a file that is there', () => {
  const MINE =
    '\ufeff# mine\r\nversion: "1"\r\ndefault: deny\r\ntools:\r\n    stream_info: {} # mine too\r\n';

  test('is not replaced without a person, whatever is said', async () => {
    const home = tempDir();
    given(home, MINE);
    for (const more of [[], ['--yes']]) {
      const ended = await init(home, ...more, '--', ...DEMO);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('there is no terminal to say yes at');
      expect(read(home)).toBe(MINE);
    }
    expect(readdirSync(folder(home))).toEqual(['demo-server.yaml']);
  });

  test('gets what is new, all else byte for byte, and once', async () => {
    const home = tempDir();
    given(home, MINE);
    const ended = await init(home, '--update', '--yes', '--', ...DEMO);
    ok(ended);
    expect(ended.stdout).toContain(
      '+ delete_app: destructive, critical risk: verb "delete"; a person approves each call\n',
    );
    const text = read(home);
    expect(text.startsWith(MINE)).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text).toContain('    delete_app: { category: destructive, action: require_approval');
    const again = await init(home, '--update', '--yes', '--', ...DEMO);
    ok(again);
    expect(again.stderr).toContain('nothing is new');
    expect(read(home)).toBe(text);
  });

  test('of JSON is the one that is updated, and no second one is made', async () => {
    const home = tempDir();
    given(home, '{ "version": "1", "default": "deny", "tools": {} }', 'demo-server.json');
    ok(await init(home, '--update', '--yes', '--', ...DEMO));
    expect(JSON.parse(read(home, 'demo-server.json')).tools.stream_info.category).toBe('read');
    expect(readdirSync(folder(home))).toEqual(['demo-server.json']);
  });

  test('that is no policy is left alone, each problem told', async () => {
    const home = tempDir();
    given(home, 'version: "1"\ndefault: deny\ntoolz: {}\n');
    const ended = await init(home, '--update', '--yes', '--', ...DEMO);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('demo-server.yaml:3:1: `toolz`: unknown key');
  });

  test('of everybody that it could not stand beside: nothing is written', async () => {
    const home = tempDir();
    const limits = '[{ counter: read, kind: fixed, max: 5, window: day }]';
    given(home, `version: "1"\ndefault: allow\nall_tools: { limits: ${limits} }\n`, '_all.yaml');
    const ended = await init(home, '--yes', '--', ...DEMO);
    expect(ended.code).toBe(3);
    expect(readdirSync(folder(home))).toEqual(['_all.yaml']);
  });
});

describe('at a terminal', () => {
  const terminalTest = testWith('python3');

  terminalTest('the policy is shown, and written after a yes', async () => {
    const home = tempDir();
    const no = atTerminal(home, 'init', '--', ...DEMO);
    await no.shows(`write ${policyFile(home)}? type y:`);
    expect(no.output()).toContain('# ── destructive: critical risk, a person approves each call');
    no.type('n\n');
    expect(await no.ended).toBe(1);
    expect(existsSync(join(home, 'config'))).toBe(false);

    const yes = atTerminal(home, 'init', '--', ...DEMO);
    await yes.shows('type y:');
    yes.type('y\n');
    expect(await yes.ended).toBe(0);
    const text = read(home);

    const mine = `${text}# mine\n`;
    given(home, mine);
    const replace = atTerminal(home, 'init', '--', ...DEMO);
    await replace.shows(`replace ${policyFile(home)}? type y:`);
    replace.type('y\n');
    expect(await replace.ended).toBe(0);
    expect(read(home)).toBe(text);
    expect(read(home, 'demo-server.yaml.bak')).toBe(mine);
    ok(await withoutTerminal(home, 'check'));
  });
});

test.each([
  ['malformed', ['good', 'bare']],
  ['modern', ['first', 'second']],
])('a server whose list is %s', async (kind, names) => {
  const home = tempDir();
  const command = [process.execPath, fixture('lists.mjs'), kind];
  const { code, stdout, stderr } = await init(home, '--out', '-', '--json', '--', ...command);
  expect([code, stderr]).toEqual([0, '']);
  expect(Object.keys(JSON.parse(stdout).tools).sort()).toEqual(['*', ...names].sort());
});

test.each([
  [['init'], 'it is not said where the tools are to be taken from'],
  [['init', '--from-log', '--', 'x'], '--from-log takes the tools from the record'],
  [['init', '--timeout', 'soon', '--', 'x'], '--timeout: `soon` is no duration'],
  [['init', '--server', '_all', '--', 'x'], '`_all` cannot be the name of a server'],
])('%j', async (args, message) => {
  const ended = await withoutTerminal(tempDir(), ...args);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(message);
});
