// `policy-wrap check` and `schema` as they are called: what they print where, and their exit codes.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PRESET_NAMES } from '../../src/policy/presets.ts';
import { bin, cleanEnv, root, tempDir } from '../support/wrapper.ts';

const HEAD = 'version: "1"\ndefault: deny\n';

/** Runs it in a folder with these files; `config/…` is the configuration. */
function check(files: Record<string, string>, ...args: string[]) {
  return checkWith({}, files, ...args);
}

async function checkWith(more: object, files: Record<string, string>, ...args: string[]) {
  const home = tempDir();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const env = { ...cleanEnv(home), POLICY_WRAP_HOME: home, FORCE_COLOR: '0', ...more };
  const {
    code = 0,
    stdout,
    stderr,
  } = (await promisify(execFile)(process.execPath, [bin, 'check', ...args], {
    env,
    cwd: home,
  }).catch((error: { code: number; stdout: string; stderr: string }) => error)) as {
    code?: number;
    stdout: string;
    stderr: string;
  };
  return { code, stdout: stdout.replaceAll(home, 'HOME'), stderr: stderr.replaceAll(home, 'HOME') };
}

const HELP =
  'policy-wrap: help: docs/policy.md has every key, with an example (PW_POLICY_INVALID)\n';

const UNREADABLE =
  'policy-wrap: help: no server is started without its policy: mend the path or the file (PW_POLICY_UNREADABLE)\n';

describe('files', () => {
  test('that are fine: a line each, and nothing on stderr', async () => {
    const found = await check(
      { 'a.yaml': `${HEAD}tools: { a: {}, b: { rate_limit: 1/minute } }\n` },
      'a.yaml',
      'preset:recommended',
    );
    expect(found).toEqual({
      code: 0,
      stdout:
        'a.yaml: ok: default deny; 2 tool entries, 1 limit\n' +
        'preset:recommended: ok: default deny; categories read write execute destructive financial unknown, 5 limits\n',
      stderr: '',
    });
  });

  test('that are not: every problem of each, exit code 3', async () => {
    const found = await check(
      {
        'a.yaml': `${HEAD}toolz: {}\nhide: 1\n`,
        'b.json': '{"version": "1", "default": "deny"}',
        'c.json': '{',
      },
      'a.yaml',
      'b.json',
      'c.json',
      'none.yaml',
      'preset:ec2',
    );
    expect(found).toEqual({
      code: 3,
      stdout: [
        'a.yaml:3:1: `toolz`: unknown key, did you mean `tools`?',
        'a.yaml:4:7: `hide`: expected a list, found `1`; put it in a list: `[1]`',
        'b.json: ok: default deny',
        'c.json:1:2: expected a key in quotes, but the text ends here',
        'cannot read the policy none.yaml: there is no such file',
        `cannot read the policy preset:ec2: there is no such preset, only ${PRESET_NAMES.join(', ')}`,
        '',
      ].join('\n'),
      stderr: `policy-wrap: 4 of 5 policies cannot be used\n${HELP}${UNREADABLE}`,
    });
  });

  test('a folder in place of a file, and two policies for one server: what to do about those', async () => {
    const found = await check({ 'dir/a.yaml': HEAD }, 'dir');
    expect(found).toEqual({
      code: 3,
      stdout: 'cannot read the policy dir: it is a folder\n',
      stderr: `policy-wrap: the policy cannot be used\n${UNREADABLE}`,
    });
    const twice = await check({ 'config/policies/a.yaml': HEAD, 'config/policies/a.yml': HEAD });
    expect(twice.stderr).toContain('help: keep one of them (PW_POLICY_AMBIGUOUS)');
  });

  test('with rules on arguments: what compiles them says what is wrong', async () => {
    const rule = '- conditions: [{ path: amount, op: regex, value: "(" }]';
    const cost = '{ max: 1, window: day, cost: { path: "args.a[*]" } }';
    const text = `${HEAD}tools:\n  a:\n    deny_if:\n      ${rule}\n    limits: [${cost}]\n`;
    const { code, stdout } = await check({ 'a.yaml': text }, 'a.yaml');
    expect(code).toBe(3);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^a\.yaml:6:30: .*; did you mean `"args\.amount"`\?$/),
      expect.stringMatching(/^a\.yaml:7:\d+: .*expected a path to one value/),
      '',
    ]);
  });

  test('with warnings: they are no failure', async () => {
    const { code, stdout, stderr } = await check({ 'a.yaml': `${HEAD}hide: [^x]\n` }, 'a.yaml');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'a.yaml: ok: default deny; 1 hidden name',
      expect.stringMatching(/^a\.yaml:3:8: warning: `hide\[0\]`: /),
      '',
    ]);
  });

  test('whose text would steer a terminal: it is shown escaped', async () => {
    const { stdout } = await check({ 'a.yaml': `${HEAD}"\\e[2Jtools\\u202e": {}\n` }, 'a.yaml');
    expect(stdout).toMatch(/^[ -~\n…]*$/);
    expect(stdout).toContain('unknown key');
  });

  test('as JSON: one object', async () => {
    const { code, stdout, stderr } = await check(
      { 'a.yaml': `${HEAD}toolz: {}\n`, 'b.yaml': `${HEAD}hide: [^x]\n` },
      '--json',
      ...['a.yaml', 'b.yaml', 'none.yaml'],
    );
    expect([code, stderr]).toEqual([3, '']);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      policies: [
        {
          name: 'a.yaml',
          problems: [
            {
              ...{ line: 3, column: 1, path: 'toolz' },
              message: 'unknown key, did you mean `tools`?',
            },
          ],
          warnings: [],
        },
        {
          name: 'b.yaml',
          problems: [],
          warnings: [expect.objectContaining({ line: 3, column: 8, path: 'hide[0]' })],
          summary: { default: 'deny', tools: 0, categories: [], limits: 0, rules: 0, hidden: 1 },
        },
        { name: 'none.yaml', problems: [{ message: expect.any(String) }], warnings: [] },
      ],
    });
  });
});

const counting = (kind: string) =>
  `${HEAD}all_tools:\n  limits: [{ max: 1, window: day, counter: c, kind: ${kind} }]\ntools: { "*": {} }\n`;

describe('the configuration folder', () => {
  test('is empty: that is said', async () => {
    expect(await check({})).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'policy-wrap: there is no policy in HOME/config/policies: servers get the preset that fits them\n',
    });
  });

  test('every policy in it, in the order of their names, and nothing else', async () => {
    const { code, stdout } = await check({
      'config/policies/b.yaml': HEAD,
      'config/policies/a.json': '{"version": "1", "default": "allow"}',
      'config/policies/_all.yml': HEAD,
      'config/policies/notes.txt': 'x',
      'elsewhere.yaml': 'x',
    });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'HOME/config/policies/_all.yml: ok: default deny',
      'HOME/config/policies/a.json: ok: default allow',
      'HOME/config/policies/b.yaml: ok: default deny',
      '',
    ]);
  });

  test('tests that stand beside the policies are none', async () => {
    const { code, stdout } = await check({
      'config/policies/a.yaml': HEAD,
      'config/policies/a.test.yaml': 'tests: []\n',
      'config/policies/a.test.json': '{}',
    });
    expect([code, stdout]).toEqual([0, 'HOME/config/policies/a.yaml: ok: default deny\n']);
  });

  test('cannot be looked into: that is said, without a stack, and 3', async () => {
    const { code, stdout, stderr } = await check({ 'config/policies': 'no folder' });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^policy-wrap: cannot look for policies in HOME\/config\/policies: .+\n/,
    );
    expect(stderr).toMatch(/\npolicy-wrap: help: .*\(PW_POLICY_UNREADABLE\)\n$/);
  });

  test('two files for one server are a problem', async () => {
    const { code, stdout } = await check({
      'config/policies/a.yaml': HEAD,
      'config/policies/a.json': '{"version": "1", "default": "allow"}',
    });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^there are several policies for a: .*a\.json, .*a\.yaml\n$/);
  });

  test("layers that count in different ways: the server's own is told; two servers may", async () => {
    const { code, stdout } = await check({
      'config/policies/_all.yaml': counting('sliding'),
      'config/policies/a.yaml': counting('fixed'),
      'config/policies/b.yaml': counting('sliding'),
    });
    expect(code).toBe(3);
    expect(stdout).toContain(
      'a.yaml:3:1: `all_tools`: counter `c` (scope grant) is sliding in `all_tools` and fixed here: give one of the limits a `counter` of its own\n',
    );
    expect(stdout).toContain('b.yaml: ok: ');
    expect(stdout).toContain('_all.yaml: ok: ');
    const alone = await check({
      'config/policies/a.yaml': counting('fixed'),
      'config/policies/b.yaml': counting('sliding'),
    });
    expect(alone.code).toBe(0);
  });
});

describe('--server', () => {
  test('all of its layers, together', async () => {
    const files = {
      'config/policies/_all.yaml': counting('sliding'),
      'config/policies/b.yaml': 'broken',
      'mine.yaml': counting('fixed'),
    };
    const given = await check(files, '--server', 'a', 'mine.yaml');
    expect(given.code).toBe(3);
    expect(given.stdout).toContain('mine.yaml:3:1: `all_tools`: counter `c`');
    expect(given.stdout).not.toContain('b.yaml');
    // Each for itself they are fine.
    expect(await check(files, 'mine.yaml')).toMatchObject({ code: 0 });
    const preset = await check(files, '--server', 'x');
    expect(preset).toMatchObject({ code: 0 });
    expect(preset.stdout).toMatch(/^preset:recommended: ok.*\n.*_all\.yaml: ok.*\n$/);
  });

  test('with the policy that the environment gives to a wrapper, unless one is named', async () => {
    const files = { 'mine.yaml': HEAD, 'env.yaml': HEAD };
    const env = { POLICY_WRAP_POLICY: 'env.yaml' };
    expect((await checkWith(env, files, '--server', 'a')).stdout).toMatch(/^env\.yaml: ok/);
    const named = await checkWith(env, files, '--server', 'a', 'mine.yaml');
    expect(named.stdout).toMatch(/^mine\.yaml: ok: default deny\n$/);
  });

  test('operations that one layer names hold for all', async () => {
    const tools = `${HEAD}tools: { "ecs:Delete*": { action: deny } }\n`;
    const files = {
      'config/policies/_all.yaml': `${HEAD}operations: { ecs: op }\ntools: { "*": {} }\n`,
      'config/policies/a.yaml': tools,
    };
    expect((await check(files, '--server', 'a')).stdout).not.toContain('warning');
    expect((await check(files)).stdout).not.toContain('warning');
    expect((await check({ 'a.yaml': tools }, 'a.yaml')).stdout).toContain('warning');
  });

  test.each([[['--server', '_all']], [['--server']], [['--bogus']]])(
    '%j: exit code 2',
    async args => {
      expect(await check({}, ...args)).toMatchObject({ code: 2, stdout: '' });
    },
  );

  test('a policy that cannot be read: exit code 3', async () => {
    const found = await check({}, '--server', 'a', 'none.yaml');
    expect(found).toMatchObject({ code: 3, stdout: '' });
    expect(found.stderr).toContain('cannot read the policy none.yaml');
  });
});

describe('policy-wrap schema', () => {
  test('prints the JSON Schema that the package has', async () => {
    const env = cleanEnv(tempDir());
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [bin, 'schema'], {
      env,
    });
    expect(stderr).toBe('');
    expect(stdout).toBe(readFileSync(join(root, 'dist/policy.schema.json'), 'utf8'));
    expect(JSON.parse(stdout)).toMatchObject({ required: ['version', 'default'] });
  });
});
