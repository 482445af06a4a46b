// Files that people write: what of them is text, and what is no such file at all.
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText } from '../../src/config/text-file.ts';
import { tempDir } from '../support/wrapper.ts';

const fileWith = (bytes: string | Uint8Array) => {
  const file = join(tempDir(), 'file');
  writeFileSync(file, bytes);
  return file;
};

test('a file is UTF-8, with or without a mark', () => {
  expect(readText(fileWith('tests: [ä]'))).toBe('tests: [ä]');
  expect(readText(fileWith('\ufefftests: [ä]'))).toBe('tests: [ä]');
  expect(() => readText(fileWith(Buffer.from([0x61, 0xff])))).toThrow('it is no UTF-8 text');
});

test('a file that is far too long is not read', () => {
  const file = fileWith('');
  truncateSync(file, 4 * 1024 * 1024);
  expect(readText(file)).toHaveLength(4 * 1024 * 1024);
  // More than a process can hold.
  truncateSync(file, 2 ** 32);
  expect(() => readText(file)).toThrow('it is longer than 4 MiB, which no such file is');
});
