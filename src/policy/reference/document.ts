// The reference of a policy's own keys.
import type { SectionReference } from './example.ts';

const ONE_A_MINUTE = [{ max: 1, window: 'minute' }];

export const DOCUMENT: SectionReference = {
  title: 'the document',
  keys: [
    {
      key: 'version',
      meaning: '`"1"`, required',
      policy: { version: '1' },
      calls: [['read_file', 'read_file is not allowed: no rule of the policy allows it']],
    },
    {
      key: 'default',
      meaning:
        '`"allow"` or `"deny"`, required: what no rule reaches. Holds for tools, resources and prompts',
      policy: { default: 'allow', tools: { delete_file: { action: 'deny' } } },
      calls: [
        ['read_file', 'allowed'],
        ['delete_file', 'delete_file is not allowed'],
      ],
    },
    {
      key: 'description',
      meaning: 'free text',
      policy: { description: 'nothing is allowed' },
      calls: [['read_file', 'read_file is not allowed: no rule of the policy allows it']],
    },
    {
      key: '$schema',
      meaning: 'where editors find the JSON Schema; below',
      policy: { $schema: './policy.schema.json' },
      calls: [['read_file', 'read_file is not allowed: no rule of the policy allows it']],
    },
    {
      key: 'hide',
      meaning:
        'names or patterns of tools: removed from lists and denied when called; `"*"` hides all. What is only denied stays listed, unless the wrapper is started with `--hide-denied`: then lists leave out whatever the rules can never allow (tools with `operations` and templates of resources stay)',
      policy: { default: 'allow', hide: ['rotate_*'] },
      calls: [
        ['rotate_keys', 'rotate_keys is not allowed: hidden by the policy'],
        ['list_keys', 'allowed'],
      ],
    },
    {
      key: 'all_tools',
      meaning:
        'a tool entry, without `category`, that applies to every call in addition; it never allows what `default` denies',
      policy: { tools: { 'get_*': {} }, all_tools: { limits: ONE_A_MINUTE } },
      calls: [
        ['get_user', 'allowed'],
        [
          'get_order',
          'get_order is limited to 1 call per minute, counted together as "all_tools"; try again in 60 s',
        ],
        ['drop_table', 'drop_table is not allowed: no rule of the policy allows it'],
      ],
    },
    {
      key: 'operations',
      meaning:
        "`{tool: argument}`: a tool that is one door to many operations. A call's subject is then `tool:value`. An argument that is missing, not a string, or has a twin in other case: denied",
      policy: { operations: { ecs: 'op' }, tools: { 'ecs:List*': {} } },
      calls: [
        ['ecs {"op": "ListClusters"}', 'allowed'],
        [
          'ecs {"op": "DeleteCluster"}',
          'ecs:DeleteCluster is not allowed: no rule of the policy allows it',
        ],
        [
          'ecs {"Op": "ListClusters"}',
          'ecs is not allowed: the operation in its argument `op` cannot be read',
        ],
      ],
    },
    {
      key: 'tools',
      meaning: 'tool entries by name or pattern (`*` any characters, `?` one)',
      policy: { tools: { 'get_*': {}, get_secret: { action: 'deny' } } },
      calls: [
        ['get_user', 'allowed'],
        ['get_secret', 'get_secret is not allowed'],
        ['put_user', 'put_user is not allowed: no rule of the policy allows it'],
      ],
    },
    {
      key: 'categories',
      meaning:
        'tool entries, without `category`, for `read`, `write`, `execute`, `destructive`, `financial` and `unknown`',
      policy: { categories: { read: {}, destructive: { action: 'deny', reason: 'ask Ada' } } },
      calls: [
        ['list_orders', 'allowed'],
        ['delete_order', 'delete_order is not allowed: ask Ada'],
        ['create_order', 'create_order is not allowed: no rule of the policy allows it'],
      ],
    },
    {
      key: 'resources',
      meaning: 'which resources may be read, subscribed to and completed',
      policy: { resources: { allow: ['file:///srv/*'] } },
      calls: [
        ['resources/read file:///srv/a.txt', 'allowed'],
        [
          'resources/read file:///srv/../etc/passwd',
          'file:///srv/../etc/passwd is not allowed: no rule of the policy allows this resource',
        ],
      ],
    },
    {
      key: 'prompts',
      meaning: 'which prompts may be got and completed',
      policy: { default: 'allow', prompts: { deny: ['admin_*'] } },
      calls: [
        ['prompts/get greet', 'allowed'],
        ['prompts/get admin_reset', 'admin_reset is not allowed: the policy denies it'],
      ],
    },
    {
      key: 'client',
      meaning:
        'what the server may ask of the client, in a request of its own, among the inputs that a result asks for, or by an error that asks for elicitation',
      policy: { client: { sampling: 'deny' } },
      calls: [
        [
          'sampling/createMessage',
          'sampling/createMessage is not allowed: the policy does not let the server ask the client for it',
        ],
        ['roots/list', 'allowed'],
      ],
    },
    {
      key: 'approval',
      meaning: 'how a person is asked for approval; below',
      policy: {
        tools: { drop_table: { action: 'require_approval' } },
        approval: { timeout: '20s' },
      },
      calls: [
        [
          'drop_table',
          "drop_table waits up to 20 s for a person's approval, in the client or in the queue",
        ],
      ],
    },
    {
      key: 'methods',
      meaning: 'methods that the protocol does not have, and that may pass all the same',
      policy: { methods: { allow: ['acme/reindex'] } },
      calls: [
        ['acme/reindex', 'allowed'],
        ['acme/wipe', 'method not found: acme/wipe'],
      ],
    },
    {
      key: 'audit',
      meaning:
        '`"off"`: no decision is recorded. Of several layers all must say so; without the key every decision is recorded',
      policy: { default: 'allow', audit: 'off' },
      calls: [['read_file', 'allowed']],
    },
  ],
};
