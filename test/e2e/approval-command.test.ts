// A program of the user's asks for approval: what it gets, what its end means, and that it never
// outlives the call that waits for it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { answer, requestIn, requestsIn } from '../support/approvals.ts';
import { echoing, isAlive, node, start, textOf, toolCall, until } from '../support/lines.ts';
import { allGone } from '../support/trees.ts';
import { logRows, tempDir } from '../support/wrapper.ts';

const policyFor = (command: readonly string[], more: object = {}) => ({
  version: '1',
  default: 'deny',
  tools: { drop: { action: 'require_approval', reason: 'it drops things' }, other: {} },
  approval: { via: ['command'], command, ...more },
});

/** A wrapper whose policy lets the fixture ask, and what that has noted. */
function asked(how: string, more: object = {}, options: readonly string[] = []) {
  const dir = tempDir();
  const policy = policyFor(node('approver.mjs', dir, how), more);
  const echo = echoing({ policy, options, env: { POLICY_WRAP_GRANT: 'deploys', KEPT: 'yes' } });
  const wrapped = start(echo.setup);
  const noted = (name: string) => readFileSync(join(dir, name), 'utf8');
  const pids = async () => {
    await until(
      () => existsSync(join(dir, 'pids')),
      () => `the program's pids\n${wrapped.stderr()}`,
    );
    const found = JSON.parse(noted('pids')) as number[];
    onTestFinished(() => {
      for (const pid of found.filter(isAlive)) process.kill(pid, 'SIGKILL');
    });
    expect(found.filter(isAlive)).toEqual(found);
    return found;
  };
  return { ...echo, wrapped, noted, pids, home: echo.setup.home };
}

const decisions = async (home: string) =>
  (await logRows(home))
    .filter(({ subject }) => subject === 'drop')
    .map(({ effect, forwarded, reason }) => ({ effect, forwarded, reason }));

describe('its exit code', () => {
  test('0: the call goes on, once', async () => {
    const { wrapped, calls, home, noted } = asked('0');
    expect(textOf(await wrapped.call('drop', { table: 'users' }))).toBe('did drop');
    expect(calls()).toEqual(['drop']);
    expect(requestsIn(home).map(({ standing }) => standing)).toEqual(['used']);
    // The next one is asked about as well.
    const { id } = JSON.parse(noted('request'));
    expect(textOf(await wrapped.call('drop', { table: 'users' }))).toBe('did drop');
    expect(JSON.parse(noted('request')).id).not.toBe(id);
    wrapped.child.stdin?.end();
    await wrapped.ended;
    const allowed = { effect: 'allow', forwarded: true, reason: 'approved by the program' };
    expect(await decisions(home)).toEqual([allowed, allowed]);
  });

  it.each([
    ['1', 'a person refused it'],
    ['3', 'the program that was to ask ended with exit code 3'],
    ['SIGTERM', 'the program that was to ask ended by signal SIGTERM'],
    ['SIGKILL', 'the program that was to ask ended by signal SIGKILL'],
  ])('%s: the call is refused', async (how, why) => {
    const { wrapped, calls, home } = asked(how);
    const reply = await wrapped.call('drop');
    expect(reply.result?.isError).toBe(true);
    expect(textOf(reply)).toBe(`[POLICY DENIED] drop is not allowed: ${why}`);
    expect(textOf(await wrapped.call('other'))).toBe('did other');
    expect(calls()).toEqual(['other']);
    wrapped.child.stdin?.end();
    await wrapped.ended;
    expect(await decisions(home)).toMatchObject([{ effect: 'deny', forwarded: false }]);
  });

  test('0 without a look at its input: the call goes on, however long it is', async () => {
    const quick = [process.execPath, '-e', 'process.stdin.destroy()'];
    const { setup, calls } = echoing({ policy: policyFor(quick) });
    const long = { body: 'x'.repeat(900_000) };
    expect(textOf(await start(setup).call('drop', long))).toBe('did drop');
    expect(calls()).toEqual(['drop']);
  });
});

describe('what it gets', () => {
  test('one line: what is asked, in words and as it was written', async () => {
    const { wrapped, noted, home } = asked('1', { timeout: '2m' });
    const before = Date.now();
    const args = '{"z":1.0,"amount":10000000000000000001,"to":"\\u202eb\\u000a","a":[1e400,-0]}';
    wrapped.write(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drop","arguments":${args},"_meta":{"progressToken":"p"},"task":{"ttl":60000}}}\n`,
    );
    await wrapped.reply(1);
    const line = noted('request');
    expect(line.split('\n')).toEqual([expect.any(String), '']);
    const { text, expiresAt, ...rest } = JSON.parse(line);
    const { id, server } = requestsIn(home)[0]!.request;
    expect(rest).toEqual({
      ...{ id, server, tool: 'drop', subject: 'drop', category: 'destructive' },
      reason: 'it drops things',
      arguments: { a: [Number.POSITIVE_INFINITY, -0], amount: 1e19, to: '\u202eb\n', z: 1 },
      also: { task: { ttl: 60000 } },
    });
    expect(Object.keys(JSON.parse(line))).toEqual([
      ...['id', 'server', 'tool', 'subject', 'category', 'reason', 'text', 'expiresAt'],
      ...['arguments', 'also'],
    ]);
    // As they were written, which a reader of JSON does not tell.
    for (const part of ['"amount":10000000000000000001', '"z":1.0', '1e400', '-0'])
      expect(line).toContain(part);
    expect(text.split('\n')).toEqual([
      `drop on ${server} (destructive)`,
      'why it is asked: it drops things',
      'arguments:',
      '  a: [1e400,-0]',
      '  amount: 10000000000000000001',
      '  to: "\\u202eb\\n"',
      '  z: 1.0',
      'also sent:',
      '  task: {"ttl":60000}',
      `request ${id}`,
    ]);
    const expires = Date.parse(expiresAt);
    expect(expires).toBeGreaterThanOrEqual(before + 120_000);
    expect(expires).toBeLessThan(Date.now() + 120_000);
  });

  test('null where the call has no arguments', async () => {
    const { wrapped, noted } = asked('1');
    await wrapped.request('tools/call', { name: 'drop' });
    expect(JSON.parse(noted('request'))).toMatchObject({ arguments: null, also: null });
  });

  test('the environment, without the settings of policy-wrap', async () => {
    const { wrapped, noted } = asked('1');
    await wrapped.call('drop');
    const env = JSON.parse(noted('environment')) as Record<string, string>;
    expect(env.KEPT).toBe('yes');
    expect(Object.keys(env).filter(name => name.startsWith('POLICY_WRAP_'))).toEqual([]);
  });
});

test('what it prints reaches neither side, and what it complains of is passed on', async () => {
  const { wrapped, reached } = asked('0');
  await wrapped.call('drop');
  await until(() => wrapped.stderr().includes('asking a person'), 'its stderr');
  expect(wrapped.received.map(({ id }) => id)).not.toContain('forged');
  expect(reached().join()).not.toContain('forged');
});

describe('a program that never ends is ended, with what it started,', () => {
  test('when the time is over: the call is refused, and can be approved afterwards', async () => {
    const { wrapped, pids, calls, home } = asked('never', {}, ['--approval-timeout', '3s']);
    const call = wrapped.call('drop', { table: 'users' });
    const running = await pids();
    const reply = await call;
    expect(textOf(reply)).toMatch(
      /^\[POLICY DENIED\] drop needs a person's approval, and nobody has answered yet \(request \w{8}\)/,
    );
    await allGone(running);
    expect(calls()).toEqual([]);
    expect((await requestIn(home, 'expired')).request.tool).toBe('drop');
  });

  test('when the client cancels: the server hears of nothing', async () => {
    const { wrapped, pids, reached, home } = asked('never');
    wrapped.send(toolCall(1, 'drop'));
    const running = await pids();
    wrapped.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await allGone(running);
    expect(textOf(await wrapped.call('other'))).toBe('did other');
    expect(reached().join()).not.toMatch(/drop|cancelled/);
    expect(wrapped.received.filter(({ id }) => id === 1)).toEqual([]);
    expect(requestsIn(home).map(({ standing }) => standing)).toEqual(['withdrawn']);
  });

  test('when the queue has answered: the call goes on', async () => {
    const { wrapped, pids, calls, home } = asked('never', { via: ['command', 'queue'] });
    const call = wrapped.call('drop');
    const running = await pids();
    await answer(home, true);
    expect(textOf(await call)).toBe('did drop');
    await allGone(running);
    expect(calls()).toEqual(['drop']);
  });

  it.each<[string, (child: ReturnType<typeof start>['child']) => unknown]>([
    ['when the client goes', child => child.stdin?.end()],
    ['when the wrapper is told to end', child => child.kill('SIGTERM')],
  ])('%s', async (_, leave) => {
    const { wrapped, pids, calls, home } = asked('never');
    wrapped.send(toolCall(1, 'drop'));
    const running = await pids();
    leave(wrapped.child);
    await wrapped.ended;
    await allGone(running);
    expect(calls()).toEqual([]);
    expect(requestsIn(home).map(({ standing }) => standing)).toEqual(['withdrawn']);
  });
});

describe('of many calls at once', () => {
  /** A program that nobody answers, and those of its kind that run. */
  function endless() {
    const seconds = `600.${Math.floor(Math.random() * 1e12)}`;
    const isOne = (pid: string) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(seconds) && isAlive(Number(pid))
        );
      } catch {
        return false;
      }
    };
    const running = () => readdirSync('/proc').filter(name => /^\d+$/.test(name) && isOne(name));
    onTestFinished(() => {
      for (const pid of running()) process.kill(Number(pid), 'SIGKILL');
    });
    return { command: ['sleep', seconds], running };
  }
  const ids = Array.from({ length: 20 }, (_, id) => id);
  const calls20 = ids.map(id => toolCall(id, 'drop', { id }));
  const cancel = (requestId: number) => ({
    method: 'notifications/cancelled',
    params: { requestId },
  });

  test('eight are asked about at a time, the others in their turn', async () => {
    const { command, running } = endless();
    const { setup, calls } = echoing({ policy: policyFor(command) });
    const wrapped = start(setup);
    wrapped.send(...calls20);
    await until(() => running().length === 8, 'eight programs');
    // By then all calls have been looked at.
    await wrapped.call('other');
    const first = running();
    expect(first).toHaveLength(8);
    // Those that are cancelled before their turn have none.
    wrapped.send(...ids.slice(8, 18).map(cancel), cancel(0));
    await until(() => running().some(pid => !first.includes(pid)), 'the next program');
    expect(running()).toHaveLength(8);
    // 18 has its turn, and 19 goes with the client.
    wrapped.child.stdin?.end();
    await wrapped.ended;
    await until(() => running().length === 0, 'the end of all programs');
    expect(calls()).toEqual(['other']);
  });

  test('one whose turn does not come in time is refused like any other', async () => {
    const { command, running } = endless();
    const options = ['--approval-timeout', '2s'];
    const { setup, calls } = echoing({ policy: policyFor(command), options });
    const wrapped = start(setup);
    wrapped.send(...calls20);
    const replies = await Promise.all(ids.map(wrapped.reply));
    for (const reply of replies) expect(textOf(reply)).toMatch(/nobody has answered yet/);
    await until(() => running().length === 0, 'the end of all programs');
    expect(calls()).toEqual([]);
  });
});

describe('a program that is not there', () => {
  const missing = '/nowhere/ask-me';

  test('the next way asks: the queue', async () => {
    const policy = policyFor([missing], { via: ['command', 'queue'] });
    const { setup, calls } = echoing({ policy });
    const wrapped = start(setup);
    const call = wrapped.call('drop');
    await answer(setup.home, true);
    expect(textOf(await call)).toBe('did drop');
    expect(calls()).toEqual(['drop']);
    expect(wrapped.stderr()).toMatch(
      /^policy-wrap: the program that asks for approval cannot be used: .*\/nowhere\/ask-me/m,
    );
  });

  test('the next way asks: a form in the client', async () => {
    const policy = policyFor([missing], { via: ['command', 'elicitation'] });
    const { setup, calls } = echoing({ policy });
    const wrapped = start(setup);
    await wrapped.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'test', version: '1' },
    });
    const call = wrapped.call('drop');
    const isQuestion = ({ method }: { method?: string }) => method === 'elicitation/create';
    await until(() => wrapped.received.some(isQuestion), 'a question');
    const { id } = wrapped.received.find(isQuestion)!;
    const result = { action: 'accept', content: { decision: 'approve once' } };
    wrapped.send({ id, result } as object);
    expect(textOf(await call)).toBe('did drop');
    expect(calls()).toEqual(['drop']);
  });

  it.each([
    ['no such file', missing],
    ['no such name on the PATH', 'ask-me-of-which-there-is-none'],
    ['a folder', '/'],
    ['a file that is no program', join(import.meta.dirname, '../fixtures/fastmcp_client.py')],
  ])('and no other way: refused at once: %s', async (_, program) => {
    const { setup, calls } = echoing({ policy: policyFor([program]) });
    const wrapped = start(setup);
    const began = performance.now();
    expect(textOf(await wrapped.call('drop'))).toMatch(
      /^\[POLICY DENIED\] drop needs a person's approval, and nobody has answered yet/,
    );
    // Not after the 45 s for which a person would have had time.
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(calls()).toEqual([]);
  });
});

describe('where it is looked for', () => {
  const script = (dir: string, name: string) => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, name), `#!${process.execPath}\n`, { mode: 0o755 });
  };

  test('`~/` is the home of the user', async () => {
    const home = tempDir();
    script(join(home, 'my approvers'), 'yes');
    const { setup, calls } = echoing({
      policy: policyFor(['~/my approvers/yes']),
      env: { HOME: home, USERPROFILE: home },
    });
    expect(textOf(await start(setup).call('drop'))).toBe('did drop');
    expect(calls()).toEqual(['drop']);
  });

  test('a name is looked for on the PATH', async () => {
    const dir = tempDir();
    script(dir, 'ask-me');
    const { setup, calls } = echoing({
      policy: policyFor(['ask-me']),
      env: { PATH: `${dir}:${process.env.PATH}` },
    });
    expect(textOf(await start(setup).call('drop'))).toBe('did drop');
    expect(calls()).toEqual(['drop']);
  });

  it.each([['./yes'], ['bin/yes'], ['../yes'], ['.\\yes'], ['~someone/yes'], ['']])(
    'a path that would depend on the folder is refused: %j',
    async program => {
      const dir = tempDir();
      for (const place of [dir, join(dir, 'bin')]) script(place, 'yes');
      const { setup } = echoing({ policy: policyFor([program]) });
      const wrapped = start(setup, { cwd: dir });
      wrapped.send(toolCall(1, 'drop'));
      expect(await wrapped.ended).toBe(3);
      expect(wrapped.stderr()).toContain('expected a list of a program and its arguments');
      expect(wrapped.received).toEqual([]);
    },
  );
});
