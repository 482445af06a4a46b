// Methods that the protocol does not have: only those pass that the server's own policy names, and no
// name lets anything round the rules.
import { describe, expect, it } from 'vitest';
import { conversation, request } from '../support/conversation.ts';

const rules = { version: '1', default: 'deny' };
const naming = (...allow: string[]) => ({ ...rules, methods: { allow } });
const notification = (method: string, params: object = {}) => ({ jsonrpc: '2.0', method, params });

describe('a request', () => {
  it.each<[string, object[], boolean]>([
    ['vendor/x', [naming('vendor/x')], true],
    ['vendor/x', [rules], false],
    ['vendor/x', [naming()], false],
    ['vendor/x', [naming('vendor/y')], false],
    // Names, not patterns.
    ['vendor/x', [naming('vendor/*')], false],
    ['vendor/x', [naming('*')], false],
    // A further layer takes away and never adds.
    ['vendor/x', [rules, naming('vendor/x')], false],
    ['vendor/x', [naming('vendor/x'), rules], true],
    ['vendor/x', [naming('vendor/x'), naming('vendor/x')], true],
    ['vendor/x', [naming('vendor/x'), naming('vendor/y')], false],
    ['vendor/x', [naming('vendor/x'), naming()], false],
    ['vendor/x', [naming('vendor/x'), rules, naming('vendor/y')], false],
    // Exactly this name.
    ['Vendor/x', [naming('vendor/x')], false],
    ['vendor/x ', [naming('vendor/x')], false],
    ['vendor/x\0', [naming('vendor/x')], false],
    ['vendor', [naming('vendor/x')], false],
    ['constructor', [naming('vendor/x')], false],
    ['__proto__', [naming('vendor/x')], false],
  ])('%j under %j: %s', async (method, layers, passes) => {
    for (const mode of ['enforce', 'observe'] as const) {
      const { client } = await conversation(layers, mode);
      const sent = request(1, method, { a: 1 });
      expect(client(sent)).toMatchObject(
        passes ? [['→', sent]] : [['←', { id: 1, error: { code: -32601 } }]],
      );
    }
  });

  it('is answered like any other, and its id is in flight until then', async () => {
    const { client, server } = await conversation([naming('vendor/x')]);
    client(request(1, 'vendor/x'));
    expect(client(request(1, 'vendor/x'))[0]?.[1].error.code).toBe(-32600);
    expect(server({ jsonrpc: '2.0', id: 1, result: { a: 1 } })).toHaveLength(1);
    expect(server({ jsonrpc: '2.0', id: 1, result: { a: 1 } })).toEqual([]);
  });

  it.each(['tools/call', 'prompts/get', 'resources/read', 'tasks/get'])(
    '%s is judged, whatever the policy names',
    async method => {
      const { client } = await conversation([naming(method)]);
      const params = { name: 'x', uri: 'file:///x', taskId: 't' };
      expect(client(request(1, method, params))[0]?.[0]).toBe('←');
    },
  );
});

describe('a notification', () => {
  it.each<[string, object[], boolean]>([
    ['notifications/vendor', [naming('notifications/vendor')], true],
    ['notifications/vendor', [rules], false],
    ['notifications/vendor', [rules, naming('notifications/vendor')], false],
    ['notifications/vendor', [naming('notifications/vendor'), naming()], false],
    ['Notifications/vendor', [naming('notifications/vendor')], false],
  ])('%j under %j: %s', async (method, layers, passes) => {
    for (const mode of ['enforce', 'observe'] as const) {
      const { client, store } = await conversation(layers, mode);
      expect(client(notification(method))).toHaveLength(passes ? 1 : 0);
      expect(store.rows).toHaveLength(passes ? 0 : 1);
    }
  });

  // A lenient server may carry out what has no id.
  it.each([
    ...['tools/call', 'Tools/Call', 'TOOLS/CALL', 'tools/\uff43all', 'resources/read'],
    ...['prompts/get', 'tasks/cancel', 'completion/complete', 'subscriptions/listen', 'tools/list'],
  ])('%s never passes, not even where a policy names it', async method => {
    for (const mode of ['enforce', 'observe'] as const) {
      const { client, store } = await conversation([naming(method)], mode);
      expect(client(notification(method, { name: 'x', uri: 'u', taskId: 't' }))).toEqual([]);
      expect(store.rows).toHaveLength(1);
    }
  });
});

it.each(['Tools/Call', 'tools/\uff43all', 'RESOURCES/READ'])(
  'a request of %s, which a lenient server may take for another method, never passes',
  async method => {
    const { client } = await conversation([naming(method)]);
    const sent = request(1, method, { name: 'x', uri: 'u' });
    expect(client(sent)[0]?.[1].error.code).toBe(-32601);
  },
);
