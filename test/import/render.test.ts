// What an imported policy looks like, and that it says the same, whatever stands in it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderJson, renderYaml } from '../../src/import/render.ts';
import { parsed } from '../support/parsed.ts';
import { imported } from './documents.ts';

const SOURCE = `
version: "1"
description: Payments of the shop
default: deny
hide: [rotate_keys]
tools:
  list_charges: { rules: [] }
  create_charge:
    rules:
      - name: at most 500 dollars
        conditions:
          - { path: args.amount, op: lte, value: 50000 }
          - { path: args.memo, op: exists, value: true }
        on_deny: One charge is at most $500.00
      - name: budget
        conditions: [{ path: state.create_charge.spend, op: lt, value: 1000000 }]
        on_deny: The budget is used up
        state: { counter: spend, window: day, increment_from: args.amount }
  delete_customer:
    rules: [{ name: people only, action: deny, on_deny: ask the shop's owner }]
  "*":
    rules: [{ name: everything, rate_limit: 60/minute }]
`;

test('it reads well', async () => {
  const text = await renderYaml(await imported(SOURCE), 'shop.yaml');
  const [heading = '', policy = ''] = text.split(/\n\n/);
  const lines = heading.split('\n');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
  const notes = lines.filter(line => !line.startsWith('#   '));
  expect(notes.map(line => line.slice(0, 60))).toEqual([
    '# Imported from shop.yaml, a policy of Intercept.',
    '# What differs:',
    '# - tools.create_charge.rules[1].state.increment_from: a neg',
    '# - tools.create_charge.rules[1].on_deny: kept as a comment ',
    '# - default: Intercept polices tools alone, so resources and',
    '# - tools: a call that the server answers with an error keep',
    '# - tools: each server has its own counters; Intercept share',
  ]);
  expect(policy).toBe(`version: "1"
description: Payments of the shop
default: deny
hide: [ rotate_keys ]
all_tools:
  limits:
    # everything
    - { max: 60, window: minute, kind: fixed }
tools:
  list_charges: {}
  create_charge:
    require:
      # at most 500 dollars
      - conditions:
          - { path: args.amount, op: lte, value: 50000 }
          # is there, and is not null
          - any:
              - { path: args.memo, op: in, value: [ "", 0, false, [], {} ] }
              - { path: args.memo, op: not_in, value: [ "", 0, false, [], {} ] }
        on_deny: One charge is at most $500.00
    limits:
      # budget: The budget is used up
      - counter: create_charge.spend
        max: 999999
        window: day
        kind: fixed
        cost: { path: args.amount }
  delete_customer:
    # people only
    action: deny
    reason: ask the shop's owner
resources: { default: allow }
prompts: { default: allow }
`);
});

test('without differences the heading is one line', async () => {
  const text = await renderYaml(await imported({ tools: { t: {} } }), 'a.yaml');
  expect(text).toBe(
    '# Imported from a.yaml, a policy of Intercept.\n\nversion: "1"\ndefault: allow\ntools:\n  t: {}\n',
  );
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    'x\rdefault: allow',
    '# no',
    '\u202etxt',
    'a\n b\n',
    ' ',
    '- a: b',
    "'",
    '"',
    '\\u0041',
    '~',
    'yes',
    '1',
    '{',
    '\ufeff',
    '\u2028',
    '\u0085',
    `${'long '.repeat(40)}`,
  ),
);
const name = text.filter(
  value => value !== '' && !/[*?]|^__proto__$/.test(value) && value.trim() !== '',
);

test('whatever names and words say, it is the same policy and harmless to show', async () => {
  await fc.assert(
    fc.asyncProperty(name, name, text, text, async (tool, counter, label, words) => {
      const said = label === '' ? {} : { name: label };
      const source = {
        description: words,
        hide: [tool],
        tools: {
          [tool]: {
            rules: [
              { ...said, action: 'deny', on_deny: words },
              {
                ...said,
                on_deny: words,
                conditions: [
                  { path: 'args.a', op: 'eq', value: words },
                  { path: `state.${tool}.${counter}`, op: 'lte', value: 3 },
                ],
                state: { counter, window: 'day' },
              },
            ],
          },
        },
      };
      const result = await imported(source);
      const yaml = await renderYaml(result, words);
      const json = renderJson(result);
      expect(parse(yaml)).toEqual(result.policy);
      expect(parsed(json)).toEqual(result.policy);
      for (const shown of [yaml, json])
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
    { numRuns: 500 },
  );
});
