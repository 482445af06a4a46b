// Which files' rules apply to a server, and that nothing unreadable is passed over.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadPolicies } from '../../src/config/policies.ts';
import { findPolicies } from '../../src/config/policy-files.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'policy-files-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const at = (...parts: string[]) => join(home, ...parts);
function put(path: string, text: string | Buffer): string {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
  return at(path);
}
/** A document that allows one tool of the given name. */
const allowing = (tool: string) =>
  JSON.stringify({ version: '1', default: 'deny', tools: { [tool]: {} } });
const yamlAllowing = (tool: string) => `version: "1"\ndefault: deny\ntools:\n  ${tool}: {}\n`;

async function load(server: string, given: readonly string[] = []) {
  const { sources } = findPolicies(server, given, { config: at('config'), machine: at('machine') });
  const { policies, hash } = await loadPolicies(sources);
  return { policies, names: sources.map(({ name }) => name), hash: hash() };
}
/** What each layer allows. */
async function loaded(server: string, given: readonly string[] = []) {
  const { policies } = await load(server, given);
  return policies.map(({ layer, exact }) => [layer, ...exact.keys()]);
}
const fails = (promise: Promise<unknown>, code: string, message: RegExp) =>
  expect(promise).rejects.toThrow(
    expect.objectContaining({
      name: 'PolicyWrapError',
      code,
      exitCode: 3,
      message: expect.stringMatching(message),
    }),
  );

describe('which policy', () => {
  test("the server's own file", async () => {
    put('config/policies/srv.json', allowing('own'));
    put('config/policies/other.json', allowing('other'));
    expect(await loaded('srv')).toEqual([['policy', 'own']]);
  });

  test.each(['json', 'yaml', 'yml'])('as .%s', async extension => {
    put(
      `config/policies/srv.${extension}`,
      extension === 'json' ? allowing('own') : yamlAllowing('own'),
    );
    expect(await loaded('srv')).toEqual([['policy', 'own']]);
  });

  test('given files come before it, each a layer', async () => {
    put('config/policies/srv.json', allowing('own'));
    const given = [put('a.json', allowing('a')), put('b.yaml', yamlAllowing('b'))];
    expect(await loaded('srv', given)).toEqual([
      ['policy', 'a'],
      ['policy:2', 'b'],
    ]);
  });

  test.each([
    ['policy.txt', allowing('a')],
    ['policy.txt', yamlAllowing('a')],
    ['policy', ` \n${allowing('a')}`],
  ])('a given file %s is read as what it is', async (name, text) => {
    expect(await loaded('srv', [put(name, text)])).toEqual([['policy', 'a']]);
  });

  test.each([
    ['awslabs.ecs-mcp-server', 'preset:ecs'],
    ['anything', 'preset:recommended'],
  ])('the preset of %s: %s', async (server, preset) => {
    expect((await load(server)).names).toEqual([preset]);
  });

  test("a server's own file replaces its preset", async () => {
    put('config/policies/awslabs.ecs-mcp-server.json', allowing('own'));
    expect(await loaded('awslabs.ecs-mcp-server')).toEqual([['policy', 'own']]);
  });

  test('a preset may be given', async () => {
    expect((await load('srv', ['preset:ecs'])).names).toEqual(['preset:ecs']);
  });

  test('a name with a plus is a file of that name', async () => {
    put('config/policies/@s+p.json', allowing('own'));
    expect(await loaded('@s+p')).toEqual([['policy', 'own']]);
  });
});

describe('further layers', () => {
  test('_all and the machine apply to every server, in this order', async () => {
    put('config/policies/srv.json', allowing('own'));
    put('config/policies/_all.yaml', yamlAllowing('all'));
    put('machine/policy.json', allowing('machine'));
    expect(await loaded('srv')).toEqual([
      ['policy', 'own'],
      ['_all', 'all'],
      ['machine', 'machine'],
    ]);
    expect((await load('unknown')).policies.map(({ layer }) => layer)).toEqual([
      'policy',
      '_all',
      'machine',
    ]);
  });

  test('given files do not replace them', async () => {
    put('config/policies/_all.json', allowing('all'));
    put('machine/policy.yml', yamlAllowing('machine'));
    const given = [put('a.json', allowing('a'))];
    expect(await loaded('srv', given)).toEqual([
      ['policy', 'a'],
      ['_all', 'all'],
      ['machine', 'machine'],
    ]);
  });

  test("only the machine's layer is the administrator's", async () => {
    put('config/policies/_all.json', allowing('all'));
    put('machine/policy.json', allowing('machine'));
    const { policies } = await load('srv');
    expect(policies.map(({ layer, machine }) => [layer, machine])).toEqual([
      ['policy', false],
      ['_all', false],
      ['machine', true],
    ]);
  });

  test('names say what was loaded', async () => {
    const files = [
      put('config/policies/srv.json', allowing('own')),
      put('config/policies/_all.json', allowing('all')),
      put('machine/policy.json', allowing('m')),
    ];
    expect((await load('srv')).names).toEqual(files);
  });
});

describe('never a file of the working directory', () => {
  const before = process.cwd();
  afterEach(() => process.chdir(before));

  test.each([
    'srv.json',
    'policy.json',
    'policies/srv.json',
    'policies/_all.json',
    'config/policies/srv.json',
    '.policy-wrap/srv.json',
    '.policy-wrap.json',
    'policy-wrap.json',
  ])('%s', async path => {
    put(join('clone', path), allowing('evil'));
    process.chdir(at('clone'));
    expect((await load('srv')).names).toEqual(['preset:recommended']);
  });
});

describe('what cannot be used stops the start', () => {
  test.each([
    ['srv.json', 'srv.yaml'],
    ['srv.yaml', 'srv.yml'],
    ['_all.json', '_all.yml'],
  ])('two files for one: %s and %s', async (first, second) => {
    for (const name of [first, second])
      put(`config/policies/${name}`, name.endsWith('json') ? allowing('a') : yamlAllowing('a'));
    await fails(load('srv'), 'PW_POLICY_AMBIGUOUS', /several policies for .*, /);
  });

  test("two of the machine's", async () => {
    put('machine/policy.json', allowing('a'));
    put('machine/policy.yaml', yamlAllowing('a'));
    await fails(load('srv'), 'PW_POLICY_AMBIGUOUS', /several policies/);
  });

  test('two files that nobody asks for are nobody’s business', async () => {
    put('config/policies/other.json', allowing('a'));
    put('config/policies/other.yaml', yamlAllowing('a'));
    put('config/policies/srv.json', allowing('own'));
    expect(await loaded('srv')).toEqual([['policy', 'own']]);
  });

  test('a given file that is not there', async () => {
    await fails(load('srv', [at('none.json')]), 'PW_POLICY_UNREADABLE', /none\.json/);
  });

  test('a preset that is not there', async () => {
    await fails(load('srv', ['preset:none']), 'PW_POLICY_UNREADABLE', /no such preset/);
    await fails(load('srv', ['preset:toString']), 'PW_POLICY_UNREADABLE', /no such preset/);
  });

  test.each(['config/policies/srv.json', 'config/policies/_all.json', 'machine/policy.json'])(
    'a link to nowhere: %s',
    async path => {
      mkdirSync(dirname(at(path)), { recursive: true });
      symlinkSync(at('nowhere'), at(path));
      await fails(load('srv'), 'PW_POLICY_UNREADABLE', /cannot read the policy/);
    },
  );

  test.each(['config/policies/srv.json', 'config/policies/_all.yaml', 'machine/policy.yml'])(
    'a folder: %s',
    async path => {
      mkdirSync(at(path), { recursive: true });
      await fails(load('srv'), 'PW_POLICY_UNREADABLE', /cannot read the policy/);
    },
  );

  test('a link in a circle', async () => {
    mkdirSync(at('config'));
    symlinkSync(at('config/policies'), at('config/policies'));
    await fails(load('srv'), 'PW_POLICY_UNREADABLE', /cannot read the policy/);
  });

  test('bytes that are no UTF-8', async () => {
    put(
      'config/policies/srv.yaml',
      Buffer.from('version: "1"\ndefault: deny\ndescription: \xff\n', 'latin1'),
    );
    await fails(load('srv'), 'PW_POLICY_UNREADABLE', /srv\.yaml/);
  });

  test('an empty file', async () => {
    put('config/policies/srv.json', '');
    await fails(load('srv'), 'PW_POLICY_INVALID', /srv\.json:1:1: /);
  });

  test('problems of all layers at once', async () => {
    put('config/policies/srv.json', '{"version": "1", "default": "deny", "x": 1}');
    put('config/policies/_all.yaml', 'version: "1"\ndefault: maybe\n');
    put('machine/policy.json', '{');
    await fails(
      load('srv'),
      'PW_POLICY_INVALID',
      /srv\.json:1:\d+: .*\n.*_all\.yaml:2:10: .*\n.*policy\.json:1:2: /,
    );
  });

  test('layers that count one counter in different ways', async () => {
    const counting = (kind: string) =>
      JSON.stringify({
        version: '1',
        default: 'deny',
        tools: { a: { limits: [{ counter: 'c', max: 1, window: 'day', kind }] } },
      });
    put('config/policies/srv.json', counting('sliding'));
    put('config/policies/_all.json', counting('fixed'));
    await fails(load('srv'), 'PW_POLICY_INVALID', /counter `c`/);
  });
});

test('a byte order mark of an editor does not matter', async () => {
  put('config/policies/srv.json', `\ufeff${allowing('own')}`);
  expect(await loaded('srv')).toEqual([['policy', 'own']]);
});

describe('the hash', () => {
  const hash = async (files: Record<string, string>) => {
    rmSync(at('config'), { recursive: true, force: true });
    rmSync(at('machine'), { recursive: true, force: true });
    for (const [path, text] of Object.entries(files)) put(path, text);
    return (await load('srv')).hash;
  };
  const OWN = 'config/policies/srv.json';

  test('is the same for the same texts', async () => {
    expect(await hash({ [OWN]: allowing('a') })).toBe(await hash({ [OWN]: allowing('a') }));
  });

  test('changes with every text and with its layer', async () => {
    const all = [
      await hash({}),
      await hash({ [OWN]: allowing('a') }),
      await hash({ [OWN]: allowing('b') }),
      await hash({ [OWN]: `${allowing('a')}\n` }),
      await hash({ [OWN]: allowing('a'), 'config/policies/_all.json': allowing('a') }),
      await hash({ [OWN]: allowing('a'), 'machine/policy.json': allowing('a') }),
      await hash({ [OWN]: allowing('a'), 'machine/policy.json': allowing('b') }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
