// The documentation and the program say the same.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { classify } from '../src/policy/classify/name.ts';
import { evaluate } from '../src/policy/evaluate.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { renderPage } from '../src/policy/reference/page.ts';
import { CATEGORIES, NOT_BUILT, policySchema } from '../src/policy/schema.ts';
import { NOTIFICATIONS, REQUESTS } from '../src/proxy/methods.ts';
import { METHODS, type Sender, VERSIONS, type Version } from './fixtures/methods.ts';
import { root } from './support/wrapper.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('docs/policy.md', () => {
  const page = read('docs/policy.md');
  it.each([...Object.keys(policySchema.shape), ...NOT_BUILT, ...CATEGORIES])('names `%s`', key => {
    expect(page).toMatch(new RegExp(`\`"?${key.replace('$', '\\$')}"?\``));
  });
});

test('docs/policy.md is what `npm run docs` makes', () => {
  expect(renderPage(read('scripts/policy.template.md'))).toBe(read('docs/policy.md'));
});

test('a template that leaves a section out, or places one twice, is refused', () => {
  const template = read('scripts/policy.template.md');
  const place = '<!-- reference: cost -->\n';
  expect(template).toContain(place);
  expect(() => renderPage(template.replace(place, ''))).toThrow('the template places');
  expect(() => renderPage(template.replace(place, place + place))).toThrow('the template places');
});

describe('docs/policy.md on categories', () => {
  const [, rest = ''] = read('docs/policy.md').split('## Categories');
  const [section = ''] = rest.split('\n## ');
  const rows = [...section.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)];
  const named = rows.flatMap(([, category = '', cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, tool = '']) => [tool, category] as const),
  );
  it('has them all, with examples', () => {
    expect(new Set(named.map(([, category]) => category))).toEqual(new Set(CATEGORIES));
  });
  it.each<readonly [string, string]>([
    ...named,
    ['create_group', 'write'],
    ['group_create', 'write'],
    ['get_refund', 'read'],
    ['get_build_status', 'read'],
    ['create_payment_link', 'financial'],
    ['create_order_note', 'write'],
    ...['deleteFile', 'delete_file', 'DELETE-FILE'].map(name => [name, 'destructive'] as const),
  ])('%s: %s', (tool, category) => expect(classify(tool)).toBe(category));
});

describe('docs/policy.md on resources', () => {
  const [, section = ''] = read('docs/policy.md').split('## Resources and prompts');
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(section) ?? [];
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (allowed|denied)/gm)];
  it.each(rows.map(([, uri = '', effect]) => [uri, effect]))('%s: %s', async (uri, effect) => {
    const loaded = await loadPolicy({
      name: 'docs',
      text: `version: "1"\ndefault: allow\n${text}`,
      format: 'yaml',
    });
    if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
    const decision = evaluate([loaded.policy], { kind: 'resource', names: [uri] });
    expect(decision.effect).toBe(effect === 'allowed' ? 'allow' : 'deny');
  });
});

describe('docs/protocol.md', () => {
  const page = read('docs/protocol.md');
  const sections = { client: '## Client → server', server: '## Server → client' };
  /** The rows of the table of one sender, as cells. */
  const rowsOf = (sender: Sender) => {
    const [, section = ''] = page.split(sections[sender]);
    const [table = ''] = section.split('And besides');
    return [...table.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
      ([, method = '', versions = '', what = '', tests = '']) => ({
        method,
        versions,
        what,
        tests,
      }),
    );
  };
  const versionsIn = (cell: string): Version[] =>
    VERSIONS.filter(version => {
      if (cell === 'all') return true;
      return cell.startsWith('… ') ? version <= cell.slice(2) : cell.split(', ').includes(version);
    });

  it.each(['client', 'server'] as const)('has every method that a %s sends, once', sender => {
    const rows = rowsOf(sender);
    expect(Object.fromEntries(rows.map(row => [row.method, versionsIn(row.versions)]))).toEqual(
      METHODS[sender],
    );
    expect(rows).toHaveLength(Object.keys(METHODS[sender]).length);
  });

  // That each method is shown follows from the first test here: `e2e/protocol` runs the same list.
  it('names tests that there are', () => {
    const cells = [...rowsOf('client'), ...rowsOf('server')].map(({ tests }) => tests).join();
    const names = [...cells.matchAll(/`([^`]+)`/g)].map(([, name]) => `test/${name}.test.ts`);
    expect(names.length).toBeGreaterThan(40);
    for (const name of new Set(names)) expect(existsSync(join(root, name)), name).toBe(true);
  });

  it('the client may send what the table says, and nothing else', () => {
    expect(new Set([...REQUESTS.keys(), ...NOTIFICATIONS])).toEqual(
      new Set(rowsOf('client').map(({ method }) => method)),
    );
  });
});

it('docs/errors.md has every code', () => {
  const codes = read('src/errors.ts').match(/PW_[A-Z_]+/g) ?? [];
  expect(codes.length).toBeGreaterThan(5);
  for (const code of codes) expect(read('docs/errors.md')).toContain(`\`${code}\``);
});

it('the policy of the README loads', async () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  expect(await loadPolicy({ name: 'README', text, format: 'yaml' })).toHaveProperty('policy');
});

it('the configurations of the README are JSON and put policy-wrap before the command', () => {
  const blocks = [...read('README.md').matchAll(/```json\n([\s\S]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(0);
  for (const [, text = ''] of blocks)
    for (const { args } of Object.values(JSON.parse(text).mcpServers) as { args: string[] }[])
      expect(args.slice(0, 3)).toEqual(['-y', 'policy-wrap', '--']);
});

it('no document names this or that machine', () => {
  for (const path of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'package-lock.json'])
    expect(read(path)).not.toMatch(/"resolved"|\/home\/[a-z]+\/|\/Users\/[a-z]+\//);
});
