// Containment of paths: spellings that lead out, on Unix and on Windows, through links and encodings.
import { describe, expect, test } from 'vitest';
import type { Means } from '../../../src/policy/conditions/operators.ts';
import { judge, means } from './judging.ts';

const LETTERS = { true: 'inside', false: 'outside', unknown: 'unknown' } as const;

/** A file system in which only these paths are links; all others are real. */
const linking =
  (links: Record<string, string | undefined>) =>
  (path: string): string | undefined => {
    for (const [link, target] of Object.entries(links))
      if (path === link || path.startsWith(`${link}/`))
        return target && target + path.slice(link.length);
    return path;
  };

const truth = (path: string, value: string | string[], base?: string, by: Partial<Means> = {}) => {
  const leaf = {
    path: 'args.p',
    op: 'within',
    value,
    ...(base === undefined ? {} : { base }),
  } as const;
  const args = JSON.stringify({ p: path });
  const all = { ...means(), ...by };
  const { truth } = judge([leaf], 'deny', args, all);
  expect(judge([leaf], 'require', args, all).truth).toBe(truth);
  return LETTERS[truth];
};

describe('absolute paths, within /srv/data', () => {
  test.each([
    ['/srv/data', 'inside'],
    ['/srv/data/', 'inside'],
    ['/srv/data/a/b.txt', 'inside'],
    ['//srv///data//a', 'inside'],
    ['/srv/./data/./a', 'inside'],
    ['/srv/data/a/../b', 'inside'],
    ['/srv/x/../data/b', 'inside'],
    ['/srv/data/a b', 'inside'],
    ['/srv/data/...', 'inside'],
    ['/srv/data/..a', 'inside'],
    ['/srv/data/~', 'inside'],
    ['/srv/data/100%', 'inside'],
    ['/srv/data/a%20b', 'inside'],
    ['/srv/data/caf\u00e9', 'inside'],
    ['/srv/data/[id]/*.ts', 'inside'],
    ['/srv/data/Foo\u2026.txt', 'inside'],
    ['/srv/dat', 'outside'],
    ['/srv/database', 'outside'],
    ['/srv', 'outside'],
    ['/', 'outside'],
    ['/etc/passwd', 'outside'],
    ['/srv/data/..', 'outside'],
    ['/srv/data/../data2', 'outside'],
    ['/srv/data/a/../../../etc/passwd', 'outside'],
    ['/../../srv/data/../x', 'outside'],
    ['/etc/%20', 'outside'],
    // Encoded once, twice, often
    ['/srv/data/%2e%2e/x', 'unknown'],
    ['/srv/data/..%2fx', 'unknown'],
    ['/srv/data/%252e%252e/x', 'unknown'],
    ['/srv/data/%25252e%25252e%25252fx', 'unknown'],
    [`/srv/data/%${'25'.repeat(30)}2e`, 'unknown'],
    ['%2fetc%2fpasswd', 'unknown'],
    ['/srv/%64ata/x', 'unknown'],
    ['/srv/data/%c0%ae%c0%ae/x', 'unknown'],
    ['/srv/data/%u002e%u002e/x', 'unknown'],
    ['/srv/data/%ff', 'unknown'],
    // Backslashes
    ['/srv/data/..\\..\\etc', 'unknown'],
    ['/srv/data\\a', 'unknown'],
    ['/srv/data/a\\b', 'inside'],
    ['\\etc\\passwd', 'unknown'],
    ['/srv/data/..%5c..%5cetc', 'unknown'],
    // Unicode that becomes dots and slashes
    ['/srv/data/\u2025/x', 'unknown'],
    ['/srv/data/\uff0e\uff0e\uff0fx', 'unknown'],
    ['/srv/data/.\u200d./x', 'unknown'],
    ['/srv/data/..\u2215..\u2215x', 'unknown'],
    ['\uff0fetc\uff0fpasswd', 'unknown'],
    ['/srv/data/\u2100/../../x', 'unknown'],
    // Cut, trimmed, expanded
    ['/srv/data/a\u0000', 'unknown'],
    ['/srv/data/a%00.txt', 'unknown'],
    ['/srv/data/a\n', 'unknown'],
    ['', 'unknown'],
    [' ', 'unknown'],
    [' /etc/passwd', 'unknown'],
    ['"/srv/data/a"', 'unknown'],
    ['$HOME/a', 'unknown'],
    ['/srv/data/{a,../../etc}/passwd', 'unknown'],
    ['/srv/data/.?/.?/etc', 'unknown'],
    ['-/srv/data', 'unknown'],
    // Not every file system tells these apart.
    ['/srv/DATA/x', 'unknown'],
    ['/SRV/data/x', 'unknown'],
    ['/proc/self/root/srv/data/x', 'unknown'],
    ['/proc/1/cwd/x', 'unknown'],
    ['/'.repeat(5000), 'unknown'],
  ])('%j: %s', (path, expected) => expect(truth(path, '/srv/data')).toBe(expected));
});

describe('URLs, within /srv/data', () => {
  test.each([
    ['file:///srv/data/a', 'inside'],
    ['FILE:///srv/data/a%20b', 'inside'],
    ['file:/srv/data/a', 'inside'],
    ['file://localhost/srv/data/a', 'inside'],
    ['file:///etc/passwd', 'outside'],
    ['file:///srv/data/../x', 'unknown'],
    ['file:///srv/data/%2e%2e/x', 'unknown'],
    ['file:///srv/data/..%2fx', 'unknown'],
    ['file:%2f%2f/etc/passwd', 'unknown'],
    ['%66ile:///etc/passwd', 'unknown'],
    ['file://etc/passwd', 'unknown'],
    ['file://server/srv/data/a', 'unknown'],
    ['file:srv/data', 'unknown'],
    ['file:\\\\\\etc\\passwd', 'unknown'],
    ['file:///srv/data/a?b', 'unknown'],
    ['file:///srv/data/a#/../../x', 'unknown'],
    ['url:file:///srv/data/a', 'unknown'],
    ['http://srv/data', 'unknown'],
    ['smb://srv/data', 'unknown'],
  ])('%j: %s', (path, expected) => expect(truth(path, '/srv/data')).toBe(expected));
});

describe('relative paths and homes', () => {
  test.each<[string, string | string[], string | undefined, string]>([
    ['a', '/srv/data', undefined, 'unknown'],
    ['a', '/srv/data', '/srv/data', 'inside'],
    ['./a/../b', '/srv/data', '/srv/data', 'inside'],
    ['.', '/srv/data', '/srv/data', 'inside'],
    ['../a', '/srv/data', '/srv/data', 'outside'],
    ['..', '/srv/data', '/srv/data/x', 'inside'],
    ['a', '/srv/data', '/srv', 'outside'],
    ['data/a', '/srv/data', '/srv/', 'inside'],
    ['srv/data/a', '/srv/data', '/', 'inside'],
    ['/etc/x', '/srv/data', '/srv/data', 'outside'],
    [' /etc/x', '/srv/data', '/srv/data', 'unknown'],
    ['%2e%2e/x', '/srv/data', '/srv/data', 'unknown'],
    ['a\\..\\..\\x', '/srv/data', '/srv/data', 'unknown'],
    ['~/a', '/srv/data', '/srv/data', 'unknown'],
    ['~', '/home/u', '/home/u', 'inside'],
    ['~/a', '/home/u', '/home/u', 'inside'],
    ['~/../a', '/home/u', '/home/u', 'unknown'],
    ['~/a', '/home/u', undefined, 'unknown'],
    ['~/a', '/etc', '/srv', 'outside'],
    ['~root/a', '/srv/data', '/srv/data', 'unknown'],
    ['%7e/.ssh', '/srv/data', '/srv/data', 'unknown'],
    ['$HOME/.ssh', '/srv/data', '/srv/data', 'unknown'],
    ['file:///etc/x', '/srv/data', '/srv/data', 'outside'],
    ['file:/../../etc/x', '/srv/data', '/srv/data', 'unknown'],
    ['C:/x', '/srv/data', '/srv/data', 'unknown'],
    ['a:b', '/srv/data', '/srv/data', 'inside'],
    ['a', '/srv/data', '~/x', 'outside'],
    ['a', '~/x', '~/x', 'inside'],
    ['/home/u/x/a', '~/x', undefined, 'inside'],
    ['/home/u/x', '~', undefined, 'inside'],
    ['/home/v/x', '~/x', undefined, 'outside'],
    ['/b/x', ['/a', '/b'], undefined, 'inside'],
    ['/c/x', ['/a', '/b'], undefined, 'outside'],
    ['/anything', '/', undefined, 'inside'],
    ['/a/b', '/a/x/..', undefined, 'inside'],
    ['/a%20b/c', '/a%20b', undefined, 'unknown'],
  ])('%j within %j, base %j: %s', (path, value, base, expected) =>
    expect(truth(path, value, base)).toBe(expected),
  );

  test('no home is known', () => {
    const homeless = { home: undefined };
    expect(truth('/home/u/x', '~', undefined, homeless)).toBe('unknown');
    expect(truth('~/x', '/srv', '/srv', homeless)).toBe('unknown');
    expect(truth('/srv/x', ['~', '/srv'], undefined, homeless)).toBe('inside');
  });
});

describe('links', () => {
  test.each<[string, string, Record<string, string | undefined>, string]>([
    ['a link that leads out', '/srv/data/l/x', { '/srv/data/l': '/etc' }, 'unknown'],
    ['a link that leads in', '/tmp/l/x', { '/tmp/l': '/srv/data' }, 'unknown'],
    ['a link inside', '/srv/data/l/x', { '/srv/data/l': '/srv/data/m' }, 'inside'],
    ['a link outside', '/tmp/l/x', { '/tmp/l': '/etc' }, 'outside'],
    ['the folder is a link', '/srv/data/x', { '/srv/data': '/mnt/d' }, 'inside'],
    ['the folder by its real name', '/mnt/d/x', { '/srv/data': '/mnt/d' }, 'inside'],
    ['beside a folder that is a link', '/mnt/e', { '/srv/data': '/mnt/d' }, 'outside'],
    ['up from a link', '/srv/data/l/../x', { '/srv/data/l': '/etc/y' }, 'unknown'],
    ['not known', '/srv/data/l/x', { '/srv/data/l': undefined }, 'unknown'],
    ['not known, outside', '/tmp/l/x', { '/tmp/l': undefined }, 'unknown'],
    ['the folder is not known', '/etc/x', { '/srv/data': undefined }, 'unknown'],
    ['into processes', '/dev/fd/3', { '/dev/fd': '/proc/7/fd' }, 'unknown'],
  ])('%s: %s', (_, path, links, expected) => {
    // As a system resolves it: links first, then dots.
    const realPath = (text: string) => {
      const real = linking(links)(text);
      return real?.replace(/\/[^/]+\/\.\.(?=\/|$)/, '');
    };
    expect(truth(path, '/srv/data', undefined, { realPath })).toBe(expected);
  });
});

describe('on Windows, within C:\\data', () => {
  const windows = { isWindows: true, home: 'C:\\Users\\u' };
  test.each<[string, string]>([
    ['C:\\data\\a', 'inside'],
    ['c:/DATA/a', 'inside'],
    ['C:\\data\\x\\..\\a', 'inside'],
    ['C:\\data\\.\\a', 'inside'],
    ['C:/data\\\\a', 'inside'],
    ['file:///C:/data/a', 'inside'],
    ['C:\\data2', 'outside'],
    ['C:\\data\\..\\x', 'outside'],
    ['D:\\data\\a', 'outside'],
    ['file:///C:/x', 'outside'],
    ['C:data\\a', 'unknown'],
    ['\\data\\a', 'unknown'],
    ['/data/a', 'unknown'],
    ['data\\a', 'unknown'],
    ['\\\\localhost\\C$\\data\\a', 'unknown'],
    ['//localhost/C$/data/a', 'unknown'],
    ['\\\\?\\C:\\data\\a', 'unknown'],
    ['\\\\.\\C:\\x', 'unknown'],
    ['\\??\\C:\\x', 'unknown'],
    ['C:\\data\\a:stream', 'unknown'],
    ['C:\\data\\.. \\x', 'unknown'],
    ['C:\\data\\...\\x', 'unknown'],
    ['C:\\data.\\x', 'unknown'],
    ['C:\\x\\data \\a', 'unknown'],
    ['C:\\data\\CON', 'unknown'],
    ['C:\\data\\nul.txt', 'unknown'],
    ['C:\\data\\%TEMP%\\x', 'unknown'],
    ['C:\\data\\%2e%2e\\x', 'unknown'],
    ['file://server/C:/data', 'unknown'],
    ['file:///C|/data', 'unknown'],
  ])('%j: %s', (path, expected) =>
    expect(truth(path, 'C:\\data', undefined, windows)).toBe(expected),
  );

  test.each<[string, string, string | undefined, string]>([
    ['a', 'C:\\data', 'C:\\data', 'inside'],
    ['..\\a', 'C:\\data', 'C:\\data', 'outside'],
    ['~\\a', '~', '~', 'inside'],
    ['\\\\server\\share\\a', '\\\\server\\share', undefined, 'inside'],
    ['\\\\SERVER\\share\\a', '//server/share/', undefined, 'inside'],
    ['\\\\other\\share\\a', '\\\\server\\share', undefined, 'unknown'],
    ['C:\\a', '\\\\server\\share', undefined, 'unknown'],
    ['C:\\a', '/srv', undefined, 'unknown'],
    ['C:\\anything', 'C:\\', undefined, 'inside'],
    ['C:\\Data\\x', 'c:\\dATA', undefined, 'inside'],
    ['C:\\\ufb01le\\x', 'C:\\file', undefined, 'unknown'],
    ['C:\\stra\u00dfe\\x', 'C:\\STRASSE', undefined, 'unknown'],
    ['C:\\\u00e9\\x', 'C:\\\u00c9', undefined, 'unknown'],
    ['C:\\proc\\x', 'C:\\data', undefined, 'outside'],
    ['\\\\server\\share\\a', '\\\\server\\share\\b', undefined, 'outside'],
  ])('%j within %j, base %j: %s', (path, value, base, expected) =>
    expect(truth(path, value, base, windows)).toBe(expected),
  );
});

test('long lists of paths are not looked at to their end', () => {
  let looks = 0;
  const realPath = (path: string) => {
    looks++;
    return path;
  };
  const args = JSON.stringify({ p: Array.from({ length: 20_000 }, (_, i) => `/srv/data/${i}`) });
  const leaf = { path: 'args.p[*]', op: 'within', value: '/srv/data' } as const;
  const { truth, why } = judge([leaf], 'require', args, { ...means(), realPath });
  expect(truth).toBe('unknown');
  expect(why()).toContain('is too much to look at');
  expect(looks).toBeLessThan(5000);
});
