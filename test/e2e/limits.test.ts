// Limits that hold: across calls, wrappers at once, kill -9 and restarts, by what reached the server.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { echoing, type Message, start, textOf, toolCall, until } from '../support/lines.ts';
import { logRows, seedPolicy, tempDir } from '../support/wrapper.ts';

const tool = 'stream_group_create';
const BUSY = 'was busy for more than 250 ms';
const denial =
  /^\[POLICY DENIED\] stream_group_create is limited to 30 calls per minute; try again in \d+ s$/;

type Verdict = { limits: { retryAfterMs: number }[] };
type Limits = { max: number; window: string | number; [key: string]: unknown }[];
/** A policy that allows what it names and nothing else. */
const policyWith = (tools: Record<string, { limits?: Limits; [key: string]: unknown }>) => ({
  version: '1',
  default: 'deny',
  tools,
});
const isDenied = (reply: Message) => reply.result?.isError === true;
/** The milliseconds that a refusal by a limit names. */
function waitOf({ result }: Message): number {
  const verdict = result?._meta?.['policy-wrap/verdict'] as Verdict | undefined;
  return verdict?.limits[0]?.retryAfterMs ?? Number.NaN;
}
const range = (count: number) => [...Array(count).keys()];

/** Calls `name` so many times, one after the other; the texts of the replies. */
async function callTimes(
  wrapped: { call: (name: string) => Promise<Message> },
  count: number,
  name = tool,
): Promise<string[]> {
  const texts = [];
  for (let i = 0; i < count; i++) texts.push(textOf(await wrapped.call(name)));
  return texts;
}

const did = (count: number, name = tool) => Array<string>(count).fill(`did ${name}`);

describe('30 a minute, as the first page of the documentation has it', () => {
  test('the 31st call is refused and never reaches the server', async () => {
    const { setup, calls } = echoing({ policy: seedPolicy });
    const wrapped = start(setup);
    expect(await callTimes(wrapped, 30)).toEqual(did(30));
    const reply = await wrapped.call(tool);
    expect(textOf(reply)).toMatch(denial);
    expect(reply.result).toMatchObject({
      isError: true,
      _meta: {
        'policy-wrap/verdict': {
          effect: 'rate_limit',
          subject: tool,
          key: tool,
          limits: [
            {
              counter: 'stream_group_create_rate',
              scope: 'grant',
              max: 30,
              window: 'minute',
              used: 30,
            },
          ],
        },
      },
    });
    const retryAfterMs = waitOf(reply);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(calls()).toHaveLength(30);
    expect((await wrapped.request('ping')).error).toBeUndefined();
  });

  test('200 calls in one write: the first 30 pass, all are answered', async () => {
    const { setup, calls, reached } = echoing({ policy: seedPolicy });
    const wrapped = start(setup);
    wrapped.send(...range(200).map(id => toolCall(id, tool, { group: id })));
    wrapped.send({ id: 'last', method: 'ping' });
    await wrapped.reply('last');
    await until(() => wrapped.received.length === 201, 'all replies');
    const passed = wrapped.received.filter(({ id }) => id !== 'last').filter(m => !isDenied(m));
    expect(passed.map(({ id }) => id)).toEqual(range(30));
    expect(new Set(wrapped.received.map(({ id }) => id)).size).toBe(201);
    expect(calls()).toHaveLength(30);
    expect(reached()[0]).toContain('"group":0');
  });

  test('what the policy does not name is denied and takes nothing', async () => {
    const { setup, calls } = echoing({ policy: seedPolicy });
    const wrapped = start(setup);
    for (const name of ['stream_group_destroy', 'Stream_group_create', `${tool} `, ''])
      expect(textOf(await wrapped.call(name))).toContain('[POLICY DENIED]');
    expect(await callTimes(wrapped, 30)).toEqual(did(30));
    expect(calls()).toEqual(did(30).map(() => tool));
  });

  test.each([2, 6, 16])(
    '%i wrappers started at once on no state folder: 30 of 80 pass',
    async count => {
      const home = join(tempDir(), 'not', 'there', 'yet');
      const servers = range(count).map(() => echoing({ policy: seedPolicy, home }));
      // The policy is no part of the state: what matters is that nobody has made the state folder.
      const wrappers = servers.map(({ setup }) => start(setup));
      // Where the machine has other work too, the file may be busy for longer than a call waits.
      const insist = async (i: number): Promise<Message> => {
        const reply = await wrappers[i % count]!.call(tool, { i });
        return isDenied(reply) && textOf(reply).includes(BUSY) ? insist(i) : reply;
      };
      const replies = await Promise.all(range(80).map(insist));
      const refused = replies.filter(isDenied).map(textOf);
      expect(refused.filter(text => !denial.test(text))).toEqual([]);
      expect(refused).toHaveLength(50);
      expect(servers.flatMap(({ calls }) => calls())).toHaveLength(30);
      const rows = await logRows(home);
      expect(rows).toHaveLength(80);
      expect(rows.filter(({ forwarded }) => forwarded)).toHaveLength(30);
    },
  );

  test('wrappers that come and go all the time deny nothing but by the limit', async () => {
    // The last to leave a database tidies it up under a lock, just when the next one opens it.
    const home = tempDir();
    const policy = policyWith({ [tool]: { limits: [{ max: 40, window: 'hour' }] } });
    const texts: string[] = [];
    const comeAndGo = async () => {
      for (let round = 0; round < 12; round++) {
        const wrapped = start(echoing({ policy, home }).setup);
        texts.push(...(await callTimes(wrapped, 1)));
        wrapped.child.stdin?.end();
        await wrapped.ended;
      }
    };
    await Promise.all(range(4).map(comeAndGo));
    const others = texts.filter(text => text !== `did ${tool}` && !text.includes('is limited to'));
    expect(others).toEqual([]);
    expect(texts.filter(text => text === `did ${tool}`)).toHaveLength(40);
  });

  test('kill -9 in the middle of a loop: never more than 30, and the 31st refused', async () => {
    const home = tempDir();
    const servers = range(4).map(() => echoing({ policy: seedPolicy, home }));
    const total = () => servers.flatMap(({ calls }) => calls()).length;
    for (const [i, { setup }] of servers.slice(0, 3).entries()) {
      const wrapped = start(setup);
      wrapped.send(...range(8 + i).map(id => toolCall(id, tool)));
      // Once in the middle of the answers, once as soon as the first call is in, once before.
      if (i === 0) await wrapped.reply(4);
      else await until(() => total() > 8 * i, 'the first call at the server');
      wrapped.child.kill('SIGKILL');
      await wrapped.ended;
    }
    const wrapped = start(servers[3]!.setup);
    const texts = await callTimes(wrapped, 31);
    expect(texts.at(-1)).toMatch(denial);
    await wrapped.request('ping');
    expect(total()).toBeLessThanOrEqual(30);
    // What was counted before it was killed stays counted, delivered or not.
    const rows = await logRows(home);
    expect(rows.filter(({ forwarded }) => forwarded)).toHaveLength(30);
  });

  test('after a restart the count goes on', async () => {
    const home = tempDir();
    const first = start(echoing({ policy: seedPolicy, home }).setup);
    await callTimes(first, 20);
    first.child.stdin?.end();
    await first.ended;
    const { setup, calls } = echoing({ policy: seedPolicy, home });
    const second = start(setup);
    expect((await callTimes(second, 11)).at(-1)).toMatch(denial);
    expect(calls()).toHaveLength(10);
  });
});

describe('scopes', () => {
  const scoped = (scope: string) =>
    policyWith({ [tool]: { limits: [{ counter: 'c', max: 3, window: 'hour', scope }] } });
  /** How many of five calls pass, by runs one after the other on one state. */
  async function passes(policy: object, runs: string[][]): Promise<number[]> {
    const home = tempDir();
    const counts = [];
    for (const options of runs) {
      const { setup, calls } = echoing({ policy, home, options });
      const wrapped = start(setup);
      await callTimes(wrapped, 5);
      counts.push(calls().length);
      wrapped.child.stdin?.end();
      await wrapped.ended;
    }
    return counts;
  }

  test.each<[string, string[][], number[]]>([
    ['session', [[], []], [3, 3]],
    ['grant', [[], []], [3, 0]],
    ['grant', [['--grant', 'a'], ['--grant', 'b'], ['--grant=a']], [3, 3, 0]],
    [
      'grant',
      [
        ['--server', 'a'],
        ['--server', 'b'],
      ],
      [3, 3],
    ],
    [
      'global',
      [
        ['--server', 'a'],
        ['--server', 'b', '--grant', 'x'],
      ],
      [3, 0],
    ],
  ])('%s over runs with %j: %j calls pass', async (scope, runs, expected) => {
    expect(await passes(scoped(scope), runs)).toEqual(expected);
  });

  test('the scope is grant where the policy does not say', async () => {
    const policy = policyWith({ [tool]: { limits: [{ max: 3, window: 'hour' }] } });
    expect(await passes(policy, [[], [], ['--grant', 'b']])).toEqual([3, 0, 3]);
  });

  test('rate_limit is a sliding limit of the session', async () => {
    expect(await passes(policyWith({ [tool]: { rate_limit: '4/minute' } }), [[], []])).toEqual([
      4, 4,
    ]);
    const longhand = policyWith({ [tool]: { rate_limit: { max: 2, window: 3600 } } });
    expect(await passes(longhand, [[], []])).toEqual([2, 2]);
  });

  test('two sessions at once have a counter each', async () => {
    const home = tempDir();
    const servers = [1, 2].map(() => echoing({ policy: scoped('session'), home }));
    const wrappers = servers.map(({ setup }) => start(setup));
    await Promise.all(wrappers.map(wrapped => callTimes(wrapped, 5)));
    expect(servers.map(({ calls }) => calls().length)).toEqual([3, 3]);
  });
});

describe('kinds and windows', () => {
  test('a fixed window counts by the calendar', async () => {
    const limits = [{ max: 4, window: 'week', kind: 'fixed' }];
    const { setup, calls } = echoing({ policy: policyWith({ [tool]: { limits } }) });
    const wrapped = start(setup);
    expect((await callTimes(wrapped, 6)).slice(0, 4)).toEqual(did(4));
    expect(calls()).toHaveLength(4);
    const restarted = start(setup);
    expect((await callTimes(restarted, 1))[0]).toContain('limited to 4 calls per week');
  });

  test.each<[string, string]>([
    ['sliding', 'no span of 2 s ever holds more than 3, and it frees up again'],
    ['fixed', 'no two seconds of the calendar hold more than 3, and it frees up again'],
  ])('%s: %s', async kind => {
    const limits = [{ max: 3, window: '2s', kind }];
    const home = tempDir();
    const { setup, calls } = echoing({ policy: policyWith({ [tool]: { limits } }), home });
    const wrapped = start(setup);
    const until = performance.now() + 5500;
    while (performance.now() < until) {
      await wrapped.call(tool);
      await sleep(40);
    }
    const times = (await logRows(home))
      .filter(({ forwarded }) => forwarded)
      .map(({ time }) => Date.parse(time));
    expect(times).toHaveLength(calls().length);
    expect(times.length).toBeGreaterThanOrEqual(6);
    if (kind === 'sliding') {
      // The row is written a moment after the grant: leave that much room.
      const tight = times.slice(3).filter((time, i) => time - times[i]! < 1950);
      expect(tight).toEqual([]);
    } else {
      const spans = Math.floor(times.at(-1)! / 2000) - Math.floor(times[0]! / 2000) + 1;
      expect(times.length).toBeLessThanOrEqual(3 * spans);
    }
  });

  test('the wait that a refusal names is enough', async () => {
    const limits = [{ max: 1, window: '2s' }];
    const { setup } = echoing({ policy: policyWith({ [tool]: { limits } }) });
    const wrapped = start(setup);
    await wrapped.call(tool);
    const reply = await wrapped.call(tool);
    const retryAfterMs = waitOf(reply);
    await sleep(retryAfterMs + 5);
    expect(textOf(await wrapped.call(tool))).toBe(`did ${tool}`);
  });

  test.each(['sliding', 'fixed'])('max 0 lets nothing through (%s)', async kind => {
    const limits = [{ max: 0, window: 'day', kind }];
    const { setup, calls } = echoing({ policy: policyWith({ [tool]: { limits } }) });
    const wrapped = start(setup);
    for (const text of await callTimes(wrapped, 3)) expect(text).toContain('none are left');
    expect(calls()).toEqual([]);
  });

  test('a large sliding limit is exact too', async () => {
    const limits = [{ max: 1000, window: 'hour' }];
    const { setup, calls } = echoing({ policy: policyWith({ [tool]: { limits } }) });
    const wrapped = start(setup);
    wrapped.send(...range(1100).map(id => toolCall(`a${id}`, tool)));
    await until(() => wrapped.received.length === 1100, 'all replies');
    expect(calls()).toHaveLength(1000);
    expect(wrapped.received.filter(isDenied)).toHaveLength(100);
  });
});

describe('several limits on one call', () => {
  test('are taken all or none', async () => {
    const policy = policyWith({
      narrow: {
        limits: [
          { counter: 'narrow', max: 1, window: 'hour' },
          { counter: 'shared', max: 4, window: 'hour' },
        ],
      },
      wide: { limits: [{ counter: 'shared', max: 4, window: 'hour' }] },
    });
    const { setup, calls } = echoing({ policy });
    const wrapped = start(setup);
    // Ten refused calls take nothing of what they share with the other tool.
    wrapped.send(...range(11).map(id => toolCall(id, 'narrow')));
    await until(() => wrapped.received.length === 11, 'all replies');
    expect(calls()).toEqual(['narrow']);
    expect(await callTimes(wrapped, 3, 'wide')).toEqual(did(3, 'wide'));
    expect((await callTimes(wrapped, 1, 'wide'))[0]).toContain('limited to 4 calls');
    // And where the shared one is used up, the other keeps what it has.
    expect((await callTimes(wrapped, 1, 'narrow'))[0]).toContain('[POLICY DENIED]');
    expect(calls()).toEqual(['narrow', 'wide', 'wide', 'wide']);
  });

  test('on one counter count a call once, and each reads its own window', async () => {
    const policy = policyWith({
      [tool]: {
        limits: [
          { counter: 'c', max: 5, window: '3s' },
          { counter: 'c', max: 7, window: 'hour' },
        ],
      },
    });
    const { setup, calls } = echoing({ policy });
    const wrapped = start(setup);
    wrapped.send(...range(9).map(id => toolCall(id, tool)));
    await until(() => wrapped.received.length === 9, 'all replies');
    expect(calls()).toHaveLength(5);
    await sleep(3100);
    const texts = await callTimes(wrapped, 4);
    expect(texts.slice(0, 2)).toEqual(did(2));
    expect(texts[2]).toContain('7 calls per hour');
    expect(calls()).toHaveLength(7);
  });

  test('of all_tools and of the tool both count, over all tools', async () => {
    const policy = {
      ...policyWith({ a: { limits: [{ max: 2, window: 'hour' }] }, b: {} }),
      all_tools: { limits: [{ max: 5, window: 'hour' }] },
    };
    const { setup, calls } = echoing({ policy });
    const wrapped = start(setup);
    await callTimes(wrapped, 4, 'a');
    await callTimes(wrapped, 4, 'b');
    await callTimes(wrapped, 2, 'c');
    expect(calls()).toEqual(['a', 'a', 'b', 'b', 'b']);
  });

  test('a pattern’s counter is shared by all that it matches', async () => {
    const policy = policyWith({ 'get_*': { limits: [{ max: 3, window: 'hour' }] } });
    const { setup, calls } = echoing({ policy });
    const wrapped = start(setup);
    for (const name of ['get_a', 'get_b', 'get_c', 'get_d', 'get_a']) await wrapped.call(name);
    expect(calls()).toEqual(['get_a', 'get_b', 'get_c']);
  });

  test('limits of all layers apply, and the strictest layer decides', async () => {
    const home = tempDir();
    const { setup, calls } = echoing({
      policy: policyWith({ [tool]: { limits: [{ max: 9, window: 'hour' }] }, other: {} }),
      home,
    });
    const strict = echoing({
      policy: policyWith({ [tool]: { limits: [{ max: 2, window: 'hour' }] } }),
      home,
    });
    const second = strict.setup.args.indexOf('--policy');
    const args = [...setup.args];
    args.splice(1, 0, ...strict.setup.args.slice(second, second + 2));
    const wrapped = start({ ...setup, args });
    await callTimes(wrapped, 4);
    await callTimes(wrapped, 2, 'other');
    expect(calls()).toEqual([tool, tool]);
  });
});

describe('--mode observe', () => {
  test('blocks nothing, and records what it would have done', async () => {
    const home = tempDir();
    const policy = {
      ...policyWith({
        [tool]: { limits: [{ max: 2, window: 'hour' }] },
        forbidden: { action: 'deny', reason: 'for people only' },
        asked: { action: 'require_approval' },
        never: { limits: [{ max: 0, window: 'hour' }] },
      }),
      hide: ['hidden_tool'],
    };
    const { setup, calls } = echoing({ policy, home, options: ['--mode', 'observe'] });
    const wrapped = start(setup);
    const names = [tool, tool, tool, tool, 'forbidden', 'asked', 'never', 'unnamed', 'hidden_tool'];
    for (const name of names) expect(textOf(await wrapped.call(name))).toBe(`did ${name}`);
    expect(calls()).toEqual(names);
    expect((await wrapped.request('tools/list')).result?.tools).toHaveLength(2);
    const rows = await logRows(home);
    expect(rows.map(({ effect }) => effect)).toEqual([
      'allow',
      'allow',
      'rate_limit',
      'rate_limit',
      'deny',
      'require_approval',
      'rate_limit',
      'deny',
      'deny',
    ]);
    expect(rows.every(({ forwarded, mode }) => forwarded && mode === 'observe')).toBe(true);
    expect(rows[4]?.reason).toBe('for people only');
  });

  test('blocks nothing where the state cannot be kept either', async () => {
    const { setup, calls } = echoing({
      policy: seedPolicy,
      options: ['--mode', 'observe', '--state', join('/dev/null', 'state.db')],
    });
    const wrapped = start(setup);
    expect(await callTimes(wrapped, 3)).toEqual(did(3));
    expect(calls()).toHaveLength(3);
    expect(wrapped.stderr()).toContain('state.db');
  });
});

test('without any policy the recommended one holds: what it cannot place needs approval', async () => {
  const { setup, calls } = echoing({ options: ['--approval-timeout', '1s'] });
  const wrapped = start(setup);
  const texts = [];
  for (const name of ['get_item', 'delete_item', 'frobnicate'])
    texts.push(textOf(await wrapped.call(name)));
  expect(texts[0]).toBe('did get_item');
  expect(texts[1]).toContain('[POLICY DENIED]');
  expect(texts[2]).toContain('[POLICY DENIED]');
  expect(calls()).toEqual(['get_item']);
});
