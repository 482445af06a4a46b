// The packed tarball as npm would lay it out, with an empty home: the demo runs, the record is there.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cleanEnv, fixture, bin as program, root, tempDir } from '../support/wrapper.ts';

const run = promisify(execFile);

/** An unpacked tarball in a node_modules of its own, and a user with an empty home. */
async function installed({ driver }: { driver: boolean }) {
  const dir = tempDir();
  const modules = join(dir, 'node_modules');
  const home = join(dir, 'home');
  mkdirSync(modules);
  mkdirSync(home);
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir];
  await run('npm', pack, { cwd: root });
  const [tarball = ''] = readdirSync(dir).filter(name => name.endsWith('.tgz'));
  await run('tar', ['xzf', join(dir, tarball), '-C', modules]);
  if (driver) {
    const found = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
    symlinkSync(realpathSync(found), join(modules, 'better-sqlite3'));
  }
  const { POLICY_WRAP_HOME: _, XDG_STATE_HOME: __, ...env } = cleanEnv('unused');
  return {
    home,
    bin: join(modules, 'package/bin/policy-wrap.cjs'),
    env: { ...env, HOME: home, XDG_STATE_HOME: join(home, 'state'), FORCE_COLOR: '0' },
  };
}

describe('the packed tarball', () => {
  test('shows the demo: 30 of 40 pass, the rest is stopped, also after a restart', async () => {
    const { bin, env, home } = await installed({ driver: true });
    const { stdout, stderr } = await run(process.execPath, [bin, 'demo'], { env });
    expect(stderr).toBe('');
    expect(stdout).toContain('30 went through');
    expect(stdout).toContain(
      '10 were stopped: [POLICY DENIED] stream_group_create is limited to 30 calls per minute; try again in ',
    );
    expect(stdout).toMatch(
      /DeleteCluster .*\n.*is not allowed: infrastructure is deleted by people/,
    );
    expect(stdout).toMatch(/rotate_root_credentials\n.*hidden by the policy/);
    expect(stdout).toMatch(/one-more.*\n.*\[POLICY DENIED\] stream_group_create is limited/);
    expect(stdout).toContain('"args": [\n        "-y",\n        "policy-wrap",');
    // It cleans up behind itself and leaves the user's own state alone.
    expect(readdirSync(home)).toEqual([]);
  });

  test('wraps a server and shows the record', async () => {
    const { bin, env, home } = await installed({ driver: true });
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_time' } };
    const child = run(process.execPath, [bin, '--', process.execPath, fixture('lines.mjs')], {
      env,
    });
    child.child.stdin?.end(`${JSON.stringify(call)}\n`);
    expect((await child).stderr).toContain('policy-wrap: lines: preset:recommended');
    expect(existsSync(join(home, 'state/policy-wrap/state.db'))).toBe(true);
    const { stdout } = await run(process.execPath, [bin, 'log'], { env });
    expect(stdout).toMatch(/allowed .* get_time/);
  });

  test('has every preset, and stops where the one of the server is gone', async () => {
    const { bin, env } = await installed({ driver: true });
    const server = [process.execPath, fixture('silent.mjs')];
    const policies = join(dirname(bin), '../examples/policies');
    for (const name of readdirSync(policies)) {
      const wrapped = run(process.execPath, [bin, '--policy', `preset:${name}`, '--', ...server], {
        env,
      });
      wrapped.child.stdin?.end();
      expect((await wrapped).stderr).toContain(`preset:${name}`);
    }
    rmSync(join(policies, 'recommended/policy.json'));
    const error = await run(process.execPath, [bin, '--', ...server], { env }).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(error).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('cannot read the policy preset:recommended: '),
    });
  });

  test('without a driver it uses the one in Node, or denies with the reason', async () => {
    const { bin, env, home } = await installed({ driver: false });
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_time' } };
    const child = run(
      process.execPath,
      [bin, '--', process.execPath, fixture('echo.mjs'), join(home, 'seen')],
      {
        env,
      },
    );
    child.child.stdin?.end(`${JSON.stringify(call)}\n`);
    const { stdout, stderr } = await child;
    const builtIn = Number(process.versions.node.split('.')[0]) >= 22;
    if (builtIn) expect(JSON.parse(stdout).result.isError).toBeUndefined();
    else {
      expect(JSON.parse(stdout).result.content[0].text).toContain('no SQLite driver loads');
      expect(stderr).toContain('use Node 22.14 or later');
    }
    expect(stderr).not.toMatch(/Warning/);
  });
});

describe('what is mistyped', () => {
  const home = () => cleanEnv(tempDir());
  const attempt = async (...args: string[]) => {
    return run(process.execPath, [program, ...args], { env: home() }).then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
  };

  test.each([
    [2, ['uvx', 'some-server'], 'policy-wrap -- uvx some-server'],
    [2, ['--policy', 'x.yaml', 'npx', 'server'], 'there is no `--` before the server'],
    [2, ['--', '--mode', 'observe', 'npx'], 'options of policy-wrap come before `--`'],
    [2, ['--mode', 'observed', '--', 'x'], '`observed` is none of enforce, observe'],
    [2, ['--'], 'no command after `--`'],
    [3, ['--policy', 'no-such.json', '--', 'x'], 'cannot read the policy no-such.json'],
    [3, ['--policy', 'preset:none', '--', 'x'], 'no such preset, only aws-api, browser, ecs, '],
    [127, ['--', './no-such.js'], 'there is no such file; give its full path'],
    [127, ['--', 'npx -y server'], 'write the command and each of its arguments'],
    [127, ['--', 'no-such-program'], 'have a shorter PATH than a terminal'],
    [1, ['log', '--state', tmpdir()], 'it is a folder, and --state names a file'],
    [2, ['log', '-n', 'x'], 'for instance --last 20'],
    [2, ['log', '--bogus'], 'unknown option `--bogus`'],
    [2, ['log', '--bogus'], 'help: policy-wrap log --help shows what it takes'],
    [2, ['log', '--jsn'], 'unknown option `--jsn`, did you mean `--json`?'],
    [2, ['log', '-n'], 'argument missing'],
    [2, ['log', 'more'], 'too many arguments for `log`: expected 0 arguments but got 1\n'],
    [2, ['chekc', 'p.yaml'], 'help: did you mean `policy-wrap check`?'],
    [2, ['node', 'server.js'], 'policy-wrap -- node server.js'],
    [2, ['help', 'nothing'], 'unknown command `nothing`'],
    [2, ['--bogus'], 'unknown option `--bogus`'],
  ])('%i %j: %s', async (code, args, hint) => {
    const found = await attempt(...args);
    expect(found.code).toBe(code);
    expect(found.stderr).toContain(hint);
    expect(found.stderr).not.toMatch(/ at .*cli\.cjs/);
    for (const line of found.stderr.trimEnd().split('\n')) expect(line).toMatch(/^policy-wrap: /);
  });
});
