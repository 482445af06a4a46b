// A file's content replaced: all of it or nothing, and nothing else beside it.
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceFile } from '../../../src/clients/edit/replace.ts';
import { tempDir } from '../../support/wrapper.ts';

function fileWith(text: string, mode = 0o600) {
  const folder = tempDir();
  const file = join(folder, 'mcp.json');
  writeFileSync(file, text, { mode });
  const replace = (before: string, after: string, lock = false) =>
    replaceFile({ file, before: Buffer.from(before), after: Buffer.from(after), lock });
  return { folder, file, replace };
}

test('the mode stays, whatever the mask', () => {
  const { folder, file, replace } = fileWith('a', 0o600);
  expect(replace('a', 'b')).toBeUndefined();
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['b', 0o600]);
  expect(readdirSync(folder)).toEqual(['mcp.json']);
});

test('what is another text meanwhile stays', () => {
  const { folder, file, replace } = fileWith('theirs');
  expect(replace('a', 'b')).toContain('changed meanwhile');
  expect(readFileSync(file, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['mcp.json']);
});

test('what is gone is not made', () => {
  const { folder } = fileWith('a');
  const gone = { file: join(folder, 'gone'), before: Buffer.from('a'), after: Buffer.from('b') };
  expect(replaceFile({ ...gone, lock: false })).toBe('there is no such file');
  expect(readdirSync(folder)).toEqual(['mcp.json']);
});

test('a lock is honoured until it is old, and given back', () => {
  const { folder, file, replace } = fileWith('a');
  const lock = `${file}.lock`;
  mkdirSync(lock);
  expect(replace('a', 'b', true)).toContain('is writing it');
  expect(readdirSync(folder)).toEqual(['mcp.json', 'mcp.json.lock']);
  const old = new Date(Date.now() - 11_000);
  utimesSync(lock, old, old);
  expect(replace('a', 'b', true)).toBeUndefined();
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['b', ['mcp.json']]);
});
