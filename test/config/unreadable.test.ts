// Why a file cannot be read, in words that need no manual of the operating system.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whyUnreadable } from '../../src/config/unreadable.ts';
import { tempDir } from '../support/wrapper.ts';

test.each([
  ['nothing', 'there is no such file'],
  ['folder', 'it is a folder'],
  ['file/below', 'a part of its path is no folder'],
  ['circle', 'its links lead in a circle'],
])('%s: %s', (name, why) => {
  const dir = tempDir();
  mkdirSync(join(dir, 'folder'));
  writeFileSync(join(dir, 'file'), '');
  symlinkSync('circle', join(dir, 'circle'));
  let thrown: unknown;
  try {
    readFileSync(join(dir, name));
  } catch (error) {
    thrown = error;
  }
  expect(whyUnreadable(thrown)).toBe(why);
});

test('what has no words of its own keeps those that it came with', () => {
  expect(whyUnreadable(new Error('it is no UTF-8 text'))).toBe('it is no UTF-8 text');
  expect(whyUnreadable('odd')).toBe('odd');
});
