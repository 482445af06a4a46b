// The reference of limits.
import type { SectionReference } from './example.ts';

export const LIMIT: SectionReference = {
  title: 'a limit',
  keys: [
    {
      key: 'max',
      meaning:
        'a whole number from 0, up to 100,000 for `sliding`; beside `cost` a number with up to 6 decimals',
      policy: { max: 1, window: 'minute' },
      calls: [
        ['create_group', 'allowed'],
        ['create_group', 'create_group is limited to 1 call per minute; try again in 60 s'],
      ],
    },
    {
      key: 'window',
      meaning:
        '`second`, `minute`, `hour`, `day`, `week`, `month`, `"90s"`, `"15m"`, `"2h"`, `"1d"`, or seconds; up to 366 days',
      policy: { max: 1, window: '15m' },
      calls: [
        ['create_group', 'allowed'],
        [
          'a minute later: create_group',
          'create_group is limited to 1 call per 15 minutes; try again in 14 min',
        ],
      ],
    },
    {
      key: 'counter',
      meaning:
        "its name; by default the policy key that carries the limit. Limits of the same name and scope share one counter: a call adds once to it, and each limit reads its own window. They must agree on `kind`, `cost` and `per`, and in layers other than the first a default name is that layer's own",
      policy: { max: 1, window: 'minute', counter: 'writes' },
      beside: {
        tools: { drop_group: { limits: [{ max: 5, window: 'minute', counter: 'writes' }] } },
      },
      calls: [
        ['create_group', 'allowed'],
        ['drop_group', 'allowed'],
        ['create_group', 'create_group is limited to 1 call per minute; try again in 60 s'],
      ],
    },
    {
      key: 'scope',
      meaning:
        '`grant` (default): this server under this `--grant`, across sessions and restarts. `session`: one run of the wrapper. `global`: every server that shares the state file',
      policy: { max: 1, window: 'hour', scope: 'session' },
      calls: [
        ['create_group', 'allowed'],
        ['create_group', 'create_group is limited to 1 call per hour; try again in 60 min'],
        ['after a restart: create_group', 'allowed'],
      ],
    },
    {
      key: 'kind',
      meaning:
        '`sliding` (default): never more than `max` in any span of one window. `fixed`: aligned to the calendar in UTC, weeks from Monday; `month` is 30 days when sliding',
      policy: { max: 1, window: 'minute', kind: 'fixed' },
      calls: [
        ['create_group', 'allowed'],
        ['create_group', 'create_group is limited to 1 call per minute; try again in 60 s'],
        ['a minute later: create_group', 'allowed'],
      ],
    },
    {
      key: 'cost',
      meaning:
        'what a call counts instead of 1: a number, or `{path, default}` for one in its arguments. Amounts are summed exactly; one that is missing without `default`, negative, or no number with up to 6 decimals: denied',
      policy: { max: 500, window: 'day', cost: { path: 'args.amount' } },
      calls: [
        ['create_refund {"amount": 499.99}', 'allowed'],
        [
          'create_refund {"amount": 0.02}',
          'create_refund is limited to a total of 500 per day, of which 499.99 is used and this call costs 0.02; try again in 24 h',
        ],
        [
          'create_refund {"amount": "1"}',
          'create_refund is not allowed: its cost cannot be counted: args.amount is a string, not a number',
        ],
      ],
    },
    {
      key: 'per',
      meaning:
        '`"tool"`, `"subject"` or an argument: a counter for each value, told apart by type. A value that is missing or an object or list: denied; over 10,000 values at a time: denied. An agent that may choose the value chooses its counter: put a limit without `per` beside it',
      policy: { max: 1, window: 'minute', per: 'args.cluster' },
      calls: [
        ['restart {"cluster": "a"}', 'allowed'],
        ['restart {"cluster": "b"}', 'allowed'],
        [
          'restart {"cluster": "a"}',
          'restart is limited to 1 call per minute for "a"; try again in 60 s',
        ],
        [
          'restart',
          'restart is not allowed: it cannot be counted by args.cluster: args is missing',
        ],
      ],
    },
  ],
};

export const COST: SectionReference = {
  title: 'a cost',
  keys: [
    {
      key: 'path',
      meaning: 'where the amount stands in the arguments',
      policy: { max: 10, window: 'day', cost: { path: 'args.order.total' } },
      calls: [
        [
          'place_order {"order": {"total": 11}}',
          'place_order is limited to a total of 10 per day, of which 0 is used and this call costs 11; it can never fit',
        ],
        [
          'place_order',
          'place_order is not allowed: its cost cannot be counted: args.order.total is missing',
        ],
      ],
    },
    {
      key: 'default',
      meaning: 'what a call costs that has none',
      policy: { max: 10, window: 'day', cost: { path: 'args.order.total', default: 4 } },
      calls: [
        ['place_order', 'allowed'],
        ['place_order', 'allowed'],
        [
          'place_order',
          'place_order is limited to a total of 10 per day, of which 8 is used and this call costs 4; try again in 24 h',
        ],
      ],
    },
  ],
};
