// What lists lose: hidden items, and with one option whatever the rules can never allow.
import { describe, expect, it } from 'vitest';
import { conversation, request } from '../support/conversation.ts';

/** The names that a list shows of these, under a policy. */
async function shown(
  list: string,
  names: readonly string[],
  rules: object,
  settings: { hideDenied?: boolean } = {},
  mode: 'enforce' | 'observe' = 'enforce',
) {
  const [key = '', name = ''] = ITEMS[list] ?? [];
  const { client, server } = await conversation([{ version: '1', ...rules }], mode, settings);
  client(request(1, list, { cursor: 'p1' }));
  const items = names.map(value => ({ [name]: value, title: value }));
  const reply = { jsonrpc: '2.0', id: 1, result: { [key]: items, nextCursor: 'p2' } };
  const { result } = server(reply)[0]?.[1] ?? {};
  expect(result.nextCursor).toBe('p2');
  return (result[key] as Record<string, string>[]).map(item => item[name]);
}
const ITEMS: Record<string, [string, string]> = {
  'tools/list': ['tools', 'name'],
  'resources/list': ['resources', 'uri'],
  'resources/templates/list': ['resourceTemplates', 'uriTemplate'],
  'prompts/list': ['prompts', 'name'],
};
const uris = ['file:///a', 'file:///secret/x', 'FILE:/secret/y', 'memo://1'];

describe('hide', () => {
  it.each([
    ['tools/list', ['a', 'b', 'c_1'], { hide: ['b', 'c_*'] }, ['a']],
    ['tools/list', ['a', 'b'], { hide: ['*'] }, []],
    [
      'resources/list',
      uris,
      { resources: { hide: ['file:///secret/*'] } },
      ['file:///a', 'memo://1'],
    ],
    ['resources/list', uris, { resources: { deny: ['*'] } }, uris],
    [
      'resources/templates/list',
      ['file:///{path}', 'file:///secret/{name}', 'memo://{id}'],
      { resources: { hide: ['file:///secret/*', 'memo:*'] } },
      ['file:///{path}'],
    ],
    ['prompts/list', ['p', 'admin'], { prompts: { hide: ['admin'] } }, ['p']],
    [
      'prompts/list',
      ['p', 'admin'],
      { hide: ['admin'], resources: { hide: ['*'] } },
      ['p', 'admin'],
    ],
  ])('%s %j under %j', async (list, names, rules, left) => {
    expect(await shown(list, names, { default: 'allow', ...rules })).toEqual(left);
    expect(await shown(list, names, { default: 'allow', ...rules }, {}, 'observe')).toEqual(names);
  });
});

describe('the option to hide what is denied', () => {
  const tools = ['free', 'gone', 'ask', 'zero', 'door'];
  const rules = {
    default: 'deny',
    operations: { door: 'op' },
    tools: {
      free: { rate_limit: '1/minute' },
      ask: { action: 'require_approval' },
      zero: { limits: [{ max: 0, window: 'day' }] },
    },
  };
  it.each([
    ['tools/list', tools, rules, ['free', 'ask', 'door']],
    ['tools/list', tools, { ...rules, default: 'allow' }, ['free', 'gone', 'ask', 'door']],
    ['resources/list', uris, { default: 'deny', resources: { allow: ['memo:*'] } }, ['memo://1']],
    ['resources/templates/list', ['memo://{id}'], { default: 'deny' }, ['memo://{id}']],
    ['prompts/list', ['p', 'q'], { default: 'allow', prompts: { deny: ['q'] } }, ['p']],
  ])('%s %j under %j', async (list, names, document, left) => {
    expect(await shown(list, names, document, { hideDenied: true })).toEqual(left);
    expect(await shown(list, names, document)).toEqual(names);
    expect(await shown(list, names, document, { hideDenied: true }, 'observe')).toEqual(names);
  });
});
