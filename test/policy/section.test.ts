// Resources and prompts: which key decides on a name, and that no spelling gets past it.
import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.ts';
import { policyOf } from './policies.ts';

async function decided(kind: 'resource' | 'prompt', section: object, name: string, rest = {}) {
  const policy = await policyOf({ default: 'deny', [`${kind}s`]: section, ...rest });
  const { effect, key } = evaluate([policy], { kind, names: [name] });
  return `${effect} ${key ?? 'default'}`;
}

describe('resources', () => {
  const data = { default: 'deny', allow: ['file:///data/*'] };
  test.each([
    [{}, 'file:///x', 'deny default'],
    [{ default: 'allow' }, 'file:///x', 'allow default'],
    [data, 'file:///data/x', 'allow resources.allow'],
    [data, 'file:///data/a/b/c.txt', 'allow resources.allow'],
    [data, 'file:///data/My%20File.txt', 'allow resources.allow'],
    [data, 'FILE:///data/x', 'deny default'],
    [data, 'file:///DATA/x', 'deny default'],
    [data, 'file:///database', 'deny default'],
    [data, 'file:///data/../etc/passwd', 'deny default'],
    [data, 'file:///data/%2e%2e/etc/passwd', 'deny default'],
    [data, 'file:///data/%252e%252e%252fetc/passwd', 'deny default'],
    [data, 'file:///data/..\\..\\etc', 'deny default'],
    [data, 'file:///data/a%00b', 'deny resources'],
    [{ allow: ['file:///My%20Docs/*'] }, 'file:///My%20Docs/a', 'allow resources.allow'],
    [{ allow: ['file:///a%20b'] }, 'file:///a%20b', 'allow resources.allow'],
    [{ allow: ['https://example.com'] }, 'https://example.com', 'allow resources.allow'],
    [{ allow: ['memo://insights'] }, 'memo://insights', 'allow resources.allow'],
    [{ allow: ['*'] }, 'anything at all', 'allow resources.allow'],
    [{ ...data, deny: ['*.key'] }, 'file:///data/a.key', 'deny resources.deny'],
    [{ ...data, deny: ['*.key'] }, 'file:///data/a.k%65y', 'deny resources.deny'],
    [{ ...data, deny: ['*.key'] }, 'file:///data/a.key#x', 'deny resources.deny'],
    [{ ...data, deny: ['*.key'] }, 'file:///data/a.key?x', 'deny resources.deny'],
    [{ ...data, deny: ['file:///data/secret/*'] }, 'file:///data//secret/x', 'deny resources.deny'],
    [{ ...data, hide: ['*/hidden/*'] }, 'file:///data/hidden/x', 'deny resources.hide'],
    [{ default: 'allow', deny: ['file:///etc/*'] }, 'file:/etc/passwd', 'deny resources.deny'],
    [
      { default: 'allow', deny: ['file:///etc/*'] },
      'file://LOCALHOST/etc/x',
      'deny resources.deny',
    ],
    [
      { default: 'allow', deny: ['http://*.internal/*'] },
      'HTTP://A.INTERNAL/x',
      'deny resources.deny',
    ],
    [{ default: 'allow', deny: ['file:///etc/*'] }, 'file:///home/x', 'allow default'],
    [{ default: 'allow', allow: [] }, 'file:///a%00', 'allow default'],
  ])('%j: %s → %s', async (section, uri, expected) =>
    expect(await decided('resource', section, uri)).toBe(expected),
  );

  test.each([
    ['file:///data/x%ff%2f..%2f..%2fetc', 'bytes that are no UTF-8 beside the dots'],
    ['file:///data/a%2fb%2fc/../%2e%2e%2f%2e%2e%2fetc', 'dots resolved, then decoded'],
    ['file:///data/a%252fb/../%252e%252e%252f%252e%252e%252fetc', 'the same, decoded twice'],
    ['file:///data/?/../../etc', 'a question mark in a file name'],
    ['file:///data/#/../../etc', 'a hash in a file name'],
    ['file:///data/%3f%2f..%2f..%2fetc', 'an encoded one'],
    ['file:///data/a\\b/../../etc', 'a backslash in a file name'],
    ['memo://work/../private', 'the host is a folder'],
    ['memo://work/..%2fprivate', 'the same, encoded'],
    [`file:///data/${'a'.repeat(8192)}`, 'a very long one'],
  ])('%.60s is not allowed: %s', async uri =>
    expect(await decided('resource', { allow: ['file:///data/*', 'memo://work/*'] }, uri)).toMatch(
      /^deny/,
    ),
  );

  const denying = {
    default: 'allow',
    deny: ['file:///etc/*', '*.key', 'https://internal/*', 'memo://private/*'],
  };
  test.each([
    ['file:///data/id.key/'],
    ['file:///data/id.key/.'],
    ['file:///data/id.key%2f?x'],
    ['file:///data/id.key. .'],
    ['file://anyone/etc/passwd'],
    ['file:///data/x%ff%2f..%2f..%2fetc/passwd'],
    ['https://someone@internal/x'],
    ['https://a:b@INTERNAL./x'],
    ['https://internal.:443/x'],
    ['memo://work/../private/x'],
  ])('%s is denied', async uri =>
    expect(await decided('resource', denying, uri)).toBe('deny resources.deny'),
  );

  test.each([
    ['http://*:80/*', 'http://evil.example:8080/x'],
    ['https://%2a.example.com/*', 'https://evil.example.com/x'],
    ['https://＊.example.com/*', 'https://evil.example.com/x'],
    ['https://node?.example.com/*', 'https://node/x.example.com/y'],
    ['http://1?/*', 'http://0.0.0.1/x/y'],
  ])('the pattern %s does not allow %s', async (pattern, uri) =>
    expect(await decided('resource', { allow: [pattern] }, uri)).toBe('deny default'),
  );

  test.each([
    ['http://*:80/*', 'http://good.example:80/x', 'deny default'],
    ['https://*.Example.com/*', 'https://a.example.com/My%20File', 'allow resources.allow'],
    ['https://*.bücher.de/*', 'https://a.bücher.de/x', 'allow resources.allow'],
    ['https://node?.example.com/*', 'https://node1.example.com/x', 'allow resources.allow'],
    ['https://h/find?q=*', 'https://h/find?q=https%3A%2F%2Fx%2F..%2Fy', 'allow resources.allow'],
    ['*', 'https://h/a?u=https%3A%2F%2Fx%2Fy%3Fz%3D1%2520b%26w#frag', 'allow resources.allow'],
    ['*', 'postgres://user:p%40ss@db.example:5432/name/schema', 'allow resources.allow'],
    ['*', 'file:///C:/Users/me/My%20Docs/%C3%A4%20100%25.txt', 'allow resources.allow'],
    ['*', 'file:///home/me/caf%e9.txt', 'allow resources.allow'],
    ['*', 'data:text/plain;base64,SGVsbG8=', 'allow resources.allow'],
    ['*', 'git+https://github.com/o/r.git@v1.0#sub/dir', 'allow resources.allow'],
    ['*', 'urn:isbn:0-486-27557-4', 'allow resources.allow'],
    ['*', '../notes/./today.md', 'allow resources.allow'],
  ])('%s, %s: %s', async (pattern, uri, expected) =>
    expect(await decided('resource', { allow: [pattern] }, uri)).toBe(expected),
  );

  test('no server reads another place in what is allowed, in whatever order it decodes', async () => {
    const policy = await policyOf({ default: 'deny', resources: { ...data, deny: ['*.key'] } });
    const decode = (uri: string) =>
      uri.replace(/(?:%[0-9a-f]{2})+/gi, run =>
        Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
      );
    const steps = [(uri: string) => new URL(uri).href, decode, (uri: string) => uri];
    const places = [
      (uri: string) => decode(new URL(uri).pathname),
      (uri: string) => uri.replace(/^file:(\/\/)?/, ''),
      (uri: string) => uri.replaceAll('\\', '/').replace(/^file:(\/\/)?|[?#].*$/gs, ''),
    ];
    const readers = steps.flatMap(first =>
      steps.flatMap(second => places.map(place => (uri: string) => place(second(first(uri))))),
    );
    const piece = fc.constantFrom(
      ...['/', '/', '..', '/..', '%2f..', '%2e%2e', '%5c', '\\', 'a', '%25', '2e', '2f', '%ff'],
      ...['?', '#', '%3f', '%23', '@', '//', '.', ' ', 'x.key', '%252f', '/../'],
    );
    let allowed = 0;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), pieces => {
        const uri = `file:///data/a${pieces.join('')}`;
        if (evaluate([policy], { kind: 'resource', names: [uri] }).effect === 'deny') return;
        allowed++;
        for (const read of readers)
          expect(posix.resolve('/', read(uri))).toMatch(/^\/data(?![^/])(?!.*\.key$)/);
      }),
      { numRuns: 2000 },
    );
    expect(allowed).toBeGreaterThan(100);
  });

  test('of several in one request the strictest decides', async () => {
    const policy = await policyOf({ default: 'deny', resources: data });
    const names = ['file:///data/x', 'file:///etc/x'] as const;
    const { effect, subject } = evaluate([policy], { kind: 'resource', names });
    expect([effect, subject]).toEqual(['deny', names.join(', ')]);
  });

  test('layers: what one of them denies is denied', async () => {
    const allowing = await policyOf({ default: 'allow' });
    const denying = await policyOf({ default: 'allow', resources: { deny: ['file:///etc/*'] } });
    const call = { kind: 'resource', names: ['file:///x/../etc/passwd'] } as const;
    expect(evaluate([allowing, denying], call).effect).toBe('deny');
  });

  test('a rule that denies never allows more, whatever the URI', async () => {
    const base = { default: 'deny', allow: ['file:///data/*', 'memo://*'] };
    const [less, more] = await Promise.all([
      policyOf({ default: 'deny', resources: base }),
      policyOf({ default: 'deny', resources: { ...base, deny: ['*secret*', 'file:///data/x/*'] } }),
    ]);
    const piece = fc.constantFrom(
      'file:',
      '///',
      'data',
      '/',
      '..',
      '%2e',
      '%2F',
      'secret',
      'x',
      '?',
      'memo:',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1 }).map(parts => parts.join('')),
        uri => {
          const call = { kind: 'resource', names: [uri] } as const;
          const [a, b] = [evaluate([less!], call).effect, evaluate([more!], call).effect];
          if (a === 'deny') expect(b).toBe('deny');
          // What reads as another place by any of the usual readers is not let through.
          if (b === 'allow' && URL.canParse(uri) && new URL(uri).protocol === 'file:')
            expect(decodeURIComponent(new URL(uri).pathname)).toMatch(/^\/data\/(?!.*secret)/);
        },
      ),
    );
  });
});

describe('prompts', () => {
  test.each([
    [{}, 'p', 'deny default'],
    [{ allow: ['review_*'] }, 'review_code', 'allow prompts.allow'],
    [{ allow: ['review_*'] }, 'Review_code', 'deny default'],
    [{ allow: ['*'], deny: ['admin*'] }, 'admin', 'deny prompts.deny'],
    [{ allow: ['*'], deny: ['admin'] }, '%61dmin', 'allow prompts.allow'],
    [{ allow: ['*'], hide: ['x'] }, 'x', 'deny prompts.hide'],
  ])('%j: %s → %s', async (section, name, expected) =>
    expect(await decided('prompt', section, name)).toBe(expected),
  );
});
