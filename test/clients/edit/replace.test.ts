// A file's content replaced: all of it or nothing, and nothing else beside it.
import fs, {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
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
  expect(replace('a', 'b')).toMatchObject({
    why: expect.stringContaining('changed meanwhile'),
    written: false,
  });
  expect(readFileSync(file, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['mcp.json']);
});

test('what is gone is not made', () => {
  const { folder } = fileWith('a');
  const gone = { file: join(folder, 'gone'), before: Buffer.from('a'), after: Buffer.from('b') };
  expect(replaceFile({ ...gone, lock: false })).toEqual({
    why: 'there is no such file',
    written: false,
  });
  expect(readdirSync(folder)).toEqual(['mcp.json']);
});

test('a lock is honoured until it is old, and given back', () => {
  const { folder, file, replace } = fileWith('a');
  const lock = `${file}.lock`;
  mkdirSync(lock);
  expect(replace('a', 'b', true)?.why).toContain('is writing it');
  expect(readdirSync(folder)).toEqual(['mcp.json', 'mcp.json.lock']);
  const old = new Date(Date.now() - 11_000);
  utimesSync(lock, old, old);
  expect(replace('a', 'b', true)).toBeUndefined();
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['b', ['mcp.json']]);
});

// Stands where files of this process were named by its id, as those of another container are.
test('what others left beside it stays, and is not in the way', () => {
  const { folder, file, replace } = fileWith('a');
  const theirs = `.mcp.json.${process.pid}.policy-wrap`;
  writeFileSync(join(folder, theirs), 'half');
  expect(replace('a', 'b')).toBeUndefined();
  expect([readFileSync(file, 'utf8'), readFileSync(join(folder, theirs), 'utf8')]).toEqual([
    'b',
    'half',
  ]);
});

test('what is another text at once was written all the same, even where the lock is gone', () => {
  const { file, replace } = fileWith('a');
  const rename = vi.spyOn(fs, 'renameSync').mockImplementation(from => {
    fs.rmSync(from);
    writeFileSync(file, 'theirs');
    fs.rmdirSync(`${file}.lock`);
  });
  syncBuiltinESMExports();
  try {
    expect(replace('a', 'b', true)).toMatchObject({ written: true });
  } finally {
    rename.mockRestore();
    syncBuiltinESMExports();
  }
});

test('on a full disk the file stays as it was, and nothing is left beside it', () => {
  const { folder, file, replace } = fileWith('a');
  const write = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  });
  syncBuiltinESMExports();
  try {
    expect(replace('a', 'b')).toEqual({ why: 'the disk is full', written: false });
  } finally {
    write.mockRestore();
    syncBuiltinESMExports();
  }
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['a', ['mcp.json']]);
});
