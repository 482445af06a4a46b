// The reference of what conditions compare by.
import type { KeyReference, SectionReference } from './example.ts';

function operator(
  key: string,
  meaning: string,
  value: unknown,
  ...given: readonly (readonly [argument: string, outcome: string])[]
): KeyReference {
  const calls = given.map(([argument, outcome]) => [`act {"a": ${argument}}`, outcome] as const);
  return { key, meaning, policy: { path: 'args.a', op: key, value }, calls };
}

export const OPERATORS: SectionReference = {
  title: 'operators',
  keys: [
    operator(
      'eq',
      'is the value, of whatever type',
      'prod',
      ['"prod"', 'act is not allowed: args.a is "prod"'],
      ['"Prod"', 'allowed'],
    ),
    operator(
      'neq',
      'is not the value',
      'test',
      ['"test"', 'allowed'],
      ['"prod"', 'act is not allowed: args.a is "prod", not "test"'],
    ),
    operator(
      'in',
      'is one of a list',
      ['a', 'b'],
      ['"b"', 'act is not allowed: args.a is "b"'],
      ['"c"', 'allowed'],
    ),
    operator(
      'not_in',
      'is none of a list',
      ['a', 'b'],
      ['"b"', 'allowed'],
      ['"c"', 'act is not allowed: args.a is "c", not one of "a", "b"'],
    ),
    operator(
      'lt',
      'is a smaller number',
      10,
      ['9.5', 'act is not allowed: args.a is 9.5, less than 10'],
      ['10', 'allowed'],
    ),
    operator(
      'lte',
      'is a smaller number or the same',
      10,
      ['10', 'act is not allowed: args.a is 10, not more than 10'],
      ['10.5', 'allowed'],
    ),
    operator(
      'gt',
      'is a larger number',
      10,
      ['10.5', 'act is not allowed: args.a is 10.5, more than 10'],
      ['10', 'allowed'],
      ['"11"', 'act is not allowed: args.a is a string, cannot be compared with a number'],
    ),
    operator(
      'gte',
      'is a larger number or the same',
      10,
      ['10', 'act is not allowed: args.a is 10, not less than 10'],
      ['9.5', 'allowed'],
    ),
    operator(
      'regex',
      "has a match anywhere for a regular expression in RE2's syntax; `^` and `$` tie it to the ends",
      '(?i)drop\\s+table',
      [
        '"DROP TABLE a"',
        'act is not allowed: args.a is "DROP TABLE a", which matches "(?i)drop\\\\s+table"',
      ],
      ['"SELECT 1"', 'allowed'],
    ),
    operator(
      'contains',
      'has the value as a part of the text, or as a member of the list',
      'prod',
      ['"my-prod-db"', 'act is not allowed: args.a contains "prod"'],
      ['["dev", "prod"]', 'act is not allowed: args.a contains "prod"'],
      ['["my-prod-db"]', 'allowed'],
    ),
    operator(
      'starts_with',
      'begins with the text',
      'prod-',
      ['"prod-1"', 'act is not allowed: args.a starts with "prod-"'],
      ['"a-prod-"', 'allowed'],
    ),
    operator(
      'ends_with',
      'ends with the text',
      '.env',
      ['"a/.env"', 'act is not allowed: args.a ends with ".env"'],
      ['".env.example"', 'allowed'],
    ),
    operator(
      'glob',
      'as a whole matches a pattern: `*` any characters, `?` one',
      '*.pem',
      ['"keys/a.pem"', 'act is not allowed: args.a is "keys/a.pem", which matches "*.pem"'],
      ['"a.pem.txt"', 'allowed'],
    ),
    operator(
      'exists',
      'is there, `null` too; with `false`, is not there. Without `value` it is `true`',
      true,
      ['null', 'act is not allowed: args.a is there'],
    ),
    operator(
      'within',
      'is a path in a folder, or in one of a list of them: read raw and decoded, with dots, `~`, `file://` and links resolved. A relative path needs `base`',
      '/etc',
      ['"/etc/passwd"', 'act is not allowed: args.a is "/etc/passwd", inside "/etc"'],
      ['"/srv/../etc/passwd"', 'act is not allowed: args.a is "/srv/../etc/passwd", inside "/etc"'],
      ['"/srv/a"', 'allowed'],
      [
        '"a"',
        'act is not allowed: args.a is "a", which is no absolute path, and the condition has no `base`',
      ],
    ),
    operator(
      'host_in',
      'is a URL with one of these hosts; `*.example.com` is any host below. Port, case and a dot at the end do not matter',
      ['example.com', '*.example.com'],
      [
        '"https://API.example.com:8080/a"',
        'act is not allowed: args.a has the host "api.example.com", one of "example.com", "*.example.com"',
      ],
      ['"https://example.org/?example.com"', 'allowed'],
    ),
    operator(
      'length_lt',
      'is a shorter text or list',
      3,
      ['"ab"', 'act is not allowed: args.a has length 2, less than 3'],
      ['[1, 2, 3]', 'allowed'],
    ),
    operator(
      'length_gt',
      'is a longer text or list',
      3,
      ['"abcd"', 'act is not allowed: args.a has length 4, more than 3'],
      ['[1, 2, 3]', 'allowed'],
    ),
  ],
};
