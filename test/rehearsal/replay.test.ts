// The record replayed against other policies: what changes, and what cannot be told from it.
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/audit/read.ts';
import { MAX_NAME, shorten } from '../../src/audit/record.ts';
import { redactJson, redactName } from '../../src/audit/redact.ts';
import { replay } from '../../src/rehearsal/replay.ts';
import { simulationOf } from '../../src/rehearsal/simulation.ts';
import { type Document, policyOf } from '../policy/policies.ts';

const START = Date.UTC(2026, 0, 1);
let lastId = 0;

/** A row of a call that was let through; `args` as the client sent them. */
function row(
  subject: string,
  { args, at = 0, ...more }: Partial<LogEntry> & { args?: object; at?: number } = {},
): LogEntry {
  return {
    id: ++lastId,
    time: new Date(START + at).toISOString(),
    session: 's1',
    server: 'srv',
    grant: 'default',
    mode: 'enforce',
    method: 'tools/call',
    subject: redactName(shorten(subject, MAX_NAME)),
    category: null,
    effect: 'allow',
    forwarded: true,
    layer: 'policy',
    key: null,
    reason: null,
    limits: [],
    approval: null,
    arguments: args === undefined ? null : redactJson(JSON.stringify(args)),
    policy: 'hash',
    outcome: 'ok',
    durationMs: 1,
    ...more,
  };
}

/** The effects under another policy; `?` where it cannot be told. */
async function effects(rows: readonly LogEntry[], ...layers: Document[]): Promise<string[]> {
  const policies = await Promise.all(
    layers.map((layer, i) => policyOf(layer, i === 0 ? {} : { layer: `layer${i}` })),
  );
  return replay(rows, policies).map(({ verdict }) => verdict?.effect ?? '?');
}

const perMinute = (max: number, more: object = {}) => ({
  limits: [{ max, window: 'minute', ...more }],
});

describe('what another policy says', () => {
  test('to tools, resources and prompts', async () => {
    const rows = [
      row('get_x'),
      row('delete_x', { effect: 'deny' }),
      row('file:///a', { method: 'resources/read' }),
      row('file:///etc/passwd', { method: 'resources/read' }),
      row('p', { method: 'prompts/get' }),
    ];
    const policy = {
      tools: { 'get_*': {}, delete_x: { action: 'require_approval' } },
      resources: { default: 'allow', deny: ['file:///etc/*'] },
    };
    expect(await effects(rows, policy)).toEqual([
      'allow',
      'require_approval',
      'allow',
      'deny',
      'deny',
    ]);
    expect(await effects(rows, { default: 'allow' }, policy)).toEqual(await effects(rows, policy));
  });

  test('on the clock of the record', async () => {
    const rows = [0, 1000, 2000, 59_999, 60_000, 61_000].map(at => row('t', { at }));
    expect(await effects(rows, { tools: { t: perMinute(2) } })).toEqual([
      ...['allow', 'allow', 'rate_limit', 'rate_limit', 'allow', 'allow'],
    ]);
  });

  test.each([
    ['session', ['allow', 'allow', 'allow', 'allow']],
    ['grant', ['allow', 'rate_limit', 'allow', 'allow']],
    ['global', ['allow', 'rate_limit', 'rate_limit', 'rate_limit']],
  ])('with the counters of scope %s', async (scope, expected) => {
    const rows = [
      row('t', { session: 's1' }),
      row('t', { session: 's2' }),
      row('t', { session: 's3', server: 'other' }),
      row('t', { session: 's4', grant: 'other' }),
    ];
    expect(await effects(rows, { tools: { t: perMinute(1, { scope }) } })).toEqual(expected);
  });

  test('to calls at once, each in flight as long as it was', async () => {
    const rows = [
      row('t', { durationMs: 10 }),
      row('t', { at: 8, effect: 'rate_limit', forwarded: false, durationMs: null }),
      row('other', { at: 8 }),
      // Figures are rounded: it may have come after the answer.
      row('t', { at: 9, durationMs: 100 }),
      row('t', { at: 20, session: 's2' }),
      row('t', { at: 50 }),
    ];
    expect(await effects(rows, { default: 'allow', tools: { t: { concurrency: 1 } } })).toEqual([
      ...['allow', 'rate_limit', 'allow', 'allow', 'allow', 'rate_limit'],
    ]);
  });

  test('to subscribing and completing, which are counted with reading and getting', async () => {
    const rows = [
      row('file:///a', { method: 'resources/read' }),
      row('file:///b', { method: 'resources/subscribe' }),
      row('file:///{path}', { method: 'completion/complete', arguments: '{"name":"path"}' }),
      row('file:///c', { method: 'resources/read' }),
      row('p', { method: 'completion/complete', arguments: '{"name":"x"}' }),
      row('p', { method: 'prompts/get' }),
      row('a:b', { method: 'completion/complete' }),
    ];
    const policy = { default: 'allow', resources: perMinute(3), prompts: perMinute(1) };
    expect(await effects(rows, policy)).toEqual([
      ...['allow', 'allow', 'allow', 'rate_limit', 'allow', 'rate_limit', '?'],
    ]);
  });

  test('by the operation that an argument names', async () => {
    const rows = [
      row('door:ListA', { args: { op: 'ListA', x: 1 } }),
      row('door:DeleteA', { args: { op: 'DeleteA' } }),
      row('door', { args: { op: 1 }, effect: 'deny' }),
      row('door', { effect: 'deny' }),
      row('a:b', { args: { x: 'c' } }),
      row('a:b'),
      // A tool that is called so was stopped for its name.
      row('door:ListA', { args: { op: 'ListA' }, effect: 'deny', key: 'operations' }),
    ];
    const tools = { 'door:List*': {}, 'a:b': {} };
    expect(await effects(rows, { operations: { door: 'op' }, tools })).toEqual([
      ...['allow', 'deny', 'deny', 'deny', 'allow', 'allow', 'deny'],
    ]);
    expect(await effects(rows.slice(0, 2), { tools: { door: {} } })).toEqual(['allow', 'allow']);
  });
});

describe('what cannot be told', () => {
  const door = { operations: { door: 'op' }, tools: { 'door:*': {}, get_x: {} } };
  const long = 'x'.repeat(300);
  test.each<[string, object]>([
    ['a secret', { op: 'A', password: 'hunter2' }],
    ['a secret further down', { op: 'A', list: [{ token: 'abc' }] }],
    ['a secret in a text', { op: 'A', text: 'Authorization: Bearer abcdefghij' }],
    ['a long text', { op: 'A', text: long }],
    ['a long list', { op: 'A', list: [...Array(90).keys()] }],
    ['many keys', { op: 'A', o: Object.fromEntries([...Array(30).keys()].map(k => [`k${k}`, k])) }],
    ['too deep', { op: 'A', a: { b: { c: { d: { e: { f: { g: long.slice(0, 190) } } } } } } }],
    ['too much', { op: 'A', ...Object.fromEntries([...'abcdefghijklm'].map(k => [k, long])) }],
    ['a number that may have been cut', { op: 'A', n: 1e17 / 3 }],
  ])('arguments with %s, where a rule looks at them', async (_, args) => {
    expect(await effects([row('door:A', { args })], door)).toEqual(['?']);
    // Where none does, they do not matter.
    expect(await effects([row('get_x', { args })], door)).toEqual(['allow']);
  });

  test('arguments that were too many bytes', async () => {
    const rows = [row('door:A', { arguments: '"(300000 bytes)"' })];
    expect(await effects(rows, door)).toEqual(['?']);
  });

  test.each([
    ['a secret in its name', 'https://user:hunter2@host/', 'resources/read'],
    ['a name that was cut', `file:///${long}`, 'resources/read'],
    ['a tool whose name was cut', long, 'tools/call'],
  ])('%s', async (_, subject, method) => {
    expect(await effects([row(subject, { method })], { default: 'allow' })).toEqual(['?']);
  });

  test('takes no limit', async () => {
    const secret = { args: { op: 'A', password: 'x' } };
    const rows = [row('door:A', secret), row('door:A', { args: { op: 'A' } })];
    const policy = { operations: { door: 'op' }, tools: { 'door:*': perMinute(1) } };
    expect(await effects(rows, policy)).toEqual(['?', 'allow']);
  });
});

test('what no rule decided is left out', async () => {
  const rows = [
    row('tools/call', { layer: 'protocol', effect: 'deny' }),
    row('nope', { method: 'nope', layer: 'protocol', effect: 'deny' }),
    row('sampling/createMessage', { method: 'sampling/createMessage', effect: 'deny' }),
    row('t'),
  ];
  expect(await effects(rows, { default: 'allow' })).toEqual(['allow']);
});

test('the changes, counted by effect and subject, with the newest of each', async () => {
  const rows = [
    row('keep'),
    ...[0, 1, 2].map(at => row('t', { at })),
    row('gone', { at: 5 }),
    row('gone', { at: 6, server: 'other' }),
    row('gone', { at: 7 }),
    row('back', { at: 8, effect: 'deny' }),
    row(`x://${'y'.repeat(300)}`, { at: 9, method: 'resources/read' }),
    row('tools/call', { at: 10, layer: 'protocol', effect: 'deny' }),
  ];
  const policy = await policyOf({
    tools: { keep: {}, back: {}, t: perMinute(2), gone: { action: 'deny', reason: 'no' } },
  });
  const found = simulationOf(rows, replay(rows, [policy]));
  expect(found).toMatchObject({
    ...{ unchanged: 3, changed: 5, unjudged: 1, leftOut: 1 },
    ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.010Z' },
    changes: [
      {
        ...{ from: 'allow', to: 'deny', count: 3 },
        subjects: [
          {
            ...{ server: 'srv', subject: 'gone', count: 2, key: 'gone', reason: 'no' },
            newest: { id: rows[6]?.id },
          },
          { server: 'other', subject: 'gone', count: 1 },
        ],
      },
      {
        ...{ from: 'allow', to: 'rate_limit', count: 1 },
        subjects: [{ subject: 't', reason: 'limited to 2 calls per minute' }],
      },
      { from: 'deny', to: 'allow', count: 1, subjects: [{ subject: 'back' }] },
    ],
    unjudgedSubjects: [{ server: 'srv', count: 1, key: null, reason: null }],
  });
  expect(found.changes).toHaveLength(3);
  expect(simulationOf([], [])).toMatchObject({ unchanged: 0, from: null, to: null, changes: [] });
});
