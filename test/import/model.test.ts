// The model of Intercept, held against what its documentation says, so that it can be relied on.
import { expect, test } from 'vitest';
import { documentOf } from './documents.ts';
import { Intercept } from './model.ts';

const MINUTE = 60_000;
const model = async (source: object) => new Intercept(await documentOf(source));

test('a window is of the calendar, and lte is the most that fits', async () => {
  const intercept = await model({ tools: { t: { rules: [{ rate_limit: '2/minute' }] } } });
  const at = (now: number) => intercept.call('t', {}, now);
  expect([at(30_000), at(59_000), at(59_999), at(MINUTE), at(MINUTE), at(MINUTE)]).toEqual([
    'allow',
    'allow',
    'deny',
    'allow',
    'allow',
    'deny',
  ]);
});

test('rules of a tool and of all tools must hold', async () => {
  const intercept = await model({
    default: 'deny',
    tools: {
      a: { rules: [] },
      b: { rules: [{ conditions: [{ path: 'args.n', op: 'lt', value: 5 }] }] },
      '*': { rules: [{ rate_limit: '2/day' }] },
    },
  });
  const calls = [
    ['c', {}],
    ['b', { n: 5 }],
    ['b', {}],
    ['b', { n: 4 }],
    ['a', {}],
    ['a', {}],
  ] as const;
  expect(calls.map(([tool, args]) => intercept.call(tool, args, 0))).toEqual([
    'deny',
    'deny',
    'deny',
    'allow',
    'allow',
    'deny',
  ]);
});

test('values are compared as they print', async () => {
  const intercept = await model({
    tools: { t: { rules: [{ conditions: [{ path: 'args.v', op: 'eq', value: 5 }] }] } },
  });
  const verdicts = [5, '5', 5.5, '5.0', null, [5]].map(v => intercept.call('t', { v }, 0));
  expect(verdicts).toEqual(['allow', 'allow', 'deny', 'deny', 'deny', 'deny']);
});
