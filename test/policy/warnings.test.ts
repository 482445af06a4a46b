// What `check` warns of: each warning once, at its place, and none where a policy means what it says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presetFile } from '../../src/config/preset-files.ts';
import { checkPolicy } from '../../src/policy/load.ts';
import { PRESET_NAMES } from '../../src/policy/presets.ts';
import { locate, renderLocated } from '../../src/policy/problems.ts';
import { warningsOf } from '../../src/policy/warnings.ts';
import { root } from '../support/wrapper.ts';

async function warnings(text: string, format: 'json' | 'yaml', doors: string[] = []) {
  const checked = await checkPolicy({ name: 'p', text, format });
  if ('problems' in checked)
    throw new Error(checked.problems.map(problem => renderLocated('p', problem)).join('\n'));
  const found = await locate(text, warningsOf(checked.document, new Set(doors)));
  return found.map(warning => renderLocated('p', warning).replace(/^p:/, ''));
}

const RULE = '{ conditions: [{ path: args.a, op: exists }] }';
const LIMIT = '{ max: 1, window: minute }';

describe('warned of', () => {
  test.each<[string, string, string[]]>([
    [
      'what stands beside a denial',
      `default: deny\ntools:\n  a:\n    action: deny\n    limits: [${LIMIT}]\n    rate_limit: 1/minute\n    concurrency: 1\n    deny_if: [${RULE}]\n    require: [${RULE}]\n    require_approval_if: [${RULE}]`,
      [
        '6:5: `tools.a.limits`',
        '7:5: `tools.a.rate_limit`',
        '8:5: `tools.a.concurrency`',
        '9:5: `tools.a.deny_if`',
        '10:5: `tools.a.require`',
        '11:5: `tools.a.require_approval_if`',
      ].map(place => `${place}: it has no effect: \`"action": "deny"\` denies every call`),
    ],
    [
      'what stands beside a rule that always denies',
      `default: deny\ncategories:\n  read:\n    deny_if:\n      - ${RULE}\n      - conditions: []\n    limits: [${LIMIT}]`,
      [
        '8:5: `categories.read.limits`: it has no effect: the empty list in `deny_if[1]` denies every call',
      ],
    ],
    [
      'a rule that requires nothing',
      'default: deny\nall_tools:\n  require:\n    - conditions: []\ntools: { "*": {} }',
      [
        '5:7: `all_tools.require[0]`: it requires nothing: an empty list of conditions always holds',
      ],
    ],
    [
      'a count for each value without a total',
      'default: deny\ntools:\n  a:\n    limits:\n      - { max: 1, window: minute, per: tool }\n      - { max: 1, window: minute, per: args.x }',
      [
        '7:40: `tools.a.limits[1].per`: each new value of args.x has a count of its own: put a limit without `per` beside it',
      ],
    ],
    [
      'a count for each URI without a total',
      'default: deny\nresources:\n  limits:\n    - { max: 1, window: minute, per: subject }',
      [
        '5:38: `resources.limits[0].per`: each new spelling of a URI has a count of its own: put a limit without `per` beside it',
      ],
    ],
    [
      'an entry for what is hidden',
      'default: deny\nhide: ["a_*"]\ntools:\n  a_b: {}\n  a_c: { action: deny }\n  "a_?": {}',
      ['5:3: `tools.a_b`: it has no effect: `hide` has this name, and what is hidden is denied'],
    ],
    [
      'a category behind a star',
      'default: deny\ntools:\n  "*": { action: deny }\n  a: { category: write }\n  b: { category: read, action: allow }\ncategories:\n  read: {}\n  write: {}',
      [
        '8:3: `categories.read`: it has no effect: `"*"` in `tools` is there for all other tools, and no entry has this `category` without an `action`',
      ],
    ],
    [
      'strict categories in an open policy, but for the unknown',
      'default: allow\ncategories:\n  destructive: { action: deny }',
      [
        '3:1: `categories`: a tool whose name does not say what it does is allowed: add an entry for `unknown`, or `"default": "deny"`',
      ],
    ],
    [
      'categories among the tools',
      'default: deny\ntools:\n  read: {}\n  write: {}',
      ['read', 'write'].map(
        (name, i) =>
          `${i + 4}:3: \`tools.${name}\`: it is about a tool called \`${name}\`: what is about a category stands in \`categories\``,
      ),
    ],
    [
      'operations of a tool that has none',
      'default: deny\ntools:\n  ecs:Delete*: { action: deny }',
      [
        '4:3: `tools.ecs:Delete*`: `operations` does not say which argument of `ecs` names its operation',
      ],
    ],
    [
      'rules for all where nothing is allowed',
      `default: deny\nall_tools:\n  limits: [${LIMIT}]`,
      ['3:1: `all_tools`: it allows nothing that `default` denies: no tool can be called'],
    ],
    [
      'regular expressions for names',
      'default: deny\nhide: [.*secret, ^drop, drop$]\ntools:\n  delete_.*: {}\n  get|list: {}\n  "[a-z]*": {}',
      [
        '3:8: `hide[0]`: `.*secret`',
        '3:18: `hide[1]`: `^drop`',
        '3:25: `hide[2]`: `drop$`',
        '5:3: `tools["delete_.*"]`: `delete_.*`',
        '6:3: `tools["get|list"]`: `get|list`',
        '7:3: `tools["[a-z]*"]`: `[a-z]*`',
      ].map(
        place =>
          `${place} is no regular expression: \`*\` is any characters, \`?\` is one, the rest stands for itself`,
      ),
    ],
    [
      'lists of what is allowed where all is',
      'default: allow\nresources:\n  allow: [a]\nprompts:\n  default: allow\n  allow: [b]',
      ['4:3: `resources.allow`', '7:3: `prompts.allow`'].map(
        place =>
          `${place}: it restricts nothing: what it does not name is allowed too; write \`"default": "deny"\` in \`${place.includes('prompts') ? 'prompts' : 'resources'}\``,
      ),
    ],
  ])('%s', async (_, rest, expected) => {
    expect(await warnings(`version: "1"\n${rest}\n`, 'yaml')).toEqual(expected);
  });
});

describe('not warned of', () => {
  test.each<[string, string]>([
    [
      'a lone denial by condition',
      `default: deny\ntools: { a: { deny_if: [{ conditions: [], on_deny: x }] } }`,
    ],
    [
      'a denial with a reason and a category',
      'default: deny\ntools: { a: { action: deny, reason: x, category: read } }',
    ],
    [
      'a total beside a count for each value',
      `default: deny\ntools: { a: { limits: [${LIMIT}, { max: 1, window: day, per: args.x }] } }`,
    ],
    [
      'a rate beside it',
      'default: deny\ntools: { a: { rate_limit: 1/minute, limits: [{ max: 1, window: day, per: args.x }] } }',
    ],
    [
      'a total for all tools',
      `default: deny\nall_tools: { limits: [${LIMIT}] }\ntools: { a: { limits: [{ max: 1, window: day, per: args.x }] } }`,
    ],
    [
      'a total in the category',
      `default: deny\ntools: { a: { category: read, limits: [{ max: 1, window: day, per: args.x }] } }\ncategories: { read: { limits: [${LIMIT}] } }`,
    ],
    [
      'a count for each tool and subject',
      'default: deny\ntools: { "*": { limits: [{ max: 1, window: day, per: tool }, { max: 1, window: day, per: subject }] } }',
    ],
    [
      'a star where others name categories',
      'default: deny\ntools: { "*": { action: deny }, a: { category: write } }\ncategories: { write: {} }',
    ],
    [
      'a star that names a category',
      'default: deny\ntools: { "*": { category: write } }\ncategories: { write: {} }',
    ],
    [
      'an open policy with limits by category',
      `default: allow\ncategories: { write: { limits: [${LIMIT}] } }`,
    ],
    [
      'an open policy that is strict with the unknown',
      'default: allow\ncategories: { destructive: { action: deny }, unknown: { action: deny } }',
    ],
    ['a tool called execute', 'default: deny\ntools: { execute: {} }'],
    [
      'counts for each URI with a total, and for each prompt, whose names a server knows by heart',
      `default: deny\nresources: { limits: [${LIMIT}, { max: 1, window: day, per: subject }] }\nprompts: { limits: [{ max: 1, window: day, per: subject }] }`,
    ],
    ['operations', 'default: deny\noperations: { ecs: op }\ntools: { "ecs:*": {}, "*:x": {} }'],
    ['names with dots', 'default: deny\nhide: [github.*, "*.secret", a.b]\ntools: { "a.*": {} }'],
    [
      'a list of what is allowed where nothing else is',
      'default: allow\nresources: { default: deny, allow: [a] }\nprompts: { deny: [b] }',
    ],
    ['nothing allowed at all', 'default: deny'],
  ])('%s', async (_, rest) => {
    expect(await warnings(`version: "1"\n${rest}\n`, 'yaml')).toEqual([]);
  });

  test('operations that another layer names', async () => {
    const text = 'version: "1"\ndefault: deny\ntools: { "ecs:Delete*": { action: deny } }\n';
    expect(await warnings(text, 'yaml', ['ecs'])).toEqual([]);
  });

  test.each(PRESET_NAMES)('preset %s', async name => {
    expect(await warnings(readFileSync(presetFile(name), 'utf8'), 'json')).toEqual([]);
  });

  const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' });
  const policies = examples.filter(name => /policy\.(?:json|ya?ml)$/.test(name));
  test('there are examples', () => expect(policies.length).toBeGreaterThan(2));
  test.each(policies)('examples/%s', async name => {
    const text = readFileSync(join(root, 'examples', name), 'utf8');
    expect(await warnings(text, name.endsWith('.json') ? 'json' : 'yaml')).toEqual([]);
  });
});
