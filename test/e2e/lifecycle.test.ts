// Processes: how the server starts and ends behind the wrapper, and what happens to what waits.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  echoing,
  isAlive,
  node,
  pidOn,
  start,
  textOf,
  toolCall,
  until,
  type Wrapped,
} from '../support/lines.ts';
import { endWithTest } from '../support/processes.ts';
import { launch, tempDir } from '../support/wrapper.ts';

const open = { version: '1', default: 'allow' };
const wrap = (command: readonly string[], options: Parameters<typeof launch>[1] = {}) =>
  start(launch(command, { policy: open, ...options }));

/** A process that a test made by way of another one: gone when the test ends, whatever it came to. */
function killAfterwards(pid: number): number {
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

const gone = (pid: number, patienceMs?: number) =>
  until(() => !isAlive(pid), `the end of process ${pid}`, patienceMs);

/** Seconds from now until the wrapper has ended. */
async function secondsToEnd(wrapped: Wrapped): Promise<number> {
  const from = performance.now();
  await wrapped.ended;
  return (performance.now() - from) / 1000;
}

describe('exit codes', () => {
  test.each([0, 1, 3, 42, 255])('a server that ends with %i', async code => {
    const wrapped = wrap(node('exits.mjs', String(code)));
    wrapped.send(toolCall(1, 'exit'));
    expect(await wrapped.ended).toBe(code);
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGUSR2'] as const)(
    'a server that %s ends: 128 + n, and the call is told of it',
    async signal => {
      const wrapped = wrap(node('killed.mjs', signal));
      wrapped.send(toolCall(1, 'any'));
      expect((await wrapped.reply(1)).error).toMatchObject({
        code: -32603,
        message: expect.stringContaining(signal),
      });
      expect(await wrapped.ended).toBe(128 + constants.signals[signal]);
    },
  );

  test('every call in flight is told of a crash once, with its code, and no cancelled one', async () => {
    const wrapped = wrap(node('exits.mjs', '7'));
    const ids = Array.from({ length: 50 }, (_, i) => (i % 2 ? i : `s${i}`));
    wrapped.send(...ids.map(id => toolCall(id, 'waits')));
    wrapped.send({ method: 'notifications/cancelled', params: { requestId: 's0' } });
    wrapped.send(toolCall('last', 'exit'));
    expect(await wrapped.ended).toBe(7);
    const answered = wrapped.received.map(({ id }) => id);
    expect(answered.sort()).toEqual([...ids.slice(1), 'last'].sort());
    for (const { error } of wrapped.received)
      expect(error).toMatchObject({
        code: -32603,
        message: expect.stringContaining('exit code 7'),
      });
  });

  test('half a line and the end: the call fails, and no half line comes through', async () => {
    const wrapped = wrap(node('half-line.mjs'));
    wrapped.send(toolCall(1, 'any'));
    expect((await wrapped.reply(1)).error?.code).toBe(-32603);
    expect(await wrapped.ended).toBe(0);
    expect(wrapped.received).toHaveLength(1);
  });

  test('a policy that cannot be read: exit 3, and the server is never started', async () => {
    const home = tempDir();
    const file = join(home, 'received');
    const { command, args, env } = launch(node('echo.mjs', file), {
      home,
      options: ['--policy', join(home, 'missing.json')],
    });
    const wrapped = start({ command, args, env });
    wrapped.send({ id: 1, method: 'ping' });
    expect(await wrapped.ended).toBe(3);
    expect(wrapped.stderr()).toContain('missing.json');
    expect(existsSync(file)).toBe(false);
  });
});

describe('a server that does not start', () => {
  test('is not on the PATH: 127, said on stderr with what to do', async () => {
    const wrapped = wrap(['no-such-program-anywhere']);
    expect(await wrapped.ended).toBe(127);
    expect(wrapped.stderr()).toMatch(/^policy-wrap: cannot start `no-such-program-anywhere`/m);
    expect(wrapped.stderr()).toMatch(/^policy-wrap: help: /m);
    expect(wrapped.stderr()).not.toContain('    at ');
  });

  test('may not be executed: 126', async () => {
    const file = join(tempDir(), 'plain.txt');
    writeFileSync(file, 'text');
    chmodSync(file, 0o644);
    const wrapped = wrap([file]);
    expect(await wrapped.ended).toBe(126);
    expect(wrapped.stderr()).toContain('permission denied');
  });

  test('the request that waits for it is answered', async () => {
    const wrapped = wrap(['no-such-program-anywhere']);
    wrapped.send({ id: 1, method: 'initialize', params: {} });
    expect(await wrapped.ended).toBe(127);
    expect(wrapped.received).toMatchObject([{ id: 1, error: { code: -32603 } }]);
  });
});

describe('the end of a session', () => {
  test('the client closes its output: the server sees the end of its input, and all is over', async () => {
    const { setup } = echoing({ policy: open });
    const wrapped = start(setup);
    await wrapped.request('ping');
    wrapped.child.stdin?.end();
    expect(await wrapped.ended).toBe(0);
  });

  test('an unfinished line at the end is not forwarded and is told of', async () => {
    const { setup, reached } = echoing({ policy: open });
    const wrapped = start(setup);
    wrapped.send({ id: 1, method: 'ping' });
    wrapped.write('{"jsonrpc":"2.0","id":2,"method":"ping"}');
    wrapped.child.stdin?.end();
    expect(await wrapped.ended).toBe(0);
    expect(wrapped.received.map(({ id }) => id)).toEqual([1]);
    expect(reached()).toHaveLength(1);
    expect(wrapped.stderr()).toMatch(/^policy-wrap: .*unfinished/m);
  });

  test('requests that were written before the end are answered', async () => {
    const { setup } = echoing({ policy: open });
    const wrapped = start(setup);
    wrapped.send(...Array.from({ length: 50 }, (_, id) => toolCall(id, 'any')));
    wrapped.child.stdin?.end();
    expect(await wrapped.ended).toBe(0);
    expect(wrapped.received).toHaveLength(50);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends a server that heeds the end of its input, with its own code',
    async signal => {
      const { setup } = echoing({ policy: open });
      const wrapped = start(setup);
      await wrapped.request('ping');
      wrapped.child.kill(signal);
      expect(await wrapped.ended).toBe(0);
    },
  );

  test.each(['the end of the input', 'SIGTERM', 'SIGINT'] as const)(
    'a server that ignores all it can is killed within 4.5 s of %s',
    async how => {
      const wrapped = wrap(node('stubborn.mjs'));
      const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
      await wrapped.request('ping');
      if (how === 'the end of the input') wrapped.child.stdin?.end();
      else wrapped.child.kill(how);
      const seconds = await secondsToEnd(wrapped);
      expect(seconds).toBeGreaterThan(3.4);
      expect(seconds).toBeLessThan(5.5);
      expect(await wrapped.ended).toBe(137);
      expect(wrapped.stderr()).toContain('ignored SIGTERM');
      expect(isAlive(pid)).toBe(false);
    },
  );

  test('the official client closes: input, SIGTERM after 2 s, SIGKILL after 4: no orphan', async () => {
    const wrapped = wrap(node('stubborn.mjs'));
    const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
    await wrapped.request('ping');
    await closeLikeTheSdk(wrapped);
    await gone(pid, 3000);
  });

  test('kill -9 of the wrapper: the server sees the end of its input and ends', async () => {
    const wrapped = wrap(['sh', '-c', 'echo "pid $$" >&2; exec cat > /dev/null']);
    const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
    wrapped.child.kill('SIGKILL');
    expect(await wrapped.ended).toBe('SIGKILL');
    await gone(pid);
  });

  test('a client that vanishes takes all with it', async () => {
    const { setup } = echoing({ policy: open });
    const wrapped = start(setup);
    await wrapped.request('ping');
    wrapped.child.stdin?.destroy();
    wrapped.child.stdout?.destroy();
    await gone(wrapped.pid, 10_000);
  });

  test('a client that vanishes while the server reads nothing takes all with it', async () => {
    const wrapped = wrap(node('unread.mjs'));
    const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
    killAfterwards(wrapped.pid);
    const line = `${JSON.stringify({ jsonrpc: '2.0', ...toolCall(1, 'any', { x: 'x'.repeat(60_000) }) })}\n`;
    // More than all pipes between the two hold, so that the wrapper waits for the server.
    for (let i = 0; i < 40; i++) wrapped.write(line.replace('"id":1', `"id":${i}`));
    await sleep(1000);
    wrapped.child.stdin?.destroy();
    wrapped.child.stdout?.destroy();
    await gone(wrapped.pid, 10_000);
    await gone(pid, 5000);
  });
});

/** As @modelcontextprotocol/sdk's StdioClientTransport closes. */
async function closeLikeTheSdk(wrapped: Wrapped): Promise<void> {
  wrapped.child.stdin?.end();
  if (await endsWithin(wrapped, 2000)) return;
  wrapped.child.kill('SIGTERM');
  if (await endsWithin(wrapped, 2000)) return;
  wrapped.child.kill('SIGKILL');
}

/** Its own end: what it leaves behind may hold its output. */
const endsWithin = (wrapped: Wrapped, ms: number) =>
  Promise.race([once(wrapped.child, 'exit').then(() => true), sleep(ms).then(() => false)]);

describe('grandchildren', () => {
  const shell = ['sh', '-c', '"$0" "$@"; echo "the shell went on" >&2', ...node('stubborn.mjs')];

  test('end with the input, though their parent does not look after them', async () => {
    const wrapped = wrap(node('parent.mjs', ...node('silent.mjs')));
    const pid = killAfterwards(await pidOn(wrapped, /grandchild (\d+)/));
    wrapped.child.stdin?.end();
    await wrapped.ended;
    expect(isAlive(pid)).toBe(false);
  });

  test('are killed where they ignore everything and their parent has left', async () => {
    const wrapped = wrap(node('parent.mjs', ...node('stubborn.mjs')));
    const pid = killAfterwards(await pidOn(wrapped, /grandchild (\d+)/));
    await pidOn(wrapped, /pid (\d+)/);
    wrapped.send(toolCall(1, 'leave'));
    expect((await wrapped.reply(1)).error?.message).toContain('exit code 5');
    expect(await wrapped.ended).toBe(5);
    expect(isAlive(pid)).toBe(false);
  });

  test('behind a shell are killed within 4.5 s of the end of the input', async () => {
    const wrapped = wrap(shell);
    const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
    await wrapped.request('ping');
    wrapped.child.stdin?.end();
    const seconds = await secondsToEnd(wrapped);
    expect(isAlive(pid)).toBe(false);
    expect(seconds).toBeLessThan(5.5);
  });

  test('behind a shell do not outlive a client that closes as the official one does', async () => {
    const wrapped = wrap(shell);
    const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
    await wrapped.request('ping');
    await closeLikeTheSdk(wrapped);
    await gone(pid, 3000);
  });

  test('behind a parent that leaves at once do not outlive such a client either', async () => {
    const wrapped = wrap(node('parent.mjs', ...node('stubborn.mjs')));
    const pid = killAfterwards(await pidOn(wrapped, /grandchild (\d+)/));
    await pidOn(wrapped, /pid (\d+)/);
    await closeLikeTheSdk(wrapped);
    await gone(pid, 3000);
  });

  test('that hold the output do not keep the wrapper from ending with the code of its child', async () => {
    const wrapped = wrap(['sh', '-c', 'sleep 60 & exit 9']);
    expect(await secondsToEnd(wrapped)).toBeLessThan(8);
    expect(await wrapped.ended).toBe(9);
  });
});

describe('bytes', () => {
  test("the server's stderr passes as it is", async () => {
    const wrapped = wrap(node('raw-stderr.mjs'));
    await wrapped.call('any');
    const all = Buffer.from([...Array(256).keys()]);
    await until(() => wrapped.stderrBytes().includes(all), 'all byte values on stderr');
  });

  test('a message over --max-message is refused, and the session goes on', async () => {
    const { setup, reached } = echoing({ policy: open, options: ['--max-message', '100KiB'] });
    const wrapped = start(setup);
    wrapped.send(toolCall(1, 'long', { x: 'x'.repeat(102_400) }));
    wrapped.send(toolCall(2, 'very-long', { x: 'x'.repeat(3_000_000) }), toolCall(3, 'short'));
    expect(textOf(await wrapped.reply(3))).toBe('did short');
    const errors = wrapped.received.filter(({ error }) => error !== undefined);
    expect(errors).toHaveLength(2);
    for (const { error } of errors) expect(error?.message).toContain('102400');
    expect(reached()).toHaveLength(1);
  });

  test('a message of exactly --max-message passes', async () => {
    const { setup, calls } = echoing({ policy: open, options: ['--max-message', '1KiB'] });
    const wrapped = start(setup);
    const message = (length: number) =>
      JSON.stringify({ jsonrpc: '2.0', ...toolCall(length, 'fits', { x: '' }) }).replace(
        '"x":""',
        `"x":"${'y'.repeat(length)}"`,
      );
    const overhead = Buffer.byteLength(message(900)) - 900;
    const fits = message(1024 - overhead);
    const tooLong = message(1025 - overhead);
    expect([fits.length, tooLong.length]).toEqual([1024, 1025]);
    wrapped.write(`${fits}\n${tooLong}\n${fits.replace(/"id":\d+/, '"id":777')}\n`);
    await wrapped.reply(777);
    expect(calls()).toHaveLength(2);
  });

  test('lines that come in pieces of any size are the same lines', async () => {
    const { setup, reached } = echoing({ policy: open });
    const wrapped = start(setup);
    const lines = [1, 2, 3].map(id =>
      JSON.stringify({ jsonrpc: '2.0', ...toolCall(id, 'ünï', { x: '€'.repeat(5) }) }),
    );
    for (const byte of Buffer.from(`${lines.join('\n')}\n`)) {
      wrapped.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await wrapped.reply(3);
    expect(reached()).toEqual(lines);
  });
});

describe('a client that does not read', () => {
  test.each(['SIGTERM', 'the end of the input'] as const)(
    'is no reason not to heed %s',
    async how => {
      const setup = launch(node('flooding.mjs', '1500'), { policy: open });
      const wrapped = start(setup, { reading: false });
      wrapped.send({ id: 1, method: 'ping' });
      await sleep(1500);
      if (how === 'SIGTERM') wrapped.child.kill('SIGTERM');
      else wrapped.child.stdin?.end();
      await gone(wrapped.pid, 8000);
    },
  );

  test('of many denials gets every one of them later, without a warning of Node’s', async () => {
    const { setup, reached } = echoing({ policy: { version: '1', default: 'deny' } });
    const wrapped = start(setup, { reading: false });
    const count = 3000;
    // Writing waits too: the wrapper stops reading what it cannot answer.
    for (let id = 0; id < count; id++) wrapped.send(toolCall(id, 'no'));
    await sleep(1500);
    let replies = '';
    wrapped.child.stdout?.on('data', (chunk: Buffer) => {
      replies += chunk.toString();
    });
    await until(
      () => replies.split('\n').length > count,
      () => `${count} replies, ${replies.split('\n').length - 1} came`,
    );
    const ids = replies
      .trimEnd()
      .split('\n')
      .map(line => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual([...Array(count).keys()]);
    expect(wrapped.stderr()).not.toMatch(/warning/i);
    expect(reached()).toEqual([]);
  });

  test('gets the whole of a last reply, though the server has ended meanwhile', async () => {
    const bytes = 4_000_000;
    const { command, args, env } = launch(node('last-words.mjs', String(bytes)), { policy: open });
    const slowly = '"$0" "$@" | { sleep 3; wc -c; }';
    const shell = spawn('sh', ['-c', slowly, command, ...args], { env, stdio: 'pipe' });
    endWithTest(shell);
    shell.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...toolCall(1, 'any') })}\n`);
    const counted = Number(await text(shell.stdout));
    shell.stdin.destroy();
    expect(counted).toBeGreaterThan(bytes);
  });

  test('stderr does not stop the session', async () => {
    const { setup } = echoing({ policy: { version: '1', default: 'deny' } });
    const wrapped = start(setup);
    wrapped.child.stderr?.removeAllListeners('data');
    wrapped.child.stderr?.pause();
    for (let id = 0; id < 2000; id++) wrapped.send(toolCall(id, `denied-${id}-${'x'.repeat(200)}`));
    wrapped.send({ id: 'after', method: 'ping' });
    await wrapped.reply('after');
    expect(wrapped.received).toHaveLength(2001);
  });

  test('stderr and has closed it does not end the session', async () => {
    const { setup } = echoing({ policy: { version: '1', default: 'deny' } });
    const wrapped = start(setup);
    await wrapped.request('ping');
    wrapped.child.stderr?.destroy();
    for (let id = 0; id < 20; id++)
      expect(textOf(await wrapped.call(`denied-${id}`))).toContain('DENIED');
    expect((await wrapped.request('ping')).error).toBeUndefined();
  });
});

describe('a client that sends far ahead', () => {
  const COUNT = 9000;
  const calls = Array.from({ length: COUNT }, (_, i) => toolCall(i + 1, 'any'));

  test('is read in time, though the server answers nothing before it has all', async () => {
    const wrapped = wrap(node('hoarding.mjs', String(COUNT)));
    wrapped.send(...calls);
    const isAsked = () => wrapped.received.some(({ method }) => method === 'ping');
    await until(isAsked, 'the question of a server that has all calls');
    // Behind thousands of calls in flight.
    wrapped.send({ id: 'ready?', result: {} });
    await wrapped.reply(COUNT);
    const ids = wrapped.received.flatMap(({ id, result }) => (result ? [id] : []));
    expect(ids).toEqual(calls.map(({ id }) => id));
  });

  test('and ends its input gets the answers to all that it sent', async () => {
    const wrapped = start(echoing({ policy: open }).setup);
    wrapped.send(...calls);
    wrapped.child.stdin?.end();
    await wrapped.ended;
    expect(wrapped.received.map(({ id }) => id)).toEqual(calls.map(({ id }) => id));
  });
});

describe('a server that stops half way', () => {
  test('one that has closed its input: calls are answered with an error', async () => {
    const wrapped = wrap(node('closes-input.mjs'));
    killAfterwards(await pidOn(wrapped, /closed, pid (\d+)/));
    wrapped.send(toolCall(1, 'any'));
    await sleep(500);
    wrapped.send(toolCall(2, 'any'));
    expect((await wrapped.reply(2)).error?.code).toBe(-32603);
    await until(() => wrapped.received.length === 2, 'a reply to the first call', 8000);
    wrapped.child.stdin?.end();
    await wrapped.ended;
  });
});

describe('what the server is started with', () => {
  test('the whole environment but for POLICY_WRAP_*', async () => {
    const setup = launch(node('environment.mjs', 'a b', '$HOME', '--', '*'), {
      policy: open,
      options: ['--grant', 'night'],
      env: {
        SOME_TOKEN: 'kept',
        POLICY_WRAP_GRANT: 'x',
        policy_wrap_x: 'y',
        NOT_POLICY_WRAP_X: 'kept',
      },
    });
    const { result } = await start(setup).request('ping');
    const env = result?.env as Record<string, string>;
    expect(env).toMatchObject({ SOME_TOKEN: 'kept', NOT_POLICY_WRAP_X: 'kept' });
    expect(Object.keys(env).filter(name => /^policy_wrap/i.test(name))).toEqual([]);
    expect(env.PATH).toBe(setup.env.PATH);
    expect(result?.args).toEqual(['a b', '$HOME', '--', '*']);
  });

  test('a probe leaves nothing behind', async () => {
    const home = join(tempDir(), 'not-yet');
    const setup = { ...launch(node('echo.mjs', join(tempDir(), 'received')), { home }) };
    const wrapped = start(setup);
    await wrapped.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'probe', version: '1' },
    });
    wrapped.send({ method: 'notifications/initialized' });
    expect((await wrapped.request('tools/list')).result?.tools).toHaveLength(2);
    wrapped.child.stdin?.end();
    expect(await wrapped.ended).toBe(0);
    expect(existsSync(home)).toBe(false);
  });

  test('its group is not the wrapper’s, so that a Ctrl-C reaches the wrapper first', async () => {
    const wrapped = wrap(node('stubborn.mjs'));
    const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
    const groupOf = (of: number) =>
      execFileSync('ps', ['-o', 'pgid=', '-p', String(of)], { encoding: 'utf8' }).trim();
    expect(groupOf(pid)).toBe(String(pid));
    wrapped.child.kill('SIGTERM');
    wrapped.child.kill('SIGTERM');
    await wrapped.ended;
  });
});

describe('asked again and again', () => {
  test('a server that ignores SIGTERM is not kept alive by more of them', async () => {
    const wrapped = wrap(node('stubborn.mjs'));
    const pid = killAfterwards(await pidOn(wrapped, /pid (\d+)/));
    await wrapped.request('ping');
    const asking = setInterval(() => wrapped.child.kill('SIGTERM'), 300);
    try {
      expect(await secondsToEnd(wrapped)).toBeLessThan(5);
    } finally {
      clearInterval(asking);
    }
    expect(isAlive(pid)).toBe(false);
  });
});

test('a command below a file is told in one line, and ends with 127', async () => {
  const wrapped = wrap(['/etc/passwd/nothing']);
  expect(await wrapped.ended).toBe(127);
  expect(wrapped.stderr()).toMatch(/cannot start `\/etc\/passwd\/nothing`: it was not found/);
  expect(wrapped.stderr()).not.toContain('bug in policy-wrap');
});
