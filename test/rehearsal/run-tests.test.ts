// Policy tests played: what passes, what fails, and what is said of it.
import { describe, expect, test } from 'vitest';
import { MAX_IN_FLIGHT } from '../../src/proxy/in-flight.ts';
import { failureOf, played } from './playing.ts';

const perMinute = (max: number, more: object = {}) => ({
  limits: [{ max, window: 'minute', ...more }],
});
const call = (tool: string, expected: unknown, more: object = {}) => ({
  tool,
  expect: expected,
  ...more,
});

describe('what the calls before have used up', () => {
  const limited = [{ tools: { t: perMinute(2), s: { rate_limit: '1/minute' } } }];
  test.each<[string, object[]]>([
    ['30 of 30', [call('t', 'allow', { repeat: 2 }), call('t', 'rate_limit', { repeat: 3 })]],
    [
      'until a window has passed, to the millisecond',
      [
        call('t', 'allow', { repeat: 2 }),
        call('t', 'rate_limit', { at: '59999ms' }),
        call('t', 'allow', { at: '60s' }),
        call('t', 'allow', { at: 60 }),
        call('t', 'rate_limit'),
      ],
    ],
    [
      'after a restart: all but what one session counts',
      [
        call('t', 'allow', { repeat: 2 }),
        call('s', 'allow'),
        call('s', 'rate_limit'),
        { restart: true },
        call('t', 'rate_limit'),
        call('s', 'allow'),
        call('s', 'rate_limit'),
      ],
    ],
    [
      'time passes in a restart',
      [
        call('t', 'allow', { repeat: 2 }),
        { restart: true, at: '1m' },
        call('t', 'allow', { repeat: 2 }),
      ],
    ],
    [
      'without answers too',
      [
        call('t', 'allow', { repeat: 2, answer: false }),
        call('t', 'rate_limit', { answer: false }),
        call('s', 'allow', { answer: false }),
      ],
    ],
  ])('%s', async (_, calls) => expect(await failureOf(limited, calls)).toBeUndefined());

  test('what is answered is over; what is not stays in flight', async () => {
    const policy = [{ default: 'allow' }];
    const many = { repeat: MAX_IN_FLIGHT };
    const answered = [call('t', 'allow', many), call('t', 'allow')];
    expect(await failureOf(policy, answered)).toBeUndefined();
    const open = [
      call('t', 'allow', { ...many, answer: false }),
      call('t', { effect: 'deny', layer: 'protocol', reason: 'too many requests in flight' }),
      { restart: true },
      call('t', 'allow'),
    ];
    expect(await failureOf(policy, open)).toBeUndefined();
  });

  test('nothing of one test is left in the next', async () => {
    const one = { name: 'n', calls: [call('t', 'allow', { repeat: 2 }), call('t', 'rate_limit')] };
    const results = await played(limited, { tests: [one, one, { ...one, name: 'm' }] });
    expect(results.map(({ failure }) => failure)).toEqual([null, null, null]);
    expect(results.map(({ calls }) => calls)).toEqual([3, 3, 3]);
  });

  test('calendar windows end where the calendar says', async () => {
    const daily = [{ tools: { t: { limits: [{ max: 1, window: 'day', kind: 'fixed' }] } } }];
    const calls = [
      call('t', 'allow'),
      call('t', 'rate_limit', { at: '59s' }),
      call('t', 'allow', { at: '60s' }),
      call('t', 'rate_limit', { at: '1d' }),
    ];
    const file = { start: '2026-02-28T23:59:00Z', tests: [{ name: 'n', calls }] };
    expect((await played(daily, file))[0]?.failure).toBeNull();
  });

  test('observing counts and says what it would have said', async () => {
    const calls = [call('t', 'allow', { repeat: 2 }), call('t', 'rate_limit'), call('x', 'deny')];
    const file = { tests: [{ name: 'n', mode: 'observe', calls }] };
    expect((await played(limited, file))[0]?.failure).toBeNull();
  });
});

describe('what may be expected', () => {
  const layers = [
    {
      hide: ['secret'],
      operations: { door: 'op' },
      tools: {
        'get_*': {},
        'door:Delete*': { action: 'require_approval', reason: 'ask the platform team' },
        made: { category: 'write', ...perMinute(1) },
        off: { action: 'deny', reason: 'not today' },
      },
      resources: { default: 'allow', deny: ['file:///etc/*'] },
      prompts: { default: 'deny', allow: ['p'] },
    },
    { default: 'allow', tools: { get_secret: { action: 'deny' } } },
  ];
  test.each<[object]>([
    [call('get_x', { effect: 'allow', key: 'get_*', category: 'read', layer: 'policy' })],
    [call('get_secret', { effect: 'deny', key: 'get_secret', layer: 'layer1' })],
    [call('secret', { effect: 'deny', key: 'hide', reason: 'hidden by the policy' })],
    [call('unknown', { effect: 'deny', key: null })],
    [call('door', { effect: 'deny', key: 'operations' }, { args: { op: 1 } })],
    [
      call(
        'door',
        { effect: 'require_approval', subject: 'door:DeleteX', reason: 'ask the platform' },
        { args: { op: 'DeleteX' } },
      ),
    ],
    [call('off', { effect: 'deny', reason: '[POLICY DENIED] off is not allowed: not today' })],
    [{ resource: 'file:///a', expect: { effect: 'allow', category: null } }],
    [{ resource: 'file:///x/../etc/passwd', expect: 'deny' }],
    [
      {
        resource: 'http://u:hunter2@h/',
        expect: { effect: 'allow', subject: 'http://u:hunter2@h/' },
      },
    ],
    [{ prompt: 'p', args: { a: 'b' }, expect: { effect: 'allow', subject: 'p' } }],
    [{ prompt: 'q', expect: 'deny' }],
    [call('a\u0000b', { effect: 'deny', layer: 'protocol', reason: 'control characters' })],
  ])('%j', async given => expect(await failureOf(layers, [given])).toBeUndefined());

  test.each<[object, object]>([
    [call('get_x', 'deny'), { what: 'effect', expected: 'deny', got: 'allow' }],
    [call('get_x', { effect: 'allow', key: 'x' }), { what: 'key', expected: 'x', got: 'get_*' }],
    [call('get_x', { effect: 'allow', key: null }), { what: 'key', expected: null, got: 'get_*' }],
    [
      call('get_x', { effect: 'allow', category: 'write' }),
      { what: 'category', expected: 'write', got: 'read' },
    ],
    [
      call('get_x', { effect: 'allow', layer: 'layer1' }),
      { what: 'layer', expected: 'layer1', got: 'policy' },
    ],
    [
      call('get_x', { effect: 'allow', subject: 'get_y' }),
      { what: 'subject', expected: 'get_y', got: 'get_x' },
    ],
    [
      call('off', { effect: 'deny', reason: 'Not today' }),
      {
        what: 'reason',
        expected: 'Not today',
        got: '[POLICY DENIED] off is not allowed: not today',
      },
    ],
    [
      call('get_x', { effect: 'allow', reason: 'any' }),
      { what: 'reason', expected: 'any', got: null },
    ],
  ])('%j: not %j', async (given, difference) => {
    expect((await failureOf(layers, [given]))?.differences).toEqual([difference]);
  });

  test('a policy that keeps no record is judged alike', async () => {
    const silent = layers.map(layer => ({ ...layer, audit: 'off' }));
    const calls = [
      call('get_x', { effect: 'allow', key: 'get_*' }),
      call('made', { effect: 'allow', key: 'made' }),
      call('made', { effect: 'rate_limit', key: 'made' }),
      call('a\u0000b', { effect: 'deny', layer: 'protocol' }),
    ];
    expect(await failureOf(silent, calls)).toBeUndefined();
  });
});

describe('a failure', () => {
  const layers = [{ tools: { t: perMinute(3, { counter: 'c' }), a: {} } }];

  test('says which call it was, and how its limits stand', async () => {
    const calls = [call('t', 'allow'), { restart: true }, call('t', 'allow', { repeat: 5 })];
    expect(await failureOf(layers, calls)).toMatchObject({
      ...{ call: 2, repetition: 3, of: 5 },
      text: '[POLICY DENIED] t is limited to 3 calls per minute; try again in 60 s',
      verdict: { effect: 'rate_limit', limits: [{ counter: 'c', used: 3, max: 3 }] },
    });
  });

  test('ends its test, and no other', async () => {
    const bad = { name: 'bad', calls: [call('a', 'deny'), call('a', 'deny')] };
    const good = { name: 'good', tool: 'a', expect: 'allow' };
    const results = await played(layers, { tests: [bad, good] });
    expect(results.map(({ name, calls, failure }) => [name, calls, failure === null])).toEqual([
      ['bad', 1, false],
      ['good', 1, true],
    ]);
  });

  test.each<[object[], RegExp]>([
    [[call('x', 'allow')], /nothing in the layer `policy` allows it/],
    [[call('a', 'deny')], /`a` of the layer `policy` allows it/],
    [[call('a', 'rate_limit')], /no limit applies to it/],
    [[call('t', 'rate_limit')], /not used up: `c` stands at 1 of 3/],
    [[call('x', 'rate_limit')], /what a rule stops takes no limit/],
    [[call('t', 'allow', { repeat: 4 })], /used up `c`; `at` lets time pass/],
    [[call('a', { effect: 'allow', key: 'b' })], /another rule decided/],
    [[call('x', { effect: 'deny', reason: 'b' })], /letter by letter/],
    [[call('x', { effect: 'deny', layer: 'b', reason: 'b' })], /another layer decided/],
    [[call('x', { effect: 'deny', category: 'read' })], /`tools` that matches has a `category`/],
    [[call('x', { effect: 'deny', subject: 'x:y' })], /`operations` make a subject/],
    [[call('a\u0001', 'allow')], /the wrapper refuses such a message/],
  ])('%j: %s', async (calls, hint) => {
    expect((await failureOf(layers, calls))?.hint).toMatch(hint);
  });
});
