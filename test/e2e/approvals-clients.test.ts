// The official SDK's clients, 1.x and 2.x, where calls need a person: with forms and without.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ElicitResult,
  Client as ModernClient,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema, type Progress } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { answer, requestIn, requestsIn } from '../support/approvals.ts';
import { connect, textOf } from '../support/client.ts';
import { node, until } from '../support/lines.ts';
import { type Launch, launch, logRows, root, tempDir } from '../support/wrapper.ts';

const SESSION = 'approve the same call for this session';
const REASON = 'streams are precious';
/** Making a consumer group needs approval: a second one of the same name is an error of the server. */
const policy = {
  version: '1',
  default: 'allow',
  tools: { stream_group_create: { action: 'require_approval', reason: REASON } },
  approval: { remember: 'session' },
};
const demo = [process.execPath, join(root, 'examples/demo-server/server.mjs')];
const wrap = (options: readonly string[] = [], rules: object = policy) =>
  launch(demo, { policy: rules, options });

const group = (name: string) => ({ key: 'orders', group_name: name });
const created = (name: string) => `{"created":"${name}"}`;
const exists = (name: string) => `BUSYGROUP ${name} already exists`;
const NONE = '{"groups":0,"names":[]}';
const REFUSED = '[POLICY DENIED] stream_group_create is not allowed: a person refused it';
const unanswered = (id: string) =>
  `[POLICY DENIED] stream_group_create needs a person's approval, and nobody has answered yet (request ${id}): ${REASON}; ask the person to approve it, and then call it again with the same arguments within 10 minutes`;

const accept = (decision: string): ElicitResult => ({ action: 'accept', content: { decision } });
/** What a person may do with a form that is no yes. */
const refusals: [string, ElicitResult, string][] = [
  ['deny', accept('deny'), ''],
  ['decline', { action: 'decline' }, ''],
  ['cancel', { action: 'cancel' }, ': the question was closed without an answer'],
  ['an empty form', { action: 'accept', content: {} }, ': the form came back without a decision'],
];

const outcomes = async ({ home }: Launch) =>
  (await logRows(home))
    .filter(({ subject }) => subject === 'stream_group_create')
    .map(({ effect, forwarded, reason }) => `${effect} ${forwarded} ${reason}`);

describe('the 1.x client', () => {
  type Form = (
    message: string,
    extra: { signal: AbortSignal },
  ) => ElicitResult | Promise<ElicitResult>;

  async function session(setup: Launch, form?: Form) {
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      { capabilities: form ? { elicitation: {} } : {} },
    );
    const messages: string[] = [];
    const choices: unknown[] = [];
    if (form)
      client.setRequestHandler(ElicitRequestSchema, ({ params }, extra) => {
        messages.push(params.message);
        choices.push('requestedSchema' in params && params.requestedSchema.properties);
        return form(params.message, extra);
      });
    const connection = await connect(setup, client);
    const call = async (name: string, args: Record<string, unknown>) =>
      textOf(await connection.call(name, args));
    return {
      ...{ client, messages, choices },
      create: (name: string) => call('stream_group_create', group(name)),
      groups: () => call('stream_info', { key: 'orders' }),
    };
  }

  test('approves once: the next call is asked about as well', async () => {
    const setup = wrap();
    const { client, create, messages, choices } = await session(setup, () =>
      accept('approve once'),
    );
    expect(await create('a')).toBe(created('a'));
    expect(await create('a')).toBe(exists('a'));
    expect(messages).toHaveLength(2);
    for (const part of [
      'stream_group_create on demo-server (write)',
      `why it is asked: ${REASON}`,
      '  group_name: "a"',
    ])
      expect(messages[0]!.split('\n')).toContain(part);
    expect(choices[0]).toMatchObject({
      decision: { type: 'string', enum: ['deny', 'approve once', SESSION] },
    });
    await client.close();
    const allowed = 'allow true approved by the client';
    expect(await outcomes(setup)).toEqual([allowed, allowed]);
  });

  it.each(refusals)('refuses by %s', async (_, form, why) => {
    const setup = wrap();
    const { client, create, groups, messages } = await session(setup, () => form);
    expect(await create('a')).toBe(REFUSED + why);
    expect(await groups()).toBe(NONE);
    expect(messages).toHaveLength(1);
    await client.close();
    expect(await outcomes(setup)).toEqual([expect.stringMatching(/^deny false /)]);
  });

  test('approves for the session: the same call is not asked about, another one is', async () => {
    const setup = wrap();
    const { create, messages } = await session(setup, message =>
      accept(message.includes('"a"') ? SESSION : 'deny'),
    );
    expect(await create('a')).toBe(created('a'));
    expect(await create('a')).toBe(exists('a'));
    expect(messages).toHaveLength(1);
    expect(await create('b')).toBe(REFUSED);
    expect(messages).toHaveLength(2);
    // It ends with the session.
    const next = await session({ ...setup }, () => accept('deny'));
    expect(await next.create('a')).toBe(REFUSED);
  });

  test('whose handler fails: the queue answers', async () => {
    const setup = wrap();
    const { create } = await session(setup, () => {
      throw new Error('no window');
    });
    const made = create('a');
    await answer(setup.home, true);
    expect(await made).toBe(created('a'));
  });

  test('cancels while its person thinks: the form is closed, and nothing happens', async () => {
    const setup = wrap();
    let isClosed = false;
    const { client, groups, messages } = await session(setup, (_, { signal }) => {
      const { promise, resolve } = withResolvers<ElicitResult>();
      signal.addEventListener('abort', () => {
        isClosed = true;
        resolve(accept('approve once'));
      });
      return promise;
    });
    const canceller = new AbortController();
    const params = { name: 'stream_group_create', arguments: group('a') };
    const call = client.callTool(params, undefined, { signal: canceller.signal });
    await until(() => messages.length === 1, 'a question');
    canceller.abort();
    await expect(call).rejects.toThrow('aborted');
    await until(() => isClosed, 'the end of the question');
    expect(await groups()).toBe(NONE);
    expect(requestsIn(setup.home).map(({ standing }) => standing)).toEqual(['withdrawn']);
  });

  test('whose person answers in the queue: the form is closed', async () => {
    const setup = wrap();
    let isClosed = false;
    const { create, messages } = await session(setup, (_, { signal }) => {
      signal.addEventListener('abort', () => {
        isClosed = true;
      });
      return new Promise(() => {});
    });
    const made = create('a');
    await until(() => messages.length === 1, 'a question');
    await answer(setup.home, true);
    expect(await made).toBe(created('a'));
    await until(() => isClosed, 'the end of the question');
  });

  it.each([
    [true, null, created('a')],
    [false, null, REFUSED],
    [false, 'not on a Sunday', `${REFUSED}: not on a Sunday`],
  ])('without forms: the queue answers %s, %s', async (yes, note, text) => {
    const setup = wrap();
    const { create, groups } = await session(setup);
    const made = create('a');
    await answer(setup.home, yes, note);
    expect(await made).toBe(text);
    expect(await groups()).toBe(yes ? '{"groups":1,"names":["a"]}' : NONE);
  });

  test('without forms: nobody answers in time; a yes afterwards is good for one call', async () => {
    const setup = wrap(['--approval-timeout', '1s']);
    const { create, groups } = await session(setup);
    const text = await create('a');
    const { request } = await requestIn(setup.home, 'expired');
    expect(text).toBe(unanswered(request.id));
    expect(await groups()).toBe(NONE);
    await answer(setup.home, true, null, 'expired');
    expect(await create('a')).toBe(created('a'));
    expect(await create('a')).toMatch(/nobody has answered yet/);
  });

  test('that listens to progress hears that the call waits, and waits as long', async () => {
    const setup = wrap(['--approval-timeout', '5m']);
    const { client } = await session(setup);
    const heard: Progress[] = [];
    const timeout = 16_000;
    const began = performance.now();
    const call = client.callTool(
      { name: 'stream_group_create', arguments: group('a') },
      undefined,
      { timeout, resetTimeoutOnProgress: true, onprogress: progress => heard.push(progress) },
    );
    const { request } = await requestIn(setup.home);
    await until(() => heard.length > 0, 'progress');
    // Longer than the client would have waited by itself.
    await sleep(began + timeout + 500 - performance.now());
    await answer(setup.home, true);
    expect(await call).toMatchObject({ content: [{ text: created('a') }] });
    expect(heard).toEqual([
      {
        progress: expect.any(Number),
        message: `waiting for a person's approval (request ${request.id})`,
      },
    ]);
  });
});

const modes: [name: string, VersionNegotiationMode, version: string][] = [
  ['legacy', 'legacy', '2025-11-25'],
  ['auto', 'auto', '2026-07-28'],
  ['pinned', { pin: '2026-07-28' }, '2026-07-28'],
];

type Answer = (message: string) => ElicitResult;

async function open(setup: Launch, mode: VersionNegotiationMode, form?: Answer) {
  const { command, args, env } = setup;
  const client = new ModernClient(
    { name: 'test', version: '1.0.0' },
    {
      versionNegotiation: { mode },
      capabilities: form ? { elicitation: { form: {} } } : {},
    },
  );
  const messages: string[] = [];
  if (form)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      messages.push(params.message);
      return form(params.message);
    });
  onTestFinished(() => client.close());
  await client.connect(new ModernTransport({ command, args, env, stderr: 'ignore' }));
  const call = async (name: string, args: Record<string, unknown>) => {
    const { content } = await client.callTool({ name, arguments: args });
    return content[0]?.type === 'text' ? content[0].text : '';
  };
  return { client, messages, call };
}

describe.each(modes)('the 2.x client, %s,', (_, mode, version) => {
  async function session(setup: Launch, form?: Answer) {
    const { client, messages, call } = await open(setup, mode, form);
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    return {
      ...{ client, messages },
      create: (name: string) => call('stream_group_create', group(name)),
      groups: () => call('stream_info', { key: 'orders' }),
    };
  }

  test('approves once: the next call is asked about as well', async () => {
    const setup = wrap();
    const { client, create, messages } = await session(setup, () => accept('approve once'));
    expect(await create('a')).toBe(created('a'));
    expect(await create('a')).toBe(exists('a'));
    expect(messages).toEqual(Array(2).fill(expect.stringContaining('group_name: "a"')));
    await client.close();
    const allowed = 'allow true approved by the client';
    expect(await outcomes(setup)).toEqual([allowed, allowed]);
  });

  it.each(refusals)('refuses by %s', async (_, form, why) => {
    const setup = wrap();
    const { create, groups, messages } = await session(setup, () => form);
    expect(await create('a')).toBe(REFUSED + why);
    expect(await groups()).toBe(NONE);
    expect(messages).toHaveLength(1);
  });

  test('approves for the session: the same call is not asked about, another one is', async () => {
    const { create, messages } = await session(wrap(), message =>
      accept(message.includes('"a"') ? SESSION : 'deny'),
    );
    expect(await create('a')).toBe(created('a'));
    expect(await create('a')).toBe(exists('a'));
    expect(messages).toHaveLength(1);
    expect(await create('b')).toBe(REFUSED);
    expect(messages).toHaveLength(2);
  });

  test('answers calls side by side, each its own', async () => {
    const { create, groups } = await session(wrap(), message =>
      accept(/group_name: "[ace]"/.test(message) ? 'approve once' : 'deny'),
    );
    const made = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(create));
    expect(made).toEqual([created('a'), REFUSED, created('c'), REFUSED, created('e')]);
    expect(JSON.parse(await groups()).names.sort()).toEqual(['a', 'c', 'e']);
  });

  it.each([
    [true, created('a')],
    [false, REFUSED],
  ])('without forms: the queue answers %s', async (yes, text) => {
    const setup = wrap();
    const { create, groups } = await session(setup);
    const made = create('a');
    await answer(setup.home, yes);
    expect(await made).toBe(text);
    expect(JSON.parse(await groups()).groups).toBe(yes ? 1 : 0);
  });

  test('with forms that the policy does not use: the queue answers', async () => {
    const setup = wrap([], { ...policy, approval: { via: ['queue'] } });
    const { create, messages } = await session(setup, () => accept('approve once'));
    const made = create('a');
    await answer(setup.home, false);
    expect(await made).toBe(REFUSED);
    expect(messages).toEqual([]);
  });

  test('without forms: nobody answers in time; a yes afterwards is good for one call', async () => {
    const setup = wrap(['--approval-timeout', '1s']);
    const { create, groups } = await session(setup);
    const text = await create('a');
    const { request } = await requestIn(setup.home, 'expired');
    expect(text).toBe(unanswered(request.id));
    expect(await groups()).toBe(NONE);
    await answer(setup.home, true, null, 'expired');
    expect(await create('a')).toBe(created('a'));
    expect(await create('a')).toMatch(/nobody has answered yet/);
  });
});

describe.each(modes.slice(1))('a server that asks twice itself, the 2.x client, %s:', (_, mode) => {
  const ITS_OWN = ['Which region?', 'Really?'];

  async function session(via: string[], decision: string) {
    const home = tempDir();
    const deployments = join(home, 'deployments');
    writeFileSync(deployments, '');
    const setup = launch(node('asks-input.mjs', deployments), {
      policy: {
        version: '1',
        default: 'deny',
        tools: { deploy: { action: 'require_approval', limits: [{ max: 5, window: 'hour' }] } },
        approval: { via },
      },
      home,
    });
    const { client, messages, call } = await open(setup, mode, message =>
      ITS_OWN.includes(message)
        ? { action: 'accept', content: { answer: 'eu' } }
        : accept(decision),
    );
    const deploy = (app: string) => call('deploy', { app });
    const done = () => readFileSync(deployments, 'utf8');
    return { client, home, messages, deploy, done };
  }

  test('the person is asked once for each deployment', async () => {
    const { client, home, messages, deploy, done } = await session(['elicitation'], 'approve once');
    const approval = expect.stringMatching(/^An agent asks .*app: "shop"/s);
    expect(await deploy('shop')).toBe('deployed');
    expect(messages).toEqual([approval, ...ITS_OWN]);
    expect(done()).toBe('{"app":"shop"}\n');
    expect(await deploy('shop')).toBe('deployed');
    expect(messages).toEqual([approval, ...ITS_OWN, approval, ...ITS_OWN]);
    expect(done()).toBe('{"app":"shop"}\n{"app":"shop"}\n');
    await client.close();
    const rows = (await logRows(home)).filter(({ forwarded }) => forwarded);
    const rounds = ['input_required', 'input_required', 'ok'];
    expect(rows.map(({ outcome }) => outcome)).toEqual([...rounds, ...rounds]);
  });

  test('denied: the server hears of nothing', async () => {
    const { messages, deploy, done } = await session(['elicitation'], 'deny');
    expect(await deploy('shop')).toMatch(
      /^\[POLICY DENIED\] deploy is not allowed: a person refused/,
    );
    expect(messages).toHaveLength(1);
    expect(done()).toBe('');
  });

  it.each([true, false])('the queue answers %s, once', async yes => {
    const { home, messages, deploy, done } = await session(['queue'], 'deny');
    const deployed = deploy('shop');
    await answer(home, yes);
    expect(await deployed).toMatch(yes ? /^deployed$/ : /a person refused it/);
    expect(messages).toEqual(yes ? ITS_OWN : []);
    expect(done()).toBe(yes ? '{"app":"shop"}\n' : '');
    expect(requestsIn(home)).toHaveLength(1);
  });
});

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}
