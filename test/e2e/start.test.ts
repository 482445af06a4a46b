// The start: the server is there before its policies are loaded, and nothing passes before they are.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { echoing, isAlive, node, start, toolCall } from '../support/lines.ts';
import { bin, cleanEnv, fixture, launch, tempDir } from '../support/wrapper.ts';

const open = { version: '1', default: 'allow' };
const HELP =
  'policy-wrap: help: no call is let through until this is mended; docs/policy.md has every key (PW_POLICY_INVALID)\n';

/** A policy by its text, in a file of the given name. */
function given(name: string, text: string, upstream: readonly string[]) {
  const home = tempDir();
  const file = join(home, name);
  writeFileSync(file, text);
  return { file, setup: launch(upstream, { home, options: ['--policy', file] }) };
}

describe('a policy that cannot be used', () => {
  /** A server that heeds no signal, nor does what it starts; it writes down who they are and what came. */
  const SERVER = `trap '' TERM HUP INT
    echo $$ >> "$0/pids"
    sh -c 'trap "" TERM HUP INT; echo $$ >> "$0/pids"; sleep 30; sleep 30' "$0" &
    cat > "$0/received"; sleep 30; sleep 30`;
  const manyTools = Array.from({ length: 4000 }, (_, i) => `  tool_${i}: {}\n`).join('');

  test.each([
    [
      'JSON that is broken',
      'p.json',
      '{"version": "1",}',
      '1:17: a comma too many before `}`: JSON has none behind the last one',
    ],
    [
      'JSON with a wrong value',
      'p.json',
      '{"version": "1",\n"default": "deny", "hide": 1}',
      '2:28: `hide`: expected a list, found `1`; put it in a list: `[1]`',
    ],
    [
      'YAML',
      'p.yaml',
      'version: "1"\ndefault: deny\nhyde: []\n',
      '3:1: `hyde`: unknown key, did you mean `hide`?',
    ],
    [
      'YAML that takes long to read',
      'p.yaml',
      `version: "1"\ndefault: deny\ntools:\n${manyTools}hyde: []\n`,
      '4004:1: `hyde`: unknown key, did you mean `hide`?',
    ],
  ])('%s: told, exit 3, the server is gone and has got nothing', async (_, name, text, problem) => {
    const dir = tempDir();
    const { file, setup } = given(name, text, ['sh', '-c', SERVER, dir]);
    const wrapped = start(setup);
    wrapped.send({ id: 1, method: 'initialize', params: {} }, toolCall(2, 'any'));
    expect(await wrapped.ended).toBe(3);
    expect(wrapped.stderr()).toBe(`policy-wrap: ${file}:${problem}\n${HELP}`);
    expect(wrapped.received).toEqual([]);
    // Time to write down who they are, for processes that should not be there any more.
    await sleep(500);
    const read = (entry: string) =>
      existsSync(join(dir, entry)) ? readFileSync(join(dir, entry), 'utf8') : '';
    const left = read('pids').split('\n').map(Number).filter(isAlive);
    for (const pid of left) onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    expect(left).toEqual([]);
    expect(read('received')).toBe('');
  });

  test.each([['no-such-program-anywhere'], [join(fixture('echo.mjs'), 'no-folder')], ['/']])(
    'is told of and not the command that does not start: %s',
    async command => {
      const { file, setup } = given('p.json', '{}', [command]);
      const wrapped = start(setup);
      expect(await wrapped.ended).toBe(3);
      expect(wrapped.stderr()).toMatch(`policy-wrap: ${file}:1:1: \`version\`: expected "1"`);
      expect(wrapped.stderr()).not.toContain('cannot start');
    },
  );

  test('a server that speaks at once is not heard', async () => {
    const says = 'echo "{\\"jsonrpc\\":\\"2.0\\",\\"method\\":\\"x\\"}"; echo listening >&2; cat';
    const { setup } = given('p.yaml', `version: "1"\ntools:\n${manyTools}`, ['sh', '-c', says]);
    const wrapped = start(setup);
    expect(await wrapped.ended).toBe(3);
    expect(wrapped.received).toEqual([]);
    expect(wrapped.stderr()).not.toContain('listening');
  });
});

describe('what is there before the policies are loaded', () => {
  const slowly = `version: "1"\ndefault: allow\n# ${'x'.repeat(2_000_000)}\n`;

  test.each([
    ['JSON', 'p.json', JSON.stringify(open)],
    ['YAML', 'p.yaml', slowly],
  ])('of a client that writes at once and ends: all of it, under %s', async (_, name, text) => {
    const { setup: echo, reached } = echoing();
    const { setup } = given(name, text, echo.args.slice(echo.args.indexOf('--') + 1));
    const wrapped = start(setup);
    const ids = Array.from({ length: 500 }, (_, id) => id);
    wrapped.send(...ids.map(id => toolCall(id, 'any', { text: 'x'.repeat(1000) })));
    wrapped.child.stdin?.end();
    expect(await wrapped.ended).toBe(0);
    expect(wrapped.received.map(({ id }) => id)).toEqual(ids);
    expect(reached()).toHaveLength(ids.length);
  });

  test('of a server that ends at once: its output, its stderr behind what was loaded, its code', async () => {
    const line = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info"}}';
    const says = `echo '${line}'; echo "last words" >&2; exit 7`;
    const { file, setup } = given('p.yaml', slowly, ['sh', '-c', says]);
    const wrapped = start(setup);
    expect(await wrapped.ended).toBe(7);
    expect(wrapped.received).toEqual([JSON.parse(line)]);
    expect(wrapped.stderr()).toBe(`policy-wrap: sh: ${file}\nlast words\n`);
  });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'a %s while the policies are loaded ends the server too, though it heeds none',
  async signal => {
    const dir = tempDir();
    const server = `trap '' TERM HUP INT; echo $$ > "$0/pid"; cat >/dev/null; sleep 30; sleep 30`;
    const tools = Array.from({ length: 50_000 }, (_, i) => `  tool_${i}: {}\n`).join('');
    const text = `version: "1"\ndefault: allow\ntools:\n${tools}`;
    const { setup } = given('p.yaml', text, ['sh', '-c', server, dir]);
    const wrapped = start(setup);
    const pid = () =>
      Number(existsSync(join(dir, 'pid')) && readFileSync(join(dir, 'pid'), 'utf8'));
    while (!(pid() > 0)) await sleep(1);
    const serverPid = pid();
    onTestFinished(() => {
      if (isAlive(serverPid)) process.kill(serverPid, 'SIGKILL');
    });
    // Loading is not over: nothing has been said about it.
    expect(wrapped.stderr()).toBe('');
    process.kill(wrapped.pid, signal);
    await wrapped.ended;
    expect(isAlive(serverPid)).toBe(false);
  },
);

describe('what is loaded', () => {
  const limited = { ...open, tools: { a: { limits: [{ max: 1, window: 'minute' }] } } };
  /** Files of the package and of others, and the modules of Node, that a run came to load. */
  async function loadedBy(args: readonly string[]) {
    const home = tempDir();
    const file = join(home, 'loaded');
    const hook = `--require ${JSON.stringify(fixture('loaded.cjs'))}`;
    const env = cleanEnv(home, { LOADED: file, NODE_OPTIONS: hook });
    const child = promisify(execFile)(process.execPath, [bin, ...args], { env });
    child.child.stdin?.end();
    await child;
    const { files, builtIn } = JSON.parse(readFileSync(file, 'utf8')) as {
      files: string[];
      builtIn: string[];
    };
    const names = files.map(path => basename(path));
    return {
      own: names.filter(name => !['loaded.cjs', 'policy-wrap.cjs'].includes(name)),
      builtIn: builtIn.filter(name => /^NativeModule (crypto|sqlite)$/.test(name)),
    };
  }
  const wrapping = (name: string, text: string): string[] => {
    const file = join(tempDir(), name);
    writeFileSync(file, text);
    return ['--policy', file, '--', ...node('silent.mjs')];
  };

  test.each([
    [
      'no limit and no record: no store',
      'p.json',
      JSON.stringify({ ...open, audit: 'off' }),
      ['cli.cjs', 'serve.cjs'],
    ],
    ['a record', 'p.json', JSON.stringify(open), ['cli.cjs', 'serve.cjs', 'sqlite.cjs']],
    [
      'a limit',
      'p.json',
      JSON.stringify({ ...limited, audit: 'off' }),
      ['cli.cjs', 'serve.cjs', 'sqlite.cjs'],
    ],
    [
      'YAML',
      'p.yaml',
      'version: "1"\ndefault: allow\naudit: "off"\n',
      ['cli.cjs', 'read-yaml.cjs', 'serve.cjs', 'yaml.cjs'],
    ],
  ])('for %s', async (_, name, text, files) => {
    const { own, builtIn } = await loadedBy(wrapping(name, text));
    const ours = own.filter(entry => /^[a-z-]+\.cjs$/.test(entry));
    expect(ours.sort()).toEqual(files);
    // The driver comes a moment later, where there is one to come.
    if (!files.includes('sqlite.cjs')) {
      expect(own.length).toBe(files.length);
      expect(builtIn).toEqual([]);
    }
  });

  test('for a command', async () => {
    const { own } = await loadedBy(['--help']);
    expect(own).toContain('program.cjs');
    expect(own).not.toContain('yaml.cjs');
  });
});
