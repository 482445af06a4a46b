// Resources and prompts: which key decides on a name, and that no spelling gets past it.
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
