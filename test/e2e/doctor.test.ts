// `policy-wrap doctor` as it is run: an empty home, one with wrapped servers, one where much is wrong.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bin, cleanEnv, root, tempDir } from '../support/wrapper.ts';

const { resolve } = createRequire(import.meta.url);
const memory = join(
  dirname(resolve('@modelcontextprotocol/server-memory/package.json')),
  'dist/index.js',
);
const demo = join(root, 'examples/demo-server/server.mjs');

/** In a home where no client of this machine is. */
function doctor(home: string, ...args: string[]) {
  return run(home, 'doctor', ...args);
}

function run(home: string, ...args: string[]) {
  const env = cleanEnv(home, { HOME: home, USERPROFILE: home, FORCE_COLOR: '0' });
  for (const name of Object.keys(env))
    if (/^(XDG_|APPDATA|CLAUDE|CODEX|GEMINI)/.test(name)) delete env[name];
  return new Promise<{ code: number; stdout: string; stderr: string }>(done => {
    execFile(process.execPath, [bin, ...args], { env, cwd: home }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

function cursor(home: string, mcpServers: object): void {
  mkdirSync(join(home, '.cursor'));
  writeFileSync(join(home, '.cursor/mcp.json'), JSON.stringify({ mcpServers }));
}

const wrapped = (...line: string[]) => ({ command: process.execPath, args: [bin, '--', ...line] });

describe('doctor', { timeout: 60_000 }, () => {
  test('of an empty home: all is well, and nothing is left behind', async () => {
    const home = tempDir();
    const { code, stdout, stderr } = await doctor(home);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toContain('ok      self-test: a call is denied, another one passes');
    expect(lines.at(-1)).toBe('all is well');
    expect(readdirSync(home)).toEqual([]);
  });

  test('of wrapped servers: started where that is asked for, each lists its tools', async () => {
    const home = tempDir();
    const env = { POLICY_WRAP_HOME: home, MEMORY_FILE_PATH: join(home, 'memory.json') };
    cursor(home, {
      demo: { ...wrapped(process.execPath, demo), env },
      memory: { ...wrapped(process.execPath, memory), env },
      plain: { command: process.execPath, args: [demo] },
    });
    const idle = await doctor(home);
    expect(idle.code).toBe(0);
    expect(idle.stdout).toContain('ok      cursor: demo is wrapped; not started, --start does\n');
    expect(idle.stdout).toContain(
      'note    cursor: plain is not wrapped\n        → policy-wrap install cursor plain\n',
    );
    const started = await doctor(home, '--start', '--json');
    expect(started.code).toBe(0);
    const { ok, findings } = JSON.parse(started.stdout);
    expect(ok).toBe(true);
    const told = findings.map(({ what }: { what: string }) => what);
    expect(told).toContain('cursor: demo is wrapped, starts, and lists 9 tools');
    expect(told).toContain('cursor: memory is wrapped, starts, and lists 9 tools');
  });

  test('where much is wrong: every line with what mends it, exit code 1', async () => {
    const home = tempDir();
    const policies = join(home, 'config/policies');
    mkdirSync(policies, { recursive: true });
    writeFileSync(join(policies, 'x.yaml'), 'version: "2"\n');
    mkdirSync(join(home, 'state'));
    chmodSync(join(home, 'state'), 0o755);
    cursor(home, {
      gone: { command: '/none/node', args: [bin, '--', 'npx', 'y'] },
      ends: wrapped(process.execPath, '-e', 'process.exit(4)'),
    });
    const { code, stdout } = await doctor(home, '--start', '--json');
    expect(code).toBe(1);
    const { ok, findings } = JSON.parse(stdout) as {
      ok: boolean;
      findings: { status: string; what: string; mend?: string }[];
    };
    expect(ok).toBe(false);
    const bad = findings.filter(({ status }) => status === 'failed');
    const mended = bad.map(({ mend }) => mend?.replaceAll(home, 'HOME'));
    expect(mended).toEqual([
      'chmod go= HOME/state',
      'policy-wrap check HOME/config/policies/x.yaml',
      'policy-wrap install cursor gone',
      'start the command of ends in HOME/.cursor/mcp.json by itself, and see what it says',
    ]);
    expect(bad.at(-1)?.what).toContain('exit code 4');
  });

  test('what is told to mend a wrapper that is gone mends it', async () => {
    const home = tempDir();
    const args = ['/none/bin/policy-wrap.cjs', '--', process.execPath, demo];
    cursor(home, { demo: { command: '/none/node', args } });
    const before = await doctor(home, '--json');
    expect(before.code).toBe(1);
    const found = JSON.parse(before.stdout).findings as { status: string; mend?: string }[];
    const [mend = ''] = found.flatMap(one => (one.status === 'failed' ? [one.mend ?? ''] : []));
    const [program, ...rest] = mend.split(' ');
    expect(program).toBe('policy-wrap');
    expect(await run(home, ...rest, '--yes')).toMatchObject({ code: 0 });
    const after = await doctor(home, '--start');
    expect(after.code).toBe(0);
    expect(after.stdout).toContain('cursor: demo is wrapped, starts, and lists 9 tools');
  });

  test('of a malformed file of a client: where', async () => {
    const home = tempDir();
    mkdirSync(join(home, '.cursor'));
    writeFileSync(join(home, '.cursor/mcp.json'), '{\n  "mcpServers": {,}\n}\n');
    const { code, stdout } = await doctor(home);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed {2}.*\.cursor\/mcp\.json:2:\d+: /m);
  });
});
