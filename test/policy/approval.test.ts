// What several layers that let a person be asked come to.
import { describe, expect, it } from 'vitest';
import { approvalText, termsOf } from '../../src/policy/approval.ts';
import { loadPolicy } from '../../src/policy/load.ts';

async function terms(...layers: { document: object; machine?: boolean }[]) {
  const settings = await Promise.all(
    layers.map(async ({ document, machine = false }, i) => {
      const text = JSON.stringify({ version: '1', default: 'deny', ...document });
      const loaded = await loadPolicy({ name: 'p', text, format: 'json', layer: `l${i}`, machine });
      if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
      return loaded.policy.approval;
    }),
  );
  return termsOf(settings);
}

const ASKS = { tools: { drop: { action: 'require_approval' } } };
const approval = (value: object) => ({ document: { approval: value } });

describe('one layer', () => {
  it('has defaults', async () => {
    expect(await terms({ document: {} })).toEqual({
      timeoutMs: 45_000,
      remember: 'once',
      via: ['elicitation', 'queue'],
      command: undefined,
    });
  });

  it('says all of it', async () => {
    const said = { timeout: '2m', remember: '8h', via: ['command'], command: ['/bin/ask', '-x'] };
    expect(await terms(approval(said))).toMatchObject({
      timeoutMs: 120_000,
      remember: { ms: 28_800_000 },
      via: ['command'],
      command: ['/bin/ask', '-x'],
    });
  });
});

describe('of several layers the strictest counts', () => {
  it.each<[string, object[], object]>([
    ['the shorter wait', [{ timeout: '5m' }, { timeout: '20s' }], { timeoutMs: 20_000 }],
    [
      'the ways that both have',
      [{ via: ['queue', 'elicitation'] }, { via: ['queue'] }],
      { via: ['queue'] },
    ],
    [
      'none, where they have none in common',
      [{ via: ['queue'] }, { via: ['elicitation'] }],
      { via: [] },
    ],
    ['the shorter time', [{ remember: '8h' }, { remember: '15m' }], { remember: { ms: 900_000 } }],
    ['once', [{ remember: '8h' }, { remember: 'once' }], { remember: 'once' }],
    [
      'what both allow of a session and a time',
      [{ remember: 'session' }, { remember: '8h' }],
      { remember: 'once' },
    ],
    [
      'what the others leave out is no bound',
      [{ remember: 'session' }, {}],
      { remember: 'session' },
    ],
  ])('%s', async (_, layers, expected) => {
    expect(await terms(...layers.map(approval))).toMatchObject(expected);
    expect(await terms(...layers.toReversed().map(approval))).toMatchObject(expected);
  });

  it("the administrator's program is the one that asks", async () => {
    const own = approval({ via: ['command'], command: ['/home/u/yes'] });
    const admin = {
      machine: true,
      document: { ...ASKS, approval: { via: ['command'], command: ['/opt/ask'] } },
    };
    expect(await terms(own, admin)).toMatchObject({ via: ['command'], command: ['/opt/ask'] });
  });

  it('what the administrator asks about nobody else says yes to', async () => {
    const own = approval({ via: ['command'], command: ['/bin/true'], remember: '8h' });
    expect(await terms(own, { machine: true, document: ASKS })).toMatchObject({
      via: [],
      remember: 'once',
    });
    // Where that layer asks about nothing, it bounds nothing.
    expect(await terms(own, { machine: true, document: {} })).toMatchObject({ via: ['command'] });
  });
});

it('says in words what happens to a call', async () => {
  const about = { subject: 'drop', reason: 'it drops' };
  expect(approvalText(about, await terms(approval({ via: ['queue'], remember: 'session' })))).toBe(
    "drop waits up to 45 s for a person's approval, in the queue, and for calls like it in this session: it drops",
  );
  expect(
    approvalText(
      about,
      await terms(approval({ via: ['queue'] }), approval({ via: ['elicitation'] })),
    ),
  ).toBe("drop needs a person's approval, and the layers leave no way to ask for it: it drops");
});

it.each([
  [{ timeout: '500ms' }],
  [{ timeout: '25h' }],
  [{ timeout: 'minute' }],
  [{ remember: 'forever' }],
  [{ remember: 60 }],
  [{ via: [] }],
  [{ via: ['command'] }],
  [{ command: ['./ask'] }],
  [{ command: ['bin/ask'] }],
  [{ command: ['..\\ask.exe'] }],
  [{ command: [''] }],
  [{ command: 'ask' }],
])('refuses %j', async value => {
  const text = JSON.stringify({ version: '1', default: 'deny', approval: value });
  expect(await loadPolicy({ name: 'p', text, format: 'json' })).toHaveProperty('problems');
});

it.each([[['ask']], [['/bin/ask', './x']], [['~/bin/ask']], [['C:\\bin\\ask.exe']]])(
  'takes %j as a program',
  async command => {
    const text = JSON.stringify({ version: '1', default: 'deny', approval: { command } });
    expect(await loadPolicy({ name: 'p', text, format: 'json' })).toHaveProperty('policy');
  },
);
