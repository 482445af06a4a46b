// A tool under a policy, as inventory tells of it.
import { describe, expect, test } from 'vitest';
import { type Assessed, assess } from '../../src/inventory/assess.ts';
import { alwaysDenied } from '../../src/inventory/rules.ts';
import type { ListedTool } from '../../src/listing/listed.ts';
import { checkPolicy } from '../../src/policy/load.ts';

const tool = (name: string, more: Partial<ListedTool> = {}): ListedTool => ({
  name,
  title: undefined,
  description: undefined,
  inputSchema: undefined,
  annotations: undefined,
  ...more,
});

async function rulesOf(...documents: object[]) {
  const ruled = await Promise.all(
    documents.map(async (document, i) => {
      const text = JSON.stringify({ version: '1', ...document });
      const layer = i === 0 ? undefined : '_all';
      const loaded = await checkPolicy({ name: 'p', text, format: 'json', layer });
      if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
      return loaded;
    }),
  );
  const policies = ruled.map(({ policy }) => policy);
  return { server: 'test', policies, always: alwaysDenied(ruled) };
}

async function one(name: string, ...documents: object[]): Promise<Assessed> {
  const [found] = assess(tool(name), await rulesOf(...documents));
  if (found === undefined) throw new Error('nothing');
  return found;
}

const never = { deny_if: [{ conditions: [], on_deny: 'never' }] };
const onlyTmp = {
  require: [{ conditions: [{ path: 'args.path', op: 'starts_with', value: '/tmp/' }] }],
};

describe('the verdict', () => {
  test.each<[string, object, string, string[]]>([
    ['allowed by default', { default: 'allow' }, 'allow', []],
    ['denied by default', { default: 'deny' }, 'deny', ['deny']],
    ['denied', { default: 'allow', tools: { t: { action: 'deny' } } }, 'deny', ['deny']],
    ['always denied', { default: 'allow', tools: { t: never } }, 'deny', ['deny']],
    [
      'always denied by category',
      { default: 'deny', categories: { unknown: never } },
      'deny',
      ['deny'],
    ],
    ['always denied for all', { default: 'allow', all_tools: never }, 'deny', ['deny']],
    ['always denied by a pattern', { default: 'allow', tools: { '?': never } }, 'deny', ['deny']],
    ['hidden', { default: 'allow', hide: ['t'] }, 'deny', ['hide', 'deny']],
    [
      'asked for',
      { default: 'allow', tools: { t: { action: 'require_approval' } } },
      'require_approval',
      ['approval'],
    ],
    ['limited', { default: 'deny', tools: { t: { rate_limit: '3/minute' } } }, 'allow', ['limit']],
    [
      'limited to none',
      { default: 'deny', tools: { t: { limits: [{ max: 0, window: 'day' }] } } },
      'deny',
      ['deny', 'limit'],
    ],
    ['ruled', { default: 'deny', tools: { t: onlyTmp } }, 'allow', ['rules']],
    ['ruled for another tool', { default: 'allow', tools: { x: onlyTmp } }, 'allow', []],
  ])('%s', async (_, document, effect, holds) => {
    const { verdict, holds: found } = await one('t', document);
    expect(verdict.effect).toBe(effect);
    expect([...found]).toEqual(holds);
  });

  test('the reason of what is always denied', async () => {
    const { verdict } = await one('t', { default: 'allow', tools: { t: never } });
    expect(verdict).toMatchObject({ layer: 'policy', key: 't', reason: 'never', depends: false });
  });

  test('the strictest layer, and the limits of all', async () => {
    const { verdict } = await one(
      't',
      { default: 'deny', tools: { t: { limits: [{ counter: 'a', max: 3, window: 'hour' }] } } },
      { default: 'allow', all_tools: { limits: [{ counter: 'b', max: 1, window: 'day' }] } },
    );
    expect(verdict.limits.map(({ text }) => text)).toEqual(['3 calls per hour', '1 call per day']);
    const denied = await one('t', { default: 'allow' }, { default: 'deny' });
    expect(denied.verdict).toMatchObject({ effect: 'deny', layer: '_all', key: null });
  });
});

describe('a door to operations', () => {
  const document = {
    default: 'deny',
    operations: { ecs: 'api_operation' },
    tools: {
      'ecs:Delete*': { action: 'require_approval' },
      'ecs:List*': {},
      'ecs:Update*': onlyTmp,
    },
  };
  const schema = (property: object) => ({ properties: { api_operation: property } });
  const named = { enum: ['ListClusters', 'DeleteCluster', 'UpdateCluster', 'RunTask'] };

  test('each operation that the schema names', async () => {
    const rules = await rulesOf(document);
    const found = assess(tool('ecs', { inputSchema: schema(named) }), rules);
    expect(
      found.map(({ operation, category, verdict }) => [operation, category, verdict.effect]),
    ).toEqual([
      ['ListClusters', 'read', 'allow'],
      ['DeleteCluster', 'destructive', 'require_approval'],
      ['UpdateCluster', 'write', 'allow'],
      ['RunTask', 'execute', 'deny'],
    ]);
    expect(found.map(({ holds }) => [...holds])).toEqual([[], ['approval'], ['rules'], ['deny']]);
  });

  test('where the schema names none, it depends on the operation', async () => {
    const rules = await rulesOf(document);
    const [found] = assess(tool('ecs', { inputSchema: schema({ type: 'string' }) }), rules);
    expect(found?.verdict).toMatchObject({ effect: 'allow', depends: true });
    const open = await rulesOf({ default: 'allow', operations: { ecs: 'api_operation' } });
    const [free] = assess(tool('ecs', { inputSchema: schema({ type: 'string' }) }), open);
    expect([...(free?.holds ?? [])]).toEqual([]);
  });
});
