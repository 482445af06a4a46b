// What is kept of a file as it was: all of it, or nothing.
import fs, { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Records } from '../../../src/clients/edit/records.ts';
import { tempDir } from '../../support/wrapper.ts';

test('a part of a copy, on a full disk, is no copy', () => {
  const state = tempDir();
  mkdirSync(join(state, 'clients'));
  const write = vi.spyOn(fs, 'writeFileSync').mockImplementation(path => {
    write.mockRestore();
    writeFileSync(path, 'ha');
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  });
  syncBuiltinESMExports();
  try {
    expect(() => new Records(state).keep('/f/mcp.json', Buffer.from('half'), new Date())).toThrow(
      'ENOSPC',
    );
  } finally {
    write.mockRestore();
    syncBuiltinESMExports();
  }
  expect(readdirSync(join(state, 'clients'))).toEqual([]);
});
