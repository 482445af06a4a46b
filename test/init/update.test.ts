// `--update`: new tools are added to a policy however it is written, and nothing else of it changes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { renderJson, renderYaml } from '../../src/init/render.ts';
import { type FoundTool, review } from '../../src/init/review.ts';
import { updatePolicy } from '../../src/init/update.ts';
import { checkPolicy } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { readYaml } from '../../src/policy/read-yaml.ts';
import { ecsTools, tool, verdictOn } from './tools.ts';

const ORIGIN = { which: 'it listed', again: 'policy-wrap init --update -- server' } as const;
type Format = 'json' | 'yaml';

const source = (text: string, format: Format = 'yaml') => ({ name: `p.${format}`, text, format });
const named = (...names: string[]): FoundTool[] => names.map(name => ({ name }));

async function updated(text: string, tools: readonly FoundTool[], format: Format = 'yaml') {
  const result = await updatePolicy(source(text, format), review('server', tools));
  if ('problems' in result) throw new Error(`${result.problems.join('\n')}\n${text}`);
  return result;
}

async function policyOf(text: string, format: Format = 'yaml') {
  const checked = await checkPolicy(source(text, format));
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems) + text);
  return checked.policy;
}

/** True where `text` is `whole` with some runs of it taken out: what was there is there, in its order. */
function isWithin(text: string, whole: string): boolean {
  let at = 0;
  for (const character of text) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** The lines that are new; each old one must be there, in its order, as it was. */
function newLines(before: string, after: string): string[] {
  const old = before.split('\n');
  const added: string[] = [];
  let i = 0;
  for (const line of after.split('\n')) {
    if (line === old[i]) i++;
    else added.push(line);
  }
  expect(i).toBe(old.length);
  return added;
}

const HEAD = 'version: "1"\ndefault: deny\n';

describe('a new tool', () => {
  const text = renderYaml(review('server', named('get_a', 'delete_a', 'frob')), ORIGIN);

  test('stands beside its like', async () => {
    const { text: after } = await updated(text, named('get_a', 'delete_a', 'get_b', 'delete_b'));
    expect(newLines(text, after)).toEqual([
      '  delete_b: { category: destructive }  # verb "delete"',
      '  get_b: { category: read }  # verb "get"',
    ]);
    expect(after.indexOf('delete_b')).toBeGreaterThan(after.indexOf('delete_a'));
    expect(after.indexOf('delete_b')).toBeLessThan(after.indexOf('frob'));
  });

  test('of a category that the policy does not have says itself what it is held to', async () => {
    const { text: after } = await updated(text, named('run_code', 'pay_invoice'));
    expect(newLines(text, after)).toEqual([
      '  # Added by policy-wrap init --update',
      '  pay_invoice: { category: financial, action: require_approval, reason: it may move money }  # verb "pay"',
      '  run_code: { category: execute, limits: [{ counter: execute, max: 10, window: minute }] }  # verb "run"',
    ]);
  });

  test('of many operations', async () => {
    const { text: after, additions } = await updated(text, ecsTools());
    expect(additions.doors).toEqual(new Map([['ecs_resource_management', 'api_operation']]));
    expect(newLines(text, after).slice(-2)).toEqual([
      'operations:',
      '  ecs_resource_management: api_operation',
    ]);
    const policy = await policyOf(after);
    const key = 'ecs_resource_management:DeleteCluster';
    const found = review('server', ecsTools());
    expect(verdictOn(policy, found, 'ecs_resource_management', key).effect).toBe(
      'require_approval',
    );
  });

  test('a new operation of a known door', async () => {
    const door = (...names: string[]) => [
      {
        name: 'door',
        inputSchema: { properties: { action: { enum: names } }, required: ['action'] },
      },
    ];
    const before = renderYaml(review('server', door('get', 'delete')), ORIGIN);
    const { text: after } = await updated(before, door('get', 'delete', 'purge', 'list'));
    expect(newLines(before, after)).toEqual([
      '  "door:purge": { category: destructive }  # verb "purge"',
      '  "door:list": { category: read }  # verb "list"',
    ]);
  });
});

describe('however it is written', () => {
  test.each<[string, string, string, Format?]>([
    [
      'a block',
      `${HEAD}tools:\n    a:\n        reason: |\n            two\n            lines\n\n\n# The end\nhide: [b]\n`,
      `${HEAD}tools:\n    a:\n        reason: |\n            two\n            lines\n    # Added by policy-wrap init --update\n    get_x: { category: read, limits: [{ counter: read, max: 60, window: minute }] }  # verb "get"\n\n\n# The end\nhide: [b]\n`,
    ],
    [
      'nested blocks with comments behind them',
      `${HEAD}tools:\n  a:\n    limits:\n      - max: 1 # one\n        window: hour # an hour\n  # a comment of tools\n\n# of what follows\nhide: [b]`,
      `${HEAD}tools:\n  a:\n    limits:\n      - max: 1 # one\n        window: hour # an hour\n  # Added by policy-wrap init --update\n  get_x: { category: read, limits: [{ counter: read, max: 60, window: minute }] }  # verb "get"\n  # a comment of tools\n\n# of what follows\nhide: [b]`,
    ],
    [
      'no line end at its end',
      `${HEAD}categories: { read: {} }\ntools:\n  a: {} # last`,
      `${HEAD}categories: { read: {} }\ntools:\n  a: {} # last\n  # Added by policy-wrap init --update\n  get_x: { category: read }  # verb "get"`,
    ],
    [
      'CRLF',
      `${HEAD}categories: { read: {} }\ntools:\n  a: { category: read } # last\n`.replaceAll(
        '\n',
        '\r\n',
      ),
      `${HEAD}categories: { read: {} }\ntools:\n  a: { category: read } # last\n  get_x: { category: read }  # verb "get"\n`.replaceAll(
        '\n',
        '\r\n',
      ),
    ],
    [
      'no tools',
      `${HEAD}categories: { read: {} }\n# end\n`,
      `${HEAD}categories: { read: {} }\ntools:\n  get_x: { category: read }  # verb "get"\n# end\n`,
    ],
    [
      'an empty map',
      `${HEAD}categories: { read: {} }\ntools: {} # none\n`,
      `${HEAD}categories: { read: {} }\ntools: { get_x: { category: read } } # none\n`,
    ],
    [
      'a flow map with a comma at its end',
      `${HEAD}categories: { read: {} }\ntools: {\n    a: {}, # first\n    b: {}, # second\n  }\n`,
      `${HEAD}categories: { read: {} }\ntools: {\n    a: {}, # first\n    b: {},\n    get_x: { category: read }, # second\n  }\n`,
    ],
    [
      'JSON',
      '{\n\t"version": "1", "default": "deny",\n\t"categories": {"read": {}},\n\t"tools": {\n\t\t"a": {}\n\t}\n}',
      '{\n\t"version": "1", "default": "deny",\n\t"categories": {"read": {}},\n\t"tools": {\n\t\t"a": {},\n\t\t"get_x": { "category": "read" }\n\t}\n}',
      'json',
    ],
    [
      'JSON without tools',
      '{"version": "1", "default": "deny", "categories": {"read": {}}}',
      '{"version": "1", "default": "deny", "categories": {"read": {}}, "tools": { "get_x": { "category": "read" } }}',
      'json',
    ],
  ])('%s', async (_, text, expected, format = 'yaml') => {
    const { text: after } = await updated(text, named('get_x'), format);
    expect(after).toBe(expected);
    expect((await updated(after, named('get_x'), format)).text).toBe(after);
  });

  test.each([
    ['explicit keys', `${HEAD}tools:\n  ? a\n  : {}\n`],
    ['an alias', `version: "1"\ndefault: deny\noperations: &a { a: b }\ntools: *none\n`],
    ['what is no policy', `${HEAD}toolz: {}\n`],
  ])('%s: it is left as it is', async (_, text) => {
    const result = await updatePolicy(source(text), review('server', named('get_x')));
    expect(result).toHaveProperty('problems');
  });
});

describe('what the policy decides already stays so', () => {
  test.each([
    ['by a pattern', 'tools: { "delete_*": { action: deny }, "*": {} }'],
    ['by hiding it', 'hide: ["delete_*"]\ntools: { "*": {} }'],
    ['by its name', 'tools: { delete_x: {} }'],
    ['by a limit over all others', 'tools: { "*": { rate_limit: 1/hour } }'],
    [
      'by a rule for all others',
      'tools: { "*": { require: [{ conditions: [{ path: args.a, op: exists, value: true }] }] } }',
    ],
  ])('%s', async (_, lines) => {
    const text = `${HEAD}${lines}\n`;
    expect((await updated(text, named('delete_x'))).text).toBe(text);
  });

  test('operations that another argument names', async () => {
    const text = `${HEAD}operations: { ecs_resource_management: other }\ntools: { a: {} }\n`;
    const door = ecsTools().filter(({ name }) => name === 'ecs_resource_management');
    const { text: after, additions } = await updated(text, door);
    expect([after, additions.others]).toEqual([text, ['ecs_resource_management']]);
  });

  test('a category that the person loosened is no yes for what comes later', async () => {
    const text = `${HEAD}tools: { a: {} }\ncategories: { destructive: {}, read: { action: deny } }\n`;
    const policy = await policyOf((await updated(text, named('delete_x', 'get_x'))).text);
    const found = review('server', []);
    expect(verdictOn(policy, found, 'delete_x', 'delete_x').effect).toBe('require_approval');
    expect(verdictOn(policy, found, 'get_x', 'get_x').effect).toBe('deny');
  });

  test('a counter of the same name that counts otherwise', async () => {
    const text = `${HEAD}tools:\n  a: { limits: [{ counter: read, max: 5, window: day, kind: fixed }] }\n`;
    const { text: after } = await updated(text, named('get_x'));
    expect(after).toContain('limits: [{ counter: read_rate, max: 60, window: minute }]');
  });
});

describe('whatever a server lists', () => {
  const tools = fc.array(tool, { maxLength: 8 });
  const writings: readonly ((text: string) => string)[] = [
    text => text,
    text => text.replaceAll('\n', '\r\n'),
    text => text.trimEnd(),
    text => text.replace(/^#.*\n/gm, '').replace(/ {2}# .*$/gm, ''),
  ];

  test('old tools keep their verdict, new ones get theirs, and once is enough', async () => {
    await fc.assert(
      fc.asyncProperty(
        tools,
        tools,
        fc.constantFrom<Format>('yaml', 'json'),
        fc.constantFrom(...writings),
        async (old, more, format, writing) => {
          const before = review('server', old);
          const text = writing(format === 'json' ? renderJson(before) : renderYaml(before, ORIGIN));
          const now = review('server', [...old, ...more]);
          const { text: after, additions } = await updated(text, [...old, ...more], format);
          expect(isWithin(text, after)).toBe(true);
          expect((await updated(after, [...old, ...more], format)).text).toBe(after);

          const [was, is] = [await policyOf(text, format), await policyOf(after, format)];
          for (const { key, tool: name } of before.rules)
            expect(verdictOn(is, before, name, key)).toEqual(verdictOn(was, before, name, key));
          const fresh = await policyOf(renderYaml(now, ORIGIN));
          for (const { rule } of additions.entries) {
            const { by: _, ...verdict } = verdictOn(is, now, rule.tool, rule.key);
            const { by: __, ...intended } = verdictOn(fresh, now, rule.tool, rule.key);
            expect(verdict).toEqual(intended);
          }
          for (const rule of now.rules)
            expect(is.exact.has(rule.key) || isWhole(rule.tool)).toBe(true);
          // A tool that the old list had as a whole stays one.
          function isWhole(name: string) {
            return was.exact.has(name) || was.operations.has(name);
          }
          if (format === 'yaml') expect((await readYaml(after)).problems).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('whatever a person has written', () => {
  const NAMES = ['get_a', 'delete_a', 'pay_a', 'run_a', 'frob', 'door', 'door:get', 'door:purge'];
  const limit = fc.record(
    {
      counter: fc.constantFrom('read', 'execute', 'mine'),
      max: fc.nat(9),
      window: fc.constantFrom('day', 'minute'),
      kind: fc.constantFrom('fixed', 'sliding'),
    },
    { requiredKeys: ['max', 'window'] },
  );
  const entry = fc.oneof(
    fc.constant({}),
    fc.record(
      {
        action: fc.constantFrom('allow', 'deny', 'require_approval'),
        reason: fc.constantFrom('because', 'two\nlines\n', '# "odd": {', ''),
        category: fc.constantFrom('read', 'execute', 'destructive'),
        limits: fc.array(limit, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
  );
  const plain = entry.map(({ category: _, ...rest }: { category?: string }) => rest);
  const key = fc.oneof(
    fc.constantFrom(...NAMES),
    fc.constantFrom('delete_*', '*_a', 'door:*', 'door*', '*', 'f?ob'),
  );
  const document = fc.record(
    {
      version: fc.constant('1'),
      default: fc.constantFrom('allow', 'deny'),
      tools: fc.dictionary(key, entry, { maxKeys: 5 }),
      categories: fc.dictionary(
        fc.constantFrom('read', 'execute', 'destructive', 'unknown'),
        plain,
      ),
      hide: fc.array(fc.constantFrom('pay_*', 'frob'), { maxLength: 1 }),
      operations: fc.constantFrom({ door: 'action' }, { door: 'other' }, { x: 'y' }),
    },
    { requiredKeys: ['version', 'default'] },
  );
  const writing = fc.record({
    indent: fc.constantFrom(1, 2, 4),
    collectionStyle: fc.constantFrom<'any' | 'block' | 'flow'>('any', 'block', 'flow'),
    lineWidth: fc.constantFrom(0, 20, 80),
    defaultStringType: fc.constantFrom<'PLAIN' | 'QUOTE_SINGLE'>('PLAIN', 'QUOTE_SINGLE'),
    flowCollectionPadding: fc.boolean(),
  });
  const tools: FoundTool[] = [
    ...['get_a', 'delete_a', 'pay_a', 'run_a', 'frob'].map(name => ({ name })),
    {
      name: 'door',
      inputSchema: { properties: { action: { enum: ['get', 'purge'] } }, required: ['action'] },
    },
  ];
  const found = review('server', tools);

  test('a "*" that names a category with limits lets no new tool out of them', async () => {
    const text = `${HEAD}tools:\n  "*": { category: destructive }\ncategories:\n  destructive: { limits: [{ max: 0, window: day }] }\n`;
    const { text: after, additions } = await updated(text, tools, 'yaml');
    expect(additions).toMatchObject({ entries: [], isAllNamed: true });
    expect(after).toBe(text);
  });

  test('what it decides by name stays so, and nothing grave passes that did not', async () => {
    let added = 0;
    await fc.assert(
      fc.asyncProperty(
        document,
        writing,
        fc.constantFrom<Format>('yaml', 'json'),
        async (raw, how, format) => {
          const text =
            format === 'json' ? JSON.stringify(raw, null, how.indent) : stringify(raw, how);
          const before = await checkPolicy(source(text, format));
          // Counters of one name that count in two ways, say.
          fc.pre('policy' in before);
          const was = (before as { policy: Policy }).policy;
          const { text: after, additions } = await updated(text, tools, format);
          added += additions.entries.length;
          const is = await policyOf(after, format);
          const own = new Set(additions.entries.map(({ rule }) => rule.key));
          for (const { key: name, tool: of, category } of found.rules) {
            // As the policy of before has its operations.
            const doors = {
              ...found,
              operations: new Map([...found.operations, ...was.operations]),
            };
            const [then, now] = [verdictOn(was, doors, of, name), verdictOn(is, doors, of, name)];
            const isLeft = then.by === null || /^(\*|categories\..*|operations)$/.test(then.by);
            const isCounted = then.by === '*' && then.limits.length > 0;
            if (!isLeft || isCounted) expect([now, own.has(name)]).toEqual([then, false]);
            if (own.has(name) && ['destructive', 'financial', 'unknown'].includes(category))
              expect(now.effect).not.toBe('allow');
          }
          expect((await updated(after, tools, format)).text).toBe(after);
        },
      ),
      { numRuns: 300 },
    );
    expect(added).toBeGreaterThan(100);
  });
});
