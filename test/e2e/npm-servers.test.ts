// The three reference servers behind policy-wrap: a client sees no difference, and policy holds.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { CreateTaskResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { connect, textOf } from '../support/client.ts';
import { record, type Script, type Transcript } from '../support/recording.ts';
import { everything } from '../support/sessions/everything.ts';
import { filesystem } from '../support/sessions/filesystem.ts';
import { memory } from '../support/sessions/memory.ts';
import { cleanEnv, fixture, launch, logRows, root, tempDir } from '../support/wrapper.ts';

const { resolve } = createRequire(import.meta.url);
const entry = (server: string) =>
  join(dirname(resolve(`@modelcontextprotocol/server-${server}/package.json`)), 'dist/index.js');
const start = (server: string, ...args: string[]) => [process.execPath, entry(server), ...args];

describe('a client never sees the difference', { timeout: 60_000 }, () => {
  test('server-everything', async () => {
    const command = [process.execPath, '--import', fixture('repeatable.mjs'), entry('everything')];
    const [direct, wrapped] = await Promise.all([
      recordDirect(command, everything),
      recordWrapped(command, everything),
    ]);
    expect(comparable(wrapped)).toEqual(comparable(direct));
    expect(failures(direct)).toEqual([
      'read nothing',
      'prompt args-prompt',
      'prompt no-such-prompt',
      'cancel a long call',
      'elicitation by error',
      'cancel the finished task',
      'a task that nobody started',
    ]);
    expect(questions(direct)).toEqual([
      'roots/list',
      'sampling/createMessage',
      'elicitation/create',
      'elicitation/create',
      'roots/list',
      'elicitation/create',
      'sampling/createMessage',
      'tasks/result',
    ]);
  });

  test('server-filesystem', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'old.txt'), 'old');
    const command = start('filesystem', dir);
    const direct = await recordDirect(command, filesystem(dir));
    const wrapped = await recordWrapped(command, filesystem(dir));
    expect(comparable(wrapped)).toEqual(comparable(direct));
    expect(failures(direct)).toEqual(['resources, which it has none of']);
    expect(questions(direct)).toEqual(['roots/list', 'roots/list']);
  });

  const shim = join(root, 'node_modules/.bin/mcp-server-memory');
  test.each([
    ['its entry file', start('memory')],
    ['its shim', [process.platform === 'win32' ? `${shim}.cmd` : shim]],
  ])('server-memory by %s', async (_, command) => {
    const graphs = [join(tempDir(), 'graph.jsonl'), join(tempDir(), 'graph.jsonl')] as const;
    const direct = await recordDirect(command, memory, { MEMORY_FILE_PATH: graphs[0] });
    const wrapped = await recordWrapped(command, memory, { MEMORY_FILE_PATH: graphs[1] });
    expect(comparable(wrapped)).toEqual(comparable(direct));
    expect(readFileSync(graphs[1], 'utf8')).toBe(readFileSync(graphs[0], 'utf8'));
    expect(failures(direct)).toEqual(['prompts, which it has none of', 'read nothing']);
  });
});

describe('policy holds', { timeout: 30_000 }, () => {
  test('a hidden tool is on no page and cannot be called', async () => {
    const { client: whole } = await connect(launch(start('everything'), { policy: allow }));
    const { client, call } = await connect(
      launch(start('everything'), { policy: { ...allow, hide: ['get-env', 'toggle-*'] } }),
    );
    const left = (await listTools(whole)).filter(({ name }) => !/^(get-env|toggle-.*)$/.test(name));
    expect(await listTools(client)).toEqual(left);
    for (const name of ['get-env', 'toggle-simulated-logging']) {
      const denied = await call(name, {});
      expect(textOf(denied)).toMatch(/^\[POLICY DENIED\]/);
      expect(denied).toMatchObject({ isError: true, _meta: verdict({ effect: 'deny' }) });
      expect(JSON.stringify(denied)).not.toContain('PATH');
    }
    expect(textOf(await call('echo', { message: 'hi' }))).toBe('Echo: hi');
  });

  test('a denied tool stays listed and says why', async () => {
    const reason = 'sums are for people';
    const { client, call } = await connect(
      launch(start('everything'), {
        policy: { ...allow, tools: { 'get-s*': { action: 'deny', reason } } },
      }),
    );
    expect((await listTools(client)).map(tool => tool.name)).toContain('get-sum');
    const denied = await call('get-sum', { a: 1, b: 2 });
    expect(textOf(denied)).toMatch(/^\[POLICY DENIED\] .*sums are for people/);
    expect(denied).toMatchObject({
      isError: true,
      _meta: verdict({ effect: 'deny', subject: 'get-sum', key: 'get-s*', reason }),
    });
  });

  test('a denied task is not started', async () => {
    const { client } = await connect(
      launch(start('everything'), {
        policy: { ...allow, tools: { 'simulate-research-query': { action: 'deny' } } },
      }),
    );
    const params = {
      name: 'simulate-research-query',
      arguments: { topic: 'python' },
      task: { ttl: 1000 },
    };
    await expect(
      client.request({ method: 'tools/call', params }, CreateTaskResultSchema),
    ).rejects.toMatchObject(denial);
    expect(await client.experimental.tasks.listTasks()).toMatchObject({ tasks: [] });
  });

  test('a denied file is not written', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'kept.txt'), 'before');
    const { client, call } = await connect(
      launch(start('filesystem', dir), {
        policy: { ...allow, tools: { write_file: { action: 'deny', reason: 'read-only' } } },
      }),
    );
    // The tools have output schemas, which the client checks once it has seen them.
    await listTools(client);
    for (const name of ['new.txt', 'kept.txt']) {
      const denied = await call('write_file', { path: join(dir, name), content: 'after' });
      expect(textOf(denied)).toMatch(/^\[POLICY DENIED\] .*read-only/);
      expect(denied.isError).toBe(true);
    }
    expect(existsSync(join(dir, 'new.txt'))).toBe(false);
    expect(textOf(await call('read_text_file', { path: join(dir, 'kept.txt') }))).toBe('before');
  });

  test('a third call in a minute is refused, and a new session starts anew', async () => {
    const home = tempDir();
    const policy = { ...allow, tools: { echo: { rate_limit: '2/minute' } } };
    for (const session of ['first', 'second']) {
      const { call } = await connect(launch(start('everything'), { policy, home }));
      const replies: string[] = [];
      for (const message of ['a', 'b', 'c']) replies.push(textOf(await call('echo', { message })));
      expect(replies, session).toEqual([
        'Echo: a',
        'Echo: b',
        expect.stringMatching(
          /^\[POLICY DENIED\] echo is limited to 2 calls per minute; try again in \d+ s/,
        ),
      ]);
      expect(await call('echo', { message: 'd' })).toMatchObject({
        isError: true,
        _meta: verdict({ effect: 'rate_limit', limits: [{ max: 2, used: 2, scope: 'session' }] }),
      });
      expect(textOf(await call('get-sum', { a: 1, b: 2 }))).toBe('The sum of 1 and 2 is 3.');
    }
  });

  test('entities that may not be deleted stay', async () => {
    const graph = join(tempDir(), 'graph.jsonl');
    const { call } = await connect(
      launch(start('memory'), {
        policy: { ...allow, tools: { delete_entities: { action: 'deny' } } },
        env: { MEMORY_FILE_PATH: graph },
      }),
    );
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['likes engines'] }];
    await call('create_entities', { entities });
    const before = readFileSync(graph, 'utf8');
    const denied = await call('delete_entities', { entityNames: ['Ada'] });
    expect(textOf(denied)).toMatch(/^\[POLICY DENIED\]/);
    expect(readFileSync(graph, 'utf8')).toBe(before);
    expect((await call('read_graph', {})).structuredContent).toEqual({
      entities,
      relations: [],
    });
  });

  test('observe mode lets everything through and records what it would have denied', async () => {
    const { client: whole } = await connect(launch(start('everything'), { policy: allow }));
    const server = launch(start('everything'), {
      policy: { version: '1', default: 'deny', hide: ['get-env'], tools: { echo: {} } },
      options: ['--mode', 'observe'],
    });
    const { client, call } = await connect(server);
    expect(await listTools(client)).toEqual(await listTools(whole));
    expect(await client.listResources()).toEqual(await whole.listResources());
    expect(textOf(await call('echo', { message: 'hi' }))).toBe('Echo: hi');
    expect(textOf(await call('get-sum', { a: 1, b: 2 }))).toBe('The sum of 1 and 2 is 3.');
    expect(textOf(await call('get-env', {}))).toContain('PATH');

    const rows = (await logRows(server.home)).filter(row => row.method === 'tools/call');
    expect(rows).toMatchObject([
      { subject: 'echo', mode: 'observe', effect: 'allow', forwarded: true },
      { subject: 'get-sum', mode: 'observe', effect: 'deny', forwarded: true },
      { subject: 'get-env', mode: 'observe', effect: 'deny', forwarded: true },
    ]);
  });
});

const allow = { version: '1', default: 'allow' };

/** What stops a request that has no result of its own to say so. */
const denial = { code: -31001, message: expect.stringContaining('[POLICY DENIED]') };

/** The tools of all pages. */
async function listTools(client: Client) {
  const tools = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}

function verdict(expected: object) {
  return { 'policy-wrap/verdict': expected };
}

/** The steps that ended in an error of the protocol. */
function failures({ steps }: Transcript): string[] {
  return steps.filter(([, outcome]) => Object.hasOwn(Object(outcome), 'failed')).map(([n]) => n);
}

/** What the server asked its client, in order. */
function questions({ lines }: Transcript): string[] {
  const messages = lines.filter(line => line !== '').map(line => JSON.parse(line) as object);
  return messages.flatMap(m => ('method' in m && 'id' in m ? [String(m.method)] : []));
}

function recordDirect([command = '', ...args]: string[], script: Script, env = {}) {
  const { POLICY_WRAP_HOME: _, ...clean } = cleanEnv('', env);
  return record({ command, args, env: clean }, script);
}

async function recordWrapped(command: string[], script: Script, env = {}) {
  const transcript = await record(
    launch(command, { policy: { version: '1', default: 'allow' }, env }),
    script,
  );
  const stderr = transcript.stderr.filter(line => !line.startsWith('policy-wrap:'));
  expect(stderr.length, 'policy-wrap says what it loaded').toBeLessThan(transcript.stderr.length);
  return { ...transcript, stderr };
}

/**
 * A transcript without what may differ: the task ids that the client itself makes up, and three
 * characters that policy-wrap passes on as escapes, because some parsers take them for line ends.
 */
function comparable(transcript: Transcript): Transcript {
  const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const lines = transcript.lines.map(line => line.replaceAll(/[\u2028\u2029\u0085]/g, escaped));
  const text = JSON.stringify({ ...transcript, lines });
  return JSON.parse(text.replaceAll(/\b[0-9a-f]{32}\b/g, '<task>')) as Transcript;
}
