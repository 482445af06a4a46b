// `policy-wrap test` and `policy-wrap simulate` as they are started: what they print, how they end, and
// that they say what the wrapper said.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { node, start } from '../support/lines.ts';
import { bin, cleanEnv, type LogRow, launch, logRows, tempDir } from '../support/wrapper.ts';

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program in a folder with these files, texts or documents. */
function run(
  args: readonly string[],
  files: Record<string, unknown> = {},
  { home = tempDir(), env = {} }: { home?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const cwd = tempDir();
  write(cwd, files);
  return new Promise(resolve => {
    const options = { cwd, env: { ...cleanEnv(home), ...env } };
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function write(folder: string, files: Record<string, unknown>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const policy = {
  version: '1',
  default: 'deny',
  tools: { get_x: {}, make: { limits: [{ max: 2, window: 'hour' }] } },
};
const good = `tests:
  - name: reading flows
    tool: get_x
    expect: allow
  - name: making is limited
    calls:
      - { tool: make, repeat: 2, expect: allow }
      - { tool: make, expect: { effect: rate_limit, reason: 2 calls per hour } }
      - { at: 1h, tool: make, expect: allow }
`;
const failing = `policy: policy.json
tests:
  - { name: "bad \\u202e name", tool: get_x, expect: deny }
  - name: fine
    tool: get_x
    expect: allow
`;

describe('policy-wrap test', () => {
  test('what passes: a line each, and 0', async () => {
    const ended = await run(['test'], { 'policy.json': policy, 'policy.test.yaml': good });
    expect(ended).toEqual({
      code: 0,
      stderr: '',
      stdout:
        'policy.test.yaml  policy.json\n  ✓ reading flows\n  ✓ making is limited\n\n2 passed, 0 failed\n',
    });
  });

  test('what fails: where, what and why, and 4', async () => {
    const files = { 'p/policy.json': policy, 'p/policy.test.yaml': good, 'p/z.test.yaml': failing };
    const ended = await run(['test', 'p'], files);
    expect(ended.code).toBe(4);
    expect(ended.stdout).toBe(`p/policy.test.yaml  p/policy.json
  ✓ reading flows
  ✓ making is limited
p/z.test.yaml  p/policy.json
  ✗ bad \\u202e name
      where      p/z.test.yaml:3 (call 1)
      call       get_x
      expected   deny
      got        allow
      decided by \`get_x\` of the layer \`policy\`
      hint       \`get_x\` of the layer \`policy\` allows it: a stricter entry must match it
  ✓ fine

3 passed, 1 failed
`);
  });

  test('a file of tests that is none: every problem with its place, and 4; the others run', async () => {
    const files = {
      'policy.json': policy,
      'a.test.yaml': 'tests:\n  - name: n\n    tol: t\n',
      'policy.test.yaml': good,
    };
    const ended = await run(['test'], files);
    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('a.test.yaml:3:5: `tests[0].tol`: unknown key');
    expect(ended.stdout).toContain('\n      help docs/policy.md has every key of a file of tests');
    expect(ended.stdout).toMatch(/\n2 passed, 0 failed, 1 file could not be run\n$/);
  });

  test('a policy that cannot be used: its problems, and 3; the others run', async () => {
    const files = {
      'bad/policy.yaml': 'version: "1"\ndefault: deny\ntols: {}\n',
      'bad/policy.test.yaml': good,
      'none/x.test.yaml': good,
      'policy.json': policy,
      'z.test.yaml': failing,
    };
    const ended = await run(['test', '.'], files);
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('bad/policy.yaml:3:1: `tols`: unknown key');
    expect(ended.stdout).toContain('none/x.test.yaml: there is no policy beside it');
    expect(ended.stdout).toContain('\n      help name it in the file of tests: `policy: FILE`\n');
    expect(ended.stdout).toMatch(/\n1 passed, 1 failed, 2 files could not be run\n$/);
  });

  test("without a path the user's own policies are tested too", async () => {
    const home = tempDir();
    write(join(home, 'config/policies'), { 'srv.json': policy, 'srv.test.yaml': good });
    const ended = await run(['test'], {}, { home });
    expect(ended.stdout).toContain('✓ making is limited');
    expect(ended.code).toBe(0);
  });

  test('nothing to test, and paths that are not there: 2', async () => {
    for (const args of [['test'], ['test', '.'], ['test', 'nope']]) {
      const ended = await run(args, { 'policy.json': policy });
      expect(ended.code).toBe(2);
      expect(ended.stdout).toBe('');
      expect(ended.stderr).toMatch(/^policy-wrap: (there is no policy test in|cannot read nope)/);
    }
  });

  test('--json: one document on one line', async () => {
    const files = { 'policy.json': policy, 'policy.test.yaml': good, 'z.test.yaml': failing };
    const ended = await run(['test', '--json'], files);
    expect(ended.code).toBe(4);
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.stdout).not.toContain('\u202e');
    const document = JSON.parse(ended.stdout);
    expect(document).toMatchObject({
      ...{ passed: 3, failed: 1, broken: 0 },
      files: [
        {
          ...{ file: 'policy.test.yaml', policies: ['policy.json'], broken: null, problems: [] },
          tests: [
            { name: 'reading flows', line: 2, calls: 1, failure: null },
            { name: 'making is limited', line: 5, calls: 4, failure: null },
          ],
        },
        {
          file: 'z.test.yaml',
          tests: [
            {
              name: 'bad \u202e name',
              failure: {
                ...{ call: 1, line: 3, repetition: 1, of: 1, text: null },
                differences: [{ what: 'effect', expected: 'deny', got: 'allow' }],
                verdict: { effect: 'allow', subject: 'get_x', key: 'get_x', layer: 'policy' },
              },
            },
            { failure: null },
          ],
        },
      ],
    });
  });

  test('colours only where they are asked for', async () => {
    const files = { 'policy.json': policy, 'z.test.yaml': failing };
    const plain = await run(['test'], files);
    const coloured = await run(['test'], files, { env: { FORCE_COLOR: '1' } });
    expect(stripVTControlCharacters(plain.stdout)).toBe(plain.stdout);
    expect(coloured.stdout).not.toBe(plain.stdout);
    expect(stripVTControlCharacters(coloured.stdout)).toBe(plain.stdout);
  });
});

const layered = {
  version: '1',
  default: 'deny',
  operations: { door: 'op' },
  tools: {
    'get_*': {},
    make: {
      limits: [
        { max: 2, window: 'day' },
        { max: 3, window: 'week', scope: 'session' },
      ],
    },
    'door:List*': {},
    'door:Delete*': { action: 'require_approval', reason: 'ask the team' },
  },
  categories: { destructive: { action: 'deny', reason: 'never' } },
  resources: { default: 'allow', deny: ['file:///etc/*'] },
};
const CALLS: readonly (readonly [method: string, params: Record<string, unknown>])[] = [
  ['tools/call', { name: 'get_x', arguments: { a: 1.5 } }],
  ...[1, 2, 3].map(i => ['tools/call', { name: 'make', arguments: { i } }] as const),
  ['tools/call', { name: 'door', arguments: { op: 'ListA' } }],
  ['tools/call', { name: 'door', arguments: { op: 'DeleteA', token: 'abc' } }],
  ['tools/call', { name: 'door', arguments: {} }],
  ['tools/call', { name: 'delete_x' }],
  ['resources/read', { uri: 'file:///a' }],
  ['resources/read', { uri: 'file:///x/../etc/passwd' }],
  ['prompts/get', { name: 'p' }],
];

/** The rows that a real wrapper writes of these calls, and its home. */
async function recorded(mode: 'enforce' | 'observe'): Promise<{ rows: LogRow[]; home: string }> {
  const setup = launch(node('echo.mjs', join(tempDir(), 'received')), {
    policy: layered,
    options: ['--mode', mode, '--approval-timeout', '1s'],
  });
  const wrapped = start(setup);
  for (const [method, params] of CALLS) await wrapped.request(method, params);
  wrapped.child.stdin?.end();
  expect(await wrapped.ended).toBe(0);
  return { rows: await logRows(setup.home), home: setup.home };
}

describe.each(['enforce', 'observe'] as const)('what a wrapper recorded, mode %s', mode => {
  test('is what `test` expects and `simulate` finds unchanged', async () => {
    const { rows, home } = await recorded(mode);
    expect(rows.map(({ effect }) => effect)).toEqual([
      ...['allow', 'allow', 'allow', 'rate_limit', 'allow', 'require_approval'],
      ...['deny', 'deny', 'allow', 'deny', 'deny'],
    ]);
    const calls = rows.map(({ effect, key, category, layer, subject, reason }, i) => {
      const [method, { name, uri, arguments: args }] = CALLS[i]!;
      const target = {
        'tools/call': 'tool',
        'resources/read': 'resource',
        'prompts/get': 'prompt',
      };
      return {
        [target[method as keyof typeof target]]: name ?? uri,
        ...(args === undefined ? {} : { args }),
        expect: { effect, key, category, layer, subject, ...(reason && { reason }) },
      };
    });
    const files = { 'p.json': layered, 'p.test.json': { tests: [{ name: 'n', mode, calls }] } };
    const tested = await run(['test'], files);
    expect(tested.stdout).toContain('1 passed, 0 failed');

    const same = await run(['simulate', '--policy', 'p.json', '--json'], files, { home });
    expect(JSON.parse(same.stdout)).toMatchObject({
      // Of the arguments with the secret it cannot be told.
      ...{ policies: ['p.json'], unchanged: 10, changed: 0, unjudged: 1, leftOut: 0, changes: [] },
      unjudgedSubjects: [{ subject: 'door:DeleteA', count: 1 }],
    });
  });
});

test('simulate: what another policy changes', async () => {
  const { home } = await recorded('enforce');
  const files = {
    'q.yaml': `version: "1"
default: deny
tools:
  get_*: { action: deny, reason: no reading }
  make: {}
  door: {}
prompts: { default: allow }
resources: { default: allow, deny: ["file:///etc/*"] }
`,
    'bad.yaml': 'version: "1"',
  };
  const ended = await run(['simulate', '--policy', 'q.yaml'], files, { home });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const lines = ended.stdout.split('\n').map(line => line.trim());
  expect(lines[0]).toMatch(/^q\.yaml, \d{4}-.* … \d{4}-/);
  expect(lines.slice(1, 6)).toEqual([
    '6  as it was',
    '2  deny → allow',
    '1  allow → deny',
    '1  rate_limit → allow',
    '1  require_approval → allow',
  ]);
  expect(ended.stdout).toMatch(
    /^ +1 {2}echo {2}get_x {2}`get_\*`: no reading {2}newest .*, row 1$/m,
  );

  const newest = await run(['simulate', '--policy', 'q.yaml', '-n', '2', '--json'], files, {
    home,
  });
  expect(JSON.parse(newest.stdout)).toMatchObject({ unchanged: 1, changed: 1 });

  const other = await run(['simulate', '--policy', 'q.yaml', '--server', 'x'], files, { home });
  expect(other.code).toBe(0);
  expect(other.stderr).toContain('nothing is recorded for the server x');

  for (const [code, args] of [
    [2, []],
    [2, ['--policy', 'q.yaml', '--last', 'x']],
    [3, ['--policy', 'bad.yaml']],
    [3, ['--policy', 'nope.yaml']],
  ] as const) {
    const wrong = await run(['simulate', ...args], files, { home });
    expect({ args, code: wrong.code }).toEqual({ args, code });
    expect(wrong.stdout).toBe('');
  }
});
