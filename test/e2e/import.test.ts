// `policy-wrap import` as it is run: what is written where, and what becomes of a file that is no policy.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPolicy } from '../../src/policy/load.ts';
import { bin, cleanEnv, fixture, tempDir } from '../support/wrapper.ts';

const POLICY = `version: "1"
default: deny
tools:
  create_group: { rules: [{ name: five, rate_limit: 5/hour }] }
  delete_group: { rules: [{ action: deny, on_deny: ask the platform team }] }
`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(dir: string, args: readonly string[], input?: string): Promise<Ended> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [bin, ...args],
      { cwd: dir, env: cleanEnv(dir) },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** Runs `import intercept` on a file of this text. */
function run(text: string | Buffer, ...more: string[]) {
  const dir = tempDir();
  const file = join(dir, 'source.yaml');
  writeFileSync(file, text);
  return { dir, ended: start(dir, ['import', 'intercept', 'source.yaml', ...more]) };
}

describe('a policy', () => {
  test('goes to stdout as YAML, its notes to stderr too', async () => {
    const { code, stdout, stderr } = await run(POLICY).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(
      '# Imported from source.yaml, a policy of Intercept.\n# What differs:',
    );
    expect(stdout).toContain('- { max: 5, window: hour, kind: fixed }');
    expect(await loadPolicy({ name: 'p', text: stdout, format: 'yaml' })).toHaveProperty('policy');
    const notes = stderr.trimEnd().split('\n');
    expect(notes.length).toBeGreaterThan(1);
    for (const note of notes) expect(note).toMatch(/^policy-wrap: note: (?:default|tools): /);
  });

  test('goes to stdout as JSON', async () => {
    const { code, stdout } = await run(POLICY, '--json').ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).tools.delete_group).toEqual({
      action: 'deny',
      reason: 'ask the platform team',
    });
  });

  test('goes to a file, which is replaced only by force', async () => {
    const { dir, ended } = run(POLICY, '--out', 'policy.yaml');
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('policy-wrap: wrote policy.yaml\n');
    const out = join(dir, 'policy.yaml');
    expect(statSync(out).mode & 0o077).toBe(0);
    writeFileSync(out, 'mine');
    const again = ['import', 'intercept', 'source.yaml', '--out', 'policy.yaml'];
    const refused = await start(dir, again);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('policy.yaml is there already');
    expect(refused.stderr).toContain('--force');
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect((await start(dir, [...again, '--force'])).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('version: "1"');
  });

  test('goes to a file of JSON', async () => {
    const { dir, ended } = run(POLICY, '--out', 'policy.json');
    expect((await ended).code).toBe(0);
    expect(JSON.parse(readFileSync(join(dir, 'policy.json'), 'utf8')).version).toBe('1');
  });

  test('is enforced by the wrapper that is given it', async () => {
    const { dir, ended } = run(POLICY, '--out', 'policy.yaml');
    await ended;
    const call = (id: number, name: string) =>
      `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } })}\n`;
    const calls = [...Array(6).keys()].map(id => call(id, 'create_group')).join('');
    const { stdout } = await start(
      dir,
      ['--policy', 'policy.yaml', '--', process.execPath, fixture('echo.mjs'), 'seen'],
      calls + call(6, 'delete_group') + call(7, 'other'),
    );
    const replies = new Map(
      stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line))
        .map(({ id, result }) => [id, JSON.stringify(result)]),
    );
    const denied = [...replies].filter(([, text]) => text.includes('[POLICY DENIED]'));
    expect(denied.map(([id]) => id).sort()).toEqual([5, 6, 7]);
    expect(replies.get(5)).toContain('limited to 5 calls per hour');
    expect(replies.get(6)).toContain('ask the platform team');
    expect(replies.size).toBe(8);
  });
});

describe('what cannot be imported', () => {
  test.each<[string, string | Buffer, RegExp[]]>([
    [
      'an unknown key',
      'version: "1"\ntools:\n  t:\n    rules:\n      - when: always\n        action: deny\n',
      [
        /^policy-wrap: source\.yaml:5:9: `tools\.t\.rules\[0\]\.when`: unknown key, expected one of name, action, .+$/m,
        /^policy-wrap: help: .*\(PW_IMPORT\)$/m,
      ],
    ],
    ['another version', 'version: "2"\n', [/source\.yaml:1:10: `version`: expected "1"/]],
    ['no YAML', '{', [/source\.yaml:\d+:\d+: /]],
    ['no text', Buffer.from([0xff, 0xfe, 0]), [/cannot read source\.yaml: it is no UTF-8 text/]],
  ])('%s', async (_, text, messages) => {
    const { dir, ended } = run(text, '--out', 'policy.yaml');
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([2, '']);
    for (const message of messages) expect(stderr).toMatch(message);
    expect(existsSync(join(dir, 'policy.yaml'))).toBe(false);
  });

  test.each([
    [['import', 'intercept', 'none.yaml'], 'cannot read none.yaml'],
    [['import', 'other', 'none.yaml'], 'policies of `other` cannot be imported'],
    [['import', 'intercept'], 'missing required argument `file`'],
    [['import'], 'missing required argument `tool`'],
    [['import', 'intercept', '.'], 'cannot read .: '],
  ])('%j', async (args, message) => {
    const { code, stderr } = await start(tempDir(), args);
    expect(code).toBe(2);
    expect(stderr).toContain(`policy-wrap: ${message}`);
    expect(stderr).toContain('policy-wrap: help: ');
  });

  test('a place that cannot be written', async () => {
    const { code, stderr } = await run(POLICY, '--out', join('no', 'such', 'folder')).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('cannot write');
  });
});
