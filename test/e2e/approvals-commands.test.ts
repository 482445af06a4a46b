// The approval queue at a terminal: what waits is listed, shown, watched and answered, by a person only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { echoing, start, textOf, toolCall, until } from '../support/lines.ts';
import { testWith } from '../support/needs.ts';
import { endWithTest } from '../support/processes.ts';
import { atTerminal, readAtTerminal, withoutTerminal } from '../support/terminal.ts';
import { bin, cleanEnv, tempDir } from '../support/wrapper.ts';

interface Listed {
  id: string;
  server: string;
  tool: string;
  state: string;
  arguments: unknown;
  expiresAt: string;
}

const asking = (approval: object = {}) => ({
  version: '1',
  default: 'deny',
  tools: { '*': { action: 'require_approval', reason: 'people decide' } },
  approval: { via: ['queue'], timeout: '20s', ...approval },
});

/** A wrapper whose calls all wait, and the queue as other processes see it. */
function held(approval: object = {}) {
  const home = tempDir();
  const echo = echoing({ policy: asking(approval), home, options: ['--server', 'ecs'] });
  const wrapped = start(echo.setup);
  const run = (...args: string[]) => withoutTerminal(home, ...args);
  const listed = async () => JSON.parse((await run('approvals', '--json')).stdout) as Listed[];
  /** What is listed once there are so many. */
  const waiting = async (count = 1): Promise<Listed[]> => {
    for (let tries = 0; tries < 100; tries++) {
      const all = await listed();
      if (all.length >= count) return all;
      await sleep(50);
    }
    throw new Error(`${count} do not wait\n${wrapped.stderr()}`);
  };
  const firstId = async () => (await waiting())[0]?.id ?? '';
  return { ...echo, home, wrapped, run, listed, waiting, firstId };
}

/** Nothing in it moves the cursor or reorders text, but for what colours and a bell are. */
const isHarmless = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
  !/[\u0000-\u0006\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/.test(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    text.replace(/\u001b\[[0-9;]*m/g, ''),
  );

describe('approve', () => {
  testWith('python3')('lets exactly one call through', async () => {
    const { home, wrapped, firstId, calls, waiting } = held();
    const first = wrapped.call('delete_app', { name: 'production' });
    const id = await firstId();
    // As somebody types it who was told of it on the phone.
    const typed = id.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('v', 'u');
    const terminal = atTerminal(home, 'approve', typed);
    await terminal.shows('approve? type y');
    expect(terminal.output()).toContain('delete_app on ecs (destructive)');
    expect(terminal.output()).toContain('name: "production"');
    expect(calls()).toEqual([]);
    terminal.type('y\n');
    expect(textOf(await first)).toBe('did delete_app');
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toContain('approved: the call goes on');
    expect(calls()).toEqual(['delete_app']);
    // The next one, though the same, is a request of its own.
    wrapped.send(toolCall(7, 'delete_app', { name: 'production' }));
    const [next] = await waiting();
    expect(next?.id).not.toBe(id);
    expect(calls()).toEqual(['delete_app']);
  });

  testWith('python3')('anything but y leaves it as it is', async () => {
    const { home, wrapped, firstId, listed } = held();
    wrapped.send(toolCall(1, 'delete_app'));
    const id = await firstId();
    for (const answer of ['\n', 'n\n', 'yo\n', '\u0004']) {
      const terminal = atTerminal(home, 'approve', id);
      await terminal.shows('type y');
      terminal.type(answer);
      expect(await terminal.ended).toBe(1);
      expect(terminal.output()).toContain('not answered');
    }
    expect((await listed())[0]).toMatchObject({ id, state: 'waiting' });
  });

  testWith('python3')('twice: the second is told that it was approved already', async () => {
    const { home, wrapped, firstId, calls } = held();
    const call = wrapped.call('delete_app');
    const id = await firstId();
    expect(await atTerminal(home, 'approve', id, '--yes').ended).toBe(0);
    await call;
    const again = atTerminal(home, 'approve', id, '--yes');
    expect(await again.ended).toBe(1);
    expect(again.output()).toMatch(/request \w+ was approved at \S+ by a terminal, and its call/);
    const late = atTerminal(home, 'deny', id);
    expect(await late.ended).toBe(1);
    expect(calls()).toEqual(['delete_app']);
  });

  testWith('python3')('two at once: one of them counts', async () => {
    const { home, wrapped, firstId, calls } = held();
    const call = wrapped.call('delete_app');
    const id = await firstId();
    const both = [1, 2].map(() => atTerminal(home, 'approve', id));
    for (const terminal of both) await terminal.shows('type y');
    for (const terminal of both) terminal.type('y\n');
    const codes = await Promise.all(both.map(({ ended }) => ended));
    expect(codes.sort()).toEqual([0, 1]);
    expect(textOf(await call)).toBe('did delete_app');
    expect(calls()).toEqual(['delete_app']);
  });

  testWith('python3')('after the time-out: the retry goes through, once', async () => {
    const { home, wrapped, firstId, calls, run, waiting } = held({ timeout: '1s' });
    const refused = wrapped.call('delete_app', { name: 'a' });
    const id = await firstId();
    expect(textOf(await refused)).toContain(id);
    expect((await run('approvals')).stdout).toMatch(`${id}  too late, for a retry until`);
    const terminal = atTerminal(home, 'approve', id, '--yes');
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toContain('approved: the agent may make the same call once, until');
    expect((await run('approvals')).stdout).toContain(`${id}  approved, not used yet`);
    const twice = atTerminal(home, 'approve', id, '--yes');
    expect(await twice.ended).toBe(1);
    expect(twice.output()).toContain(`policy-wrap deny ${id} takes it back`);
    // With other arguments it is another call.
    wrapped.send(toolCall(1, 'delete_app', { name: 'b' }));
    await until(() => wrapped.stderr().split('waits for').length > 2, 'another request');
    expect(calls()).toEqual([]);
    expect(textOf(await wrapped.call('delete_app', { name: 'a' }))).toBe('did delete_app');
    wrapped.send(toolCall(2, 'delete_app', { name: 'a' }));
    const open = await waiting(2);
    expect(open.map(one => one.id)).not.toContain(id);
    expect(calls()).toEqual(['delete_app']);
  });

  testWith('python3')('a late yes is taken back by deny', async () => {
    const { home, wrapped, firstId, listed, calls } = held({ timeout: '1s' });
    const refused = wrapped.call('delete_app');
    const id = await firstId();
    await refused;
    expect(await atTerminal(home, 'approve', id, '--yes').ended).toBe(0);
    const terminal = atTerminal(home, 'deny', id);
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toContain('taken back');
    expect(await listed()).toEqual([]);
    expect(textOf(await wrapped.call('delete_app'))).not.toContain('did');
    expect(calls()).toEqual([]);
  });

  testWith('python3')('what its policy has decided elsewhere can only be denied', async () => {
    const command = [process.execPath, '-e', 'setTimeout(() => {}, 60000)'];
    const { home, wrapped, firstId, run, calls } = held({ via: ['command'], command });
    const call = wrapped.call('delete_app');
    const id = await firstId();
    expect((await run('approvals')).stdout).toContain('(decided by its program)');
    for (const more of [[], ['--remember']]) {
      const terminal = atTerminal(home, 'approve', id, '--yes', ...more);
      expect(await terminal.ended).toBe(1);
      expect(terminal.output()).toContain(
        `request ${id} is not approved here: its policy has it decided by its program`,
      );
    }
    expect(calls()).toEqual([]);
    expect(await atTerminal(home, 'deny', id).ended).toBe(0);
    expect(textOf(await call)).toContain('a person refused it');
    expect(calls()).toEqual([]);
  });
});

describe('deny', () => {
  testWith('python3')('its reason reaches the agent', async () => {
    const { home, wrapped, firstId, calls, run } = held();
    const call = wrapped.call('delete_app');
    const id = await firstId();
    const reason = 'not before Monday';
    const terminal = atTerminal(home, 'deny', id, '--reason', reason);
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toContain('denied: the agent is told so');
    const { result } = await call;
    expect(result?.isError).toBe(true);
    expect(result?.content?.[0]?.text).toContain(reason);
    expect(calls()).toEqual([]);
    const again = atTerminal(home, 'approve', id, '--yes');
    expect(await again.ended).toBe(1);
    expect(again.output()).toContain('by a terminal: not before Monday');
    const { stdout } = await run('approvals', 'show', id);
    expect(stdout).toContain('its arguments are not kept any more');
  });
});

describe('without a terminal', () => {
  test.each<[string, string[]]>([
    ['approve', []],
    ['approve', ['--yes']],
    ['approve', ['--yes', '--remember']],
    ['deny', []],
  ])('%s %j is refused and changes nothing', async (command, more) => {
    const { wrapped, firstId, listed, calls, run } = held({ remember: '15m' });
    wrapped.send(toolCall(1, 'delete_app'));
    const id = await firstId();
    const { code, stdout, stderr } = await run(command, id, ...more);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('(PW_TERMINAL)');
    expect(stderr).not.toMatch(/script|pty|tty|expect|--/);
    expect(await listed()).toMatchObject([{ id, state: 'waiting' }]);
    expect(calls()).toEqual([]);
    expect(wrapped.received).toEqual([]);
  });
});

describe('at a terminal, its output read by another program', () => {
  testWith('python3')('--yes is refused, and typing counts', async () => {
    const { home, wrapped, firstId, listed, calls } = held();
    const call = wrapped.call('delete_app', { name: 'a' });
    const id = await firstId();
    const unseen = readAtTerminal(home, 'approve', id, '--yes');
    expect(await unseen.ended).toBe(1);
    expect(unseen.output()).toContain('(PW_TERMINAL)');
    expect(await listed()).toMatchObject([{ id, state: 'waiting' }]);
    expect(calls()).toEqual([]);
    const typed = readAtTerminal(home, 'approve', id);
    await typed.shows('approve? type y');
    expect(typed.output()).toContain('name: "a"');
    typed.type('y\n');
    expect(await typed.ended).toBe(0);
    expect(textOf(await call)).toBe('did delete_app');
  });
});

describe('approvals', () => {
  test('nothing waits: a line on stderr, and no file is made', async () => {
    const home = tempDir();
    const state = join(home, 'state/state.db');
    const run = (...args: string[]) => withoutTerminal(home, ...args);
    const nothing = { code: 0, stdout: '' };
    expect(await run('approvals')).toMatchObject({
      ...nothing,
      stderr: 'policy-wrap: nothing waits for an answer\n',
    });
    expect(await run('approvals', '--remembered')).toMatchObject(nothing);
    expect(await run('approvals', '--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    expect(await run('approvals', 'revoke', '--all')).toMatchObject(nothing);
    const unknown = await run('approvals', 'show', 'ABCD2345');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('there is no request `ABCD2345`');
    expect(existsSync(state)).toBe(false);
  });

  test('--json has what waits, numbers as they were written', async () => {
    const { wrapped, waiting, run } = held();
    const before = Date.now();
    wrapped.write(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":{"amount":12345678901234567890.10}}}\n',
    );
    const [found] = await waiting();
    expect(found).toMatchObject({
      server: 'ecs',
      tool: 'pay',
      subject: 'pay',
      reason: 'people decide',
      state: 'waiting',
    });
    const expires = Date.parse(found?.expiresAt ?? '');
    expect(expires).toBeGreaterThanOrEqual(before + 20_000);
    expect(expires).toBeLessThan(Date.now() + 20_000);
    const { stdout } = await run('approvals', '--json');
    expect(stdout).toContain('"arguments":{"amount":12345678901234567890.10}');
    expect(JSON.parse((await run('approvals', '--json', '--server', 'other')).stdout)).toEqual([]);
    const other = await run('approvals', '--server', 'other');
    expect(other.stderr).toContain('nothing waits for an answer for the server other');
    expect((await run('approvals', '--server', 'ecs')).stdout).toMatch(
      /^\w{8} {2}waits \d+ s {2}ecs/,
    );
  });

  test('show prints what was cut', async () => {
    const { wrapped, firstId, run } = held();
    const sql = `${'a'.repeat(3000)}; DROP TABLE users`;
    wrapped.send(toolCall(1, 'query', { sql }));
    const id = await firstId();
    const { stdout } = await run('approvals', 'show', id);
    expect(stdout).toContain(`sql: "${sql}"`);
    expect(stdout).not.toContain('not all of it');
    const json = await run('approvals', 'show', id, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ id, arguments: { sql } });
  });

  testWith('python3')('what is hostile is shown as harmless text', async () => {
    const { home, wrapped, firstId, run } = held();
    // A name with controls is no name to the wrapper: it never comes as far as a person.
    const tool = 'safe\u202etxt.evil\u200b  read  waits 9 s';
    const call = wrapped.call(tool, {
      '\u001b]0;owned\u0007': '\u001b[1A\u2066up',
      b: '\u009b2K\r\nrequest AAAAAAAA',
    });
    const id = await firstId();
    const watch = atTerminal(home, 'approvals', 'watch');
    await watch.shows('y approve once');
    watch.type('q');
    const show = ['approvals', 'show', id];
    const commands = [['approvals'], ['approvals', '--json'], show, [...show, '--json']];
    const texts = await Promise.all(commands.map(async args => (await run(...args)).stdout));
    const terminal = atTerminal(home, 'approve', id);
    await terminal.shows('type y');
    terminal.type('y\n');
    await Promise.all([watch.ended, terminal.ended, call]);
    texts.push(watch.output(), terminal.output());
    for (const text of texts) expect(isHarmless(text), JSON.stringify(text)).toBe(true);
    expect(terminal.output()).toContain('safe\\u202etxt.evil\\u200b');
    // In a line of several columns a name cannot look like more than one.
    expect(texts[0]).toContain('"safe\\u202etxt.evil\\u200b  read  waits 9 s"');
    // The line of its own that the argument wants is none.
    expect(terminal.output()).not.toMatch(/^request AAAAAAAA/m);
  });
});

describe('remembered answers', () => {
  testWith('python3')(
    'hold for the same call, are listed, and revoked without a terminal',
    async () => {
      const { home, wrapped, firstId, run, waiting, calls } = held({ remember: '15m' });
      const call = wrapped.call('delete_app', { name: 'a' });
      const id = await firstId();
      const terminal = atTerminal(home, 'approve', id, '--remember');
      await terminal.shows('approve the same call for 15 minutes? type y');
      terminal.type('y\n');
      expect(await terminal.ended).toBe(0);
      expect(terminal.output()).toContain('the same call goes on unasked for 15 minutes');
      await call;
      expect(textOf(await wrapped.call('delete_app', { name: 'a' }))).toBe('did delete_app');
      const { stdout } = await run('approvals', '--remembered');
      expect(stdout).toMatch(/^1 {2}ecs {2}delete_app {2}until \S+ \S+ {2}\{"name":"a"\}\n$/);
      const [known] = JSON.parse((await run('approvals', '--remembered', '--json')).stdout);
      expect(known).toMatchObject({ number: 1, server: 'ecs', arguments: { name: 'a' } });
      const missing = await run('approvals', 'revoke', '1', '7');
      expect(missing).toMatchObject({ code: 1, stdout: expect.stringMatching(/^revoked: 1 /) });
      expect(missing.stderr).toContain('no answer is remembered under `7`');
      expect((await run('approvals', '--remembered')).stderr).toContain('no answer is remembered');
      wrapped.send(toolCall(1, 'delete_app', { name: 'a' }));
      await waiting();
      expect(calls()).toHaveLength(2);
    },
  );

  testWith('python3')('not where the policy or the length does not allow it', async () => {
    const once = held();
    once.wrapped.send(toolCall(1, 'delete_app'));
    const terminal = atTerminal(once.home, 'approve', await once.firstId(), '--yes', '--remember');
    expect(await terminal.ended).toBe(1);
    expect(terminal.output()).toContain('can be approved for this one call only');
    const long = held({ remember: 'session' });
    long.wrapped.send(toolCall(1, 'query', { sql: 'a'.repeat(1000) }));
    const other = atTerminal(long.home, 'approve', await long.firstId(), '--yes', '--remember');
    expect(await other.ended).toBe(1);
    expect(other.output()).toContain('is too long to be shown whole');
    expect([...once.calls(), ...long.calls()]).toEqual([]);
  });

  test.each([[[]], [['x']], [['1', '--all']], [['0']]])('revoke %j is no use of it', async args => {
    const { code } = await withoutTerminal(tempDir(), 'approvals', 'revoke', ...args);
    expect(code).toBe(2);
  });
});

describe('approvals watch', () => {
  testWith('python3')('asks one question at a time, and takes an answer by a key', async () => {
    const { home, wrapped, calls, waiting } = held({ remember: 'session' });
    const watch = atTerminal(home, 'approvals', 'watch');
    await watch.shows('requests for approval are shown as they come');
    const first = wrapped.call('delete_app', { name: 'a' });
    await waiting(1);
    const second = wrapped.call('delete_app', { name: 'b' });
    await watch.shows('y approve once, a approve the same call for this session, n deny');
    expect(watch.output()).not.toContain('"b"');
    watch.type('x');
    await sleep(200);
    watch.type('y');
    expect(textOf(await first)).toBe('did delete_app');
    await watch.shows('name: "b"');
    await watch.shows('y approve once', 2);
    watch.type('n');
    expect(textOf(await second)).toContain('a person refused it');
    expect(calls()).toEqual(['delete_app']);
    const third = wrapped.call('delete_app', { name: 'c' });
    await watch.shows('y approve once', 3);
    watch.type('a');
    await third;
    expect(textOf(await wrapped.call('delete_app', { name: 'c' }))).toBe('did delete_app');
    watch.type('q');
    expect(await watch.ended).toBe(0);
  });

  testWith('python3')('says what became of a request meanwhile; Ctrl-C ends it', async () => {
    const { home, wrapped, firstId, run } = held({ timeout: '8s' });
    const watch = atTerminal(home, 'approvals', 'watch');
    wrapped.send(toolCall('gone', 'delete_app', { name: 'a' }));
    await watch.shows('y approve once');
    wrapped.send({ method: 'notifications/cancelled', params: { requestId: 'gone' } });
    await watch.shows(/^request \w{8} was withdrawn/);
    wrapped.send(toolCall('denied', 'delete_app', { name: 'b' }));
    const id = await firstId();
    await watch.shows('y approve once', 2);
    expect(await atTerminal(home, 'deny', id, '--reason', 'no').ended).toBe(0);
    await watch.shows(/^request \w{8} was denied at \S+ by a terminal: no/);
    wrapped.send(toolCall('late', 'delete_app', { name: 'c' }));
    await watch.shows(/^request \w{8} was not answered in time/);
    expect((await run('approvals')).stdout).toContain('too late');
    watch.type('\u0003');
    expect(await watch.ended).toBe(0);
  });

  test('without a terminal it shows, and asks nothing', async () => {
    const { home, wrapped, firstId, calls } = held();
    const child = spawn(process.execPath, [bin, 'approvals', 'watch'], { env: cleanEnv(home) });
    endWithTest(child);
    let output = '';
    child.stdout.on('data', chunk => {
      output += chunk;
    });
    for (const name of ['a', 'b']) wrapped.send(toolCall(name, 'delete_app', { name }));
    await until(() => output.includes('name: "b"'), 'both requests');
    const id = await firstId();
    child.stdin.write('y');
    wrapped.send({ method: 'notifications/cancelled', params: { requestId: 'a' } });
    await until(() => output.includes(`request ${id} was withdrawn`), 'the end of one');
    expect(output).not.toContain('approve once');
    expect(isHarmless(output)).toBe(true);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(calls()).toEqual([]);
  });
});
