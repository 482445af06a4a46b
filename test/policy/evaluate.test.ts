// Which rule decides a call, what strictest wins means, and what must hold for every policy.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/policy/call.ts';
import type { Decision } from '../../src/policy/decision.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { EFFECTS } from '../../src/policy/verdict.ts';
import type { Exact } from '../../src/rpc/exact.ts';
import { type Document, policyOf } from './policies.ts';

const DENY = { action: 'deny' };
const ASK = { action: 'require_approval' };
const ALLOW = { action: 'allow' };
const limit = (counter: string) => ({ counter, max: 1, window: 'minute' });
const limited = (counter: string) => ({ limits: [limit(counter)] });

function callOf(name: string, args: unknown = {}): Call {
  return { kind: 'tool', name, args: () => ({ value: args as Exact }) };
}

async function decide(document: Document, name: string, args: unknown = {}): Promise<Decision> {
  return evaluate([await policyOf(document)], callOf(name, args));
}

const countersOf = ({ limits }: Decision) => limits.map(({ limit }) => limit.counter).sort();

describe('without layers nothing is judged', () => {
  test('an error, not an allowance', () =>
    expect(() => evaluate([], callOf('a'))).toThrow(RangeError));
});

describe('default', () => {
  test.each([
    ['deny', 'deny', 'no rule of the policy allows it'],
    ['allow', 'allow', null],
  ])('%s', async (given, effect, reason) => {
    expect(await decide({ default: given }, 'get_a')).toMatchObject({
      ...{ effect, reason, key: null, layer: 'policy', category: 'read', subject: 'get_a' },
      limits: [],
    });
  });
});

describe('an entry', () => {
  test.each([
    ['{} allows', {}, 'allow', null],
    ['allow', ALLOW, 'allow', null],
    ['deny', { ...DENY, reason: 'never' }, 'deny', 'never'],
    ['require_approval', { ...ASK, reason: 'careful' }, 'require_approval', 'careful'],
    ['limits only', limited('c'), 'allow', null],
  ])('%s', async (_, entry, effect, reason) => {
    expect(await decide({ tools: { a: entry } }, 'a')).toMatchObject({ effect, key: 'a', reason });
  });

  test('a denied call takes no limits of that layer, one that needs approval does', async () => {
    expect(countersOf(await decide({ tools: { a: { ...DENY, ...limited('c') } } }, 'a'))).toEqual(
      [],
    );
    expect(countersOf(await decide({ tools: { a: { ...ASK, ...limited('c') } } }, 'a'))).toEqual([
      'c',
    ]);
  });

  test('names are case-sensitive', async () => {
    expect((await decide({ tools: { A: {} } }, 'a')).effect).toBe('deny');
  });

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', ''])(
    'tool %j is none that the policy knows',
    async name => {
      expect((await decide({ operations: { a: 'op' }, tools: { b: {} } }, name)).effect).toBe(
        'deny',
      );
      const hiding = { default: 'allow', operations: { a: 'op' }, hide: ['b'] };
      expect((await decide(hiding, name)).effect).toBe('allow');
    },
  );
});

describe('the first step that finds an entry decides', () => {
  const operations = { door: 'op' };
  // In order; each step is the first of those that are left.
  const steps: [string, Record<string, object>][] = [
    ['exact subject', { 'door:Delete': limited('exact subject') }],
    ['patterns on the subject', { 'door:*': limited('patterns on the subject') }],
    ['exact tool', { door: limited('exact tool') }],
    ['patterns on the tool', { 'doo?': limited('patterns on the tool') }],
    ['a lone star', { '*': limited('a lone star') }],
  ];
  test.each(steps.map(([name], i) => [name, i] as const))('%s', async (name, first) => {
    const left = steps.slice(first).map(([, entry]) => entry);
    for (const order of [left, [...left].reverse()]) {
      const decision = await decide({ operations, tools: Object.assign({}, ...order) }, 'door', {
        op: 'Delete',
      });
      expect([decision.effect, countersOf(decision)]).toEqual(['allow', [name]]);
    }
  });

  test.each([
    ['exact subject over patterns', { 'door:Delete': ALLOW, 'door:*': DENY }, 'allow'],
    ['exact subject over exact tool', { 'door:Delete': DENY, door: ALLOW }, 'deny'],
    ['patterns on the subject over exact tool', { 'door:D*': ALLOW, door: DENY }, 'allow'],
    ['exact tool over patterns on it', { door: ALLOW, 'd*r': DENY }, 'allow'],
    ['patterns on the tool over a lone star', { 'd*r': ALLOW, '*': DENY }, 'allow'],
    ['a lone star is no pattern on the subject', { '*': DENY, door: ALLOW }, 'allow'],
    ['two stars are a pattern', { '**': DENY, door: ALLOW }, 'deny'],
    ['the tool where the subject is another', { 'door:Create': DENY, door: ALLOW }, 'allow'],
  ])('%s', async (_, tools, effect) => {
    expect((await decide({ operations, tools }, 'door', { op: 'Delete' })).effect).toBe(effect);
  });

  test.each([
    ['exact over pattern', { get_a: ALLOW, 'get_*': DENY }, 'allow'],
    ['pattern over star', { 'get_*': ALLOW, '*': DENY }, 'allow'],
  ])('without operations: %s', async (_, tools, effect) => {
    expect((await decide({ tools }, 'get_a')).effect).toBe(effect);
  });
});

describe('patterns of one step apply together, the strictest deciding', () => {
  test.each([
    ['deny over allow', { 'a*': ALLOW, '*b': DENY }, 'deny', '*b'],
    ['deny over approval', { 'a*': ASK, '*b': DENY }, 'deny', '*b'],
    ['approval over allow', { 'a*': {}, '*b': ASK }, 'require_approval', '*b'],
    ['those that do not match count for nothing', { 'a*': {}, '*c': DENY }, 'allow', 'a*'],
  ])('%s', async (_, tools, effect, key) => {
    expect(await decide({ tools }, 'ab')).toMatchObject({ effect, key });
  });

  test('the limits of all of them', async () => {
    expect(
      countersOf(
        await decide(
          { tools: { 'a*': limited('x'), '*b': limited('y'), '*c': limited('z') } },
          'ab',
        ),
      ),
    ).toEqual(['x', 'y']);
  });
});

describe('operations', () => {
  const document = { operations: { door: 'op' }, tools: { 'door:*': {}, door: {}, 'door?*': {} } };
  const READ = 'the operation in its argument `op` cannot be read';
  test.each([
    ['a string', { op: 'Delete' }, 'allow', 'door:Delete', null],
    ['an empty string', { op: '' }, 'allow', 'door:', null],
    ['other arguments beside it', { a: 1, op: 'x', b: {} }, 'allow', 'door:x', null],
    ['missing', {}, 'deny', 'door', READ],
    ['null', { op: null }, 'deny', 'door', READ],
    ['a number', { op: 1 }, 'deny', 'door', READ],
    ['a list', { op: ['Delete'] }, 'deny', 'door', READ],
    ['an object', { op: { op: 'Delete' } }, 'deny', 'door', READ],
    ['in other case only', { OP: 'List' }, 'deny', 'door', READ],
    ['with a twin in other case', { op: 'List', Op: 'Delete' }, 'deny', 'door', READ],
    ['of great length', { op: 'aB'.repeat(2049) }, 'deny', 'door', READ],
    ['with a twin in other width', { op: 'List', ｏｐ: 'Delete' }, 'deny', 'door', READ],
    ['no arguments', undefined, 'deny', 'door', READ],
    ['null as arguments', null, 'deny', 'door', READ],
    ['a list as arguments', ['Delete'], 'deny', 'door', READ],
    ['a string as arguments', '{"op":"List"}', 'deny', 'door', READ],
  ])('%s', async (_, args, effect, subject, reason) => {
    const found = await decide(document, 'door', args === undefined ? null : args);
    expect(found).toMatchObject({ effect, subject, reason });
    expect(found.key).toBe(effect === 'deny' ? 'operations' : 'door:*');
  });

  test('an inherited argument is none', async () => {
    const found = await decide({ ...document, operations: { door: 'toString' } }, 'door', {});
    expect(found.effect).toBe('deny');
  });

  test.each([
    ['door', 'door:Delete'],
    ['door', 'door:'],
    ['door', 'door:a:b'],
    // A tool's own name may hold a colon.
    ['ns:door', 'ns:door:Delete'],
  ])('a door %s: a tool literally named %s is denied', async (door, name) => {
    const found = await decide(
      { default: 'allow', operations: { [door]: 'op' }, tools: { '*': {} } },
      name,
      { op: 'x' },
    );
    expect(found).toMatchObject({ effect: 'deny', key: 'operations', subject: name });
  });

  test('as is one that is a door itself', async () => {
    const operations = { door: 'op', 'door:Delete': 'op' };
    expect(
      (await decide({ default: 'allow', operations }, 'door:Delete', { op: 'x' })).effect,
    ).toBe('deny');
  });

  test.each(['doors:Delete', 'other', 'Door:Delete', 'xdoor:Delete'])(
    '%s is a tool of its own',
    async name => {
      expect((await decide({ default: 'allow', operations: { door: 'op' } }, name)).effect).toBe(
        'allow',
      );
    },
  );

  test('without operations a colon means nothing', async () => {
    expect((await decide({ tools: { 'a:b': {} } }, 'a:b')).effect).toBe('allow');
  });

  test('arguments are read only where a rule looks at them', async () => {
    const policy = await policyOf(document);
    const args = () => {
      throw new Error('read');
    };
    expect(evaluate([policy], { kind: 'tool', name: 'other', args }).effect).toBe('deny');
    expect(() => evaluate([policy], { kind: 'tool', name: 'door', args })).toThrow('read');
  });
});

describe('categories', () => {
  const categories = { read: limited('read'), write: ASK, destructive: DENY, unknown: {} };
  test.each([
    ['no tools key matched', {}, 'get_a', 'allow', ['read'], 'read', 'categories.read'],
    ['the name decides which', {}, 'create_a', 'require_approval', [], 'write', 'categories.write'],
    ['deny', {}, 'delete_a', 'deny', [], 'destructive', 'categories.destructive'],
    ['unknown', {}, 'frobnicate', 'allow', [], 'unknown', 'categories.unknown'],
    ['no entry for it', {}, 'run_a', 'deny', [], 'execute', null],
    ['an entry that says neither', { get_a: {} }, 'get_a', 'allow', [], 'read', 'get_a'],
    ['an entry that acts', { delete_a: ALLOW }, 'delete_a', 'allow', [], 'destructive', 'delete_a'],
    [
      'a category and no action',
      { get_a: { category: 'write' } },
      'get_a',
      'require_approval',
      [],
      'write',
      'categories.write',
    ],
    [
      'a category and an action',
      { get_a: { category: 'write', ...ALLOW } },
      'get_a',
      'allow',
      [],
      'write',
      'get_a',
    ],
    [
      'a category without an entry',
      { get_a: { category: 'execute' } },
      'get_a',
      'allow',
      [],
      'execute',
      'get_a',
    ],
    [
      'by a pattern',
      { 'get_*': { category: 'destructive' } },
      'get_a',
      'deny',
      [],
      'destructive',
      'categories.destructive',
    ],
    [
      'by the star',
      { '*': { category: 'destructive' } },
      'get_a',
      'deny',
      [],
      'destructive',
      'categories.destructive',
    ],
    ['the star is a tools key', { '*': {} }, 'delete_a', 'allow', [], 'destructive', '*'],
    [
      'limits of both',
      { get_a: { category: 'read', ...limited('own') } },
      'get_a',
      'allow',
      ['own', 'read'],
      'read',
      'get_a',
    ],
  ])('%s', async (_, tools, name, effect, counters, category, key) => {
    const found = await decide({ tools, categories }, name);
    expect({ ...found, limits: countersOf(found) }).toMatchObject({
      effect,
      category,
      key,
      limits: counters,
    });
  });

  test('of an operation', async () => {
    const found = await decide({ operations: { door: 'op' }, categories }, 'door', {
      op: 'DeleteA',
    });
    expect(found).toMatchObject({ effect: 'deny', category: 'destructive' });
  });

  test.each([
    [
      'beside a pattern that only limits',
      { '*a': limited('x'), 'get_*': { category: 'destructive' } },
    ],
    ['beside a pattern that allows', { '*a': ALLOW, 'get_*': { category: 'destructive' } }],
    ['beside an empty pattern', { '*a': {}, 'get_*': { category: 'destructive' } }],
    [
      'beside a pattern of a milder category',
      { '*a': { category: 'read' }, 'get_*': { category: 'destructive' } },
    ],
    [
      'before a pattern of a milder category',
      { 'get_*': { category: 'destructive' }, '*a': { category: 'read' } },
    ],
  ])('a pattern defers to its category %s', async (_, tools) => {
    expect((await decide({ tools, categories }, 'get_a')).effect).toBe('deny');
  });

  test('a category that two patterns name applies once', async () => {
    const tools = { 'get_*': { category: 'read' }, '*a': { category: 'read' } };
    expect(countersOf(await decide({ tools, categories }, 'get_a'))).toEqual(['read']);
  });

  test('with a default of allow they apply as well', async () => {
    expect((await decide({ default: 'allow', categories }, 'delete_a')).effect).toBe('deny');
  });
});

describe('all_tools', () => {
  test.each([
    ['never allows what default denies', { all_tools: ALLOW }, 'deny', []],
    ['nor by its limits', { all_tools: limited('all') }, 'deny', []],
    ['never allows what an entry denies', { all_tools: ALLOW, tools: { a: DENY } }, 'deny', []],
    [
      'never allows what an entry asks for',
      { all_tools: ALLOW, tools: { a: ASK } },
      'require_approval',
      [],
    ],
    ['denies what an entry allows', { all_tools: DENY, tools: { a: limited('own') } }, 'deny', []],
    ['denies what default allows', { default: 'allow', all_tools: DENY }, 'deny', []],
    ['asks for what an entry allows', { all_tools: ASK, tools: { a: {} } }, 'require_approval', []],
    [
      'its limits come in addition',
      { all_tools: limited('all'), tools: { a: limited('own') } },
      'allow',
      ['all', 'own'],
    ],
    [
      'its limits come with default',
      { default: 'allow', all_tools: limited('all') },
      'allow',
      ['all'],
    ],
    [
      'its limits come with a category',
      { all_tools: limited('all'), categories: { unknown: limited('cat') } },
      'allow',
      ['all', 'cat'],
    ],
  ])('%s', async (_, document, effect, counters) => {
    const found = await decide(document, 'a');
    expect([found.effect, countersOf(found)]).toEqual([effect, counters]);
  });
});

describe('hide', () => {
  const operations = { door: 'op' };
  test.each([
    ['a name', { hide: ['a'], tools: { a: ALLOW } }, 'a', 'deny'],
    ['a pattern', { hide: ['a*'], tools: { '*': ALLOW } }, 'ab', 'deny'],
    ['all', { hide: ['*'], tools: { '*': ALLOW } }, 'ab', 'deny'],
    ['another', { hide: ['b'], tools: { a: ALLOW } }, 'a', 'allow'],
    ['nothing', { hide: [], tools: { a: ALLOW } }, 'a', 'allow'],
    ['a door', { hide: ['door'], operations, tools: { '*': ALLOW } }, 'door', 'deny'],
    ['an operation', { hide: ['door:Delete'], operations, tools: { '*': ALLOW } }, 'door', 'deny'],
    [
      'another operation',
      { hide: ['door:Create'], operations, tools: { '*': ALLOW } },
      'door',
      'allow',
    ],
  ])('%s', async (_, document, name, effect) => {
    const found = await decide(document, name, { op: 'Delete' });
    expect(found.effect).toBe(effect);
    if (effect === 'deny') expect([found.key, found.limits]).toEqual(['hide', []]);
  });

  test('a hidden door is hidden before its argument is looked for', async () => {
    expect((await decide({ hide: ['door'], operations }, 'door')).key).toBe('hide');
  });
});

describe('resources and prompts', () => {
  test.each([
    ['by default', {}, 'deny'],
    ['by the document', { default: 'allow' }, 'allow'],
    ['by the section', { resources: { default: 'allow' }, prompts: { default: 'allow' } }, 'allow'],
    [
      'denied by the section',
      { default: 'allow', resources: { default: 'deny' }, prompts: { default: 'deny' } },
      'deny',
    ],
    ['tools mean nothing', { tools: { '*': {} }, categories: { unknown: {} } }, 'deny'],
    ['nor does hide', { default: 'allow', hide: ['*'], all_tools: DENY }, 'allow'],
  ])('%s', async (_, document, effect) => {
    const policy = await policyOf(document);
    for (const kind of ['resource', 'prompt'] as const)
      expect(evaluate([policy], { kind, names: ['x'] })).toMatchObject({
        effect,
        subject: 'x',
        category: null,
      });
  });

  test('each section has its own default and limits', async () => {
    const policy = await policyOf({
      resources: { default: 'allow', limits: [limit('r')] },
      prompts: { limits: [limit('p')] },
    });
    const resource = evaluate([policy], { kind: 'resource', names: ['x'] });
    const prompt = evaluate([policy], { kind: 'prompt', names: ['x'] });
    expect([resource.effect, countersOf(resource)]).toEqual(['allow', ['r']]);
    expect([prompt.effect, countersOf(prompt)]).toEqual(['deny', []]);
  });
});

describe('layers: the strictest wins, the limits of all apply', () => {
  const layered = async (documents: Document[], name = 'a') =>
    evaluate(
      await Promise.all(documents.map((document, i) => policyOf(document, { layer: `layer${i}` }))),
      callOf(name, { op: 'x' }),
    );
  const allow = { tools: { a: limited('x') } };
  test.each([
    ['allow and allow', [allow, { tools: { a: limited('y') } }], 'allow', 'layer0', ['x', 'y']],
    ['allow and ask', [allow, { tools: { a: ASK } }], 'require_approval', 'layer1', ['x']],
    ['ask and allow', [{ tools: { a: ASK } }, allow], 'require_approval', 'layer0', ['x']],
    ['ask and deny', [{ tools: { a: ASK } }, { tools: { a: DENY } }], 'deny', 'layer1', []],
    ['deny by default', [{ tools: { b: {} } }, allow], 'deny', 'layer0', ['x']],
    ['hidden by one', [allow, { default: 'allow', hide: ['a'] }], 'deny', 'layer1', ['x']],
    ['an open layer changes nothing', [allow, { default: 'allow' }], 'allow', 'layer0', ['x']],
  ])('%s', async (_, documents, effect, layer, counters) => {
    const found = await layered(documents);
    expect([found.effect, found.layer, countersOf(found)]).toEqual([effect, layer, counters]);
  });

  test('each layer has its own operations', async () => {
    const door = { default: 'allow', operations: { a: 'op' }, tools: { 'a:x': DENY } };
    expect(await layered([allow, door])).toMatchObject({
      effect: 'deny',
      subject: 'a:x',
      layer: 'layer1',
    });
  });
});

// Small worlds in which names, patterns and operations often meet.
const toolKey = fc.constantFrom(
  'get_a',
  'delete_a',
  'door',
  'door:*',
  'door:Delete',
  'door:D*',
  'd*',
  '*_a',
  'get_*',
  '*',
  '?*',
);
const action = fc.constantFrom('allow', 'deny', 'require_approval');
const category = fc.constantFrom('read', 'write', 'destructive', 'unknown');
const entry = fc.record(
  { action, category, limits: fc.subarray(['p', 'q', 'r']).map(names => names.map(limit)) },
  { requiredKeys: [] },
);
const uncategorised = entry.map(({ category: _, ...rest }) => rest);
const document: fc.Arbitrary<Document> = fc.record(
  {
    default: fc.constantFrom('allow', 'deny'),
    tools: fc.dictionary(toolKey, entry, { maxKeys: 6 }),
    categories: fc.dictionary(category, uncategorised, { maxKeys: 4 }),
    all_tools: uncategorised,
    operations: fc.constantFrom({}, { door: 'op' }),
    hide: fc.subarray(['get_a', 'door:D*'], { maxLength: 1 }),
  },
  { requiredKeys: ['default'] },
);
const call = fc
  .tuple(
    fc.constantFrom('get_a', 'delete_a', 'door', 'door', 'door:Delete', 'other'),
    fc.constantFrom('Delete', 'List', 1),
  )
  .map(([name, op]) => callOf(name, { op }));

const strictness = (policies: readonly Policy[], asked: Call) =>
  EFFECTS.indexOf(evaluate(policies, asked).effect);

describe('operations that only one layer names', () => {
  test('are what the rules of the others mean too', async () => {
    const own = await policyOf({ default: 'allow', operations: { door: 'op' } });
    const others = await policyOf(
      { default: 'allow', tools: { 'door:Delete*': DENY }, hide: ['door:Drop*'] },
      { layer: '_all' },
    );
    const effect = (op: string) => evaluate([own, others], callOf('door', { op })).effect;
    expect([effect('DeleteAll'), effect('DropAll'), effect('List')]).toEqual([
      'deny',
      'deny',
      'allow',
    ]);
    expect(evaluate([others], callOf('door', { op: 'DeleteAll' }), [own, others]).effect).toBe(
      'deny',
    );
  });

  test('count by every argument that a layer names, in whatever order the layers stand', async () => {
    const layers = await Promise.all([
      policyOf({ default: 'allow', operations: { door: 'op' } }),
      policyOf({ default: 'allow', operations: { door: 'action' } }, { layer: 'policy:2' }),
      policyOf({ default: 'allow', tools: { 'door:Delete': DENY } }, { layer: '_all' }),
    ]);
    for (const policies of [layers, layers.toReversed()])
      for (const args of [
        { op: 'Delete', action: 'List' },
        { op: 'List', action: 'Delete' },
      ])
        expect(evaluate(policies, callOf('door', args)).effect).toBe('deny');
  });

  test('are what the rules of a layer with another argument mean too', async () => {
    const own = await policyOf({ default: 'allow', operations: { door: 'op' } });
    const others = await policyOf(
      { default: 'allow', operations: { door: 'action' }, tools: { 'door:Delete': DENY } },
      { layer: '_all' },
    );
    const args = { op: 'Delete', action: 'List' };
    expect(evaluate([own, others], callOf('door', args)).effect).toBe('deny');
  });

  test('do not lift what a rule on the tool itself denies', async () => {
    const own = await policyOf({ default: 'allow', operations: { door: 'op' } });
    const others = await policyOf(
      { default: 'allow', tools: { door: DENY, 'd*': {} } },
      { layer: '_all' },
    );
    expect(evaluate([own, others], callOf('door', { op: 'List' })).effect).toBe('deny');
  });
});

describe('for every policy', () => {
  test('a further layer never makes a call easier', async () => {
    await fc.assert(
      fc.asyncProperty(document, document, call, async (first, second, asked) => {
        const [a, b] = [await policyOf(first), await policyOf(second, { layer: '_all' })];
        expect(strictness([a, b], asked)).toBeGreaterThanOrEqual(
          Math.max(strictness([a], asked), strictness([b], asked)),
        );
        expect(strictness([b, a], asked)).toBe(strictness([a, b], asked));
      }),
      { numRuns: 500 },
    );
  });

  test('a further entry that denies never turns a denial into an allowance', async () => {
    const place = fc.oneof(
      toolKey.map(key => ['tools', key] as const),
      category.map(key => ['categories', key] as const),
    );
    await fc.assert(
      fc.asyncProperty(document, place, call, async (given, [section, key], asked) => {
        const entries = (given[section] ?? {}) as Record<string, object>;
        const more = {
          ...given,
          [section]: { ...entries, [key]: { ...entries[key], action: 'deny' } },
        };
        const before = evaluate([await policyOf(given)], asked);
        const after = evaluate([await policyOf(more)], asked);
        if (before.effect === 'deny') expect(after.effect).toBe('deny');
      }),
      { numRuns: 1000 },
    );
  });

  test('a pattern beside another one of its step never makes a call easier', async () => {
    const pattern = fc.constantFrom('get_*', '*_a', '?*', 'g*a');
    const name = 'get_a';
    await fc.assert(
      fc.asyncProperty(
        document,
        pattern,
        entry,
        pattern,
        entry,
        async (given, p, one, q, other) => {
          fc.pre(p !== q);
          const strict = (tools: object) =>
            policyOf({ ...given, tools }).then(policy => strictness([policy], callOf(name)));
          expect(await strict({ [p]: one, [q]: other })).toBeGreaterThanOrEqual(
            await strict({ [p]: one }),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('all_tools and hide never make a call easier', async () => {
    await fc.assert(
      fc.asyncProperty(document, uncategorised, call, async (given, all, asked) => {
        const { all_tools: _, hide: __, ...rest } = given;
        const bare = strictness([await policyOf(rest)], asked);
        expect(
          strictness([await policyOf({ ...rest, all_tools: all })], asked),
        ).toBeGreaterThanOrEqual(bare);
        expect(
          strictness([await policyOf({ ...rest, hide: ['d*'] })], asked),
        ).toBeGreaterThanOrEqual(bare);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of keys does not matter', async () => {
    const shuffled = document.chain(given =>
      fc
        .shuffledSubarray(Object.entries(given.tools ?? {}), {
          minLength: Object.keys(given.tools ?? {}).length,
        })
        .map(tools => [given, { ...given, tools: Object.fromEntries(tools) }] as const),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, call, async ([given, other], asked) => {
        const [a, b] = [
          evaluate([await policyOf(given)], asked),
          evaluate([await policyOf(other)], asked),
        ];
        expect([b.effect, countersOf(b), b.category]).toEqual([
          a.effect,
          countersOf(a),
          a.category,
        ]);
      }),
      { numRuns: 1000 },
    );
  });

  test('what is denied takes no limits, what is allowed has a rule or a default that allows', async () => {
    await fc.assert(
      fc.asyncProperty(document, call, async (given, asked) => {
        const found = evaluate([await policyOf(given)], asked);
        if (found.effect === 'deny') expect(found.limits).toEqual([]);
        else if (found.key === null) expect(given.default).toBe('allow');
      }),
      { numRuns: 500 },
    );
  });
});
