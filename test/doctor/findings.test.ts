// What `doctor` finds in made-up surroundings, and that each failing line has what mends it.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServerEntry } from '../../src/clients/entry.ts';
import { checkClients } from '../../src/doctor/clients.ts';
import { checkAdministrators, checkConfig, checkState } from '../../src/doctor/files.ts';
import { shellWord } from '../../src/doctor/finding.ts';
import { checkDriver, checkNode } from '../../src/doctor/machine.ts';
import { checkPolicies } from '../../src/doctor/policies.ts';
import { selfTest } from '../../src/doctor/self-test.ts';
import { PolicyWrapError } from '../../src/errors.ts';
import { bin, fixture, root, tempDir } from '../support/wrapper.ts';

describe('Node', () => {
  test.each([
    ...['20.19.0', '20.20.2', '22.14.0', '22.23.3', '23.0.0', '24.21.0', '30.0.0'].map(
      version => [version, 'ok'] as const,
    ),
    ...['18.20.0', '20.18.3', '21.7.0', '22.13.1'].map(version => [version, 'failed'] as const),
  ])('%s: %s', (version, status) => expect(checkNode(version).status).toBe(status));
});

test('SQLite: the driver, or why there is none', () => {
  expect(checkDriver().status).toBe('ok');
  const none = checkDriver(() => {
    throw new PolicyWrapError('PW_STATE_DRIVER', 'no SQLite driver loads', { help: 'use another' });
  });
  expect(none).toMatchObject({ status: 'failed', mend: 'use another' });
});

describe('folders and files', () => {
  const make = (mode: number, fileMode = 0o600) => {
    const folder = join(tempDir(), "o'ne folder");
    mkdirSync(folder, { mode: 0o700 });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    chmodSync(file, fileMode);
    chmodSync(folder, mode);
    return { folder, file };
  };
  const statusOf = (findings: readonly { status: string }[]) =>
    findings.map(({ status }) => status);

  test.each([
    [0o700, 0o600, ['ok']],
    // Others may read what the rules are, and not change them.
    [0o755, 0o644, ['ok']],
    [0o775, 0o600, ['failed']],
    [0o700, 0o666, ['failed']],
  ])('configuration of mode %o and %o', (mode, fileMode, expected) => {
    const { folder, file } = make(mode, fileMode);
    const found = checkConfig(folder, [file]);
    expect(statusOf(found)).toEqual(expected);
  });

  test.each([
    [0o700, ['ok']],
    [0o750, ['failed']],
    [0o701, ['failed']],
  ])('state of mode %o', (mode, expected) => {
    const { folder } = make(mode);
    expect(statusOf(checkState(join(folder, 'state.db')))).toEqual(expected);
  });

  test('the command that is told mends it', () => {
    const { folder, file } = make(0o777, 0o666);
    for (const { mend = '' } of checkState(file))
      if (mend.startsWith('chmod')) execFileSync('sh', ['-c', mend]);
    expect(statusOf(checkState(join(folder, 'state.db')))).toEqual(['ok']);
    expect(checkConfig(folder, [file])).toEqual([expect.objectContaining({ status: 'ok' })]);
  });

  test('a state file that is none', () => {
    const { file } = make(0o700);
    writeFileSync(file, 'no database at all, whatever it is called');
    expect(checkState(file)).toEqual([
      {
        status: 'failed',
        what: expect.stringContaining('cannot be used'),
        mend: `mv ${shellWord(file)} ${shellWord(`${file}.broken`)}`,
      },
    ]);
  });

  test('none yet', () => {
    const home = tempDir();
    const [config] = checkConfig(join(home, 'a/b'), []);
    const [state] = checkState(join(home, 'c/state.db'));
    expect([config?.status, state?.status]).toEqual(['ok', 'ok']);
  });
});

describe('policies', () => {
  const HEAD = 'version: "1"\ndefault: deny\n';
  const check = async (files: Record<string, string>) => {
    const home = tempDir();
    mkdirSync(join(home, 'policies'));
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(home, 'policies', name), text);
    const where = { config: home, state: home, machine: join(home, 'machine') };
    const { findings } = await checkPolicies(where);
    return findings.map(({ status, what, mend }) =>
      [status, what, mend ?? ''].join(' | ').replaceAll(home, 'HOME'),
    );
  };

  test('none', async () => expect((await check({})).join()).toMatch(/^ok \|/));

  test('one that is good, one that is not, two for one server', async () => {
    const found = await check({
      'a.yaml': HEAD,
      'b.yaml': `${HEAD}toolz: {}\nhide: 1\n`,
      'c.yaml': HEAD,
      'c.json': '{}',
    });
    expect(found).toEqual([
      'ok | policy HOME/policies/a.yaml | ',
      'failed | policy HOME/policies/b.yaml:3:1: `toolz`: unknown key, did you mean `tools`?, and 1 more | policy-wrap check HOME/policies/b.yaml',
      expect.stringMatching(
        /^failed \| policy there are several policies for c: .* \| keep one of them$/,
      ),
    ]);
  });

  test('that cannot stand beside each other', async () => {
    const limit = (kind: string) => `[{ counter: c, kind: ${kind}, max: 1, window: day }]`;
    const found = await check({
      'a.yaml': `${HEAD}tools: { a: { limits: ${limit('sliding')} } }\n`,
      '_all.yaml': `version: "1"\ndefault: allow\nall_tools: { limits: ${limit('fixed')} }\n`,
    });
    expect(found.map(line => line.slice(0, 6))).toEqual(['ok | p', 'ok | p', 'failed']);
    expect(found[2]).toMatch(/ \| policy-wrap check$/);
  });
});

test("an administrator's policy is looked at, and its file left to them", async () => {
  const [config, machine] = [tempDir(), tempDir()];
  mkdirSync(join(config, 'policies'));
  const [own, theirs] = [join(config, 'policies/a.yaml'), join(machine, 'policy.yaml')];
  for (const file of [own, theirs]) writeFileSync(file, 'version: "1"\ndefault: deny\n');
  const checked = await checkPolicies({ config, machine, state: config });
  const { findings, files, administrators } = checked;
  expect(findings.map(({ what }) => what)).toEqual([`policy ${own}`, `policy ${theirs}`]);
  // To be told `sudo chown` of what holds them would be to be told how to get rid of it.
  expect([files, administrators]).toEqual([[own], [theirs]]);
  chmodSync(theirs, 0o644);
  expect(checkAdministrators(administrators)).toEqual([]);
  chmodSync(theirs, 0o646);
  expect(checkAdministrators(administrators)).toEqual([
    expect.objectContaining({ status: 'failed', mend: `sudo chmod go-w ${shellWord(theirs)}` }),
  ]);
});

describe('clients', () => {
  const entry = (more: Partial<ServerEntry>): ServerEntry => ({
    ...{ client: 'cursor', readers: [], file: '/f.json', scope: 'user', project: undefined },
    ...{ name: 'files', transport: 'stdio', command: process.execPath, cwd: undefined, env: {} },
    ...{ args: [bin, '--', 'npx', 'x'], url: undefined, disabled: false, obstacle: undefined },
    wrapped: { command: 'npx', args: ['x'], options: [] },
    ...more,
  });
  const PLAIN = { wrapped: undefined, args: ['x.mjs'] };
  const check = (one: ServerEntry, list?: Parameters<typeof checkClients>[1]) =>
    checkClients(
      { clients: [{ id: 'cursor', name: 'Cursor', files: [] }], entries: [one], problems: [] },
      list,
    );

  test.each<[string, Partial<ServerEntry>, string, string, string | undefined]>([
    ['wrapped', {}, 'ok', 'is wrapped', undefined],
    ['not wrapped', { ...PLAIN }, 'note', 'is not wrapped', 'policy-wrap install cursor files'],
    [
      'not wrapped, with a name that is like an option',
      { ...PLAIN, name: '-rf' },
      'note',
      'is not wrapped',
      'policy-wrap install cursor',
    ],
    [
      'started by us with options that nobody can read',
      { wrapped: undefined, command: 'policy-wrap', args: ['--nope', '--', 'node', 'x.mjs'] },
      'failed',
      'started by policy-wrap, but nobody can tell what is behind it',
      'mend its line in /f.json: policy-wrap [options] -- command [args…]',
    ],
    [
      'started by us without the separator',
      { wrapped: undefined, command: 'npx', args: ['-y', 'policy-wrap', 'node', 'x.mjs'] },
      'failed',
      'started by policy-wrap, but nobody can tell what is behind it',
      'mend its line in /f.json: policy-wrap [options] -- command [args…]',
    ],
    [
      'not wrapped, in a project',
      { ...PLAIN, scope: 'project', project: '/a b' },
      'note',
      'is not wrapped',
      "cd '/a b' && policy-wrap install cursor files --project",
    ],
    [
      'what cannot be',
      { ...PLAIN, obstacle: 'it is managed' },
      'note',
      'is not wrapped',
      'it is managed',
    ],
    ['switched off', { disabled: true }, 'note', 'switched off', undefined],
    ['remote', { ...PLAIN, transport: 'remote' }, 'note', 'not started', undefined],
    [
      'a Node that is gone',
      { command: '/none/node' },
      'failed',
      'it is wrapped by /none/node, which is gone',
      'policy-wrap install cursor files',
    ],
    [
      'a wrapper that is gone',
      { args: ['/none/bin/policy-wrap.cjs', '--', 'npx', 'x'] },
      'failed',
      '/none/bin/policy-wrap.cjs, which is gone',
      'policy-wrap install cursor files',
    ],
    [
      'an option that is wrong',
      { wrapped: { command: 'npx', args: ['x'], options: ['--mode', 'off'] } },
      'failed',
      '--mode: `off` is none of enforce, observe',
      'mend the options before `--` in /f.json',
    ],
    [
      'a policy that is not there',
      { wrapped: { command: 'npx', args: ['x'], options: ['--policy', '/none.yaml'] } },
      'failed',
      'cannot read the policy /none.yaml: there is no such file',
      'policy-wrap check --server x /none.yaml',
    ],
  ])('%s', async (_, more, status, what, mend) => {
    const [found, ...rest] = await check(entry(more));
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ status, what: expect.stringContaining(what) });
    expect(found?.mend).toBe(mend);
  });

  test('what is started is listed; nothing of an environment or of arguments is told', async () => {
    const secret = entry({
      env: { TOKEN: 's3cret' },
      wrapped: { command: 'npx', args: ['s3cret'], options: [] },
    });
    const good = await check(secret, async () => ({ ok: true, count: 3 }));
    const bad = await check(secret, async () => ({ ok: false, why: 'it ended' }));
    expect(good[0]).toMatchObject({
      status: 'ok',
      what: 'cursor: files is wrapped, starts, and lists 3 tools',
    });
    expect(bad[0]).toMatchObject({
      status: 'failed',
      what: 'cursor: files does not list its tools: it ended',
    });
    expect(JSON.stringify([good, bad])).not.toContain('s3cret');
  });

  test('a file that cannot be read as what it is', async () => {
    const problem = {
      client: 'cursor',
      file: '/f.json',
      message: 'expected a comma',
      line: 3,
      column: 4,
    };
    const [found] = await checkClients(
      { clients: [], entries: [], problems: [problem] },
      undefined,
    );
    expect(found).toMatchObject({ status: 'failed', what: '/f.json:3:4: expected a comma' });
  });
});

describe('the self-test', () => {
  test('passes with what was built', async () => {
    expect(await selfTest(root)).toMatchObject({ status: 'ok' });
  });

  test('fails where the server behind the wrapper is none', async () => {
    const found = await selfTest(root, fixture('exits.mjs'), 2000);
    expect(found).toEqual({
      status: 'failed',
      what: 'self-test: the wrapper did not answer in time',
      mend: 'npm install -g policy-wrap@latest',
    });
  });

  test.each([
    ['lets everything through', '', 'a call that the policy denies was not denied'],
    [
      'only says that it denies',
      `.pipe(new (require('node:stream').Transform)({ transform(chunk, _, done) {
        const denied = '{"content":[{"type":"text","text":"[POLICY DENIED] no"}],"isError":true}';
        done(null, String(chunk).replace(/"result":\\{"content".*deleted.*/, '"result":' + denied + '}'));
      } }))`,
      'a call that was denied reached the server all the same',
    ],
  ])('fails with a wrapper that %s', async (_, through, what) => {
    const copy = tempDir();
    mkdirSync(join(copy, 'bin'));
    writeFileSync(
      join(copy, 'bin/policy-wrap.cjs'),
      `const [command, ...args] = process.argv.slice(process.argv.indexOf('--') + 1);
       const child = require('node:child_process').spawn(command, args);
       process.stdin.pipe(child.stdin);
       child.stdout${through}.pipe(process.stdout);`,
    );
    const found = await selfTest(copy, join(root, 'examples/demo-server/server.mjs'));
    expect(found).toMatchObject({ status: 'failed', what: expect.stringContaining(what) });
  });
});

test.runIf(process.platform !== 'win32')('words for a shell mean themselves', () => {
  const dir = tempDir();
  for (const text of ['/a b', "it's", '$HOME', '`x`', 'a;b', '-n', 'ü', '*']) {
    expect(
      execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { cwd: dir, encoding: 'utf8' }),
    ).toBe(text);
  }
});
