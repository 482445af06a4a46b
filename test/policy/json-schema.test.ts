// The JSON Schema that editors get: current, valid, and of one mind with the loader.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { REFERENCE, type SectionName } from '../../src/policy/reference/sections.ts';
import { root } from '../support/wrapper.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
// Strict: an unknown keyword, or one that says nothing where it stands, is an error.
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
const isValid = ajv.compile(policyJsonSchema());

test('the one in dist/ is current', () => {
  expect(JSON.parse(read('dist/policy.schema.json'))).toEqual(policyJsonSchema());
});

test('every key has a description', () => {
  const lost: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, child] of Object.entries(schema)) {
      if (key === 'properties' && 'additionalProperties' in schema && !path.includes('rate_limit'))
        for (const [name, property] of Object.entries(child as Record<string, object>))
          if (!('description' in property)) lost.push(`${path}.${name}`);
      visit(child, `${path}.${key}`);
    }
  };
  visit(policyJsonSchema(), '');
  expect(lost).toEqual([]);
});

describe('accepts', () => {
  const folders = ['examples', 'bench'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => !name.includes('node_modules') && /policy\.(?:json|ya?ml)$/.test(name))
      .map(name => join(folder, name)),
  );
  test('there are examples', () => expect(folders.length).toBeGreaterThan(2));
  test.each(folders)('%s', path => {
    isValid(parse(read(path)));
    expect(isValid.errors).toBeNull();
  });

  const sections = Object.keys(REFERENCE) as SectionName[];
  const examples = sections.flatMap(name =>
    REFERENCE[name].keys.map(example => ({
      name: `${name}: ${example.key}`,
      example,
      section: name,
    })),
  );
  test.each(examples)('the example of $name', ({ example, section }) => {
    isValid(REFERENCE[section].whole(example));
    expect(isValid.errors).toBeNull();
  });
});

const head = { version: '1', default: 'deny' };
const entry = (content: object) => ({ ...head, tools: { a: content } });
const limit = (content: object) => entry({ limits: [{ max: 1, window: 'day', ...content }] });
const condition = (content: object) => entry({ deny_if: [{ conditions: [content] }] });
const leaf = (op: string, value: unknown) => condition({ path: 'args.a', op, value });

describe('is of one mind with the loader', () => {
  test.each<[boolean, object]>([
    [true, head],
    [false, {}],
    [false, { version: '1' }],
    [false, { ...head, version: 1 }],
    [false, { ...head, default: 'block' }],
    [false, { ...head, toolz: {} }],
    [true, { ...head, approval: {} }],
    [true, { ...head, approval: { timeout: '5m', remember: 'session', via: ['queue'] } }],
    [true, { ...head, approval: { remember: '8h', via: ['command'], command: ['/bin/ask', 'x'] } }],
    [false, { ...head, approval: { timeout: 'minute' } }],
    [false, { ...head, approval: { timeout: 45 } }],
    [false, { ...head, approval: { remember: 'always' } }],
    [false, { ...head, approval: { via: [] } }],
    [false, { ...head, approval: { via: ['mail'] } }],
    [false, { ...head, approval: { via: ['command'] } }],
    [false, { ...head, approval: { command: [] } }],
    [false, { ...head, hide: 'a' }],
    [false, { ...head, hide: [''] }],
    [false, { ...head, tools: { '': {} } }],
    [false, { ...head, tools: [] }],
    [false, { ...head, categories: { reed: {} } }],
    [false, { ...head, categories: { read: { category: 'read' } } }],
    [false, { ...head, all_tools: { category: 'read' } }],
    [false, { ...head, operations: { a: '' } }],
    [false, { ...head, client: { sampling: true } }],
    [false, { ...head, methods: {} }],
    [false, { ...head, audit: 'on' }],
    [false, entry({ action: 'block' })],
    [false, entry({ deny: true })],
    [false, entry({ category: 'reed' })],
    [false, entry({ concurrency: 0 })],
    [true, entry({ rate_limit: '10/minute' })],
    [true, entry({ rate_limit: { max: 10, window: 60 } })],
    [false, entry({ rate_limit: '10/min' })],
    [false, entry({ rate_limit: 10 })],
    [false, entry({ rate_limit: { max: 10, window: 'minute' } })],
    [true, limit({ window: '90s' })],
    [true, limit({ window: 31_622_400 })],
    [false, limit({ window: 31_622_401 })],
    [false, limit({ window: 0 })],
    [false, limit({ window: 'eon' })],
    [false, limit({ max: -1 })],
    [false, limit({ max: 1.5 })],
    [false, limit({ max: 100_001 })],
    [true, limit({ max: 100_001, kind: 'fixed' })],
    [true, limit({ max: 1.5, cost: 1 })],
    [true, limit({ cost: { path: 'args.a', default: 0.5 } })],
    [false, limit({ cost: { path: 'a' } })],
    [false, limit({ cost: -1 })],
    [false, limit({ cost: 'args.a' })],
    [true, limit({ per: 'args.a' })],
    [true, limit({ per: 'tool' })],
    [false, limit({ per: 'cluster' })],
    [false, limit({ scope: 'user' })],
    [false, limit({ kind: 'rolling' })],
    [false, entry({ limits: { max: 1, window: 'day' } })],
    [false, entry({ limits: [{ max: 1 }] })],
    [true, { ...head, prompts: { limits: [{ max: 1, window: 1, per: 'subject', cost: 2 }] } }],
    [false, { ...head, prompts: { limits: [{ max: 1, window: 1, per: 'tool' }] } }],
    [false, { ...head, prompts: { limits: [{ max: 1, window: 1, cost: { path: 'args.a' } }] } }],
    [false, entry({ deny_if: [{}] })],
    [false, entry({ deny_if: [{ conditions: {} }] })],
    [false, entry({ deny_if: [{ conditions: [], reason: 'x' }] })],
    [false, entry({ require_approval_if: [{ conditions: [], on_deny: 'x' }] })],
    [true, condition({ path: 'args.a', op: 'exists' })],
    [true, condition({ not: { any: [{ path: 'args[0]', op: 'eq', value: null }] } })],
    [false, condition({})],
    [false, condition({ path: 'args.a', op: 'eq' })],
    [false, condition({ path: 'a', op: 'exists' })],
    [false, condition({ op: 'exists' })],
    [false, condition({ path: 'args.a', value: 1 })],
    [false, condition({ any: [] })],
    [false, condition({ not: [] })],
    [false, condition({ not: { path: 'args.a', op: 'exists' }, op: 'eq' })],
    [false, condition({ all: [{ path: 'args.a', op: 'is', value: 1 }] })],
    [
      false,
      condition({ any: [{ path: 'args', op: 'exists' }], all: [{ path: 'args', op: 'exists' }] }),
    ],
    [false, leaf('lt', '5')],
    [false, leaf('in', [])],
    [false, leaf('in', 'a')],
    [false, leaf('regex', '')],
    [false, leaf('contains', '')],
    [false, leaf('exists', 'no')],
    [true, leaf('within', ['/a', '~/b', 'C:\\c'])],
    [false, leaf('within', './a')],
    [true, leaf('host_in', ['*.example.com'])],
    [false, leaf('host_in', ['https://example.com/'])],
    [false, leaf('host_in', ['*'])],
    [false, leaf('gt', 2 ** 53)],
    [false, leaf('length_gt', -1)],
  ])('%s: %j', async (expected, document) => {
    const text = JSON.stringify(document);
    expect('policy' in (await loadPolicy({ name: 'p', text, format: 'json' }))).toBe(expected);
    expect(isValid(document)).toBe(expected);
  });
});
