// The state file: what happens where it cannot be used, how large it grows, and what `log` shows of it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { logReader } from '../../src/audit/read.ts';
import { loadDriver } from '../../src/store/driver.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import {
  echoing,
  memoryOf,
  node,
  start,
  textOf,
  toolCall,
  until,
  type Wrapped,
} from '../support/lines.ts';
import { endWithTest } from '../support/processes.ts';
import { deniedRow } from '../support/rows.ts';
import {
  bin,
  cleanEnv,
  type Launch,
  launch,
  logRows,
  root,
  seedPolicy,
  tempDir,
} from '../support/wrapper.ts';

const tool = 'stream_group_create';
const open = { version: '1', default: 'allow' };
const range = (count: number) => [...Array(count).keys()];

/** A wrapper on the recording server whose state is this file. */
function on(state: string, options: { policy?: object; home?: string } = {}) {
  const echo = echoing({ policy: seedPolicy, ...options, options: ['--state', state] });
  return { ...echo, wrapped: start(echo.setup) };
}

/** Calls are denied with a reason that names the state file; what needs no state passes. */
async function expectDenied(wrapped: Wrapped, state: RegExp): Promise<void> {
  const reply = await wrapped.call(tool);
  expect(reply.result?.isError).toBe(true);
  expect(textOf(reply)).toMatch(/^\[POLICY DENIED\] /);
  expect(textOf(reply)).toMatch(state);
  expect(reply.result?._meta?.['policy-wrap/verdict']).toMatchObject({
    effect: 'deny',
    subject: tool,
  });
  expect((await wrapped.request('tools/list')).result?.tools).toHaveLength(2);
  expect((await wrapped.request('ping')).error).toBeUndefined();
}

describe('state that cannot be used: calls are denied, nothing else is, and it goes on', () => {
  test('its folder is a file, until it is none', async () => {
    const dir = join(tempDir(), 'state');
    writeFileSync(dir, 'a file');
    const { wrapped, calls } = on(join(dir, 'state.db'));
    await expectDenied(wrapped, /state file .*state\.db/);
    await expectDenied(wrapped, /state file .*state\.db/);
    expect(calls()).toEqual([]);
    expect(wrapped.stderr()).toMatch(/^policy-wrap: .*state file .*state\.db/m);
    rmSync(dir);
    expect(textOf(await wrapped.call(tool))).toBe(`did ${tool}`);
    expect(calls()).toEqual([tool]);
  });

  test('it is a folder', async () => {
    const { wrapped, calls } = on(tempDir());
    await expectDenied(wrapped, /state file/);
    expect(calls()).toEqual([]);
  });

  test.each<[string, Buffer]>([
    ['text', Buffer.from('this is no database, whatever its name says\n'.repeat(200))],
    ['zeros', Buffer.alloc(8192)],
    ['a header and noise', Buffer.from(`SQLite format 3\0${'garbage!'.repeat(1000)}`)],
  ])('it is no database but %s, until it is gone', async (_, content) => {
    const state = join(tempDir(), 'state.db');
    writeFileSync(state, content);
    const { wrapped, calls } = on(state);
    await expectDenied(wrapped, /state file .*state\.db/);
    expect(calls()).toEqual([]);
    for (const file of [state, `${state}-wal`, `${state}-shm`]) rmSync(file, { force: true });
    expect(textOf(await wrapped.call(tool))).toBe(`did ${tool}`);
  });

  test('it is of a later version', async () => {
    const state = join(tempDir(), 'state.db');
    const database = loadDriver().open(state, { readonly: false });
    database.exec('PRAGMA user_version = 99');
    database.close();
    const { wrapped, calls } = on(state);
    await expectDenied(wrapped, /state file .*format 99/);
    expect(calls()).toEqual([]);
  });

  test('another process holds its lock: denied after about 250 ms, and soon well again', async () => {
    const state = join(tempDir(), 'state.db');
    const { wrapped, calls } = on(state);
    await wrapped.call(tool);
    const other = loadDriver().open(state, { readonly: false });
    other.exec('BEGIN IMMEDIATE');
    const from = performance.now();
    await expectDenied(wrapped, /state file/);
    const took = performance.now() - from;
    expect(took).toBeGreaterThan(200);
    expect(took).toBeLessThan(1500);
    other.exec('COMMIT');
    other.close();
    expect(textOf(await wrapped.call(tool))).toBe(`did ${tool}`);
    expect(calls()).toHaveLength(2);
  });

  test('another process holds its lock from before the first call', async () => {
    const state = join(tempDir(), 'state.db');
    const first = on(state);
    await first.wrapped.call(tool);
    const other = loadDriver().open(state, { readonly: false });
    other.exec('BEGIN IMMEDIATE');
    const second = on(state);
    await second.wrapped.request('ping');
    const from = performance.now();
    await expectDenied(second.wrapped, /state file/);
    expect(performance.now() - from).toBeLessThan(5000);
    other.exec('COMMIT');
    other.close();
    expect(textOf(await second.wrapped.call(tool))).toBe(`did ${tool}`);
  });

  test('another process holds all of it: no call waits much longer than 250 ms', async () => {
    const state = join(tempDir(), 'state.db');
    const other = loadDriver().open(state, { readonly: false });
    other.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t (x); BEGIN EXCLUSIVE');
    const { wrapped, calls } = on(state);
    await wrapped.request('ping');
    const from = performance.now();
    await expectDenied(wrapped, /state file/);
    expect(performance.now() - from).toBeLessThan(5000);
    other.exec('COMMIT');
    other.close();
    expect(textOf(await wrapped.call(tool))).toBe(`did ${tool}`);
    expect(calls()).toHaveLength(1);
  });

  test('the disk is full', async () => {
    const home = tempDir();
    const { setup, calls } = echoing({ policy: open, home });
    // A limit on the size of any file that the wrapper writes stands for a full disk.
    const limited = {
      ...setup,
      command: 'sh',
      args: ['-c', 'ulimit -f 300; exec "$0" "$@"', setup.command, ...setup.args],
    };
    const wrapped = start(limited);
    // Short calls: their rows are longer than what the recording server writes under the same limit.
    for (let i = 0; i < 2000; i++) wrapped.send(toolCall(100_000 + i, tool));
    wrapped.send({ id: 'after', method: 'ping' });
    await wrapped.reply('after');
    const denied = wrapped.received.filter(({ result }) => result?.isError);
    expect(denied.length).toBeGreaterThan(0);
    expect(textOf(denied[0]!)).toMatch(/state file .*(full|disk|I\/O|large)/);
    expect(calls().length + denied.length).toBe(2000);
    // Nothing that was forwarded is missing from the record.
    const rows = await logRows(home);
    expect(rows.filter(({ forwarded }) => forwarded).length).toBeGreaterThanOrEqual(calls().length);
    expect((await wrapped.request('tools/list')).result?.tools).toHaveLength(2);
  });

  /** Without the rights that let root write everywhere, as every other user is. */
  const asUser = (setup: Launch): Launch =>
    process.getuid?.() === 0
      ? {
          ...setup,
          command: 'setpriv',
          args: ['--bounding-set=-dac_override,-dac_read_search', setup.command, ...setup.args],
        }
      : setup;

  test('its folder may not be written to, until it may', async () => {
    const dir = join(tempDir(), 'state');
    mkdirSync(dir, { mode: 0o500 });
    const state = join(dir, 'state.db');
    const { setup, calls } = echoing({ policy: seedPolicy, options: ['--state', state] });
    const wrapped = start(asUser(setup));
    await expectDenied(wrapped, /state file .*permission denied/);
    expect(calls()).toEqual([]);
    chmodSync(dir, 0o700);
    expect(textOf(await wrapped.call(tool))).toBe(`did ${tool}`);
  });

  test('its folder becomes read-only under it: what it has open it goes on with', async () => {
    const dir = join(tempDir(), 'state');
    const state = join(dir, 'state.db');
    const { setup, calls } = echoing({ policy: seedPolicy, options: ['--state', state] });
    const wrapped = start(asUser(setup));
    await wrapped.call(tool);
    chmodSync(dir, 0o500);
    expect(textOf(await wrapped.call(tool))).toBe(`did ${tool}`);
    expect(calls()).toHaveLength(2);
    wrapped.child.stdin?.end();
    expect(await wrapped.ended).toBe(0);
    chmodSync(dir, 0o700);
  });

  test('a thousand failures leave no file open', async () => {
    const state = join(tempDir(), 'state.db');
    writeFileSync(state, 'no database '.repeat(1000));
    const { wrapped } = on(state);
    await wrapped.call(tool);
    const openFiles = () =>
      readdirSync(`/proc/${wrapped.pid}/fd`).filter(fd => {
        try {
          return readlinkSync(`/proc/${wrapped.pid}/fd/${fd}`).startsWith(state);
        } catch {
          return false;
        }
      }).length;
    // One by one, so that each is an attempt of its own.
    for (let i = 0; i < 1000; i++) await wrapped.call(tool);
    expect(openFiles()).toBeLessThan(50);
  });

  // Later versions have one built in, and use it: test/e2e/package.test.ts.
  const hasNone = Number(process.versions.node.split('.')[0]) < 22;
  if (hasNone)
    test('no SQLite driver: calls are denied with the reason, the session goes on', async () => {
      // The program alone, with no better-sqlite3 to be found, on a Node that has none built in.
      const dir = tempDir();
      for (const folder of ['bin', 'dist'])
        cpSync(join(root, folder), join(dir, folder), { recursive: true });
      const { setup, calls } = echoing({ policy: seedPolicy });
      const [program, ...rest] = setup.args;
      expect(program).toBe(bin);
      const args = [join(dir, 'bin/policy-wrap.cjs'), ...rest];
      const wrapped = start({ ...setup, args });
      await wrapped.request('ping');
      await sleep(300);
      await expectDenied(wrapped, /SQLite/);
      expect(calls()).toEqual([]);
      expect(wrapped.stderr()).not.toContain('bug');
    });
});

describe('files and modes', () => {
  test('the folder is the user’s alone, and so are all its files', async () => {
    const home = join(tempDir(), 'home');
    const { setup } = echoing({ policy: seedPolicy, home });
    const wrapped = start({
      ...setup,
      command: 'sh',
      args: ['-c', 'umask 000; exec "$0" "$@"', setup.command, ...setup.args],
    });
    await wrapped.call(tool);
    const dir = join(home, 'state');
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const files = readdirSync(dir);
    expect(files).toContain('state.db');
    for (const file of files)
      expect([file, statSync(join(dir, file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  test('a state file behind a symbolic link is one and the same', async () => {
    const [real, linked] = [tempDir(), tempDir()];
    symlinkSync(join(real, 'state.db'), join(linked, 'state.db'));
    const policy = { ...seedPolicy, tools: { [tool]: { limits: [{ max: 3, window: 'hour' }] } } };
    const one = on(join(linked, 'state.db'), { policy });
    const two = on(join(real, 'state.db'), { policy });
    for (const { wrapped } of [one, two, one, two]) await wrapped.call(tool);
    expect(one.calls().length + two.calls().length).toBe(3);
  });

  const sideFiles = (state: string) => [`${state}-wal`, `${state}-shm`];
  const remove = (...files: string[]) => {
    for (const file of files) rmSync(file, { recursive: true, force: true });
  };

  test.each<[string, (state: string) => void]>([
    ['removed', state => remove(state, ...sideFiles(state))],
    ['removed without its side files', state => remove(state)],
    ['removed with its folder', state => remove(dirname(state))],
    ['moved away without its side files', state => renameSync(state, `${state}.old`)],
    ['moved away with its folder', state => renameSync(dirname(state), `${dirname(state)}.old`)],
  ])('%s while in use: all count on in a new file, and it is said', async (_, change) => {
    const home = tempDir();
    const policy = { ...seedPolicy, tools: { [tool]: { limits: [{ max: 3, window: 'hour' }] } } };
    const one = start(echoing({ policy, home }).setup);
    const two = start(echoing({ policy, home }).setup);
    for (const wrapped of [one, two]) await wrapped.call(tool);
    change(join(home, 'state', 'state.db'));
    const texts: string[] = [];
    for (const wrapped of [one, two, one, two, one, two])
      texts.push(textOf(await wrapped.call(tool)));
    // Three in the new file, whoever makes it. Where old side files are in the way, the first call
    // may be denied until the other wrapper has let go of them.
    const others = texts.filter(text => text !== `did ${tool}`);
    expect(others).toHaveLength(3);
    for (const text of others)
      expect(text).toMatch(/is limited to 3 calls per hour|the state file .* cannot be used/);
    expect(others.at(-1)).toContain('is limited to 3 calls per hour');
    for (const wrapped of [one, two]) {
      expect(wrapped.stderr()).toMatch(/^policy-wrap: the state file .* was removed or replaced/m);
      wrapped.child.stdin?.end();
      await wrapped.ended;
    }
    // The end of the first must not have taken the other's rows along.
    const rows = await logRows(home);
    const outcomes = rows.filter(({ forwarded }) => forwarded).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['ok', 'ok', 'ok']);
    expect(rows.length).toBeGreaterThanOrEqual(5);
  });

  test('a call from before such a change is not noted at another call’s row', async () => {
    const home = tempDir();
    const state = join(home, 'state', 'state.db');
    const wrapped = start(launch(node('shuffling.mjs', '2'), { policy: open, home }));
    wrapped.send(toolCall(1, 'before'));
    while ((await logRows(home)).length === 0) await sleep(50);
    const other = start(launch(node('silent.mjs'), { policy: open, home }));
    await until(() => other.stderr().includes('silent'), 'the other wrapper');
    remove(state, ...sideFiles(state));
    other.send(toolCall(1, 'unanswered'));
    await until(() => other.stderr().includes('got tools/call'), 'the other call');
    // The server answers both once the second is there.
    wrapped.send(toolCall(2, 'after'));
    expect(textOf(await wrapped.reply(1))).toBe('did before');
    wrapped.child.stdin?.end();
    await wrapped.ended;
    const rows = await logRows(home);
    expect(rows.map(({ subject, outcome }) => [subject, outcome])).toEqual([
      ['unanswered', null],
      ['after', 'ok'],
    ]);
  });
});

describe('the record is bounded', () => {
  const row = (i: number) =>
    deniedRow(1_700_000_000_000 + i, `tool-${i}`, {
      reason: 'no rule of the policy allows it',
      args: JSON.stringify({ x: 'x'.repeat(150) }),
    });

  test('tens of thousands of denials: the oldest go, the newest stay, the file stays small', () => {
    const file = join(tempDir(), 'state.db');
    const maxBytes = 2 * 1024 * 1024;
    const store = sqliteStore(file, { now: () => 1_700_000_000_000, warn: () => {}, maxBytes });
    const count = 40_000;
    const batch = 200;
    let largest = 0;
    for (let from = 0; from < count; from += batch) {
      void store.take(
        range(batch).map(i => ({ limits: [], take: false, row: () => row(from + i) })),
      );
      largest = Math.max(largest, statSync(file).size);
    }
    void store.close();
    // At most what is written between two looks beyond the bound.
    expect(Math.max(largest, statSync(file).size)).toBeLessThan(maxBytes * 1.5);
    const reader = logReader(file);
    const entries = reader.read({ last: count, server: undefined });
    reader.close();
    const subjects = entries.map(({ subject }) => subject);
    expect(subjects.at(-1)).toBe(`tool-${count - 1}`);
    expect(subjects.length).toBeGreaterThan(2000);
    expect(subjects).toEqual(
      range(subjects.length).map(i => `tool-${count - subjects.length + i}`),
    );
  });

  test('counters outlive the rows that gave way', () => {
    const file = join(tempDir(), 'state.db');
    const options = { now: () => 1_700_000_000_000, warn: () => {}, maxBytes: 300_000 };
    const store = sqliteStore(file, options);
    const window = { ms: 3_600_000, label: 'hour', unit: 'hour' as const };
    const limit = {
      counter: 'c',
      named: true,
      scope: 'grant' as const,
      kind: 'sliding' as const,
      max: 3,
      window,
      windows: [window],
      id: '["grant","srv","default","name","c"]',
      layer: 'policy',
      key: 'c',
      enforced: true,
      ...{ cost: undefined, per: undefined, amount: 1, value: undefined, group: undefined },
    };
    const call = () =>
      store.take([{ limits: [limit], take: true, row: () => row(0) }]) as { granted: boolean }[];
    expect([call(), call()].flat().map(({ granted }) => granted)).toEqual([true, true]);
    for (let from = 0; from < 5000; from += 100)
      void store.take(range(100).map(i => ({ limits: [], take: false, row: () => row(from + i) })));
    expect([call(), call()].flat().map(({ granted }) => granted)).toEqual([true, false]);
    void store.close();
  });

  test('long names and arguments are cut before they are kept', async () => {
    const home = tempDir();
    const { setup } = echoing({ policy: { version: '1', default: 'deny' }, home });
    const wrapped = start(setup);
    wrapped.send(
      toolCall(1, 'n'.repeat(1_000_000), { x: range(1000).map(() => 'y'.repeat(1000)) }),
    );
    wrapped.send({ method: `notifications/${'m'.repeat(1_000_000)}` });
    wrapped.send({ id: 2, method: 'z'.repeat(1_000_000) });
    await wrapped.reply(2);
    await wrapped.request('ping');
    const rows = await logRows(home);
    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows).length).toBeLessThan(10_000);
    expect(wrapped.stderr().length).toBeLessThan(10_000);
  });

  test('names that are never seen again do not stay in memory', async () => {
    const { setup } = echoing({ policy: { version: '1', default: 'deny' } });
    const wrapped = start(setup);
    wrapped.child.stderr?.removeAllListeners('data').resume();
    await wrapped.request('ping');
    for (let i = 0; i < 600; i++) {
      wrapped.send({ method: `notifications/${i}-${'m'.repeat(1_000_000)}` });
      if (i % 20 === 19) await wrapped.request('ping');
    }
    await wrapped.request('ping');
    expect(memoryOf(wrapped.pid)).toBeLessThan(400_000);
  });
});

describe('policy-wrap log', () => {
  const log = (home: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [bin, 'log', ...args], {
      env: cleanEnv(home),
      maxBuffer: 1 << 28,
    });
  const lines = (output: string) => output.split('\n').filter(line => line !== '');

  /** A home with a few decisions of two servers in it. */
  async function recorded(): Promise<string> {
    const home = tempDir();
    const policy = {
      ...seedPolicy,
      tools: { ...seedPolicy.tools, bad: { action: 'deny', reason: 'never' } },
    };
    for (const server of ['one', 'two']) {
      const wrapped = start(echoing({ policy, home, options: ['--server', server] }).setup);
      await wrapped.call(tool, { key: server, password: 'hunter2' });
      await wrapped.call('bad');
      wrapped.child.stdin?.end();
      await wrapped.ended;
    }
    return home;
  }

  test('shows what was decided and why, oldest first', async () => {
    const { stdout } = await log(await recorded());
    const shown = lines(stdout);
    expect(shown).toHaveLength(4);
    expect(shown[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}allowed .*one .*stream_group_create .*ok in \d+ ms$/,
    );
    expect(shown[1]).toMatch(/denied .*one .*bad .*never$/);
    expect(shown[3]).toContain('two');
  });

  test('--json: a row has all of it, and no secret', async () => {
    const home = await recorded();
    const { stdout } = await log(home, '--json');
    expect(stdout).not.toContain('hunter2');
    const rows = lines(stdout).map(line => JSON.parse(line) as Record<string, unknown>);
    expect(rows[0]).toMatchObject({
      server: 'one',
      grant: 'default',
      mode: 'enforce',
      method: 'tools/call',
      subject: tool,
      effect: 'allow',
      forwarded: true,
      layer: 'policy',
      key: tool,
      outcome: 'ok',
      arguments: '{"key":"one","password":"[redacted]"}',
      policy: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(rows[1]).toMatchObject({
      effect: 'deny',
      forwarded: false,
      reason: 'never',
      outcome: null,
    });
  });

  test('--last, --server and --state choose', async () => {
    const home = await recorded();
    expect(lines((await log(home, '--last', '1')).stdout)).toHaveLength(1);
    expect((await log(home, '-n', '1')).stdout).toContain('two');
    expect(lines((await log(home, '--server', 'one')).stdout)).toHaveLength(2);
    expect(lines((await log(home, '--server', 'one', '--last', '1')).stdout)).toHaveLength(1);
    expect((await log(home, '--server', 'three')).stdout).toBe('');
    const state = join(home, 'state', 'state.db');
    expect(lines((await log(tempDir(), '--state', state)).stdout)).toHaveLength(4);
    await expect(log(home, '--last', 'x')).rejects.toMatchObject({ code: 2 });
  });

  test('where nothing is recorded it says so, makes no file and is no failure', async () => {
    const home = join(tempDir(), 'none');
    const { stdout, stderr } = await log(home);
    expect(stdout).toBe('');
    expect(stderr).toContain('nothing is recorded');
    expect(existsSync(home)).toBe(false);
  });

  test('a corrupt file is told of in one line', async () => {
    const state = join(tempDir(), 'state.db');
    writeFileSync(state, 'no database '.repeat(1000));
    const failed = log(tempDir(), '--state', state);
    await expect(failed).rejects.toMatchObject({ code: 1, stdout: '' });
    await failed.catch((error: { stderr: string }) => {
      expect(error.stderr).toContain('state.db');
      expect(error.stderr).not.toContain('    at ');
    });
  });

  test('--follow shows what comes, also from before there was a file', async () => {
    const home = tempDir();
    const following = spawn(process.execPath, [bin, 'log', '--follow', '--json'], {
      env: cleanEnv(home),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithTest(following);
    let shown = '';
    following.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    await sleep(500);
    const { setup } = echoing({ policy: seedPolicy, home });
    const wrapped = start(setup);
    await wrapped.call(tool);
    await until(() => lines(shown).length === 1, 'the first row');
    await wrapped.call('other');
    await until(() => lines(shown).length === 2, 'the second row');
    await sleep(600);
    expect(lines(shown).map(line => (JSON.parse(line) as { subject: string }).subject)).toEqual([
      tool,
      'other',
    ]);
    const over = once(following, 'exit');
    following.kill('SIGINT');
    expect(await text(following.stderr)).toBe('');
    expect(await over).toEqual([0, null]);
  });

  test('--follow --last 0 shows what comes and nothing from before', async () => {
    const home = await recorded();
    const following = spawn(
      process.execPath,
      [bin, 'log', '--follow', '--json', '--last', '0', '--server', 'one'],
      { env: cleanEnv(home), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    endWithTest(following);
    let shown = '';
    following.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    const options = ['--server', 'one'];
    const wrapped = start(echoing({ policy: seedPolicy, home, options }).setup);
    // It begins at some time, and shows what comes from then on.
    const deadline = Date.now() + 20_000;
    while (shown === '' && Date.now() < deadline) {
      await wrapped.call('new');
      await sleep(300);
    }
    const subjects = lines(shown).map(line => (JSON.parse(line) as { subject: string }).subject);
    expect(new Set(subjects)).toEqual(new Set(['new']));
    const over = once(following, 'exit');
    following.kill('SIGINT');
    await over;
  });

  /** A home with so many rows that their text is larger than any pipe holds. */
  async function long(): Promise<{ home: string; count: number }> {
    const home = tempDir();
    const wrapped = start(echoing({ policy: { version: '1', default: 'deny' }, home }).setup);
    const count = 3000;
    for (let i = 0; i < count; i++) wrapped.send(toolCall(i, `tool-${i}`));
    await until(() => wrapped.received.length === count, 'all denials');
    return { home, count };
  }

  test('a reader that takes its time gets every row', async () => {
    const { home, count } = await long();
    const { stdout } = await promisify(execFile)(
      'sh',
      [
        '-c',
        '"$0" "$@" | { sleep 3; wc -l; }',
        process.execPath,
        bin,
        'log',
        '--json',
        '--last',
        '5000',
      ],
      { env: cleanEnv(home) },
    );
    expect(Number(stdout)).toBe(count);
  });

  test('a reader that has seen enough ends it without a stack trace', async () => {
    const { home } = await long();
    for (const options of [[], ['--json'], ['--follow']]) {
      const { stdout, stderr } = await promisify(execFile)(
        'sh',
        ['-c', '"$0" "$@" | head -n 1', process.execPath, bin, 'log', '--last', '5000', ...options],
        { env: cleanEnv(home), timeout: 20_000 },
      );
      expect(lines(stdout)).toHaveLength(1);
      expect(stderr).toBe('');
    }
  });
});

describe('what an agent or a server names never reaches a terminal raw', () => {
  const tricks: [string, string][] = [
    ['an escape sequence', 'a\u001b[2J\u001b]0;owned\u0007b'],
    ['a C1 control', 'a\u009b31mb'],
    ['bidi controls', 'a\u202egnp.exe\u2066b'],
    ['zero-width characters', 'a\u200b\u2060\ufeffb'],
    ['line breaks', 'a\r\npolicy-wrap: all is well\u2028b'],
    ['tag characters', 'a\u{e0041}\u{e007f}b'],
    ['DEL and backspace', 'a\u007f\bb'],
  ];
  const RAW =
    /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

  test.each(tricks)('%s', async (_, name) => {
    const home = tempDir();
    const { setup } = echoing({ policy: { version: '1', default: 'deny' }, home });
    const wrapped = start(setup);
    const reply = await wrapped.request('tools/call', { name, arguments: { [name]: name } });
    // A name with control characters is refused before any rule is asked.
    const isRefused = /\p{Cc}/u.test(name);
    if (isRefused) expect(reply.error?.code).toBe(-32602);
    else expect(textOf(reply)).toContain('[POLICY DENIED]');
    wrapped.send({ method: name });
    await wrapped.request('ping');
    const spokenOf = isRefused ? 2 : 3;
    await until(() => wrapped.stderr().split('\n').length > spokenOf, 'its lines on stderr');
    const spoken = wrapped
      .stderr()
      .split('\n')
      .filter(line => line !== '');
    for (const line of spoken) {
      expect(line).not.toMatch(RAW);
      expect(line).toMatch(/^policy-wrap: /);
    }
    for (const options of [[], ['--json']]) {
      const { stdout } = await promisify(execFile)(process.execPath, [bin, 'log', ...options], {
        env: cleanEnv(home),
      });
      const shown = stdout.split('\n').filter(line => line !== '');
      expect(shown).toHaveLength(2);
      for (const line of shown) expect.soft(line, `log ${options.join()}`).not.toMatch(RAW);
    }
    const rows = await logRows(home);
    expect(rows.map(({ subject }) => subject)).toContain(name);
  });

  test('the name of a server that was given', async () => {
    const wrapped = start(
      launch(node('silent.mjs', 'a\u001b[2Jb'), { policy: open, options: ['--server', 'plain'] }),
    );
    await until(() => wrapped.stderr().includes('plain'), 'the first line');
    expect(wrapped.stderr().replaceAll('\n', '')).not.toMatch(RAW);
  });

  test('a command that is not there', async () => {
    const wrapped = start(launch(['no-such\u001b[2J\u202eprogram'], { policy: open }));
    expect(await wrapped.ended).toBe(127);
    expect(wrapped.stderr().replaceAll('\n', '')).not.toMatch(RAW);
  });
});
