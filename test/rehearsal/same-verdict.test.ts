// `test`, `explain`, `simulate` and the live filter say the same of the same call, whatever the policy,
// observing or not.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEntry } from '../../src/audit/read.ts';
import type { RecordRow } from '../../src/audit/record.ts';
import type { Verdict } from '../../src/policy/verdict.ts';
import type { Mode } from '../../src/proxy/context.ts';
import { explain } from '../../src/rehearsal/explanation.ts';
import { requestFor } from '../../src/rehearsal/rehearsal.ts';
import { replay } from '../../src/rehearsal/replay.ts';
import { policyOf } from '../policy/policies.ts';
import { call, conversation, request } from '../support/conversation.ts';
import { played } from './playing.ts';

const START = Date.UTC(2026, 0, 1);

const limit = fc.record(
  {
    max: fc.integer({ min: 0, max: 3 }),
    window: fc.constantFrom('second', 'minute', '90s'),
    scope: fc.constantFrom('grant', 'session', 'global'),
    counter: fc.constantFrom('shared', 'other'),
  },
  { requiredKeys: ['max', 'window'] },
);
const action = fc.constantFrom('allow', 'allow', 'allow', 'deny', 'require_approval');
const entry = fc.record(
  {
    action,
    reason: fc.constantFrom('why', 'because'),
    limits: fc.array(limit, { maxLength: 2 }),
    rate_limit: fc.constantFrom('1/minute', '2/second'),
  },
  { requiredKeys: [] },
);
const category = fc.constantFrom('read', 'write', 'destructive', 'unknown');
const toolEntry = fc
  .tuple(entry, fc.option(category, { nil: undefined }))
  .map(([rest, name]) => (name === undefined ? rest : { ...rest, category: name }));
const KEYS = ['a', 'a*', 'get_*', 'get_x', 'door', 'door:*', 'door:List*', '*'];
const section = fc.record(
  {
    default: fc.constantFrom('allow', 'deny'),
    deny: fc.constant(['*2']),
    limits: fc.array(limit, { maxLength: 1 }),
  },
  { requiredKeys: [] },
);
const document = fc.record(
  {
    default: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
    hide: fc.constant(['secret']),
    operations: fc.constant({ door: 'op' }),
    all_tools: entry,
    tools: fc.dictionary(fc.constantFrom(...KEYS), toolEntry, { maxKeys: 4 }),
    categories: fc.dictionary(category, entry, { maxKeys: 2 }),
    resources: section,
    prompts: section,
  },
  { requiredKeys: ['default'] },
);

const TOOLS = ['a', 'ab', 'get_x', 'get_y', 'delete_z', 'secret', 'door', 'door:ListA', 'x\u0007'];
const tool = fc.oneof(fc.constantFrom('a', 'get_x'), fc.constantFrom(...TOOLS));
const args = fc.constantFrom(undefined, {}, { op: 'ListA' }, { op: 'DeleteA' }, { op: [1.5] });
const asked = fc.oneof(
  { weight: 4, arbitrary: fc.record({ tool, args }) },
  { weight: 1, arbitrary: fc.record({ resource: fc.constantFrom('x://1', 'x://2') }) },
  { weight: 1, arbitrary: fc.record({ prompt: fc.constantFrom('p1', 'p2') }) },
);
type Asked =
  | { tool: string; args?: object | undefined }
  | { resource: string }
  | { prompt: string };
const step = fc.record({ asked, after: fc.constantFrom(0, 0, 0, 500, 1000, 59_999, 60_000) });
type Step = { asked: Asked; after: number };

/** What the live filter writes of each call. */
async function live(layers: object[], mode: Mode, steps: readonly Step[]): Promise<Verdict[]> {
  const { rows } = await recorded(layers, mode, steps);
  return rows.map(({ verdict }) => verdict);
}

/** The rows, and the store and the clock as they are after the last call. */
async function recorded(layers: object[], mode: Mode, steps: readonly Step[]) {
  const { client, server, store, clock } = await conversation(layers, mode);
  clock.now = START;
  const rows = steps.map(({ asked: what, after }, id) => {
    clock.now += after;
    if ('tool' in what) client(call(id, what.tool, what.args));
    else if ('resource' in what) client(request(id, 'resources/read', { uri: what.resource }));
    else client(request(id, 'prompts/get', { name: what.prompt }));
    server({ jsonrpc: '2.0', id, result: { content: [] } });
    return store.rows.filter(({ method }) => method !== '(reply)').at(-1)!;
  });
  return { rows, store, clock };
}

const policiesOf = (documents: readonly object[]) =>
  Promise.all(
    documents.map((document, i) =>
      policyOf({ ...document }, { layer: i === 0 ? 'policy' : `layer${i}` }),
    ),
  );

function askedFor(what: Asked) {
  if ('resource' in what) return requestFor('resource', what.resource);
  if ('prompt' in what) return requestFor('prompt', what.prompt);
  return requestFor('tool', what.tool, what.args && JSON.stringify(what.args));
}

/** False for a tool whose name the record cannot tell from an operation of another. */
function isTold({ asked: what }: Step): boolean {
  return !(
    'tool' in what &&
    what.tool === 'door:ListA' &&
    JSON.stringify(what.args)?.includes('ListA')
  );
}

/** As it is read back from the record. */
function entryOf(
  { facts, at, method, verdict, forwarded, arguments: args }: RecordRow,
  id: number,
) {
  const { session, server, grant, mode, policy } = facts;
  const { subject, category: of, effect, layer, key, reason, limits, approval } = verdict;
  const entry: LogEntry = {
    ...{ id, time: new Date(at).toISOString(), session, server, grant, mode, method, subject },
    ...{
      category: of,
      effect,
      forwarded,
      layer,
      key,
      reason,
      limits,
      approval,
      arguments: args,
      policy,
    },
    ...{ outcome: 'ok', durationMs: 0 },
  };
  return entry;
}

function testFile(mode: Mode, steps: readonly Step[], verdicts: readonly Verdict[]): object {
  let at = 0;
  const calls = steps.map(({ asked: what, after }, i) => {
    at += after;
    const { effect, key, category: of, layer, subject, reason } = verdicts[i]!;
    const expected = { effect, key, category: of, layer, subject, ...(reason && { reason }) };
    return { ...what, at: `${at}ms`, expect: expected };
  });
  return { start: new Date(START).toISOString(), tests: [{ name: 'n', mode, calls }] };
}

const scenario = fc.record({
  layers: fc.array(document, { minLength: 1, maxLength: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  mode: fc.constantFrom<Mode>('enforce', 'observe'),
  silent: fc.boolean(),
});

test('every verdict of the live filter is what `test` sees, recorded or not', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(scenario, async ({ layers, steps, mode, silent }) => {
      const documents = layers.map(layer => ({ version: '1', ...layer }));
      const verdicts = await live(documents, mode, steps);
      for (const { effect } of verdicts) seen.add(effect);
      const tested = silent ? documents.map(layer => ({ ...layer, audit: 'off' })) : documents;
      const [result] = await played(tested, testFile(mode, steps, verdicts));
      expect(result).toMatchObject({ calls: steps.length, failure: null });
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual(['allow', 'deny', 'rate_limit', 'require_approval']);
});

/** What both modes must agree on: in observe mode what would have been stopped may be counted. */
function common({ effect, subject, category: of, layer, key, reason }: Verdict): object {
  return { effect, subject, category: of, layer, key, reason };
}

test('a call that nothing was counted before gets one verdict, observed or enforced', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(scenario, async ({ layers, steps }) => {
      const documents = layers.map(layer => ({ version: '1', ...layer }));
      const first = steps.slice(0, 1);
      const [enforced] = await live(documents, 'enforce', first);
      const [observed] = await live(documents, 'observe', first);
      seen.add(enforced!.effect);
      expect(common(observed!)).toEqual(common(enforced!));
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual(['allow', 'deny', 'rate_limit', 'require_approval']);
});

test('`explain` says before a call what the live filter says of it, in either mode', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(scenario, async ({ layers, steps, mode }) => {
      const documents = layers.map(layer => ({ version: '1', ...layer }));
      const { store, clock } = await recorded(documents, mode, steps.slice(0, -1));
      const last = steps.at(-1)!;
      const verdict = (await live(documents, mode, steps)).at(-1)!;
      clock.now += last.after;
      const facts = { mode, session: 's', server: 'srv', grant: 'default' };
      const policies = await policiesOf(documents);
      const said = explain(policies, facts, askedFor(last.asked), store, clock.now);
      seen.add(verdict.effect);
      expect(said.verdict).toEqual(verdict);
      expect(said.forwarded).toBe(said.text === null);
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual(['allow', 'deny', 'rate_limit', 'require_approval']);
});

test('the record replayed against the policies that wrote it changes nothing', async () => {
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ layers, steps }) => {
      const documents = layers.map(layer => ({ version: '1', ...layer }));
      const { rows } = await recorded(documents, 'enforce', steps.filter(isTold));
      const found = replay(rows.map(entryOf), await policiesOf(documents));
      judged += found.length;
      for (const { entry, verdict } of found) expect(verdict?.effect).toBe(entry.effect);
    }),
    { numRuns: 300 },
  );
  expect(judged).toBeGreaterThan(300);
});
