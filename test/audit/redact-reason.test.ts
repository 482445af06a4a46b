// Reasons are made of arguments: what the record and stderr say of them holds no secret.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { redactReason, redactValue } from '../../src/audit/redact.ts';
import { perform } from '../../src/proxy/perform.ts';
import { call, conversation } from '../support/conversation.ts';

const SECRET = 'hunter2hunter2';

describe('a reason', () => {
  test.each([
    'no rule of the policy allows it',
    'limited to 30 calls per minute',
    'args.amount is 700, more than 500',
    'args.path is "/etc/passwd", outside of "/srv"',
    'args.list[0].id is missing',
    'args is a string, not an object',
    'its cost cannot be counted: args.amount is a string, not a number',
    'never on a Friday; ask Ann, args and all',
    'args.compass is "north", not "south"',
  ])('is kept as it is: %s', reason => {
    expect(redactReason(reason)).toBe(reason);
  });

  test.each([
    [`args.password is "${SECRET}", not "x"`, 'args.password [redacted]'],
    [`args.db.userPassword is "${SECRET}"`, 'args.db.userPassword [redacted]'],
    [`args["api key"] is "${SECRET}"`, 'args["api key"] [redacted]'],
    [`args.env[3].token is "${SECRET}"`, 'args.env[3].token [redacted]'],
    [`args.secrets[0] is "${SECRET}"`, 'args.secrets[0] [redacted]'],
    [`args.credentials.user is "${SECRET}"`, 'args.credentials.user [redacted]'],
    ['args.pin is 1234, less than 5000', 'args.pin [redacted]'],
    [`args.a is 1 and args.token is "${SECRET}"`, 'args.a is 1 and args.token [redacted]'],
    ['args.token is "x and args.a is hunter2hunter2" and args.b is 1', 'args.token [redacted]'],
    [
      `args.a is "args[" and args.token is "${SECRET}"`,
      'args.a is "args[" and args.token [redacted]',
    ],
  ])('loses what is said of a secret: %s', (reason, expected) => {
    expect(redactReason(reason)).toBe(expected);
  });

  test.each([
    `args.cmd is "mysql --password ${SECRET}", which matches "mysql*"`,
    `args.cmd is "curl -H 'Authorization: Bearer ${SECRET}'"`,
    `args.url is "https://ann:${SECRET}@example.com/x", in which not every parser sees the same host`,
    `args.json is "{\\"password\\": \\"${SECRET}\\"}"`,
    // Cut before it is whole.
    `args.url is "https://example.com/${'x'.repeat(30)} https://ann:${SECRET}…, in which`,
    `args.note is "${'x'.repeat(60)} ghp_${SECRET}…, not "x"`,
    `args.note is "${'x'.repeat(60)} eyJ${SECRET}…, not "x"`,
  ])('loses what looks like one: %s', reason => {
    expect(redactReason(reason)).not.toContain(SECRET);
    expect(redactReason(reason)).toContain('[redacted]');
  });

  it('is bounded, and so is the time for it', () => {
    for (const text of ['args.a', 'args["', 'args[0]', 'args["a"]', 'password=', 'https://a:']) {
      const began = performance.now();
      expect(redactReason(text.repeat(100_000)).length).toBeLessThan(5000);
      expect(performance.now() - began).toBeLessThan(2000);
    }
  });
});

test('a value that calls are counted by', () => {
  expect(redactValue('args.cluster', '"prod"')).toBe('"prod"');
  expect(redactValue('args.auth.token', '"x"')).toBe('[redacted]');
  expect(redactValue('args["api-key"]', '5')).toBe('[redacted]');
  expect(redactValue('args.url', `"https://ann:${SECRET}@x"`)).not.toContain(SECRET);
  expect(redactValue('tool', '"get_token"')).toBe('"get_token"');
});

describe('a session', () => {
  const rule = (path: string, op: string, value: unknown) => ({
    deny_if: [{ conditions: [{ path, op, value }] }],
  });
  const limits = (path: string) => ({ limits: [{ max: 0, window: 'day', per: path }] });
  const policy = (entry: object) => ({ version: '1', default: 'allow', tools: { x: entry } });

  it.each<[string, object, object]>([
    ['eq', rule('args.password', 'neq', 'x'), { password: SECRET }],
    ['in', rule('args.token', 'not_in', ['a', 'b']), { token: SECRET }],
    ['glob', rule('args.cmd', 'glob', '*'), { cmd: `mysql --password ${SECRET}` }],
    ['host_in', rule('args.url', 'host_in', ['a.b']), { url: `https://ann:${SECRET}@a.b/` }],
    ['number', rule('args.secret', 'gt', 1), { secret: 271828182845 }],
    ['per', limits('args.token'), { token: SECRET }],
    ['per, a text', limits('args.url'), { url: `https://ann:${SECRET}@a.b/` }],
    ['per, of no use', limits('args.token'), { token: [SECRET] }],
  ])('keeps it out of the record, of counters and of stderr: %s', async (_, entry, args) => {
    const { session, store, client } = await conversation([policy(entry)]);
    expect(client(call(1, 'x', args))[0]?.[0]).toBe('←');
    const { Framer } = await import('../../src/rpc/frame.ts');
    const line = Buffer.from(`${JSON.stringify(call(2, 'x', args))}\n`);
    const turn = session.fromClient(new Framer(1 << 20).push(line).lines);
    const told: string[] = [];
    perform(session.conclude(turn, store.take(turn.demands)), {
      ...{ forward() {}, reply() {}, answer() {}, settle() {}, record() {}, note() {} },
      desk: { wait() {}, program() {}, release() {}, withdraw() {} },
      denied: text => void told.push(text),
    });
    expect(told).toHaveLength(1);
    const kept = JSON.stringify([store.rows, turn.demands, told]);
    expect(store.rows).toHaveLength(2);
    expect(kept).not.toMatch(/hunter2|271828182845/);
  });

  it('tells the agent what it has sent itself', async () => {
    const { client } = await conversation([policy(rule('args.password', 'neq', 'x'))]);
    const [seen] = client(call(1, 'x', { password: SECRET }));
    expect(JSON.stringify(seen)).toContain(SECRET);
  });

  it('counts by a secret all the same', async () => {
    const entry = { limits: [{ max: 1, window: 'day', per: 'args.token' }] };
    const { client } = await conversation([policy(entry)]);
    const sent = ['a', 'a', 'b', 'b'].map((token, i) => call(i, 'x', { token }));
    expect(
      client(...sent)
        .map(([to]) => to)
        .join(''),
    ).toBe('→←→←');
  });
});

test('no reason of any condition shows a secret, whatever the arguments are', async () => {
  const ops: [string, unknown][] = [
    ['eq', 'x'],
    ['neq', 'x'],
    ['in', ['x']],
    ['not_in', ['x']],
    ['glob', '*'],
    ['regex', '.'],
    ['contains', 'x'],
    ['host_in', ['a.b']],
    ['within', '/srv'],
    ['length_gt', 0],
    ['gt', 1],
  ];
  const value = fc
    .tuple(fc.string({ maxLength: 100 }), fc.string({ maxLength: 100 }))
    .map(([a, b]) => `${a}${SECRET}${b}`);
  const sessions = await Promise.all(
    ops.map(([op, wanted]) =>
      conversation([
        {
          version: '1',
          default: 'allow',
          tools: {
            x: {
              deny_if: [
                {
                  conditions: [
                    { path: 'args.note', op: 'neq', value: 1 },
                    { path: 'args.token', op, value: wanted },
                  ],
                },
                { conditions: [{ not: { path: 'args.token', op, value: wanted } }] },
              ],
            },
          },
        },
      ]),
    ),
  );
  let id = 0;
  fc.assert(
    fc.property(value, fc.string(), fc.nat(ops.length - 1), (token, note, i) => {
      const { client, store } = sessions[i]!;
      const sent = call(++id, 'x', { note, token });
      // Half of a pair of surrogates is refused before.
      client(Buffer.from(JSON.stringify(sent)).toString());
      expect(JSON.stringify(store.rows.at(-1)?.verdict)).not.toContain(SECRET);
    }),
    { numRuns: 500 },
  );
});
