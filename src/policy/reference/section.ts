// The reference of resources, prompts, what servers ask for, and methods.
import type { SectionReference } from './example.ts';

export const SECTION: SectionReference = {
  title: 'resources and prompts',
  keys: [
    {
      key: 'default',
      meaning:
        '`"allow"` or `"deny"`: what none of the lists names. Without it the default of the document',
      policy: { default: 'allow', deny: ['*.key'] },
      calls: [
        ['resources/read file:///srv/a.txt', 'allowed'],
        [
          'resources/read file:///srv/a.k%65y',
          'file:///srv/a.k%65y is not allowed: the policy denies it',
        ],
      ],
    },
    {
      key: 'allow',
      meaning: 'names or patterns that are allowed',
      policy: { allow: ['file:///srv/docs/*'] },
      calls: [
        ['resources/read file:///srv/docs/a.txt', 'allowed'],
        [
          'resources/read file:///srv/a.txt',
          'file:///srv/a.txt is not allowed: no rule of the policy allows this resource',
        ],
      ],
    },
    {
      key: 'deny',
      meaning: 'names or patterns that are denied, whatever `allow` says',
      policy: { allow: ['file:///srv/*'], deny: ['file:///srv/private/*'] },
      calls: [
        ['resources/read file:///srv/a.txt', 'allowed'],
        [
          'resources/read file:///srv/private/a.txt',
          'file:///srv/private/a.txt is not allowed: the policy denies it',
        ],
      ],
    },
    {
      key: 'hide',
      meaning: 'names or patterns that are denied too, and cut out of lists',
      policy: { default: 'allow', hide: ['*secret*'] },
      calls: [
        [
          'resources/read vault://secret/1',
          'vault://secret/1 is not allowed: hidden by the policy',
        ],
      ],
    },
    {
      key: 'limits',
      meaning:
        'a list of limits on all of them together; `cost` is a number there, and `per` is `"subject"`',
      policy: { default: 'allow', limits: [{ max: 1, window: 'minute', per: 'subject' }] },
      calls: [
        ['resources/read file:///a', 'allowed'],
        ['resources/read file:///b', 'allowed'],
        [
          'resources/read file:///a',
          'file:///a is limited to 1 call per minute for "file:///a", counted together as "resources"; try again in 60 s',
        ],
      ],
    },
  ],
};

export const CLIENT: SectionReference = {
  title: 'what the server may ask of the client',
  keys: [
    {
      key: 'sampling',
      meaning: '`"allow"` (default) or `"deny"`: to have a text written by the model',
      policy: { sampling: 'deny' },
      calls: [
        [
          'sampling/createMessage',
          'sampling/createMessage is not allowed: the policy does not let the server ask the client for it',
        ],
      ],
    },
    {
      key: 'elicitation',
      meaning: '`"allow"` (default) or `"deny"`: to ask the person something',
      policy: { elicitation: 'deny' },
      calls: [
        [
          'elicitation/create',
          'elicitation/create is not allowed: the policy does not let the server ask the client for it',
        ],
      ],
    },
    {
      key: 'roots',
      meaning: '`"allow"` (default) or `"deny"`: to be told the folders that are worked in',
      policy: { roots: 'deny' },
      calls: [
        [
          'roots/list',
          'roots/list is not allowed: the policy does not let the server ask the client for it',
        ],
      ],
    },
  ],
};

export const METHODS: SectionReference = {
  title: 'methods',
  keys: [
    {
      key: 'allow',
      meaning: 'names of methods, without patterns; nothing else of them is judged',
      policy: { allow: ['acme/reindex'] },
      calls: [
        ['acme/reindex', 'allowed'],
        ['acme/wipe', 'method not found: acme/wipe'],
      ],
    },
  ],
};
