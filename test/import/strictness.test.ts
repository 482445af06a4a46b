// An imported policy lets no call through that Intercept stops, whatever the policy and the calls.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importIntercept } from '../../src/import/intercept.ts';
import { readIntercept } from '../../src/import/read.ts';
import { call, conversation } from '../support/conversation.ts';
import { documentOf } from './documents.ts';
import { Intercept } from './model.ts';

interface Asked {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  /** Milliseconds since the call before. */
  readonly later: number;
}

/** Both verdicts on each call, in turn. */
async function verdicts(source: object, calls: readonly Asked[]) {
  const document = await documentOf(source);
  const intercept = new Intercept(document);
  const { client, clock } = await conversation([importIntercept(document).policy]);
  return calls.map(({ tool, args, later }, i) => {
    clock.now += later;
    const [[direction] = []] = client(call(i, tool, args));
    // What ours stops counts for neither: else the other would only have less room left.
    const theirs = intercept.call(tool, args, clock.now, direction === '→');
    return { theirs, ours: direction === '→' ? 'allow' : 'stop' };
  });
}

const calls = (...given: [string, object?, number?][]): Asked[] =>
  given.map(([tool, args = {}, later = 0]) => ({ tool, args: args as Asked['args'], later }));

describe('the same as Intercept, where there is an equal', () => {
  const HOUR = 3_600_000;
  const rule = (path: string, op: string, value: unknown) => ({
    conditions: [{ path, op, value }],
  });
  const only = (...rules: object[]) => ({ tools: { t: { rules } } });
  const values = (...list: unknown[]) =>
    calls(['t'], ...list.map((v): [string, object] => ['t', { v }]));
  const cases: [string, object, Asked[]][] = [
    ['default: allow', {}, calls(['t'], ['u'])],
    ['default: deny', { default: 'deny', tools: { t: {} } }, calls(['t'], ['u'])],
    ['hide', { hide: ['t'] }, calls(['t'], ['u'])],
    ['hide all', { hide: ['*'] }, calls(['t'], ['u'])],
    ['deny', only({ action: 'deny' }), calls(['t'], ['u'])],
    [
      'rate limits of a tool and of all',
      {
        tools: {
          t: { rules: [{ rate_limit: '2/minute' }, { rate_limit: '3/hour' }] },
          '*': { rules: [{ rate_limit: '4/hour' }] },
        },
      },
      calls(['t'], ['t'], ['t'], ['t', {}, 60_000], ['t'], ['u'], ['u'], ['u', {}, HOUR], ['t']),
    ],
    [
      'a new window begins with the minute of the clock',
      only({ rate_limit: '2/minute' }),
      // The clock of a conversation starts 40 s into a minute.
      calls(['t'], ['t'], ['t'], ['t', {}, 20_000], ['t', {}, 39_000], ['t', {}, 20_999]),
    ],
    [
      'amounts in a day',
      only({
        conditions: [{ path: 'state.t.spent', op: 'lt', value: 100 }],
        state: { counter: 'spent', window: 'day', increment_from: 'args.v' },
      }),
      [...values(60, 40, 39, 1, 0, '1', null), ...calls(['t', { v: 99 }, 24 * HOUR])],
    ],
    [
      'a fixed amount',
      only({
        conditions: [{ path: 'state.t.c', op: 'lte', value: 10 }],
        state: { counter: 'c', window: 'hour', increment: 4 },
      }),
      calls(['t'], ['t'], ['t'], ['t', {}, HOUR]),
    ],
    ['exists', only(rule('args.v', 'exists', true)), values(0, '', false, [], {}, null, 'x', [1])],
    ['not exists', only(rule('args.v', 'exists', false)), values(0, '', false, [], {}, null)],
    ['eq', only(rule('args.v', 'eq', 'a')), values('a', 'b', null, ['a'], { a: 1 })],
    ['eq null', only(rule('args.v', 'eq', null)), values(null, '', 0, false)],
    ['neq', only(rule('args.v', 'neq', 'a')), values('a', 'b')],
    ['in', only(rule('args.v', 'in', ['a', 5, true])), values('a', 'b', 5, 6, true, false, null)],
    ['not_in', only(rule('args.v', 'not_in', ['a', 5])), values('a', 'b', 5, 6, '5')],
    ['not_in nothing', only(rule('args.v', 'not_in', [])), values('a', null, [])],
    ['lt', only(rule('args.v', 'lt', 5)), values(4, 5, 6, '4', null)],
    ['lte', only(rule('args.v', 'lte', 5)), values(4, 5, 6, '4', null)],
    ['gt', only(rule('args.v', 'gt', 5)), values(4, 5, 6, '6', null)],
    ['gte', only(rule('args.v', 'gte', 5)), values(4, 5, 6, '6', null)],
    ['regex', only(rule('args.v', 'regex', '^a+')), values('aab', 'baa', '', 7, null)],
    ['any text', only(rule('args.v', 'regex', '')), values('a', '', 7)],
    ['contains', only(rule('args.v', 'contains', 'a')), values('bab', 'b', ['a', 'b'], ['b'], 7)],
    ['inner names', only(rule('args.v.w', 'eq', 1)), values({ w: 1 }, { w: 2 }, {}, 'w', null)],
    [
      'brackets in names',
      only(rule('args.v[0]', 'eq', 1)),
      calls(['t', { 'v[0]': 1 }], ['t', { v: [1] }], ['t', { v: [] }]),
    ],
    [
      'approvals',
      only({ action: 'require_approval', ...rule('args.v', 'gt', 5) }),
      values(4, 5, 6),
    ],
  ];
  test.each(cases)('%s', async (_, source, asked) => {
    const found = await verdicts(source, asked);
    for (const [i, { theirs, ours }] of found.entries())
      expect({ ...asked[i], verdict: ours }).toEqual({
        ...asked[i],
        verdict: theirs === 'allow' ? 'allow' : 'stop',
      });
  });
});

describe('never looser', () => {
  const tool = fc.constantFrom('t', 'u', 'v_x', '*', 'v_*');
  const scalar = fc.constantFrom(
    ...[null, true, false, 0, 1, 5, -1, 2.5, 1000000, '', 'a', 'ab', '5', 'true', '<nil>', '1e+06'],
    ...['[a]', '["a"]', 'null', '1000000', '2.5', 'A'],
  );
  const structure = fc.oneof(
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('b', 'B', 'c'), scalar, { maxKeys: 2 }),
  );
  const value = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: structure });
  const path = fc.constantFrom('args.a', 'args.b', 'args.a.b', 'args.a[0]', 'args.n');
  const onArgs = fc.oneof(
    fc.record({ path, op: fc.constantFrom('eq', 'neq', 'contains'), value }),
    fc.record({
      path,
      op: fc.constantFrom('in', 'not_in'),
      value: fc.array(value, { maxLength: 4 }),
    }),
    fc.record({
      path,
      op: fc.constantFrom('lt', 'lte', 'gt', 'gte'),
      value: fc.constantFrom(0, 1, 2.5, 5, 100),
    }),
    fc.record({ path, op: fc.constant('regex'), value: fc.constantFrom('', '^a', 'b$', '[0-9]') }),
    fc.record({ path, op: fc.constant('exists'), value: fc.boolean() }),
  );
  const counter = fc.constantFrom('t.c', 't.d', 'u.c', '_global.c', 't._rate_hour');
  const onCounter = fc.record({
    path: counter.map(id => `state.${id}`),
    op: fc.constantFrom('lt', 'lte', 'lte', 'lte', 'gt', 'exists', 'neq'),
    value: fc.constantFrom(0, 1, 2, 3, 3.5, 4, true),
  });
  const condition = fc.oneof({ weight: 3, arbitrary: onArgs }, { weight: 2, arbitrary: onCounter });
  const window = fc.constantFrom('minute', 'hour', 'day');
  const state = fc.record(
    {
      counter: fc.constantFrom('c', 'd'),
      window,
      increment: fc.constantFrom(1, 1, 2, 0, -1),
      increment_from: fc.constantFrom('args.n', 'args.a'),
    },
    { requiredKeys: ['counter', 'window'] },
  );
  const rule = fc.oneof(
    fc.record({
      rate_limit: fc
        .tuple(fc.integer({ min: 1, max: 4 }), window)
        .map(([n, unit]) => `${n}/${unit}`),
    }),
    fc.record(
      { conditions: fc.array(condition, { minLength: 1, maxLength: 2 }), state },
      { requiredKeys: ['conditions'] },
    ),
    fc.record({ conditions: fc.array(condition, { minLength: 1, maxLength: 1 }), state }),
    fc.record(
      {
        action: fc.constant('require_approval'),
        conditions: fc.array(condition, { maxLength: 2 }),
        state,
      },
      { requiredKeys: ['action'] },
    ),
    { weight: 1, arbitrary: fc.constant({ action: 'deny' }) },
  );
  const document = fc.record(
    {
      default: fc.constantFrom('allow', 'deny'),
      hide: fc.uniqueArray(fc.constantFrom('u', 'v_*', 'w'), { maxLength: 1 }),
      tools: fc.dictionary(tool, fc.record({ rules: fc.array(rule, { maxLength: 3 }) }), {
        maxKeys: 4,
      }),
    },
    { requiredKeys: ['tools'] },
  );
  const asked = fc.record({
    tool: fc.constantFrom('t', 't', 'u', 'v_x', 'w'),
    args: fc.dictionary(fc.constantFrom('a', 'b', 'n', 'a[0]', 'A'), value, { maxKeys: 3 }),
    later: fc.constantFrom(0, 0, 20_000, 60_000, 3_600_000),
  });

  test('for any policy and any calls', async () => {
    const seen = { both: 0, stricter: 0, stopped: 0, invalid: 0 };
    await fc.assert(
      fc.asyncProperty(document, fc.array(asked, { maxLength: 12 }), async (source, calls) => {
        const text = JSON.stringify({ version: '1', ...source });
        if ('problems' in (await readIntercept('p', text))) {
          seen.invalid++;
          return;
        }
        for (const [i, { theirs, ours }] of (await verdicts(source, calls)).entries()) {
          if (ours === 'allow')
            expect({ ...calls[i], theirs }).toEqual({ ...calls[i], theirs: 'allow' });
          if (ours === 'allow') seen.both++;
          else if (theirs === 'allow') seen.stricter++;
          else seen.stopped++;
        }
      }),
      { numRuns: 1500 },
    );
    // Else it would show nothing.
    expect(seen.both).toBeGreaterThan(500);
    expect(seen.stopped).toBeGreaterThan(500);
  });
});
