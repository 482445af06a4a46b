// The words for a server that does not start: what happened, and what to do about it.
import { describe, expect, test } from 'vitest';
import { PolicyWrapError } from '../../src/errors.ts';
import { startChild } from '../../src/proxy/child.ts';
import { type Circumstances, explain } from '../../src/proxy/spawn-error.ts';

const nowhere: Circumstances = {
  place: { kind: 'nothing' },
  path: '/usr/bin:/bin',
  cwd: '/home/me',
};
const file = (interpreter?: string, executable = true): Circumstances => ({
  ...nowhere,
  place: { kind: 'file', interpreter, executable },
});

test.each<[code: string, command: string, Circumstances, exit: number, why: RegExp, help: RegExp]>([
  ['ENOENT', 'uvx', nowhere, 127, /not found$/, /which uvx.*install uv\).*here it is \/usr\/bin:/],
  ['ENOENT', 'npx', nowhere, 127, /not found$/, /which npx.*install Node\.js\)/],
  ['ENOENT', 'my-server', nowhere, 127, /not found$/, /which my-server.*install it\)/],
  ['ENOENT', 'x', { ...nowhere, path: '' }, 127, /not found$/, /here it is empty$/],
  ['ENOENT', 'npx -y server', nowhere, 127, /not found$/, /as separate arguments/],
  ['ENOENT', './x', nowhere, 127, /not found$/, /full path: the working directory is \/home\/me$/],
  [
    'ENOENT',
    './x',
    { ...nowhere, cwd: undefined },
    127,
    /not found$/,
    /working directory is gone$/,
  ],
  ['ENOENT', '/x/y', nowhere, 127, /not found$/, /no such file; check each part/],
  ['ENOTDIR', '/etc/passwd/x', nowhere, 127, /not found$/, /no such file/],
  ['ENAMETOOLONG', 'x', nowhere, 127, /not found$/, /full path/],
  ['ENOENT', './x', file('/no/such -x'), 127, /names `\/no\/such -x`/, /mend the first line/],
  ['ENOENT', './x', file('/bin/sh\r'), 127, /names `\/bin\/sh`/, /line breaks of Windows.*LF/],
  ['ENOENT', './x', file(), 127, /loader/, /install the version for \w+ on \w+/],
  ['EACCES', './x', file(undefined, false), 126, /permission denied/, /chmod \+x.*node \.\/x$/],
  ['EACCES', './x', file(undefined, true), 126, /permission denied, though/, /folder.*noexec/],
  ['EACCES', './d', { ...nowhere, place: { kind: 'folder' } }, 126, /it is a folder/, /in it$/],
  ['ENOEXEC', './x', file(), 126, /no program for/, /#!\/usr\/bin\/env node.*node \.\/x$/],
  ['E2BIG', 'x', file(), 126, /longer than this system allows/, /in a file/],
  ['ELOOP', './x', nowhere, 126, /in a circle/, /file itself/],
  ['ETXTBSY', './x', file(), 126, /written to/, /again/],
  ['EAGAIN', 'x', file(), 1, /no room.*EAGAIN/, /ulimit -u/],
  ['EMFILE', 'x', file(), 1, /no room.*EMFILE/, /ulimit -n/],
  ['EIO', 'x', file(), 1, /^spawn EIO$/, /in a terminal/],
])('%s of %j', (code, command, around, exit, why, help) => {
  const words = explain(command, { code, message: `spawn ${code}` }, around);
  expect(words).toEqual({
    why: expect.stringMatching(why),
    help: expect.stringMatching(help),
    exitCode: exit,
  });
});

describe('what the system says', () => {
  test('of too many arguments', () => {
    const start = () => startChild('true', ['x'.repeat(10_000_000)], process.env);
    expect(start).toThrow(PolicyWrapError);
    expect(start).toThrow(/^cannot start `true`: its arguments and the environment are longer/);
  });

  test('of a NUL', () => {
    const start = () => startChild('true', ['a\0b'], process.env);
    expect(start).toThrow(PolicyWrapError);
    expect(start).toThrow(/null bytes/);
  });

  test('of no PATH at all', async () => {
    const child = startChild('no-such-program', [], {});
    await expect(child.ended).rejects.toMatchObject({
      code: 'PW_SPAWN',
      exitCode: 127,
      help: expect.stringContaining('empty'),
    });
  });
});
