// The policy that is suggested: it reads well, can be used, and says of every tool what it should.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { categoryEntry, documentOf } from '../../src/init/document.ts';
import { doorOf } from '../../src/init/door.ts';
import { renderJson, renderYaml } from '../../src/init/render.ts';
import { type Review, review } from '../../src/init/review.ts';
import { READING } from '../../src/init/terms.ts';
import { checkPolicy } from '../../src/policy/load.ts';
import { readYaml } from '../../src/policy/read-yaml.ts';
import { CATEGORIES } from '../../src/policy/schema.ts';
import { warningsOf } from '../../src/policy/warnings.ts';
import { rehearsal, requestFor } from '../../src/rehearsal/rehearsal.ts';
import { root } from '../support/wrapper.ts';
import { ecsTools, tool, verdictOn } from './tools.ts';

const ORIGIN = { which: 'it listed', again: 'policy-wrap init --update -- server' } as const;

async function loaded(text: string, format: 'json' | 'yaml') {
  const checked = await checkPolicy({ name: `p.${format}`, text, format });
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems) + text);
  expect(warningsOf(checked.document, new Set())).toEqual([]);
  return checked.policy;
}

const LIMITS = { read: 60, write: 30, execute: 10 } as const;

async function expectIntended(found: Review, text: string, format: 'json' | 'yaml') {
  const policy = await loaded(text, format);
  for (const { key, tool: name, category } of found.rules) {
    const verdict = verdictOn(policy, found, name, key);
    const max = category in LIMITS ? LIMITS[category as keyof typeof LIMITS] : undefined;
    const limit = { counter: category, max, ms: 60_000, kind: 'sliding', scope: 'grant' };
    expect([key, verdict.effect, verdict.category, verdict.limits]).toEqual([
      key,
      max === undefined ? 'require_approval' : 'allow',
      category,
      max === undefined ? [] : [limit],
    ]);
  }
  for (const name of [...found.nameless, 'a tool of later'])
    expect(verdictOn(policy, found, name, name).effect).not.toBe('allow');
}

describe('whatever a server lists', () => {
  const tools = fc.array(tool, { maxLength: 12 });
  const server = fc.oneof(fc.constant('server'), fc.string({ unit: 'binary', maxLength: 20 }));

  test('the policy loads without a warning and does what its comments say', async () => {
    await fc.assert(
      fc.asyncProperty(tools, server, async (list, name) => {
        const found = review(name, list);
        const yaml = renderYaml(found, ORIGIN);
        await expectIntended(found, yaml, 'yaml');
        await expectIntended(found, renderJson(found), 'json');
        expect((await readYaml(yaml)).document).toEqual(documentOf(found));
        // Nothing in it moves the cursor or hides a part of it.
        expect(yaml).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 400 },
    );
  });

  test('every tool has a rule, or rules for its operations, or is said to have none', () => {
    fc.assert(
      fc.property(tools, list => {
        const found = review('server', list);
        for (const { name } of list) {
          const isThere = found.rules.some(rule => rule.tool === name);
          expect(isThere || found.nameless.some(one => one.startsWith(name))).toBe(true);
        }
      }),
    );
  });
});

describe("AWS's ECS server", () => {
  const found = review('awslabs.ecs-mcp-server', ecsTools());
  const text = renderYaml(found, ORIGIN);

  test('its door is split into its 65 operations', async () => {
    expect([...found.operations]).toEqual([['ecs_resource_management', 'api_operation']]);
    const operations = found.rules.filter(({ key, tool: name }) => key !== name);
    expect(operations).toHaveLength(65);
    await expectIntended(found, text, 'yaml');
    const policy = await loaded(text, 'yaml');
    const said = (operation: string) =>
      verdictOn(policy, found, 'ecs_resource_management', `ecs_resource_management:${operation}`);
    expect(said('DeleteCluster')).toMatchObject({
      effect: 'require_approval',
      category: 'destructive',
      reason: 'it may destroy something that cannot be brought back',
    });
    expect(said('ListClusters')).toMatchObject({ effect: 'allow', category: 'read' });
    expect(said('DrainCluster')).toMatchObject({ effect: 'require_approval', by: '*' });
  });

  test('a tool with seven ways to look at something is one tool', () => {
    expect(found.rules).toContainEqual(
      expect.objectContaining({ key: 'ecs_troubleshooting_tool', category: 'read' }),
    );
  });

  test('it reads well', () => {
    const [heading = ''] = text.split('\n\n');
    expect(heading.split('\n').slice(0, 7)).toEqual([
      '# What agents may do with awslabs.ecs-mcp-server: suggested by policy-wrap from the',
      '# 7 tools that it listed.',
      '#',
      '#   destructive   11   a person approves each call',
      '#   execute        9   10 calls a minute, all of them together',
      '#   write         23   30 calls a minute, all of them together',
      '#   read          28   60 calls a minute, all of them together',
    ]);
    expect(text).toContain('\n  delete_app: { category: destructive }  # verb "delete"\n');
    expect(text).toContain('description: verb "provide"; by its name alone: unknown\n');
  });
});

describe('operations are found', () => {
  const schema = (argument: object, required = ['action']) => ({
    properties: { action: argument },
    required,
  });
  test.each<[string, object, string, readonly string[] | undefined]>([
    ['in an enum', schema({ enum: ['get', 'delete'] }), '', ['get', 'delete']],
    [
      'in constants',
      schema({ oneOf: [{ const: 'get' }, { const: 'delete' }] }),
      '',
      ['get', 'delete'],
    ],
    [
      'in the description of the argument',
      schema({ description: 'One of: `list_users`, `drop_user` or "add_user".' }),
      '',
      ['list_users', 'drop_user', 'add_user'],
    ],
    [
      'in that of the tool',
      schema({ type: 'string' }),
      'Manages users.\n\nSupported actions:\n\n  * ListUsers - all of them\n  * DeleteUser: one\n\nNotes: be careful.',
      ['ListUsers', 'DeleteUser'],
    ],
    [
      'not in prose',
      schema({}),
      'Actions: get something, or delete what you do not need',
      undefined,
    ],
    ['not where all are of one kind', schema({ enum: ['get', 'list'] }), '', undefined],
    ['not where they are no operations', schema({ enum: ['fast', 'slow'] }), '', undefined],
    ['not where it may be left out', schema({ enum: ['get', 'delete'] }, []), '', undefined],
  ])('%s', (_, inputSchema, description, operations) => {
    const door = doorOf({ description, inputSchema });
    expect(door).toEqual(operations && { argument: 'action', operations });
  });

  test('in a long text without taking long', () => {
    const start = performance.now();
    for (const part of [
      'operations: ',
      'actions:\n- a\n',
      'values '.repeat(9),
      'operations ((((',
      '- ',
    ])
      doorOf({ description: part.repeat(30_000), inputSchema: schema({}) });
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

test('the terms are those of the recommended policy', () => {
  const text = readFileSync(join(root, 'examples/policies/recommended/policy.json'), 'utf8');
  const recommended = JSON.parse(text);
  for (const category of CATEGORIES) {
    const { reason: _, ...entry } = categoryEntry(category);
    const { reason: __, ...expected } = recommended.categories[category];
    expect(entry).toEqual(expected);
  }
  expect(recommended.resources.limits).toEqual([READING]);
});

test('all tools of a category are counted together', async () => {
  const found = review('jobs', [{ name: 'run_job' }, { name: 'start_job' }, { name: 'get_job' }]);
  const policy = await loaded(renderYaml(found, ORIGIN), 'yaml');
  const facts = { mode: 'enforce', server: 'jobs', grant: 'default', session: 's' } as const;
  const run = rehearsal([policy]).run(facts);
  const effects = Array.from({ length: 12 }, (_, i) => {
    const request = requestFor('tool', i % 2 === 0 ? 'run_job' : 'start_job');
    return run.judge(request).verdict.effect;
  });
  expect(effects).toEqual([...Array(10).fill('allow'), 'rate_limit', 'rate_limit']);
  expect(run.judge(requestFor('tool', 'get_job')).verdict.effect).toBe('allow');
});

test('a name that says it cannot be undone is not talked down', () => {
  const described = { description: 'Returns a list.', annotations: { readOnlyHint: true } };
  const found = review('server', [
    { name: 'delete_user', ...described },
    { name: 'frobnicate', ...described },
  ]);
  expect(found.rules.map(({ key, category, byName }) => [key, category, byName])).toEqual([
    ['delete_user', 'destructive', undefined],
    ['frobnicate', 'read', 'unknown'],
  ]);
  expect(renderYaml(found, ORIGIN)).toContain('# Look at lines with `by its name alone`');
});

test('no choice of operations talks down what the name, or another choice, says', () => {
  const choosing = (name: string, choices: Record<string, string[]>) => ({
    name,
    description: 'Manages things.',
    inputSchema: {
      type: 'object',
      required: Object.keys(choices),
      properties: Object.fromEntries(
        Object.entries(choices).map(([argument, values]) => [argument, { enum: values }]),
      ),
    },
  });
  const said = (one: ReturnType<typeof choosing>) =>
    review('s', [one]).rules.map(({ key, category }) => `${key} ${category}`);
  const action = ['get', 'create'];
  expect(said(choosing('delete_things', { action }))).toEqual(['delete_things destructive']);
  expect(said(choosing('things', { action, operation: ['list', 'delete'] }))).toEqual([
    'things destructive',
  ]);
  // How it is done is no choice.
  expect(said(choosing('things', { action, mode: ['fast', 'slow'] }))).toEqual([
    'things:create write',
    'things:get read',
  ]);
});

test('names like those of categories are names of tools', async () => {
  const found = review(
    'files',
    ['read', 'write', 'execute'].map(name => ({ name })),
  );
  await expectIntended(found, renderYaml(found, ORIGIN), 'yaml');
});
