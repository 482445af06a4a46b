// Which files of policy tests are found, and which policies they are about.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findTestFiles, policiesOf } from '../../src/config/test-files.ts';
import { tempDir } from '../support/wrapper.ts';

const ECS = 'version: "1"\ndefault: deny\n';

/** A folder with these files in it; a text that begins with `→` is where a link leads. */
function folderWith(files: Record<string, string>): string {
  const folder = tempDir();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (text.startsWith('→')) symlinkSync(join(folder, text.slice(1)), path);
    else writeFileSync(path, text);
  }
  return folder;
}

/** What is found, by its path below the folder. */
function found(folder: string, paths: readonly string[], config = 'no-such'): string[] {
  const warnings: string[] = [];
  const files = findTestFiles(
    paths.map(path => join(folder, path)),
    join(folder, config),
    message => warnings.push(message),
  );
  expect(warnings).toEqual([]);
  return files.map(file => relative(folder, file));
}

describe('finding', () => {
  const folder = () =>
    folderWith({
      'a.test.yaml': '',
      'b/c.test.yml': '',
      'b/d/e.test.json': '',
      'b/policy.yaml': '',
      'b/test.yaml': '',
      'b/x.test.yaml.bak': '',
      'node_modules/m/n.test.yaml': '',
      'b/node_modules/o.test.yaml': '',
      '.git/p.test.yaml': '',
      '.policies/q.test.yaml': '',
      'link.test.yaml': '→a.test.yaml',
      'circle/back': '→',
      'odd.name': '',
    });
  const all = ['.policies/q.test.yaml', 'a.test.yaml', 'b/c.test.yml', 'b/d/e.test.json'];

  test('all below a folder, but for packages and what is linked', () => {
    expect(found(folder(), ['.'])).toEqual(all);
  });

  test('each once, in the order of what is named', () => {
    expect(found(folder(), ['b/d', 'a.test.yaml', 'b'])).toEqual([
      ...['b/d/e.test.json', 'a.test.yaml', 'b/c.test.yml'],
    ]);
  });

  test('a file that is named, whatever it is called, and a link', () => {
    expect(found(folder(), ['odd.name', 'link.test.yaml'])).toEqual(['odd.name', 'link.test.yaml']);
  });

  test.each([
    ['nothing in it', ['node_modules/m', 'circle'], /is no policy test in .*circle/],
    ['a path that is not there', ['b', 'nope'], /cannot read .*nope: there is no such file/],
  ])('%s: an error of usage', (_, paths, message) => {
    const home = folder();
    const find = () => found(home, paths);
    expect(find).toThrow(expect.objectContaining({ code: 'PW_USAGE', exitCode: 2 }));
    expect(find).toThrow(message);
  });
});

describe('policies', () => {
  const names = (folder: string, file: string, given?: readonly string[]) =>
    policiesOf(join(folder, file), given).map(({ name, layer }) => [relative(folder, name), layer]);

  test.each([
    ['its own name', { 'a.yaml': ECS, 'policy.json': '{}' }, 'a.yaml'],
    ['or policy', { 'policy.yml': ECS, 'b.yaml': ECS }, 'policy.yml'],
  ])('beside it: %s', (_, files, expected) => {
    expect(names(folderWith(files), 'a.test.yaml')).toEqual([[expected, undefined]]);
  });

  test('named, relative to the file, the first the own one of the server', () => {
    const folder = folderWith({ 'p.yaml': ECS, 'tests/q.yaml': ECS });
    const absolute = join(folder, 'p.yaml');
    expect(names(folder, 'tests/a.test.yaml', ['../p.yaml', 'q.yaml', absolute])).toEqual([
      ['p.yaml', undefined],
      ['tests/q.yaml', 'policy:2'],
      ['p.yaml', 'policy:3'],
    ]);
    expect(policiesOf(join(folder, 'a.test.yaml'), ['preset:ecs'])[0]?.name).toBe('preset:ecs');
  });

  test.each<[string, Record<string, string>, readonly string[] | undefined, object]>([
    ['none beside it', {}, undefined, { code: 'PW_POLICY_UNREADABLE' }],
    ['two', { 'a.json': '{}', 'a.yaml': '' }, undefined, { code: 'PW_POLICY_AMBIGUOUS' }],
    ['one that is not there', {}, ['x.json'], { code: 'PW_POLICY_UNREADABLE' }],
    ['no such preset', {}, ['preset:x'], { code: 'PW_POLICY_UNREADABLE' }],
  ])('%s: an error', (_, files, given, error) => {
    const folder = folderWith(files);
    expect(() => names(folder, 'a.test.yaml', given)).toThrow(
      expect.objectContaining({ ...error, exitCode: 3 }),
    );
  });
});
