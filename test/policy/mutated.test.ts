// Policies with something changed at random: whatever it is, it is told in order, JSON and YAML are read
// alike, and the JSON Schema of editors refuses nothing that can be used.
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { REFERENCE, type SectionName } from '../../src/policy/reference/sections.ts';
import { parsed } from '../support/parsed.ts';
import { problemsIn } from './policies.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const isValid = new Ajv2020({ allowUnionTypes: true, strictRequired: false }).compile(
  policyJsonSchema(),
);
const DOCUMENTS = (Object.keys(REFERENCE) as SectionName[]).flatMap(name =>
  REFERENCE[name].keys.map(example => REFERENCE[name].whole(example) as Json),
);
const VALUES: Json[] = [
  ...[null, true, false, 0, -1, 1.5, '', 'deny', 'minute', '10/minute', 'args.a', '*', [], {}],
  ...[[1], ['a'], [{}], [[]], { a: {} }, { conditions: [] }],
  { path: 'args.a', op: 'eq', value: 1 },
];
const KEYS = [
  ...[
    'action',
    'deny',
    'limits',
    'conditions',
    'path',
    'op',
    'value',
    'any',
    'not',
    'window',
    'max',
  ],
  ...['per', 'cost', 'tools', 'hide', 'a', '__proto__', 'category', 'default', 'reason', '', 'x y'],
];

const change = fc.record({
  /** Which of all places. */
  at: fc.nat(),
  how: fc.oneof(
    fc.record({ value: fc.constantFrom(...VALUES) }),
    fc.record({ key: fc.constantFrom(...KEYS) }),
    fc.constant('gone' as const),
  ),
});

interface Holder {
  readonly of: Json[] | { [key: string]: Json };
  readonly key: string | number;
}

function placesIn(value: Json): Holder[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap(key => [
    { of: value, key },
    ...placesIn((value as Record<string | number, Json>)[key] ?? null),
  ]);
}

const mutated = fc
  .tuple(fc.constantFrom(...DOCUMENTS), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([document, changes]) => {
    const copy = structuredClone(document);
    for (const { at, how } of changes) {
      const places = placesIn(copy);
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) continue;
      const of = place.of as Record<string | number, Json>;
      const old = of[place.key] ?? null;
      if (typeof how === 'object' && 'value' in how) of[place.key] = structuredClone(how.value);
      else if (Array.isArray(place.of)) place.of.splice(Number(place.key), 1);
      else {
        delete of[place.key];
        if (typeof how === 'object')
          Object.defineProperty(of, how.key, {
            value: old,
            enumerable: true,
            configurable: true,
            writable: true,
          });
      }
    }
    return JSON.stringify(copy);
  });

test('every problem has a place and is said once, in words', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async text => {
      const problems = await problemsIn(text, 'json');
      for (const problem of problems) {
        expect(problem).toMatch(/^p\.json:\d+:\d+: \S/);
        expect(problem).not.toMatch(/undefined|\[object|NaN|[Ii]nvalid input|\n/);
      }
      expect(new Set(problems).size).toBe(problems.length);
      const asYaml = await problemsIn(stringify(parsed(text)), 'yaml');
      expect(asYaml.length > 0).toBe(problems.length > 0);
    }),
    { numRuns: 1000 },
  );
});

test('what can be used is no error in an editor', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async text => {
      if ((await problemsIn(text, 'json')).length > 0) return;
      isValid(parsed(text));
      expect(isValid.errors).toBeNull();
    }),
    { numRuns: 2000 },
  );
});
