// Policy documents: the good ones load, the bad ones say everything that is wrong, and where.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conflictsBetween } from '../../src/policy/load.ts';
import { limitsOf } from '../../src/policy/policy.ts';
import { presetFor } from '../../src/policy/presets.ts';
import { policyOf, problemsIn, SEED } from './policies.ts';

/** Lines behind a first one that is in order; the problems of the second line say `:2:`. */
const json = (rest: string) =>
  problemsIn(`{ "version": "1", "default": "deny",\n${rest} }`, 'json');
const yaml = (rest: string) => problemsIn(`version: "1"\ndefault: deny\n${rest}\n`, 'yaml');

const NOT_YET = 'this version cannot enforce this key yet, so it does not accept it';
const WINDOWS =
  'expected "second", "minute", "hour", "day", "week", "month", a duration such as "90s", "15m", "2h" or "1d", or whole seconds, from 1 s to 366 days';
const RATES =
  'expected "<count>/<unit>" such as "10/minute", or {"max": 10, "window": 60} with the window in seconds';

describe('good documents', () => {
  test('the document of the design, exactly as it reads', async () => {
    const policy = await policyOf(SEED);
    expect(policy).toMatchObject({ layer: 'policy', machine: false, default: 'deny' });
    expect(limitsOf(policy)).toMatchObject([
      {
        path: ['tools', 'stream_group_create'],
        key: 'stream_group_create',
        limit: {
          counter: 'stream_group_create_rate',
          named: true,
          scope: 'grant',
          kind: 'sliding',
          max: 30,
          window: { ms: 60_000, label: 'minute', unit: 'minute' },
        },
      },
    ]);
  });

  test('the same as YAML', async () => {
    const policy = await policyOf(
      `version: "1"\ndefault: deny\ntools:\n  stream_group_create:\n    limits:\n      - { counter: stream_group_create_rate, window: minute, max: 30, scope: grant }\n`,
      { format: 'yaml' },
    );
    expect(limitsOf(policy)).toEqual(limitsOf(await policyOf(SEED)));
  });

  test.each([
    ['nothing but what is required', ''],
    ['description and $schema', ', "$schema": "x", "description": ""'],
    ['an empty entry', ', "tools": {"a": {}}'],
    [
      'every action',
      ', "tools": {"a": {"action": "allow"}, "b": {"action": "deny"}, "c": {"action": "require_approval"}}',
    ],
    ['reason and category', ', "tools": {"a": {"reason": "why", "category": "financial"}}'],
    ['patterns', ', "tools": {"*": {}, "a*": {}, "a:?*": {}}'],
    [
      'names of object methods',
      ', "tools": {"constructor": {}, "toString": {}, "hasOwnProperty": {}}',
    ],
    ['hide', ', "hide": ["a", "b*", "*"]'],
    ['operations', ', "operations": {"a": "op"}'],
    ['all_tools', ', "all_tools": {"limits": [{"max": 0, "window": 1}]}'],
    [
      'every category',
      ', "categories": {"read": {}, "write": {}, "execute": {}, "destructive": {}, "financial": {}, "unknown": {}}',
    ],
    ['sections', ', "resources": {"default": "allow", "limits": []}, "prompts": {}'],
    [
      'every window',
      `, "tools": {"a": {"limits": [${['"second"', '"minute"', '"hour"', '"day"', '"week"', '"month"', '"90s"', '"15m"', '90'].map(window => `{"max": 1, "window": ${window}}`)}]}}`,
    ],
    [
      'every scope',
      ', "tools": {"a": {"limits": [{"max": 1, "window": 1, "scope": "grant"}, {"max": 1, "window": 1, "scope": "session"}, {"max": 1, "window": 1, "scope": "global"}]}}',
    ],
    ['100,000 sliding', ', "tools": {"a": {"limits": [{"max": 100000, "window": "day"}]}}'],
    [
      'more when fixed',
      ', "tools": {"a": {"limits": [{"max": 9007199254740991, "window": "day", "kind": "fixed"}]}}',
    ],
    [
      'rates',
      ', "tools": {"a": {"rate_limit": "10/minute"}, "b": {"rate_limit": {"max": 0, "window": 60}}}',
    ],
    [
      'one counter, two scopes, two kinds',
      ', "tools": {"a": {"limits": [{"max": 1, "window": 1, "counter": "c", "scope": "session"}, {"max": 1, "window": 1, "counter": "c", "kind": "fixed"}]}}',
    ],
  ])('%s', async (_, rest) => {
    expect(await problemsIn(`{"version": "1", "default": "deny"${rest}}`, 'json')).toEqual([]);
    expect(await problemsIn(`{"version": "1", "default": "deny"${rest}}`, 'yaml')).toEqual([]);
  });

  test.each(['30', '30.0', '3e1', '0.3E+2', '9007199254740991', '0.1234567890123456'])(
    'the number %s, which a double holds, in JSON and in YAML',
    async number => {
      const rest = `, "all_tools": {"deny_if": [{"conditions": [{"path": "args.a", "op": "eq", "value": ${number}}]}]}`;
      const text = `{"version": "1", "default": "deny"${rest}}`;
      expect(await problemsIn(text, 'json')).toEqual([]);
      expect(await problemsIn(text, 'yaml')).toEqual([]);
    },
  );

  test('text that looks like such a number', async () => {
    const text = '{"version": "1", "default": "deny", "description": "9007199254740993 1e999"}';
    expect(await problemsIn(text, 'json')).toEqual([]);
    expect(await problemsIn(text, 'yaml')).toEqual([]);
  });

  test('YAML anchors', async () => {
    const text = 'version: "1"\ndefault: deny\ntools:\n  a: &deny { action: deny }\n  b: *deny\n';
    const policy = await policyOf(text, { format: 'yaml' });
    expect(policy.exact.get('b')?.action).toBe('deny');
  });

  test.each([
    ['awslabs.ecs-mcp-server', 'ecs'],
    ['AWSLABS_ECS-MCP-Server', 'ecs'],
    ['ecs-mcp-server', 'ecs'],
    ['awslabs.eks-mcp-server', 'recommended'],
    ['', 'recommended'],
    ['constructor', 'recommended'],
  ])('preset for %j: %s', (server, preset) => {
    expect(presetFor(server)).toBe(preset);
  });

  test('a rate_limit is a sliding limit of the session, named by its key', async () => {
    const policy = await policyOf({ tools: { a: { rate_limit: '10/minute' } } });
    expect(limitsOf(policy)[0]?.limit).toMatchObject({
      ...{ counter: 'a', named: false, scope: 'session', kind: 'sliding', max: 10 },
      window: { ms: 60_000 },
    });
  });

  test('a limit without a counter is named by its key', async () => {
    const limits = [{ max: 1, window: 'minute' }];
    const policy = await policyOf({ tools: { 'a*': { limits } }, resources: { limits } });
    expect(
      limitsOf(policy).map(({ key, limit }) => [key, limit.counter, limit.scope, limit.kind]),
    ).toEqual([
      ['a*', 'a*', 'grant', 'sliding'],
      ['resources', 'resources', 'grant', 'sliding'],
    ]);
  });

  test('sections take the default of the document where they have none', async () => {
    const policy = await policyOf({ default: 'allow', prompts: { default: 'deny' } });
    expect(policy.resources.decide('file:///x').denied).toBeNull();
    expect(policy.prompts.decide('p').denied).toBe('no rule of the policy allows this prompt');
  });
});

describe('the text itself', () => {
  const EMPTY =
    'p.yaml:1:1: expected an object, found `null`; a policy needs at least `version` and `default`';
  test.each([
    [
      '',
      [
        'p.json:1:1: the file is empty: a policy needs at least {"version": "1", "default": "deny"}',
      ],
    ],
    ['{', ['p.json:1:2: expected a key in quotes, but the text ends here']],
    ['{"version": "1"', ['p.json:1:16: expected `,` or `}`, but the text ends here']],
    [
      '{"version": "1",}',
      ['p.json:1:17: a comma too many before `}`: JSON has none behind the last one'],
    ],
    ['{\n  "version": 01\n}', ['p.json:2:15: a number has no zero before its first digit']],
    ['{\n  "ä😀": tru\n}', ['p.json:2:10: expected a JSON value: text stands in quotes, `"tru"`']],
    [
      '{} // note',
      [
        'p.json:1:4: unexpected text after the end of the value: JSON has no comments; a policy in YAML (`.yaml`) can have them, behind `#`',
      ],
    ],
    ['\ufeff{}', ['p.json:1:1: expected a JSON value']],
    ['[]', ['p.json:1:1: expected an object, found an empty list']],
    [
      'null',
      [
        'p.json:1:1: expected an object, found `null`; a policy needs at least `version` and `default`',
      ],
    ],
    ['"deny"', ['p.json:1:1: expected an object, found `"deny"`']],
  ])('JSON %j', async (text, problems) => {
    expect(await problemsIn(text, 'json')).toEqual(problems);
  });

  test.each([
    ['', [EMPTY]],
    ['# nothing\n', [EMPTY]],
    ['deny', ['p.yaml:1:1: expected an object, found `"deny"`']],
    ['- a', ['p.yaml:1:1: expected an object, found a list']],
  ])('YAML %j', async (text, problems) => {
    expect(await problemsIn(text, 'yaml')).toEqual(problems);
  });

  test.each([
    ['a tab', 'tools:\n\ta: {}', /^p\.yaml:4:1: /],
    ['a list never closed', 'hide: [a', /^p\.yaml:[34]:\d+: /],
    ['a second document', '---\nversion: "1"', /^p\.yaml:3:1: /],
    ['a tag', 'tools: !!js/function x', /^p\.yaml:3:8: /],
    ['a bare star', 'hide: [*]', /^p\.yaml:3:8: /],
    ['a bare star as a key', 'tools:\n  *: {}', /^p\.yaml:4:\d+: /],
    ['a bare pattern that starts with a star', 'hide: [*_delete]', /^p\.yaml:3:8: /],
    ['an alias of itself', 'tools: &a\n  x: *a', /^p\.yaml:\d+:\d+: /],
    [
      'aliases of aliases of aliases',
      `hide: &a [x,x,x,x,x,x,x,x,x,x]\nx: &b [${'*a,'.repeat(20)}]\ny: &c [${'*b,'.repeat(20)}]\nz: [${'*c,'.repeat(20)}]`,
      /^p\.yaml:\d+:\d+: /,
    ],
    ['a key that is a list', 'tools:\n  ? [a]\n  : {}', /^p\.yaml:4:\d+: /],
  ])('YAML with %s is a problem with its place', async (_, rest, problem) => {
    const problems = await yaml(rest);
    expect(problems[0]).toMatch(problem);
  });
});

describe('what is missing', () => {
  test.each([
    [
      '{}',
      [
        'p.json:1:1: `version`: expected "1", in quotes, but it is missing',
        'p.json:1:1: `default`: expected "allow" or "deny": what no rule reaches, but it is missing',
      ],
    ],
    [
      '{"version": "1"}',
      [
        'p.json:1:1: `default`: expected "allow" or "deny": what no rule reaches, but it is missing',
      ],
    ],
  ])('%j', async (text, problems) => {
    expect(await problemsIn(text, 'json')).toEqual(problems);
  });
});

/** What is said besides of what may have been meant, broken.test.ts shows. */
const withoutHint = (problem: string) =>
  problem.replace(/(, found (?:`[^`]*`|an? [a-z ]+));.*$/, '$1');

/** The problems of a text, its `▸` marking the place where one is expected; and that place. */
async function marked(rest: string): Promise<[string[], string]> {
  const before = rest.slice(0, rest.indexOf('▸')).split('\n');
  const place = `p.json:${before.length + 1}:${(before.at(-1) ?? '').length + 1}`;
  return [await json(rest.replace('▸', '')), place];
}

describe('wrong values, at the value', () => {
  const NAME = 'expected a name in quotes';
  const EMPTY = 'expected a name, not an empty string';
  const ACTIONS = 'expected "allow", "deny" or "require_approval"';
  const DEFAULTS = 'expected "allow" or "deny"';
  test.each([
    ['"description": ▸1', 'description', 'expected a string, found `1`'],
    ['"tools": ▸[]', 'tools', 'expected an object, found an empty list'],
    ['"tools": {"a": ▸true}', 'tools.a', 'expected an object, found `true`'],
    ['"tools": {"a": ▸null}', 'tools.a', 'expected an object, found `null`'],
    ['"tools": {"a": {"action": ▸"no"}}', 'tools.a.action', `${ACTIONS}, found \`"no"\``],
    ['"tools": {"a": {"action": ▸"Deny"}}', 'tools.a.action', `${ACTIONS}, found \`"Deny"\``],
    ['"tools": {"a": {"action": ▸["deny"]}}', 'tools.a.action', `${ACTIONS}, found a list`],
    ['"tools": {"a": {"reason": ▸1}}', 'tools.a.reason', 'expected a string, found `1`'],
    ['"tools": {"a b": {"reason": ▸1}}', 'tools["a b"].reason', 'expected a string, found `1`'],
    ['"tools": {"a": {"limits": ▸1}}', 'tools.a.limits', 'expected a list, found `1`'],
    ['"tools": {"a": {▸"limits": {}}}', 'tools.a.limits', 'expected a list, found an object'],
    [
      '"tools": {"a": {"rate_limit": ▸"x/day"}}',
      'tools.a.rate_limit',
      `${RATES}, found \`"x/day"\``,
    ],
    [
      '"tools": {"a": {"rate_limit": ▸"1/90s"}}',
      'tools.a.rate_limit',
      `${RATES}, found \`"1/90s"\``,
    ],
    ['"tools": {"a": {"rate_limit": ▸10}}', 'tools.a.rate_limit', `${RATES}, found \`10\``],
    ['"tools": {▸"": {}}', 'tools[""]', EMPTY],
    ['"hide": ▸"a"', 'hide', 'expected a list, found `"a"`'],
    ['"hide": ["a", ▸1]', 'hide[1]', `${NAME}, found \`1\``],
    ['"hide": [▸""]', 'hide[0]', `${EMPTY}, found \`""\``],
    ['"operations": {"a": ▸1}', 'operations.a', `${NAME}, found \`1\``],
    ['"operations": {"a": ▸""}', 'operations.a', `${EMPTY}, found \`""\``],
    ['"categories": {"read": ▸1}', 'categories.read', 'expected an object, found `1`'],
    ['"resources": {"default": ▸"ask"}', 'resources.default', `${DEFAULTS}, found \`"ask"\``],
    ['"prompts": {"default": ▸null}', 'prompts.default', `${DEFAULTS}, found \`null\``],
  ])('%s', async (rest, path, message) => {
    const [problems, place] = await marked(rest);
    expect(problems.map(withoutHint)).toEqual([`${place}: \`${path}\`: ${message}`]);
  });
});

describe('wrong limits, at the value', () => {
  const WHOLE = 'expected a whole number';
  const NAME = 'expected a name in quotes';
  const SCOPES = 'expected "grant", "session" or "global"';
  const SLIDING = 'expected at most 100000 in a sliding window; "kind": "fixed" has no such bound';
  test.each([
    ['"max": ▸-1, "window": 1', 'max', `${WHOLE} of at least 0, found \`-1\``],
    ['"max": ▸1.5, "window": 1', 'max', `${WHOLE}, found \`1.5\``],
    ['"max": ▸"1", "window": 1', 'max', `${WHOLE}, found \`"1"\``],
    ['"max": ▸null, "window": 1', 'max', `${WHOLE}, found \`null\``],
    ['"max": ▸100001, "window": 1', 'max', `${SLIDING}, found \`100001\``],
    ['"max": 1, "window": ▸0', 'window', `${WINDOWS}, found \`0\``],
    ['"max": 1, "window": ▸"1y"', 'window', `${WINDOWS}, found \`"1y"\``],
    ['"max": 1, "window": ▸[]', 'window', `${WINDOWS}, found an empty list`],
    ['"max": 1, "window": 1, "scope": ▸"user"', 'scope', `${SCOPES}, found \`"user"\``],
    ['"max": 1, "window": 1, "kind": ▸"x"', 'kind', 'expected "sliding" or "fixed", found `"x"`'],
    ['"max": 1, "window": 1, "counter": ▸1', 'counter', `${NAME}, found \`1\``],
  ])('%s', async (limit, key, message) => {
    const [problems, place] = await marked(`"tools": {"a": {"limits": [{${limit}}]}}`);
    expect(problems.map(withoutHint)).toEqual([
      `${place}: \`tools.a.limits[0].${key}\`: ${message}`,
    ]);
  });
});

describe('keys that are refused, at the key', () => {
  test.each([
    ['▸"toolz": {}', 'toolz'],
    ['▸"toolz": 1', 'toolz'],
    ['▸"toolz": [\n1]', 'toolz'],
    ['▸"Tools": {}', 'Tools'],
    ['"tools": {"a": {▸"actoin": "deny"}}', 'tools.a.actoin'],
    ['"tools": {"a": {▸"hide": []}}', 'tools.a.hide'],
    ['"tools": {"a": {"limits": [{"max": 1, "window": 1, ▸"x": 1}]}}', 'tools.a.limits[0].x'],
    ['"categories": {▸"reed": {}}', 'categories.reed'],
    ['"categories": {▸"*": {}}', 'categories.*'],
    ['"resources": {▸"deafult": "deny"}', 'resources.deafult'],
    ['"client": {▸"smapling": "deny"}', 'client.smapling'],
    ['"client": {▸"tools": "deny"}', 'client.tools'],
  ])('unknown: %s', async (rest, path) => {
    const [problems, place] = await marked(rest);
    expect(
      problems.map(problem => problem.replace(/(?<=: unknown (?:key|category)).*/, '')),
    ).toEqual([`${place}: \`${path}\`: unknown ${path === 'categories.*' ? 'category' : 'key'}`]);
  });

  test.each([
    ['▸"responses": {}', 'responses'],
    ['▸"pins": "block"', 'pins'],
  ])('not yet built: %s', async (rest, path) => {
    const [problems, place] = await marked(rest);
    expect(problems).toEqual([`${place}: \`${path}\`: ${NOT_YET}`]);
  });

  test.each([
    ['"tools": {▸"__proto__": {}}', 'tools.__proto__'],
    ['"tools": {▸"__proto__": {"action": "deny"}}', 'tools.__proto__'],
    ['"tools": {▸"\\u005f_proto__": {}}', 'tools.__proto__'],
    ['"operations": {▸"__proto__": "a"}', 'operations.__proto__'],
  ])('unusable: %s', async (rest, path) => {
    const [problems, place] = await marked(rest);
    expect(problems).toEqual([`${place}: \`${path}\`: this name cannot be used`]);
  });

  test('`__proto__` in YAML', async () => {
    expect(await yaml('tools:\n  __proto__: { action: deny }')).toEqual([
      'p.yaml:4:3: `tools.__proto__`: this name cannot be used',
    ]);
  });
});

describe('a key given twice', () => {
  test.each([
    ['"tools": {"a": {}, "a": {"action": "deny"}}', ['2:20: duplicate key']],
    ['"tools": {"a": {}, "\\u0061": {"action": "deny"}}', ['2:20: duplicate key']],
    ['"default": "allow"', ['2:1: duplicate key']],
    ['"tools": {},\n"hide": [],\n"tools": {}', ['4:1: duplicate key']],
    [
      '"tools": {"a": {}, "a": {}, "b": {}, "b": {}}',
      ['2:20: duplicate key', '2:38: duplicate key'],
    ],
    ['"tools": {"a": {"action": "deny", "action": "allow"}}', ['2:35: duplicate key']],
    ['"tools": {"a": {"limits": [{"max": 1, "max": 2, "window": 1}]}}', ['2:39: duplicate key']],
    ['\t"tools": {\n\t\t"a": {},\n\t\t"a": {}}', ['4:3: duplicate key']],
  ])('%j', async (rest, problems) => {
    expect(await json(rest)).toEqual(problems.map(problem => `p.json:${problem}`));
  });

  test.each([
    ['tools:\n  a: {}\n  a: {}', '5:3'],
    ['tools: {a: {}, "a": {}}', '3:16'],
    ['default: allow', '3:1'],
    // Names are strings: whatever YAML makes of them, these are one.
    ['tools: {1: {action: deny}, "1": {}}', '3:28'],
    ['tools: {true: {action: deny}, "true": {}}', '3:31'],
  ])('%j', async (rest, place) => {
    expect(await yaml(rest)).toContain(`p.yaml:${place}: duplicate key`);
  });

  test('is never overlooked in JSON, whatever the key', async () => {
    const key = fc.string({ unit: 'binary', maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(key, async twice => {
        const name = JSON.stringify(twice);
        expect(
          (await json(`"tools": {${name}: {"action": "deny"}, ${name}: {}}`)).length,
        ).toBeGreaterThan(0);
      }),
    );
  });
});

describe('places in lists', () => {
  test('what is missing from an item is missing at that item', async () => {
    expect(
      await json('"tools": {"a": {"limits": [\n  {"max": 1, "window": 1},\n  {"window": 1}]}}'),
    ).toEqual(['p.json:4:3: `tools.a.limits[1].max`: expected a whole number, but it is missing']);
  });

  test('an item of a wrong type is told at that item', async () => {
    expect(await yaml('hide:\n  - a\n  - {b: c}')).toEqual([
      'p.yaml:5:5: `hide[1]`: expected a name in quotes, found an object',
    ]);
  });
});

test('all problems at once, in the order of their places', async () => {
  const text = `version: 1
default: perhaps
hide: [a, 2]
tools:
  a: { action: no }
  b:
    limits:
      - { max: -1, window: minute }
      - { max: 1, window: eon, pins: warn }
extra: true
`;
  expect((await problemsIn(text, 'yaml')).map(problem => problem.replace(/, found.*/, ''))).toEqual(
    [
      'p.yaml:1:10: `version`: expected "1", in quotes',
      'p.yaml:2:10: `default`: expected "allow" or "deny": what no rule reaches',
      'p.yaml:3:11: `hide[1]`: expected a name in quotes',
      'p.yaml:5:16: `tools.a.action`: expected "allow", "deny" or "require_approval"',
      'p.yaml:8:16: `tools.b.limits[0].max`: expected a whole number of at least 0',
      `p.yaml:9:27: \`tools.b.limits[1].window\`: ${WINDOWS}`,
      'p.yaml:9:32: `tools.b.limits[1].pins`: unknown key, expected one of max, window, counter, scope, kind, cost, per',
      'p.yaml:10:1: `extra`: unknown key, expected one of $schema, version, description, default, hide, all_tools, operations, tools, categories, resources, prompts, audit, approval, methods, client',
    ],
  );
});

test('duplicate keys are told together with what else is wrong', async () => {
  expect(await json('"tools": {"a": {}, "a": {}},\n"hide": 1')).toEqual([
    'p.json:2:20: duplicate key',
    'p.json:3:9: `hide`: expected a list, found `1`; put it in a list: `[1]`',
  ]);
});

test('a problem shows no more than the beginning of a long value', async () => {
  const [problem = ''] = await json(`"hide": "${'x'.repeat(10_000)}"`);
  expect(problem.length).toBeLessThan(150);
});

describe('rules on arguments that are wrong in any way are told once, and nothing is thrown', () => {
  const limit = (rest: string) => `{"limits": [{"max": 1, "window": "day", ${rest}}]}`;
  const condition = (rest: string) => `{"deny_if": [{"conditions": [${rest}]}]}`;
  test.each([
    ['{"deny_if": [{"conditions": {}}]}', /deny_if\[0\]\.conditions`: expected a list/],
    ['{"deny_if": [{"conditions": null}]}', /deny_if\[0\]\.conditions`: expected a list/],
    ['{"deny_if": [{}]}', /deny_if\[0\]\.conditions`: expected a list/],
    ['{"require": {}}', /require`: expected a list/],
    ['{"require": [5]}', /require\[0\]`: expected an object/],
    ['{"require": [{"conditions": [], "reason": "r"}]}', /require\[0\]\.reason`: unknown key/],
    [
      '{"require_approval_if": [{"conditions": [], "on_deny": "r"}]}',
      /require_approval_if\[0\]\.on_deny`: unknown key/,
    ],
    [condition('5'), /conditions\[0\]`: expected a condition/],
    [condition('{"path": "x", "op": "eq", "value": 1}'), /conditions\[0\]\.path`: expected a path/],
    [condition('{"path": "args.a", "op": "regex", "value": "("}'), /value`: .*RE2/],
    [limit('"cost": {"path": 5}'), /cost/],
    [limit('"cost": {"path": null}'), /cost/],
    [limit('"cost": {}'), /cost/],
    [limit('"cost": {"path": "x"}'), /cost\.path`: expected a path/],
    [limit('"cost": {"path": "args.a[*]"}'), /cost\.path`: expected a path to one value/],
    [limit('"cost": {"path": "args.a", "default": 1e-7}'), /cost/],
    [limit('"cost": -1'), /cost/],
    [limit('"cost": "args.a"'), /cost/],
    [limit('"per": 5'), /per`: expected/],
    [limit('"per": "cluster"'), /per`: expected "tool", "subject" or a path/],
    [limit('"per": "args.a[*]"'), /per`: expected a path to one value/],
    ['{"concurrency": 0}', /concurrency`: expected a whole number of at least 1/],
    ['{"concurrency": 1.5}', /concurrency`: expected a whole number/],
    ['{"limits": [{"max": 0.5, "window": "day"}]}', /max`: expected a whole number/],
    ['{"limits": [{"max": 1e-7, "window": "day", "cost": 1}]}', /max`: expected a number/],
    ['{"limits": [{"max": 1e10, "window": "day", "cost": 1}]}', /max`: expected a number/],
  ])('%s', async (entry, message) => {
    for (const place of [`"tools": {"a": ${entry}}`, `"all_tools": ${entry}`]) {
      const problems = await json(place);
      expect(problems).toEqual([expect.stringMatching(message)]);
    }
  });
});

describe('limits that share a counter but count in different ways', () => {
  const limit = (counter: string, kind: string, more = '') =>
    `{"max": 1, "window": "day", "counter": "${counter}", "kind": "${kind}"${more}}`;
  const own = (kind: string) => `{"max": 1, "window": "day", "kind": "${kind}"}`;
  test.each([
    [
      `"tools": {"a": {"limits": [${limit('c', 'sliding')}]},\n"b": {"limits": [${limit('c', 'fixed')}]}}`,
      '3:1: `tools.b`',
    ],
    [`"tools": {"a": {"limits": [${own('sliding')}, ${own('fixed')}]}}`, '2:11: `tools.a`'],
    [
      `"tools": {"a": {"rate_limit": "1/day",\n"limits": [{"max": 1, "window": "day", "kind": "fixed", "scope": "session"}]}}`,
      '2:11: `tools.a`',
    ],
    [
      `"tools": {"a": {"limits": [${limit('read', 'fixed')}]}},\n"categories": {"read": {"limits": [${limit('read', 'sliding')}]}}`,
      '3:16: `categories.read`',
    ],
    [
      `"all_tools": {"limits": [${limit('c', 'fixed')}]},\n"prompts": {"limits": [${limit('c', 'sliding')}]}`,
      '3:1: `prompts`',
    ],
    ...[
      ['"cost": 1', '"cost": 2'],
      ['"cost": {"path": "args.a"}', '"cost": {"path": "args.b"}'],
      ['"cost": {"path": "args.a"}', '"cost": {"path": "args.a", "default": 1}'],
      ['"cost": 1', '"per": "tool"'],
      ['"per": "args.a"', '"per": "args.b"'],
    ].map(([a, b]): [string, string] => [
      `"tools": {"a": {"limits": [${limit('c', 'fixed', `, ${a}`)}]},\n"b": {"limits": [${limit('c', 'fixed', `, ${b}`)}]}}`,
      '3:1: `tools.b`',
    ]),
    // What a key names by default may be what another one names.
    ...[
      ['"cost": 1', '"cost": 2'],
      ['"per": "args.a", "cost": 1', '"per": "args.a", "cost": 2'],
    ].map(([a, b]): [string, string] => [
      `"all_tools": {"limits": [${limit('b', 'fixed', `, ${a}`)}]},\n"tools": {"b": {"limits": [{"max": 1, "window": "day", "kind": "fixed", ${b}}]}}`,
      '2:7: `all_tools`|3:11: `tools.b`',
    ]),
    // A tool may be called as a section is.
    [
      `"tools": {"prompts": {"limits": [${limit('c', 'fixed')}]}},\n"prompts": {"limits": [${limit('c', 'sliding')}]}`,
      '3:1: `prompts`',
    ],
  ])('%s', async (rest, place) => {
    const problems = await json(rest);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      new RegExp(`^p\\.json:(?:${place}): counter \`.*\` \\(scope \\w+\\) is `),
    );
  });

  test('not where a key has several limits, each with its own counter by default', async () => {
    const each = ['"cost": 1', '"per": "tool"', '"per": "args.a"', '"per": "args.a", "cost": 1'];
    const limits = ['', ...each.map(more => `, ${more}`)].map(
      more => `{"max": 1, "window": "day"${more}}`,
    );
    expect(await json(`"tools": {"a": {"limits": [${limits}]}}`)).toEqual([]);
  });

  const layers = async (kinds: [string, object][]) =>
    conflictsBetween(
      await Promise.all(
        kinds.map(([layer, limit]) =>
          policyOf({ tools: { a: { limits: [{ max: 1, window: 'day', ...limit }] } } }, { layer }),
        ),
      ),
    );

  test('across layers where both name it', async () => {
    const problems = await layers([
      ['policy', { counter: 'c' }],
      ['_all', { counter: 'c', kind: 'fixed' }],
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^layer _all: `(tools\.)?a`: counter `c` \(scope grant\) is sliding in `a` and fixed here/,
    );
  });

  test.each([
    [
      'default names',
      [
        ['policy', {}],
        ['_all', { kind: 'fixed' }],
      ],
    ],
    [
      'scopes',
      [
        ['policy', { counter: 'c' }],
        ['_all', { counter: 'c', kind: 'fixed', scope: 'session' }],
      ],
    ],
    [
      'names',
      [
        ['policy', { counter: 'c' }],
        ['_all', { counter: 'd', kind: 'fixed' }],
      ],
    ],
  ] as [string, [string, object][]][])(
    'never across layers by %s that do not meet',
    async (_, kinds) => {
      expect(await layers(kinds)).toEqual([]);
    },
  );
});

test('any text loads or says what is wrong, and nothing else', async () => {
  const piece = fc.constantFrom(
    'version: "1"',
    'default: deny',
    'tools:',
    '  a: {}',
    '  - x',
    '{',
    '}',
    '[',
    '*a',
    '&a',
    '? ',
    '"',
    '|',
    '---',
    '\t',
    'hide: [a]',
    '!!x',
    '<<: *a',
    '# c',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 8 }),
      fc.constantFrom('json', 'yaml'),
      async (lines, format) => {
        const problems = await problemsIn(lines.join('\n'), format as 'json' | 'yaml');
        for (const problem of problems)
          expect(problem).toMatch(/^p\.(json|yaml):[1-9]\d*:[1-9]\d*: \S/);
      },
    ),
    { numRuns: 1000 },
  );
});

test('a long policy takes time in proportion to its length', async () => {
  const tools = Array.from({ length: 40_000 }, (_, i) => `  tool_${i}: {}\n`).join('');
  const text = `version: "1"\ndefault: deny\ntools:\n${tools}  tool_7: {}\n`;
  // Half a minute where each key is compared with all others.
  expect(await problemsIn(text, 'yaml')).toEqual(['p.yaml:40004:3: duplicate key']);
}, 15_000);
