// `policy-wrap explain` as it is started: it says what the wrapper says a moment later, and counts nothing.
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/rehearsal/explanation.ts';
import { start } from '../support/lines.ts';
import { bin, cleanEnv, fixture, launch, logRows, tempDir } from '../support/wrapper.ts';

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function explain(home: string, args: readonly string[], env: object = {}): Promise<Ended> {
  return new Promise(resolve => {
    const options = { env: { ...cleanEnv(home), ...env }, cwd: home };
    execFile(process.execPath, [bin, 'explain', ...args], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const policy = {
  version: '1',
  default: 'deny',
  hide: ['secret_*'],
  operations: { door: 'op' },
  tools: {
    echo: { limits: [{ max: 2, window: 'hour' }] },
    pay: {
      deny_if: [
        { conditions: [{ path: 'args.amount', op: 'gt', value: 500 }], on_deny: 'too much' },
      ],
      require: [{ conditions: [{ path: 'args.to', op: 'in', value: ['a', 'b'] }] }],
      require_approval_if: [{ conditions: [{ path: 'args.amount', op: 'gte', value: 100 }] }],
      limits: [
        { max: 150, window: 'day', cost: { path: 'args.amount' } },
        { max: 2, window: 'day', per: 'args.to' },
      ],
    },
    'door:List*': {},
    wild: { action: 'require_approval', reason: 'a person should know' },
  },
};

const CALLS: [tool: string, args: object][] = [
  ['echo', { text: 'a' }],
  ['echo', {}],
  ['echo', {}],
  ['pay', { amount: 501, to: 'a' }],
  ['pay', { amount: 99.5, to: 'a' }],
  ['pay', { amount: '99.5', to: 'a' }],
  ['pay', { amount: 50.5, to: 'b' }],
  ['pay', { amount: 0.25, to: 'a' }],
  ['pay', { amount: 0, to: 'a' }],
  ['pay', { amount: 0, to: 'a' }],
  ['pay', { amount: 1, to: 'c' }],
  ['pay', { amount: 100, to: 'a' }],
  ['pay', { to: 'a' }],
  ['door', { op: 'ListX' }],
  ['door', { op: 'DeleteX' }],
  ['door', {}],
  ['wild', {}],
  ['secret_x', {}],
  ['nothing', {}],
];

describe.each(['enforce', 'observe'])('--mode %s', mode => {
  test('says before each call what the record says after it', async () => {
    const home = tempDir();
    const file = join(home, 'p.json');
    writeFileSync(file, JSON.stringify(policy));
    const setup = launch([process.execPath, fixture('echo.mjs'), join(home, 'lines')], {
      home,
      options: [
        ...['--policy', file, '--mode', mode, '--server', 'srv'],
        ...['--approval-timeout', '1s'],
      ],
    });
    const about = ['--policy', file, '--mode', mode, '--server', 'srv', '--json'];
    const wrapped = start(setup);
    const said: Explanation[] = [];
    for (const [tool, args] of CALLS) {
      const asked = ['--tool', tool, '--args', JSON.stringify(args)];
      said.push(JSON.parse((await explain(home, [...about, ...asked])).stdout));
      await wrapped.call(tool, args);
    }
    wrapped.child.stdin?.end();
    await wrapped.ended;
    const rows = await logRows(home);
    const shown = (limits: unknown) =>
      (limits as { retryAfterMs: number | null }[]).map(({ retryAfterMs, ...rest }) => ({
        ...rest,
        waits: retryAfterMs !== null,
      }));
    expect(
      said.map(({ verdict: { effect, subject, category, layer, key, reason, limits } }) => ({
        ...{ effect, subject, category, layer, key, reason },
        limits: shown(limits),
      })),
    ).toEqual(
      rows.map(({ effect, subject, category, layer, key, reason, limits }) => ({
        ...{ effect, subject, category, layer, key, reason },
        limits: shown(limits),
      })),
    );
    expect(said.map(({ forwarded }) => forwarded)).toEqual(rows.map(({ forwarded }) => forwarded));
    expect(new Set(said.map(({ verdict }) => verdict.effect)).size).toBe(4);
  });
});

test('leaves nothing behind where nothing was recorded', async () => {
  const home = tempDir();
  const { code, stdout } = await explain(home, ['--server', 'x', '--tool', 'delete_all']);
  expect(code).toBe(0);
  expect(stdout).toContain('require_approval by `categories.destructive` of policy');
  expect(existsSync(join(home, 'state'))).toBe(false);
});

test('shows every rule that was looked at, for people', async () => {
  const home = tempDir();
  const file = join(home, 'p.json');
  writeFileSync(file, JSON.stringify(policy));
  const args = ['--policy', file, '--tool', 'pay', '--args', '{"amount":501,"to":"\\u202ea"}'];
  const { stdout } = await explain(home, args);
  expect(stdout.replaceAll(file, 'p.json')).toBe(`policy  p.json
                                pay is financial: verb "pay"
  ✓ pay                         allows it
  ✗ pay.deny_if[0]              args.amount is 501, more than 500
  ✗ pay.require[0]              args.to is "\\u202ea", not one of "a", "b"
  ? pay.require_approval_if[0]  args.amount is 501, not less than 100

verdict  deny by \`pay.deny_if[0]\` of policy: too much
agent    [POLICY DENIED] pay is not allowed: too much
`);
});

test('a server is named as its command names it', async () => {
  const server = ['--server', '@modelcontextprotocol/server-github'];
  const { stdout } = await explain(tempDir(), [...server, '--tool', 'merge_pull_request']);
  expect(stdout).toContain('preset:github');
});

test('what the environment says to the wrapper counts, unless an option says otherwise', async () => {
  const home = tempDir();
  const file = join(home, 'p.json');
  writeFileSync(file, JSON.stringify(policy));
  const env = { POLICY_WRAP_POLICY: file, POLICY_WRAP_SERVER: 'x', POLICY_WRAP_GRANT: '' };
  const { stdout } = await explain(home, ['--tool', 'wild'], env);
  expect(stdout).toContain('by `wild` of policy: a person should know');
  const other = await explain(home, ['--tool', 'wild', '--policy', 'preset:recommended'], env);
  expect(other.stdout).toContain('preset:recommended');
  const bad = await explain(home, ['--tool', 'wild'], { ...env, POLICY_WRAP_GRANT: 'a\u0001' });
  expect(bad).toMatchObject({ code: 2, stdout: '' });
});

test('what no rule is asked about is decided by no `default`', async () => {
  const { stdout } = await explain(tempDir(), ['--server', 'x', '--tool', 'a\u001b']);
  expect(stdout).toContain(
    'verdict  deny by the wrapper itself, whatever the policy says: a name with control characters\n',
  );
});

test.each([
  [[], 'expected one of --tool, --resource and --prompt'],
  [['--tool', 'a', '--prompt', 'b', '--server', 'x'], 'expected one of'],
  [['--tool', 'a'], 'it is not said whose policy'],
  [
    ['--tool', 'a', '--server', 'x', '--args', '{"a":1,"a":2}'],
    '--args: duplicate key, at character 9',
  ],
  [['--resource', 'x://a', '--server', 'x', '--args', '{}'], '--args: a resource takes no'],
  [['--tool', 'a', '--server', 'x', '--grant', ''], '--grant: expected 1 to 128 characters'],
  [['--tool', 'a', '--server', 'x', '--args', '[]'], '--args: expected a JSON object'],
  [['--tool', 'a', '--server', 'x', '--mode', 'no'], '--mode: `no` is none of'],
])('%j is refused', async (args, message) => {
  const { code, stdout, stderr } = await explain(tempDir(), args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});
