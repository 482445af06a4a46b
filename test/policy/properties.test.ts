// What must hold of every policy and every call, whatever stands in either.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../src/policy/decision.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { EFFECTS } from '../../src/policy/verdict.ts';
import { readExact } from '../../src/rpc/exact.ts';
import { conversation } from '../support/conversation.ts';
import { type Document, policyOf } from './policies.ts';

const TOOLS = ['a', 'get_a', 'delete_a', 'door', 'pay_b'];
const PATHS = ['args.n', 'args.s', 'args.o.k', 'args.l[*]', 'args.l[0]', 'args.op', 'args'];

const scalar = fc.oneof(
  fc.integer({ min: -2, max: 3 }),
  fc.constantFrom('a', 'b', '', '/srv/a', 'http://x.y/', '[1]', '2', true, false, null, 0.5),
);
const leaf = fc
  .tuple(
    fc.constantFrom(...PATHS),
    fc.constantFrom<[string, unknown]>(
      ['eq', 1],
      ['eq', 'a'],
      ['eq', { k: 1 }],
      ['neq', 'a'],
      ['in', [1, 'a', null]],
      ['not_in', [2, 'b']],
      ['lt', 1],
      ['gte', 0],
      ['contains', 'a'],
      ['starts_with', 'a'],
      ['glob', 'a*'],
      ['regex', '^[ab]$'],
      ['exists', true],
      ['exists', false],
      ['within', '/srv'],
      ['host_in', ['x.y']],
      ['length_lt', 2],
    ),
  )
  .map(([path, [op, value]]) => ({ path, op, value }));
const { condition } = fc.letrec<{ condition: object }>(tie => ({
  condition: fc.oneof(
    { maxDepth: 2 },
    { arbitrary: leaf, weight: 4 },
    fc.array(tie('condition'), { minLength: 1, maxLength: 2 }).map(any => ({ any })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 2 }).map(all => ({ all })),
    tie('condition').map(not => ({ not })),
  ),
}));
const rules = fc.array(fc.record({ conditions: fc.array(condition, { maxLength: 2 }) }), {
  maxLength: 2,
});
const limit = fc
  .record(
    {
      cost: fc.constantFrom(0, 0.1, { path: 'args.n' }, { path: 'args.n', default: 1 }),
      per: fc.constantFrom('tool', 'subject', 'args.s', 'args.o.k'),
      kind: fc.constantFrom('sliding', 'fixed'),
    },
    { requiredKeys: [] },
  )
  // A name for each way of counting.
  .map(how => ({ ...how, max: 2, window: 'hour', counter: JSON.stringify(how) }));
const uncategorised = fc.record(
  {
    action: fc.constantFrom('allow', 'deny', 'require_approval'),
    require: rules,
    deny_if: rules,
    require_approval_if: rules,
    limits: fc.array(limit, { maxLength: 2 }),
    concurrency: fc.integer({ min: 1, max: 2 }),
    rate_limit: fc.constantFrom('0/minute', '1/minute'),
  },
  { requiredKeys: [] },
);
const category = fc.constantFrom('read', 'write', 'execute', 'destructive', 'financial', 'unknown');
const entry = fc
  .tuple(uncategorised, fc.option(category, { nil: undefined }))
  .map(([given, category]) => (category === undefined ? given : { ...given, category }));
const names = fc.constantFrom(...TOOLS, '*', 'get_*', '*_a', 'door:x', 'door:*', 'd*');
const policy: fc.Arbitrary<Document> = fc.record(
  {
    default: fc.constantFrom('allow', 'deny'),
    hide: fc.array(fc.constantFrom(...TOOLS, 'door:x', '*_b'), { maxLength: 1 }),
    all_tools: uncategorised,
    operations: fc.constant({ door: 'op' }),
    tools: fc.dictionary(names, entry, { maxKeys: 4 }),
    categories: fc.dictionary(category, uncategorised, { maxKeys: 3 }),
  },
  { requiredKeys: ['default'] },
);
const object = fc.record(
  {
    n: scalar,
    s: scalar,
    op: fc.oneof(fc.constantFrom('x', 'y'), scalar),
    o: fc.oneof(fc.record({ k: scalar, j: scalar }, { requiredKeys: [] }), scalar),
    l: fc.oneof(fc.array(scalar, { maxLength: 3 }), scalar),
    N: scalar,
  },
  { requiredKeys: [] },
);
const args = fc.option(fc.oneof({ arbitrary: object, weight: 9 }, scalar), { nil: undefined });
const tool = fc.constantFrom(...TOOLS);

const decide = (policies: readonly Policy[], name: string, given: unknown, steps?: Step[]) =>
  evaluate(policies, callOf(name, given), policies, step => steps?.push(step));

function callOf(name: string, given: unknown) {
  const text = given === undefined ? undefined : Buffer.from(JSON.stringify(given));
  const value = text && readExact(text, { start: 0, end: text.length });
  return { kind: 'tool' as const, name, args: () => ({ value }) };
}
const strictness = ({ effect }: { effect: (typeof EFFECTS)[number] }) => EFFECTS.indexOf(effect);

/** What makes a document stricter. */
const stricter: fc.Arbitrary<(document: Document) => Document> = fc.oneof(
  names.map(name => (document: Document) => ({
    ...document,
    tools: { ...(document.tools as object), [name]: { action: 'deny' } },
  })),
  fc.tuple(names, fc.constantFrom('require', 'deny_if', 'require_approval_if'), condition).map(
    ([name, list, one]) =>
      (document: Document) =>
        changed(document, 'tools', name, list, one),
  ),
  fc.tuple(category, fc.constantFrom('require', 'deny_if', 'require_approval_if'), condition).map(
    ([name, list, one]) =>
      (document: Document) =>
        changed(document, 'categories', name, list, one),
  ),
  fc
    .tuple(fc.constantFrom('require', 'deny_if'), condition)
    .map(([list, one]) => (document: Document) => ({
      ...document,
      all_tools: withRule((document.all_tools as Document | undefined) ?? {}, list, one),
    })),
  category.map(name => (document: Document) => ({
    ...document,
    categories: { ...(document.categories as object), [name]: { action: 'deny' } },
  })),
  fc.tuple(names, category).map(([name, named]) => (document: Document) => {
    const tools = document.tools as Record<string, Document> | undefined;
    const found = tools?.[name];
    return found === undefined || 'category' in found
      ? document
      : { ...document, tools: { ...tools, [name]: { ...found, category: named } } };
  }),
  fc.constantFrom(...TOOLS, '*_a', 'door:x').map(hidden => (document: Document) => ({
    ...document,
    hide: [...((document.hide as string[] | undefined) ?? []), hidden],
  })),
  fc.constant((document: Document) => ({ ...document, default: 'deny' })),
);

function changed(
  document: Document,
  key: string,
  name: string,
  list: string,
  one: object,
): Document {
  const entries = document[key] as Record<string, Document> | undefined;
  const found = entries?.[name];
  if (found === undefined) return document;
  return { ...document, [key]: { ...entries, [name]: withRule(found, list, one) } };
}

function withRule(found: Document, list: string, one: object): Document {
  const rules = (found[list] as object[] | undefined) ?? [];
  return { ...found, [list]: [...rules, { conditions: [one] }] };
}

/** The same with all keys in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  );
}

const runs = { numRuns: 400 };
const seen = new Set<string>();

describe('for any policy and any call', () => {
  it('there is a decision, with every step that led to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(policy, { minLength: 1, maxLength: 2 }),
        tool,
        args,
        async (documents, name, given) => {
          const policies = await Promise.all(
            documents.map((document, i) =>
              policyOf(document, { layer: i === 0 ? 'policy' : '_all' }),
            ),
          );
          const steps: Step[] = [];
          const decision = decide(policies, name, given, steps);
          expect(['allow', 'deny', 'require_approval']).toContain(decision.effect);
          seen.add(decision.effect);
          // The step that decided was told, and none stricter.
          const told = steps.filter(({ effect }) => effect !== null);
          const effects = told.map(({ effect }) => EFFECTS.indexOf(effect ?? 'allow'));
          expect(Math.max(-1, ...effects)).toBeLessThanOrEqual(strictness(decision));
          if (decision.effect === 'deny') expect(decision.reason ?? decision.key).not.toBeNull();
          else
            expect(decision.limits.every(({ amount }) => Number.isSafeInteger(amount))).toBe(true);
        },
      ),
      runs,
    );
    expect([...seen].sort()).toEqual(['allow', 'deny', 'require_approval']);
  });

  it('the order of keys decides nothing, in arguments or in the policy', async () => {
    await fc.assert(
      fc.asyncProperty(policy, tool, args, async (document, name, given) => {
        const [one, other] = [
          await policyOf(document),
          await policyOf(turned(document) as Document),
        ];
        const { limits, reason, key, ...decision } = decide([one], name, given);
        const again = decide([one], name, turned(given));
        expect(again).toMatchObject({ ...decision, key });
        expect(again.limits).toEqual(limits);
        expect(decide([other], name, given)).toMatchObject(decision);
        // Of several reasons in one object any may be told.
        expect(again.reason === null).toBe(reason === null);
      }),
      runs,
    );
  });

  it('what makes one document stricter never lets a call through that was stopped', async () => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(policy, stricter, tool, args, async (document, change, name, given) => {
        const after = change(document);
        const before = strictness(decide([await policyOf(document)], name, given));
        const now = strictness(decide([await policyOf(after)], name, given));
        expect(now).toBeGreaterThanOrEqual(before);
        if (now > before) changes++;
      }),
      { numRuns: 1200 },
    );
    // Some 24 of them on average: with a bound near that the test would fail by chance.
    expect(changes).toBeGreaterThan(5);
  });

  it('a further layer never lets a call through that was stopped, and takes away no limit', async () => {
    await fc.assert(
      fc.asyncProperty(policy, policy, tool, args, async (own, further, name, given) => {
        const one = await policyOf(own);
        const other = await policyOf(further, { layer: '_all' });
        const alone = decide([one], name, given);
        const both = decide([one, other], name, given);
        expect(strictness(both)).toBeGreaterThanOrEqual(strictness(alone));
        expect(strictness(both)).toBeGreaterThanOrEqual(strictness(decide([other], name, given)));
        if (both.effect === 'deny') return;
        for (const due of alone.limits) expect(both.limits).toContainEqual(due);
        for (const slot of alone.slots) expect(both.slots).toContainEqual(slot);
      }),
      runs,
    );
  });

  it('observing, the first call is judged as it would be', async () => {
    await fc.assert(
      fc.asyncProperty(policy, tool, args, async (document, name, given) => {
        const message = {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: given === undefined ? { name } : { name, arguments: given },
        };
        const full = { version: '1', ...document };
        const [enforcing, observing] = [
          await conversation([full]),
          await conversation([full], 'observe'),
        ];
        const [[way] = []] = enforcing.client(message);
        expect(observing.client(message)).toMatchObject([['→', message]]);
        const [row, other] = [enforcing.store.rows[0], observing.store.rows[0]];
        expect(row?.forwarded).toBe(way === '→');
        expect(row?.verdict.effect === 'allow').toBe(way === '→');
        const used = (verdict: typeof row) =>
          verdict?.verdict.limits.map(({ counter, max }) => ({ counter, max }));
        expect(other?.verdict).toMatchObject({ ...row?.verdict, limits: expect.any(Array) });
        expect(used(other)).toEqual(used(row));
      }),
      { numRuns: 300 },
    );
  });
});

beforeAll(async () => {
  // Loads what compiles conditions, so that no property is timed for it.
  await policyOf({ default: 'deny', all_tools: { deny_if: [{ conditions: [] }] } });
});
