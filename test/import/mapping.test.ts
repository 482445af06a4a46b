// Every construct of Intercept's policies: what becomes of it, and what is noted.
import { describe, expect, test } from 'vitest';
import { renderJson, renderYaml } from '../../src/import/render.ts';
import { TEXTS } from '../../src/import/texts.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { imported } from './documents.ts';

const RATES = [`tools: ${TEXTS.failedCalls}`, `tools: ${TEXTS.sharedCounters}`];
const TYPES = [`tools: ${TEXTS.types}`];
const DENIED = TEXTS.instead.require;
const ASKED = TEXTS.instead.approval;
const per = (max: number, window: string, more = {}) => ({ max, window, kind: 'fixed', ...more });
const named = (counter: string, max: number, window: string, more = {}) => ({
  counter,
  ...per(max, window, more),
});

/** Imports a policy; what comes out must be a policy, as JSON and as YAML. */
async function convert(source: object) {
  const result = await imported(source);
  const json = await loadPolicy({ name: 'p.json', text: renderJson(result), format: 'json' });
  expect('problems' in json ? json.problems : []).toEqual([]);
  const text = await renderYaml(result, 'intercept.yaml');
  const yaml = await loadPolicy({ name: 'p.yaml', text, format: 'yaml' });
  expect('problems' in yaml ? yaml.problems : []).toEqual([]);
  return result;
}

describe('the document', () => {
  const OTHERS = { resources: { default: 'allow' }, prompts: { default: 'allow' } };
  const cases: [string, object, object, string[]][] = [
    ['nothing but a version', {}, { default: 'allow' }, []],
    ['what is null', { default: null, hide: null, tools: null }, { default: 'allow' }, []],
    ['a version that is a number', { version: 1 }, { default: 'allow' }, []],
    ['a description', { description: 'Ours' }, { description: 'Ours', default: 'allow' }, []],
    ['default: allow', { default: 'allow' }, { default: 'allow' }, []],
    [
      'default: deny, which says nothing about resources and prompts',
      { default: 'deny' },
      { default: 'deny', ...OTHERS },
      [`default: ${TEXTS.others}`],
    ],
    ['hide', { hide: ['a', '*'] }, { default: 'allow', hide: ['a', '*'] }, []],
    [
      'hide, with what would be a pattern here',
      { hide: ['a', 'b_*', 'c?'] },
      { default: 'allow', hide: ['a', 'b_*', 'c?'] },
      [`hide[1], hide[2]: ${TEXTS.hidePattern}`],
    ],
    [
      'tools that are only listed',
      { tools: { a: { rules: [] }, b: {}, c: null, d: { rules: null } } },
      { default: 'allow', tools: { a: {}, b: {}, c: {}, d: {} } },
      [],
    ],
    [
      'a name that would be a pattern here, where it would allow',
      { default: 'deny', tools: { 'get_*': {}, get_x: {} } },
      { default: 'deny', tools: { get_x: {} }, ...OTHERS },
      [`tools.get_*: ${TEXTS.denyPattern}`, `default: ${TEXTS.others}`],
    ],
    [
      'a name that would be a pattern here, where it restricts',
      { tools: { 'delete_*': { rules: [{ action: 'deny' }] } } },
      { default: 'allow', tools: { 'delete_*': { action: 'deny' } } },
      [`tools.delete_*: ${TEXTS.toolPattern}`],
    ],
    [
      'rules for every tool',
      { tools: { '*': { rules: [{ name: 'all', rate_limit: '60/minute' }] } } },
      { default: 'allow', all_tools: { limits: [per(60, 'minute')] } },
      RATES,
    ],
    ['no rules for every tool', { tools: { '*': { rules: [] } } }, { default: 'allow' }, []],
    [
      'settings of approvals',
      { approvals: { default_timeout: '1h', notify: { webhook: { url: 'x' } } } },
      { default: 'allow' },
      [`approvals: ${TEXTS.approvals}`],
    ],
  ];
  test.each(cases)('%s', async (_, source, policy, notes) => {
    const result = await convert(source);
    expect(result.policy).toEqual({ version: '1', ...policy });
    expect(result.notes).toEqual(notes);
  });

  test('keys stand in the order of the reference', async () => {
    const { policy } = await convert({
      tools: {
        b: { rules: [{ rate_limit: '1/day' }, { action: 'deny' }] },
        '*': { rules: [{ action: 'deny' }] },
        a: {},
      },
      hide: ['c'],
      default: 'deny',
      description: 'd',
    });
    const keys = 'version description default hide all_tools tools resources prompts';
    expect(Object.keys(policy)).toEqual(keys.split(' '));
    expect(Object.keys(policy.tools as object)).toEqual(['b', 'a']);
    expect(Object.keys((policy.tools as { b: object }).b)).toEqual(['action', 'limits']);
  });
});

/** The entry of the tool `t` that has these rules. */
async function entryOf(...rules: object[]) {
  const { policy, ...rest } = await convert({ tools: { t: { rules } } });
  return { entry: (policy.tools as { t: object }).t, ...rest };
}
const at = (rest: string) => `tools.t.rules[0]${rest}`;

describe('rules', () => {
  const over = [{ path: 'args.n', op: 'lte', value: 5 }];
  const cases: [string, object[], object, string[]][] = [
    ['deny', [{ action: 'deny' }], { action: 'deny' }, []],
    ['deny with words', [{ action: 'deny', on_deny: 'w' }], { action: 'deny', reason: 'w' }, []],
    ['deny with a name', [{ name: 'n', action: 'deny' }], { action: 'deny', reason: 'n' }, []],
    [
      'the first of two denials has the word',
      [
        { name: 'a', action: 'deny' },
        { name: 'b', action: 'deny' },
      ],
      { action: 'deny', reason: 'a' },
      [],
    ],
    [
      'deny with a counter',
      [{ action: 'deny', state: { counter: 'c', window: 'day' } }],
      { action: 'deny' },
      [at(`.state: ${TEXTS.counterOfDenied}`)],
    ],
    [
      'conditions, all of them and of all rules',
      [
        { name: 'n', conditions: [...over, { path: 'args.m', op: 'gt', value: 0.5 }] },
        { action: 'evaluate', on_deny: 'w', conditions: over },
        { conditions: over },
      ],
      {
        require: [
          { conditions: [...over, { path: 'args.m', op: 'gt', value: 0.5 }], on_deny: 'n' },
          { conditions: over, on_deny: 'w' },
          { conditions: over },
        ],
      },
      [],
    ],
    [
      'an approval of every call',
      [{ name: 'n', action: 'require_approval', approval_timeout: '30m' }],
      { action: 'require_approval', reason: 'n' },
      [at(`.approval_timeout: ${TEXTS.approvalTimeout}`)],
    ],
    [
      'an approval of some',
      [{ name: 'n', action: 'require_approval', on_deny: 'w', conditions: over }],
      { require_approval_if: [{ conditions: over, reason: 'w' }] },
      [],
    ],
    [
      'a denial beside an approval',
      [{ action: 'require_approval' }, { name: 'n', action: 'deny' }],
      { action: 'deny', reason: 'n' },
      [],
    ],
    [
      'a price that only the server knows',
      [{ name: 'n', spend: { per_call: 0.5, daily: 50 } }],
      { action: 'deny', reason: 'n' },
      [at(`.spend: ${TEXTS.spend}`)],
    ],
  ];
  test.each(cases)('%s', async (_, rules, entry, notes) => {
    const result = await entryOf(...rules);
    expect(result.entry).toEqual(entry);
    expect(result.notes).toEqual(notes);
  });
});

describe('conditions on arguments', () => {
  const kinds = ['', 0, false, [], {}];
  const something = (path: string) => ({
    any: [
      { path, op: 'in', value: kinds },
      { path, op: 'not_in', value: kinds },
    ],
  });
  const leaf = (op: string, value: unknown, path = 'args.a') => ({ path, op, value });
  const GO = 'lists and objects are compared by the text that Go prints of them';
  /** What is required; undefined where nothing else than a denial will do. */
  const required: [object, object | undefined, string[]][] = [
    ...['eq', 'neq', 'contains'].flatMap(op =>
      ['x', 5, -0.5, true, null].map((value): [object, object, string[]] => [
        leaf(op, value),
        leaf(op, value),
        TYPES,
      ]),
    ),
    [{ path: 'args.a', op: 'eq' }, leaf('eq', null), TYPES],
    ...['lt', 'lte', 'gt', 'gte'].map((op): [object, object, string[]] => [
      leaf(op, 5.5),
      leaf(op, 5.5),
      [],
    ]),
    [leaf('in', ['x', 5]), leaf('in', ['x', 5]), TYPES],
    [leaf('not_in', ['x', 'y']), leaf('not_in', ['x', 'y']), TYPES],
    [leaf('not_in', [1, 2]), leaf('not_in', [1, 2]), TYPES],
    [leaf('not_in', ['x', 5]), leaf('not_in', ['x', 5, '5']), TYPES],
    [
      leaf('not_in', [1000000, 'true', null]),
      leaf('not_in', [1000000, '1000000', '1e+06', 'true', true, null, '<nil>']),
      TYPES,
    ],
    [leaf('not_in', [0.00001, 'a']), leaf('not_in', [0.00001, '0.00001', '1e-05', 'a']), TYPES],
    [leaf('not_in', []), leaf('exists', true), TYPES],
    [
      leaf('in', []),
      undefined,
      [
        at(
          `.conditions[0]: expected a list of at least one value, each of JSON, whole numbers within ±9007199254740991: ${DENIED}`,
        ),
        ...TYPES,
      ],
    ],
    [leaf('eq', ['x']), undefined, [at(`.conditions[0]: ${GO}: ${DENIED}`), ...TYPES]],
    [leaf('neq', { a: 1 }), undefined, [at(`.conditions[0]: ${GO}: ${DENIED}`), ...TYPES]],
    [leaf('not_in', [['x']]), undefined, [at(`.conditions[0]: ${GO}: ${DENIED}`), ...TYPES]],
    [
      leaf('contains', ''),
      undefined,
      [
        expect.stringMatching(
          /^tools\.t\.rules\[0\]\.conditions\[0\]: .*, and not "": the tool is denied/,
        ) as unknown as string,
        ...TYPES,
      ],
    ],
    [leaf('regex', '^/app/(?i)x$'), leaf('regex', '^/app/(?i)x$'), []],
    [leaf('regex', ''), leaf('regex', '^'), []],
    [leaf('exists', true), something('args.a'), []],
    [leaf('exists', false), { any: [leaf('exists', false), leaf('eq', null)] }, []],
    [leaf('lt', 1, 'args.a.b-c.$d'), leaf('lt', 1, 'args.a.b-c.$d'), []],
    [leaf('lt', 1, 'args.a b.'), leaf('lt', 1, 'args["a b"][""]'), []],
    [
      leaf('lt', 1, 'args.a[0].b'),
      leaf('lt', 1, 'args["a[0]"].b'),
      [at(`.conditions[0]: ${TEXTS.brackets}`)],
    ],
    [
      leaf('lt', 1, 'args.a[*]'),
      leaf('lt', 1, 'args["a[*]"]'),
      [at(`.conditions[0]: ${TEXTS.brackets}`)],
    ],
    [
      leaf('lt', 1, `args.${'a'.repeat(65)}`),
      undefined,
      [at(`.conditions[0]: expected names of at most 64 characters in a path: ${DENIED}`)],
    ],
  ];
  test.each(required)('required: %j', async (given, condition, notes) => {
    const result = await entryOf({ conditions: [given] });
    expect(result.entry).toEqual(
      condition === undefined ? { action: 'deny' } : { require: [{ conditions: [condition] }] },
    );
    expect(result.notes).toEqual(notes);
  });

  test('one condition without an equal leaves the others', async () => {
    const { entry } = await entryOf({ name: 'n', conditions: [leaf('in', []), leaf('lt', 1)] });
    expect(entry).toEqual({
      action: 'deny',
      reason: 'n',
      require: [{ conditions: [leaf('lt', 1)], on_deny: 'n' }],
    });
  });

  /** What asks for an approval; undefined where every call does. */
  const asking: [object, object | undefined, string[]][] = [
    [leaf('gt', 5), leaf('gt', 5), []],
    [leaf('in', ['x', 5]), leaf('in', ['x', 5, '5']), TYPES],
    [leaf('not_in', ['x', 5]), leaf('not_in', ['x', 5]), TYPES],
    [leaf('exists', true), leaf('exists', true), []],
    [leaf('exists', false), { any: [leaf('exists', false), { not: something('args.a') }] }, []],
    [leaf('eq', ['x']), undefined, [at(`.conditions[0]: ${GO}: ${ASKED}`), ...TYPES]],
  ];
  test.each(asking)('asking: %j', async (given, condition, notes) => {
    const result = await entryOf({ action: 'require_approval', conditions: [given] });
    expect(result.entry).toEqual(
      condition === undefined
        ? { action: 'require_approval' }
        : { require_approval_if: [{ conditions: [condition] }] },
    );
    expect(result.notes).toEqual(notes);
  });
});

describe('counters', () => {
  const state = (counter: string, more = {}) => ({ counter, window: 'day', ...more });
  const below = (id: string, value: number, op = 'lte') => ({ path: `state.${id}`, op, value });
  /** The entries of a policy with these rules by tool. */
  const entriesOf = async (tools: Record<string, object[]>) => {
    const { policy, notes } = await convert({
      tools: Object.fromEntries(Object.entries(tools).map(([tool, rules]) => [tool, { rules }])),
    });
    const { all_tools, tools: others } = policy as Record<
      'all_tools' | 'tools',
      object | undefined
    >;
    return { entries: { ...others, ...(all_tools && { '*': all_tools }) }, notes };
  };
  const cases: [string, Record<string, object[]>, object, string[]][] = [
    [
      'rate_limit in each window',
      {
        t: [{ rate_limit: '5/minute' }, { rate_limit: '+50/hour' }, { rate_limit: '0100/day' }],
      },
      { t: { limits: [per(5, 'minute'), per(50, 'hour'), per(100, 'day')] } },
      RATES,
    ],
    [
      'words of a limit',
      { t: [{ rate_limit: '5/minute', on_deny: 'Slow down' }] },
      { t: { limits: [per(5, 'minute')] } },
      [at(`.on_deny: ${TEXTS.limitWords}`), ...RATES],
    ],
    [
      'lte is the most that fits',
      { t: [{ conditions: [below('t.c', 5)], state: state('c') }] },
      { t: { limits: [named('t.c', 5, 'day')] } },
      RATES,
    ],
    [
      'lt is one less, and whole parts count',
      { t: [{ conditions: [below('t.c', 5.9, 'lt')], state: state('c', { increment: 0 }) }] },
      { t: { limits: [named('t.c', 4, 'day')] } },
      RATES,
    ],
    [
      'an increment is a cost',
      { t: [{ conditions: [below('t.c', 100)], state: state('c', { increment: 7 }) }] },
      { t: { limits: [named('t.c', 100, 'day', { cost: 7 })] } },
      RATES,
    ],
    [
      'an amount from an argument is a cost',
      {
        t: [
          {
            conditions: [below('t.c', 100)],
            state: state('c', { increment: 7, increment_from: 'args.a.b c' }),
          },
        ],
      },
      { t: { limits: [named('t.c', 100, 'day', { cost: { path: 'args.a["b c"]' } })] } },
      [at(`.state.increment_from: ${TEXTS.amounts}`), ...RATES],
    ],
    [
      'arguments and counters in one rule',
      {
        t: [
          {
            name: 'n',
            conditions: [{ path: 'args.n', op: 'lt', value: 3 }, below('t.c', 5)],
            state: state('c'),
          },
        ],
      },
      {
        t: {
          require: [{ conditions: [{ path: 'args.n', op: 'lt', value: 3 }], on_deny: 'n' }],
          limits: [named('t.c', 5, 'day')],
        },
      },
      RATES,
    ],
    [
      'counters of one name of two tools stay two',
      {
        t: [{ conditions: [below('t.c', 5)], state: state('c') }],
        u: [{ conditions: [below('u.c', 6)], state: state('c') }],
        '*': [{ conditions: [below('_global.c', 7)], state: state('c') }],
      },
      {
        t: { limits: [named('t.c', 5, 'day')] },
        u: { limits: [named('u.c', 6, 'day')] },
        '*': { limits: [named('_global.c', 7, 'day')] },
      },
      RATES,
    ],
    [
      'a counter with the name of a tool',
      {
        t: [{ conditions: [below('t.c', 5)], state: state('c') }],
        't.c': [{ rate_limit: '1/day' }],
      },
      { t: { limits: [named('t.c_', 5, 'day')] }, 't.c': { limits: [per(1, 'day')] } },
      RATES,
    ],
    [
      'a second limit on a counter',
      {
        t: [
          { conditions: [below('t.c', 5)], state: state('c') },
          { conditions: [below('t.c', 3)] },
        ],
      },
      { t: { limits: [named('t.c', 5, 'day'), named('t.c', 3, 'day')] } },
      [`tools.t.rules[1].conditions[0]: ${TEXTS.secondLimit}`, ...RATES],
    ],
    [
      'a counter of another tool, even if its limit was written short',
      { t: [{ conditions: [below('u._rate_hour', 3)] }], u: [{ rate_limit: '5/hour' }] },
      {
        t: { limits: [named('u._rate_hour', 3, 'hour')] },
        u: { limits: [named('u._rate_hour', 5, 'hour')] },
      },
      [at(`.conditions[0]: ${TEXTS.foreignCounter}`), ...RATES],
    ],
    [
      'a counter that is always there',
      {
        t: [{ conditions: [{ path: 'state.t.c', op: 'exists', value: true }], state: state('c') }],
      },
      { t: {} },
      [at(`.state: ${TEXTS.unreadCounter}`)],
    ],
    [
      'a counter that nothing reads',
      { t: [{ conditions: [{ path: 'args.n', op: 'lt', value: 3 }], state: state('c') }] },
      { t: { require: [{ conditions: [{ path: 'args.n', op: 'lt', value: 3 }] }] } },
      [at(`.state: ${TEXTS.unreadCounter}`)],
    ],
    [
      'a counter cannot ask for an approval',
      {
        t: [
          {
            action: 'require_approval',
            conditions: [{ path: 'state.t.c', op: 'gt', value: 3 }],
            state: state('c'),
          },
        ],
      },
      { t: { action: 'require_approval' } },
      [at(`.state: ${TEXTS.unreadCounter}`), at(`.conditions[0]: ${TEXTS.counterInApproval}`)],
    ],
    [
      'but its own one limits all the same',
      {
        t: [{ action: 'require_approval', conditions: [below('t.c', 3)], state: state('c') }],
      },
      { t: { action: 'require_approval', limits: [named('t.c', 3, 'day')] } },
      [at(`.conditions[0]: ${TEXTS.counterInApproval}`), ...RATES],
    ],
    ...(
      [
        ['gt', 3, 'a counter can only be held below a number, not compared by `gt`'],
        ['exists', false, 'a counter can only be held below a number, not compared by `exists`'],
        ['lt', 0, 'no call ever fits'],
        ['lte', 1e300, 'no limit can be as large'],
      ] as const
    ).map(([op, value, why]): [string, Record<string, object[]>, object, string[]] => [
      `${op} ${value} denies`,
      {
        t: [
          {
            name: 'n',
            conditions: [{ path: 'state.t.c', op, value }, below('t.c', 9)],
            state: state('c'),
          },
        ],
      },
      { t: { action: 'deny', reason: 'n', limits: [named('t.c', 9, 'day')] } },
      [at(`.conditions[0]: ${why}: ${DENIED}`), ...RATES],
    ]),
    [
      'giving back denies',
      { t: [{ conditions: [below('t.c', 9)], state: state('c', { increment: -1 }) }] },
      { t: { action: 'deny' } },
      [at(`.conditions[0]: no call can give back a part of a limit: ${DENIED}`)],
    ],
    [
      "amounts of another tool's arguments deny",
      {
        t: [{ conditions: [below('u.c', 9)] }],
        u: [{ conditions: [below('u.c', 9)], state: state('c', { increment_from: 'args.n' }) }],
      },
      {
        t: { action: 'deny' },
        u: { limits: [named('u.c', 9, 'day', { cost: { path: 'args.n' } })] },
      },
      [
        at(
          `.conditions[0]: a limit cannot read what arguments of another tool add to a counter: ${DENIED}`,
        ),
        `tools.u.rules[0].state.increment_from: ${TEXTS.amounts}`,
        ...RATES,
      ],
    ],
    [
      'a counter of another tool that nothing limits there denies',
      {
        t: [{ conditions: [below('u.c', 9)] }],
        u: [{ conditions: [{ path: 'args.n', op: 'lt', value: 3 }], state: state('c') }],
      },
      {
        t: { action: 'deny' },
        u: { require: [{ conditions: [{ path: 'args.n', op: 'lt', value: 3 }] }] },
      },
      [
        at(
          `.conditions[0]: no rule of the tool whose calls it counts holds the counter below a number: ${DENIED}`,
        ),
      ],
    ],
  ];
  test.each(cases)('%s', async (_, tools, entries, notes) => {
    const result = await entriesOf(tools);
    expect(result.entries).toEqual(entries);
    expect(result.notes).toEqual(notes);
  });
});
