// The reference has every key that the schema has and no other, and each of its examples comes out so.
import { describe, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import { OPERATORS } from '../../src/policy/conditions/operators.ts';
import { conditionsSchema } from '../../src/policy/conditions/schema.ts';
import type { Path } from '../../src/policy/document-path.ts';
import { keysAt } from '../../src/policy/messages/schema-keys.ts';
import { REFERENCE, type SectionName } from '../../src/policy/reference/sections.ts';
import { policySchema } from '../../src/policy/schema.ts';
import { outcomesOf } from '../support/examples.ts';

const keys = (path: Path, schema: z.core.$ZodType = policySchema) => keysAt(schema, path);
const SCHEMA_KEYS: Record<SectionName, readonly string[]> = {
  document: keys([]),
  entry: keys(['tools', 'a']),
  rule: [
    ...keys(['all_tools', 'deny_if', 0]),
    ...keys(['all_tools', 'require', 0]),
    ...keys(['all_tools', 'require_approval_if', 0]),
  ],
  condition: keys([0], conditionsSchema),
  operators: OPERATORS,
  limit: keys(['tools', 'a', 'limits', 0]),
  cost: keys(['tools', 'a', 'limits', 0, 'cost']),
  section: keys(['prompts']),
  approval: keys(['approval']),
  client: keys(['client']),
  methods: keys(['methods']),
};

describe.each(Object.keys(REFERENCE) as SectionName[])('%s', name => {
  const { keys, whole } = REFERENCE[name];

  test('has every key, once', () => {
    expect(SCHEMA_KEYS[name].length).toBeGreaterThan(0);
    expect(keys.map(({ key }) => key).sort()).toEqual([...new Set(SCHEMA_KEYS[name])].sort());
  });

  test.each(keys)('$key', async example => {
    const { calls, key, policy } = example;
    expect(calls.length).toBeGreaterThan(0);
    expect(JSON.stringify(policy)).toContain(`"${key}"`);
    const found = await outcomesOf(
      whole(example),
      calls.map(([call]) => call),
    );
    expect(calls.map(([call], i) => [call, found[i]])).toEqual(calls);
  });
});
