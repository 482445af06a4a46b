// The reference of what a policy says of a tool, and of rules on its arguments.
import type { SectionReference } from './example.ts';

const MORE_THAN_500 = { path: 'args.amount', op: 'gt', value: 500 };

export const ENTRY: SectionReference = {
  title: 'a tool entry',
  keys: [
    {
      key: 'action',
      meaning:
        '`allow` (default), `deny`, or `require_approval`: the call waits for a person; how they are asked is for `approval` to say, below',
      policy: { action: 'require_approval' },
      calls: [
        [
          'drop_table',
          "drop_table waits up to 45 s for a person's approval, in the client or in the queue",
        ],
      ],
    },
    {
      key: 'reason',
      meaning: 'shown to the agent and to the person',
      policy: { action: 'deny', reason: 'tables are dropped by people' },
      calls: [['drop_table', 'drop_table is not allowed: tables are dropped by people']],
    },
    {
      key: 'category',
      meaning:
        'instead of the one that the name suggests; without an `action` beside it, the entry of that category applies too',
      policy: { category: 'write' },
      beside: { categories: { write: { rate_limit: '1/minute' } } },
      calls: [
        ['containerize_app', 'allowed'],
        [
          'containerize_app',
          'containerize_app is limited to 1 call per minute, counted together as "categories.write"; try again in 60 s',
        ],
      ],
    },
    {
      key: 'require',
      meaning: 'a list of rules: the conditions of each must hold',
      policy: {
        require: [{ conditions: [{ path: 'args.path', op: 'within', value: '/srv/data' }] }],
      },
      calls: [
        ['write_file {"path": "/srv/data/a.txt"}', 'allowed'],
        [
          'write_file {"path": "/srv/data/../b.txt"}',
          'write_file is not allowed: args.path is "/srv/data/../b.txt", outside of "/srv/data"',
        ],
        ['write_file', 'write_file is not allowed: args is missing'],
      ],
    },
    {
      key: 'deny_if',
      meaning: 'a list of rules: where the conditions of any hold, the call is denied',
      policy: { deny_if: [{ conditions: [MORE_THAN_500], on_deny: 'ask Ada' }] },
      calls: [
        ['create_refund {"amount": 500}', 'allowed'],
        ['create_refund {"amount": 501}', 'create_refund is not allowed: ask Ada'],
      ],
    },
    {
      key: 'require_approval_if',
      meaning: "a list of rules: where the conditions of any hold, a person's approval is needed",
      policy: { require_approval_if: [{ conditions: [MORE_THAN_500] }] },
      calls: [
        ['create_refund {"amount": 500}', 'allowed'],
        [
          'create_refund {"amount": 501}',
          "create_refund waits up to 45 s for a person's approval, in the client or in the queue: args.amount is 501, more than 500",
        ],
      ],
    },
    {
      key: 'limits',
      meaning: 'a list of limits; a call takes all of them or none',
      policy: {
        limits: [
          { max: 2, window: 'minute' },
          { max: 100, window: 'day' },
        ],
      },
      calls: [
        ['send_message', 'allowed'],
        ['send_message', 'allowed'],
        ['send_message', 'send_message is limited to 2 calls per minute; try again in 60 s'],
      ],
    },
    {
      key: 'rate_limit',
      meaning:
        '`"10/minute"`, or `{max, window}` with the window in seconds: a sliding limit of scope `session`',
      policy: { rate_limit: '1/minute' },
      calls: [
        ['send_message', 'allowed'],
        ['send_message', 'send_message is limited to 1 call per minute; try again in 60 s'],
        ['a minute later: send_message', 'allowed'],
      ],
    },
    {
      key: 'concurrency',
      meaning:
        'how many calls of this entry may be in flight at once, in one session; a cancelled one counts until the server answers, at most 10 minutes',
      policy: { concurrency: 1 },
      calls: [
        ['run_report', 'allowed'],
        [
          'meanwhile: run_report',
          'run_report is limited to 1 call at once; wait for an answer to one of them',
        ],
      ],
    },
  ],
};

export const RULE: SectionReference = {
  title: 'a rule',
  keys: [
    {
      key: 'conditions',
      meaning: 'a list of conditions that must all hold; an empty list always holds',
      policy: { conditions: [MORE_THAN_500, { path: 'args.currency', op: 'eq', value: 'EUR' }] },
      calls: [
        [
          'create_refund {"amount": 700, "currency": "EUR"}',
          'create_refund is not allowed: args.amount is 700, more than 500 and args.currency is "EUR"',
        ],
        ['create_refund {"amount": 700, "currency": "SEK"}', 'allowed'],
      ],
    },
    {
      key: 'on_deny',
      meaning:
        'of `deny_if` and `require`: shown to the agent and to the person, instead of what was compared',
      policy: { conditions: [MORE_THAN_500], on_deny: 'refunds over 500 are made by people' },
      calls: [
        [
          'create_refund {"amount": 700}',
          'create_refund is not allowed: refunds over 500 are made by people',
        ],
      ],
    },
    {
      key: 'reason',
      meaning: 'the same of `require_approval_if`',
      policy: { conditions: [MORE_THAN_500], reason: 'it is a large refund' },
      list: 'require_approval_if',
      calls: [
        [
          'create_refund {"amount": 700}',
          "create_refund waits up to 45 s for a person's approval, in the client or in the queue: it is a large refund",
        ],
      ],
    },
  ],
};
