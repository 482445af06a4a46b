// The reference of conditions.
import type { SectionReference } from './example.ts';

export const CONDITION: SectionReference = {
  title: 'a condition',
  keys: [
    {
      key: 'path',
      meaning:
        'the argument that is compared: `args.name`, `args.a.b`, `args.list[0]`, `args.list[*].id`, `args["odd.name"]`',
      policy: { path: 'args.items[*].price', op: 'gt', value: 100 },
      calls: [
        [
          'place_order {"items": [{"price": 5}, {"price": 101}]}',
          'place_order is not allowed: args.items[1].price is 101, more than 100',
        ],
      ],
    },
    {
      key: 'op',
      meaning: 'the operator; below',
      policy: { path: 'args.env', op: 'neq', value: 'test' },
      calls: [
        ['deploy {"env": "test"}', 'allowed'],
        ['deploy {"env": "prod"}', 'deploy is not allowed: args.env is "prod", not "test"'],
      ],
    },
    {
      key: 'value',
      meaning: 'what it is compared with; only `exists` can do without',
      policy: { path: 'args.env', op: 'eq', value: 'prod' },
      calls: [
        ['deploy {"env": "prod"}', 'deploy is not allowed: args.env is "prod"'],
        [
          'deploy {"env": 1}',
          'deploy is not allowed: args.env is a number, cannot be compared with a string',
        ],
      ],
    },
    {
      key: 'quantifier',
      meaning:
        'where the path has `[*]`: `"any"` or `"every"` member must hold. By default the stricter one: `any` in `deny_if` and `require_approval_if`, `every` in `require`',
      policy: { path: 'args.to[*]', op: 'ends_with', value: '@example.com', quantifier: 'every' },
      calls: [
        [
          'send {"to": ["a@example.com", "b@example.com"]}',
          'send is not allowed: args.to[0] ends with "@example.com" and args.to[1] ends with "@example.com"',
        ],
        ['send {"to": ["a@example.com", "b@example.org"]}', 'allowed'],
      ],
    },
    {
      key: 'base',
      meaning: 'of `within`: the folder that a relative path starts from',
      policy: { path: 'args.path', op: 'within', value: '/etc', base: '/srv/app' },
      calls: [
        ['read_file {"path": "notes.txt"}', 'allowed'],
        [
          'read_file {"path": "../../etc/passwd"}',
          'read_file is not allowed: args.path is "../../etc/passwd", inside "/etc"',
        ],
      ],
    },
    {
      key: 'any',
      meaning: 'a list of conditions, one of which must hold',
      policy: {
        any: [
          { path: 'args.force', op: 'eq', value: true },
          { path: 'args.env', op: 'eq', value: 'prod' },
        ],
      },
      calls: [
        ['deploy {"env": "test", "force": true}', 'deploy is not allowed: args.force is true'],
        ['deploy {"env": "test", "force": false}', 'allowed'],
      ],
    },
    {
      key: 'all',
      meaning: 'a list of conditions, all of which must hold',
      policy: {
        all: [
          { path: 'args.force', op: 'eq', value: true },
          { path: 'args.env', op: 'eq', value: 'prod' },
        ],
      },
      calls: [
        ['deploy {"env": "test", "force": true}', 'allowed'],
        [
          'deploy {"env": "prod", "force": true}',
          'deploy is not allowed: args.force is true and args.env is "prod"',
        ],
      ],
    },
    {
      key: 'not',
      meaning: 'a condition that must not hold',
      policy: { not: { path: 'args.url', op: 'host_in', value: ['example.com'] } },
      calls: [
        ['fetch_page {"url": "https://example.com/a"}', 'allowed'],
        [
          'fetch_page {"url": "https://example.com.evil.test/"}',
          'fetch_page is not allowed: args.url has the host "example.com.evil.test", none of "example.com"',
        ],
      ],
    },
  ],
};
