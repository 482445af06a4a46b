// Faults: whatever dies, hangs or closes a pipe, every request is answered and no process stays.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { node, pidOn, start, toolCall } from '../support/lines.ts';
import { endWithTest } from '../support/processes.ts';
import { allGone, processesBelow } from '../support/trees.ts';
import { launch, tempDir } from '../support/wrapper.ts';

const open = { version: '1', default: 'allow' };
const wrap = (command: readonly string[], options: Parameters<typeof launch>[1] = {}) =>
  start(launch(command, { policy: open, ...options }));

describe('a server that closes its output and goes on', () => {
  test.each([
    ['and heeds the end of its input', [], 0],
    ['and ignores all but SIGKILL', ['stays'], 137],
  ])('%s: calls are answered, and the session ends', async (_, args, code) => {
    const wrapped = wrap(node('closes-output.mjs', ...args));
    const pid = await pidOn(wrapped, /pid (\d+)/);
    wrapped.send(toolCall(1, 'any'), toolCall('two', 'any'));
    for (const id of [1, 'two'])
      expect((await wrapped.reply(id)).error).toMatchObject({
        code: -32603,
        message: expect.stringContaining('closed its output'),
      });
    // Nobody has asked for the end: the client learns of it as it would of a server that ended.
    expect(await wrapped.ended).toBe(code);
    await allGone([pid]);
    expect(wrapped.received).toHaveLength(2);
  });
});

test('half a line and the end: all that wait are answered once, and the half goes nowhere', async () => {
  const wrapped = wrap(node('half-line.mjs'));
  wrapped.send({ id: 'list', method: 'tools/list' }, toolCall('a', 'x'), toolCall('b', 'x'));
  expect(await wrapped.ended).toBe(0);
  expect(wrapped.received.map(({ id, error }) => [id, error?.code])).toEqual(
    ['list', 'a', 'b'].map(id => [id, -32603]),
  );
});

describe("the server's stderr", () => {
  const bytes = 10_000_000;
  const expected = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) expected[i] = (i * 151 + (i >> 8)) & 0xff;
  const hashOf = (data: Buffer) => createHash('sha256').update(data).digest('hex');

  /** A session with a server that writes so much on stderr and ends; nobody reads it yet. */
  function loud() {
    const { command, args, env } = launch(node('loud.mjs', String(bytes)), {
      policy: open,
      options: ['--log-level', 'error'],
    });
    const child = spawn(command, args, { env, stdio: 'pipe' });
    endWithTest(child);
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`);
    return child;
  }

  test('comes whole to a slow reader, its last words too, though the server has ended', async () => {
    const child = loud();
    const ended = once(child, 'exit');
    const chunks: Buffer[] = [];
    let left = bytes;
    let hasPaused = false;
    for await (const chunk of child.stderr) {
      chunks.push(chunk as Buffer);
      left -= chunk.length;
      // The rest fits into what lies between the two, so the server ends while nobody reads.
      if (left > 350_000 || hasPaused) continue;
      hasPaused = true;
      await sleep(1500);
    }
    const heard = Buffer.concat(chunks);
    expect(heard.length).toBe(bytes);
    expect(hashOf(heard)).toBe(hashOf(expected));
    expect(await ended).toEqual([3, null]);
  });

  test('that nobody reads keeps the wrapper from ending no longer than a moment', async () => {
    const child = loud();
    await sleep(500);
    const ended = once(child, 'exit');
    child.stdin.end();
    // The server hangs in its writing, so it is ended by a signal.
    expect(await ended).toEqual([143, null]);
  });

  test('that nobody reads is given up some time after the server has ended', async () => {
    const child = loud();
    await sleep(500);
    const ended = once(child, 'exit');
    const answer = once(child.stdout, 'data');
    const [server] = processesBelow(child.pid ?? 0);
    process.kill(server ?? 0, 'SIGKILL');
    // The client need not wait for that to hear of its request.
    expect(JSON.parse(String(await answer))).toMatchObject({ id: 1, error: { code: -32603 } });
    expect(await ended).toEqual([137, null]);
  });
});

describe('a server that does not start', () => {
  const script = (dir: string, name: string, content: string, mode = 0o755) => {
    const file = join(dir, name);
    writeFileSync(file, content);
    chmodSync(file, mode);
    return file;
  };
  /** As desktop programs have it on macOS and Linux. */
  const shortPath = '/usr/bin:/bin:/usr/sbin:/sbin';

  interface Case {
    name: string;
    command: (dir: string) => string[];
    path?: string;
    code: number;
    says: string[];
  }
  const cases: Case[] = [
    {
      name: 'uvx with the short PATH of a desktop',
      command: () => ['uvx-is-not-here', 'server'],
      path: shortPath,
      code: 127,
      says: [
        'it was not found',
        '`which uvx-is-not-here` in a terminal',
        `here it is ${shortPath}`,
      ],
    },
    {
      name: 'uvx with no PATH',
      command: () => ['uvx', 'server'],
      path: '/nowhere',
      code: 127,
      says: ['cannot start `uvx`: it was not found', 'install uv)', 'here it is /nowhere'],
    },
    {
      name: 'npx with no PATH',
      command: () => ['npx', '-y', 'server'],
      path: '/nowhere',
      code: 127,
      says: ['cannot start `npx`: it was not found', 'install Node.js)'],
    },
    {
      name: 'a relative path',
      command: () => ['./server.py'],
      code: 127,
      says: ['there is no such file', 'the working directory is /'],
    },
    {
      name: 'a folder',
      command: dir => [dir],
      code: 126,
      says: ['it is a folder', 'the program in it'],
    },
    {
      name: 'a file that may not be executed',
      command: dir => [script(dir, 'server.js', 'text', 0o644)],
      code: 126,
      says: ['permission denied', 'chmod +x', 'node /'],
    },
    {
      name: 'a script whose interpreter is not there',
      command: dir => [script(dir, 'x', '#!/no/such/python3 -u\n')],
      code: 127,
      says: ['its first line names `/no/such/python3 -u`', 'mend the first line'],
    },
    {
      name: 'a script with the line breaks of Windows',
      command: dir => [script(dir, 'x', '#!/bin/sh\r\necho\r\n')],
      code: 127,
      says: ['its first line names `/bin/sh`', 'line breaks of Windows'],
    },
    {
      name: 'symbolic links in a circle',
      command: dir => {
        symlinkSync(join(dir, 'a'), join(dir, 'a'));
        return [join(dir, 'a')];
      },
      code: 126,
      says: ['in a circle'],
    },
  ];

  test.each(cases)('$name: $code', async ({ command, path, code, says }) => {
    const wrapped = wrap(command(tempDir()), path === undefined ? {} : { env: { PATH: path } });
    wrapped.send({ id: 1, method: 'initialize', params: {} });
    expect(await wrapped.ended).toBe(code);
    for (const part of says) expect(wrapped.stderr()).toContain(part);
    expect(wrapped.stderr()).toMatch(/^policy-wrap: help: /m);
    expect(wrapped.stderr()).not.toMatch(/ {4}at |bug in policy-wrap/);
    expect(wrapped.received).toMatchObject([{ id: 1, error: { code: -32603 } }]);
  });

  test('a working directory that is gone', async () => {
    const dir = join(tempDir(), 'gone');
    mkdirSync(dir);
    const { command, args, env } = launch(['./server'], { policy: open });
    const script = 'rmdir "$PWD"; exec "$0" "$@"';
    const wrapped = start(
      { command: 'sh', args: ['-c', script, command, ...args], env },
      { cwd: dir },
    );
    expect(await wrapped.ended).toBe(127);
    expect(wrapped.stderr()).toContain('the working directory is gone');
  });

  test('a script without a first line is run as a shell would, or told of', async () => {
    const wrapped = wrap([script(tempDir(), 'x', 'exit 7\n')]);
    const code = await wrapped.ended;
    if (code !== 7) {
      expect(code).toBe(126);
      expect(wrapped.stderr()).toContain('#!/usr/bin/env node');
    }
  });
});
