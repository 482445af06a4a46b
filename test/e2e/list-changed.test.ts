// Clients whose lists change because the policy does: told in the way of their era, or not at all.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type VersionNegotiationMode } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { node, start, until } from '../support/lines.ts';
import { type Launch, launch, tempDir } from '../support/wrapper.ts';

const open = { version: '1', default: 'allow' };
const hiding = { ...open, hide: ['lose'] };

/** The server of both eras under a policy that can be saved anew. */
function wrapped(options: readonly string[] = []): {
  setup: Launch;
  save: (policy: object) => void;
} {
  const home = tempDir();
  const file = join(home, 'policy.json');
  const save = (policy: object) => writeFileSync(file, JSON.stringify(policy));
  save(open);
  const all = ['--policy', file, ...options];
  return { setup: launch(node('both-eras.mjs'), { home, options: all }), save };
}

interface Connected {
  names: () => Promise<string[]>;
  onChange: (handle: () => void) => void;
}
const namesOf = ({ tools }: { tools: { name: string }[] }) => tools.map(({ name }) => name);

async function first({ command, args, env }: Launch): Promise<Connected> {
  const client = new FirstClient({ name: 'test', version: '1.0.0' });
  onTestFinished(() => client.close());
  await client.connect(new FirstTransport({ command, args, env, stderr: 'ignore' }));
  return {
    names: async () => namesOf(await client.listTools()),
    onChange: handle => client.setNotificationHandler(ToolListChangedNotificationSchema, handle),
  };
}

const second =
  (mode: VersionNegotiationMode) =>
  async (setup: Launch): Promise<Connected> => {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
    onTestFinished(() => client.close());
    await client.connect(new StdioClientTransport({ ...setup, stderr: 'ignore' }));
    if (mode !== 'legacy') {
      const { honoredFilter } = await client.listen({ toolsListChanged: true });
      expect(honoredFilter).toEqual({ toolsListChanged: true });
    }
    return {
      names: async () => namesOf(await client.listTools()),
      onChange: handle => client.setNotificationHandler('notifications/tools/list_changed', handle),
    };
  };

describe.each([
  ['the first client', first],
  ['the second, with the handshake', second('legacy')],
  ['the second, without', second({ pin: '2026-07-28' })],
])('%s', (_, connect) => {
  test.each([
    ['hide', [], hiding, open],
    ['--hide-denied', ['--hide-denied'], { ...open, tools: { lose: { action: 'deny' } } }, open],
  ])('hears of a changed list and asks for it: %s', async (_, options, shorter, longer) => {
    const { setup, save } = wrapped(options);
    const client = await connect(setup);
    let changes = 0;
    client.onChange(() => changes++);
    expect(await client.names()).toEqual(['keep', 'lose']);
    save(shorter);
    await until(() => changes === 1, 'a notification');
    expect(await client.names()).toEqual(['keep']);
    save(longer);
    await until(() => changes === 2, 'another');
    expect(await client.names()).toEqual(['keep', 'lose']);
  });
});

const META = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  },
};
const HANDSHAKE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

describe('nothing is said', () => {
  /** What the client gets that it did not ask for, once another policy is in force. */
  async function unasked(
    before: readonly [method: string, params: object][],
    policy: object,
  ): Promise<string[]> {
    const { setup, save } = wrapped();
    const raw = start(setup);
    for (const [method, params] of before) await raw.request(method, params);
    await until(() => raw.stderr().includes('policy.json'), 'the first line');
    save(policy);
    await until(() => raw.stderr().includes('policy reloaded'), raw.stderr);
    // Whatever is said is said before the answer to this.
    if (before.length > 0) await raw.request('tools/list', before[0]?.[1]);
    else await sleep(200);
    return raw.received.flatMap(({ method }) => method ?? []);
  }
  const [toolsChanged, promptsChanged] = ['tools', 'prompts'].map(
    kind => `notifications/${kind}/list_changed`,
  );

  test.each<[string, [string, object][], object, (string | undefined)[]]>([
    ['before a session begins', [], hiding, []],
    ['to a client that has seen no list', [['initialize', HANDSHAKE]], hiding, []],
    [
      'of lists that are as they were',
      [
        ['initialize', HANDSHAKE],
        ['tools/list', {}],
      ],
      { ...open, tools: { lose: { action: 'deny' } } },
      [],
    ],
    ['where nobody listens', [['tools/list', META]], hiding, []],
    [
      'of other lists than those that changed',
      [
        ['initialize', HANDSHAKE],
        ['tools/list', {}],
        ['prompts/list', {}],
      ],
      hiding,
      [toolsChanged],
    ],
    [
      'of lists that the client has not seen',
      [
        ['initialize', HANDSHAKE],
        ['prompts/list', {}],
      ],
      { ...hiding, prompts: { hide: ['ask'] } },
      [promptsChanged],
    ],
  ])('%s', async (_, before, policy, expected) => {
    expect(await unasked(before, policy)).toEqual(expected);
  });

  test('on a stream that was cancelled, or did not ask for it', async () => {
    const { setup, save } = wrapped();
    const raw = start(setup);
    const listen = (id: string, notifications: object) =>
      raw.send({ id, method: 'subscriptions/listen', params: { ...META, notifications } });
    listen('gone', { toolsListChanged: true });
    listen('tools\u2028', { toolsListChanged: true });
    listen('prompts', { promptsListChanged: true });
    const methods = () => raw.received.flatMap(({ method }) => method ?? []);
    await until(
      () => methods().length === 3,
      () => JSON.stringify(raw.received),
    );
    raw.send({ method: 'notifications/cancelled', params: { ...META, requestId: 'gone' } });
    await raw.request('tools/list', META);
    save(hiding);
    await until(() => methods().length > 3, 'a notification');
    await raw.request('tools/list', META);
    expect(raw.received.filter(({ method }) => method === toolsChanged)).toEqual([
      {
        jsonrpc: '2.0',
        method: toolsChanged,
        params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'tools\u2028' } },
      },
    ]);
    expect(methods()).toHaveLength(4);
  });
});
