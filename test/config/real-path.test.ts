// Where paths lead: through links, and as far as they exist.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realPath } from '../../src/config/real-path.ts';

let root = '';
beforeAll(() => {
  root = realpathSync.native(mkdtempSync(join(tmpdir(), 'policy-wrap-real-path-')));
  mkdirSync(join(root, 'data/sub'), { recursive: true });
  mkdirSync(join(root, 'other'));
  writeFileSync(join(root, 'data/file'), '');
  symlinkSync(join(root, 'other'), join(root, 'data/out'));
  symlinkSync('sub', join(root, 'data/in'));
  symlinkSync(join(root, 'data/file'), join(root, 'data/to-file'));
  symlinkSync(join(root, 'nowhere'), join(root, 'data/dangling'));
  symlinkSync('loop', join(root, 'data/loop'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each<[string, string | undefined]>([
  ['data', 'data'],
  ['data/', 'data'],
  ['data/file', 'data/file'],
  ['data/in', 'data/sub'],
  ['data/in/new', 'data/sub/new'],
  ['data/in/new/er', 'data/sub/new/er'],
  ['data/out', 'other'],
  ['data/out/new', 'other/new'],
  ['data//out//new', 'other/new'],
  ['data/out/./new', 'other/new'],
  ['data/out/../x', 'x'],
  ['data/in/../x', 'data/x'],
  ['data/to-file', 'data/file'],
  ['data/file/x', 'data/file/x'],
  ['data/to-file/x', 'data/file/x'],
  ['new', 'new'],
  ['new/a/b/c/d', 'new/a/b/c/d'],
  // Where what is written would go elsewhere, or nobody knows
  ['data/dangling', undefined],
  ['data/dangling/x', undefined],
  ['data/loop', undefined],
  ['data/loop/x', undefined],
  ['data/new/../x', undefined],
  ['data/new/../../x', undefined],
  ['data/nul\0byte', undefined],
  [`data/${'n'.repeat(300)}`, undefined],
  [`data/${'n/'.repeat(300)}`, undefined],
  [`data/${'n'.repeat(5000)}`, undefined],
])('%s → %s', (path, expected) => {
  expect(realPath(`${root}/${path}`)).toBe(
    expected === undefined ? undefined : join(root, expected),
  );
});

test('the root', () => expect(realPath('/')).toBe('/'));
test.each(['', 'a', './a', '..'])('%j is not absolute', path =>
  expect(realPath(path)).toBe(undefined),
);
