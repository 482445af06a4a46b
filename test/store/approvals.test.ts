// What every store does with requests for approval: one yes, one call, whoever asks and answers.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ApprovalBook, LATE_MS, MAX_KEPT } from '../../src/approval/book.ts';
import type { About, Answer, ApprovalRequest } from '../../src/approval/request.ts';
import { StoredApprovals } from '../../src/store/approvals.ts';
import type { Demand, Store, Taken } from '../../src/store/contract.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { openState } from '../../src/store/schema.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { tempDir } from '../support/wrapper.ts';
import { drivers } from './drivers.ts';
import { limit, START } from './subjects.ts';

interface Subject {
  readonly clock: { now: number };
  readonly store: Store;
  /** Another wrapper on the same file; undefined where there is no file. */
  readonly second: Store | undefined;
  /** As a command in a terminal would. */
  answer(id: string, answer: Answer): boolean;
  count(): number;
  /** All that is kept, as text. */
  dump(): string;
}

const stores: [string, () => Subject][] = [
  [
    'memory',
    () => {
      const clock = { now: START };
      const store = memoryStore(() => clock.now);
      return {
        ...{ clock, store, second: undefined },
        answer: (id, answer) => store.book.answer(id, answer, clock.now) !== undefined,
        count: () => store.approvals.entries.size,
        dump: () => JSON.stringify([...store.approvals.entries]),
      };
    },
  ],
  ...drivers().map((driver): [string, () => Subject] => [
    driver.name,
    () => {
      const clock = { now: START };
      const file = join(tempDir(), 'state.db');
      const open = (session: string) =>
        sqliteStore(file, { now: () => clock.now, warn() {}, driver, session });
      const table = new StoredApprovals(openState(driver, file));
      const book = new ApprovalBook(table);
      return {
        ...{ clock, store: open('s0'), second: open('s1') },
        answer: (id, answer) => book.answer(id, answer, clock.now) !== undefined,
        count: () => table.all().length,
        dump: () => JSON.stringify(table.all()),
      };
    },
  ]),
];

const YES: Answer = { yes: true, by: 'a terminal', note: null, lasts: false };
const NO: Answer = { ...YES, yes: false, note: 'not today' };

function request(id: string, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    ...{ id, key: 'k', definition: null, session: 's1', server: 'srv', grant: 'default' },
    ...{ tool: 'drop', subject: 'drop', category: 'destructive', reason: null },
    ...{ arguments: '{"secret":"in the arguments"}', also: null, remember: 'once', via: ['queue'] },
    ...{ askedAt: START, expiresAt: START + 45_000, freeFrom: START + 45_000 },
    ...more,
  };
}

function wanting(
  one: ApprovalRequest,
  step?: About['step'],
  limits: Demand['limits'] = [],
): Demand {
  const about = step && { id: one.id, step, orAsk: false };
  const approval = about ? { request: { ...one, id: `${one.id}'` }, about } : { request: one };
  return { limits, take: true, approval, row: () => undefined };
}

async function decide(store: Store | undefined, ...demands: Demand[]): Promise<Taken[]> {
  if (store === undefined) throw new Error('there is no such store');
  return await store.take(demands);
}

const kinds = (taken: readonly Taken[]) => taken.map(({ approval }) => approval?.kind);

describe.each(stores)('%s', (_, make) => {
  it('asks, and lets one call go by a yes', async () => {
    const { store, answer } = make();
    const [asked] = await decide(store, wanting(request('A')));
    expect(asked).toMatchObject({ granted: false, approval: { kind: 'asked', id: 'A' } });
    expect(await store.standings(['A', 'B'])).toEqual(new Map([['A', 'waiting']]));
    expect(answer('A', YES)).toBe(true);
    expect((await store.standings(['A'])).get('A')).toBe('approved');
    const [granted] = await decide(store, wanting(request('A'), 'look'));
    expect(granted).toMatchObject({
      granted: true,
      approval: { kind: 'granted', id: 'A', how: 'approved by a terminal' },
    });
    expect((await store.standings(['A'])).get('A')).toBe('used');
    expect(kinds(await decide(store, wanting(request('A'), 'look')))).toEqual(['gone']);
    expect(answer('A', YES)).toBe(false);
  });

  it('lets one of two go that use the same yes in one transaction', async () => {
    const { store, answer } = make();
    await decide(store, wanting(request('A')));
    answer('A', YES);
    const both = await decide(store, wanting(request('A'), 'look'), wanting(request('A'), 'look'));
    expect(both.map(({ granted }) => granted)).toEqual([true, false]);
  });

  it('notes a no, and who said it', async () => {
    const { store, answer } = make();
    await decide(store, wanting(request('A')));
    answer('A', NO);
    expect(await decide(store, wanting(request('A'), 'look'))).toMatchObject([
      { granted: false, approval: { kind: 'refused', id: 'A', note: 'not today' } },
    ]);
    expect(answer('A', YES)).toBe(false);
  });

  it('takes no limits for a question, and those of one call for a yes', async () => {
    const { store, answer } = make();
    const limits = [limit(1, 'hour')];
    await decide(store, wanting(request('A'), undefined, limits));
    await decide(store, wanting(request('B'), undefined, limits));
    answer('A', YES);
    answer('B', YES);
    const [a] = await decide(store, wanting(request('A'), 'look', limits));
    const [b] = await decide(store, wanting(request('B'), 'look', limits));
    expect([a?.granted, b?.granted]).toEqual([true, false]);
    expect(b).toMatchObject({ exceeded: { max: 1, used: 1 }, approval: undefined });
    // The yes is not used up.
    expect((await store.standings(['B'])).get('B')).toBe('approved');
  });

  it('keeps a yes that the limits did not let pass, and no no', async () => {
    const { store, clock } = make();
    const limits = [limit(1, 'minute')];
    await decide(store, wanting(request('A'), undefined, limits));
    await decide(store, wanting(request('B', { key: 'k2' }), undefined, limits));
    await decide(store, wanting(request('A'), { ...YES, by: 'the client' }, limits));
    await decide(store, wanting(request('B', { key: 'k2' }), { ...YES, by: 'the client' }, limits));
    clock.now += 61_000;
    const next = request('C', { key: 'k2', askedAt: clock.now });
    expect(kinds(await decide(store, wanting(next, undefined, limits)))).toEqual(['granted']);
  });

  it('notes a no also where the limits would refuse the call', async () => {
    const { store } = make();
    const limits = [limit(0, 'minute')];
    await decide(store, wanting(request('A')));
    expect(kinds(await decide(store, wanting(request('A'), NO, limits)))).toEqual(['refused']);
    expect((await store.standings(['A'])).get('A')).toBe('denied');
  });

  it('ends a wait: a yes may still come, for the same call when it comes again', async () => {
    const { store, answer, clock } = make();
    await decide(store, wanting(request('A')));
    clock.now += 45_000;
    expect(kinds(await decide(store, wanting(request('A'), 'last')))).toEqual(['unanswered']);
    expect((await store.standings(['A'])).get('A')).toBe('expired');
    clock.now += LATE_MS;
    expect(answer('A', YES)).toBe(true);
    clock.now += LATE_MS;
    const other = request('B', { key: 'other', askedAt: clock.now });
    expect(kinds(await decide(store, wanting(other)))).toEqual(['asked']);
    const again = [request('C'), request('D')].map(one => wanting({ ...one, askedAt: clock.now }));
    expect(kinds(await decide(store, ...again))).toEqual(['granted', 'asked']);
  });

  it('a yes and a no at once: the first counts, and one call goes at most', async () => {
    const { store, answer } = make();
    await decide(store, wanting(request('A')));
    answer('A', NO);
    expect(kinds(await decide(store, wanting(request('A'), { ...YES, by: 'the client' })))).toEqual(
      ['refused'],
    );
  });

  it('withdraws what nobody waits for, and nothing else', async () => {
    const { store, answer } = make();
    for (const id of ['A', 'B', 'C']) await decide(store, wanting(request(id, { key: id })));
    answer('B', YES);
    await decide(store, wanting(request('C', { key: 'C' }), 'last'));
    store.withdraw(['A', 'B', 'C', 'X']);
    expect([...(await store.standings(['A', 'B', 'C'])).values()]).toEqual([
      'withdrawn',
      'withdrawn',
      'expired',
    ]);
    expect(answer('A', YES)).toBe(false);
    expect(kinds(await decide(store, wanting(request('B', { key: 'B' }), 'look')))).toEqual([
      'gone',
    ]);
  });

  it('keeps no arguments of what nobody can answer any more', async () => {
    const { store, answer, dump } = make();
    for (const id of ['A', 'B', 'C']) await decide(store, wanting(request(id, { key: id })));
    expect(dump()).toContain('in the arguments');
    answer('A', YES);
    await decide(store, wanting(request('A', { key: 'A' }), 'look'));
    answer('B', NO);
    store.withdraw(['C']);
    expect(dump()).not.toContain('in the arguments');
  });

  it('forgets what is good for nothing, and bounds what an agent can ask for', async () => {
    const { store, count, clock } = make();
    for (let i = 0; i < MAX_KEPT + 50; i++) {
      const id = `A${i}`;
      const one = request(id, { key: id, askedAt: clock.now, expiresAt: clock.now + 1000 });
      await decide(store, wanting(one));
      await decide(store, wanting(one, 'last'));
      clock.now += 1;
    }
    expect(count()).toBeLessThanOrEqual(MAX_KEPT + 1);
    expect((await store.standings(['A0'])).size).toBe(0);
    clock.now += 2 * LATE_MS;
    await decide(store, wanting(request('Z', { askedAt: clock.now, expiresAt: clock.now + 1 })));
    expect(count()).toBe(1);
  });

  it('bounds them by what they hold, too', async () => {
    const { store, count, clock } = make();
    const args = JSON.stringify('x'.repeat(1024 * 1024));
    for (let i = 0; i < 40; i++) {
      const one = request(`A${i}`, { key: `${i}`, askedAt: clock.now++, arguments: args });
      await decide(store, wanting(one));
      await decide(store, wanting(one, 'last'));
    }
    expect(count()).toBeLessThan(34);
  });

  it('remembers for a session, and for a time', async () => {
    const { store, clock } = make();
    const lasting: Answer = { ...YES, by: 'the client', lasts: true };
    await decide(store, wanting(request('A', { remember: 'session' })));
    await decide(store, wanting(request('A', { remember: 'session' }), lasting));
    const timed = { key: 'timed', remember: 60_000 };
    await decide(store, wanting(request('B', timed)));
    await decide(store, wanting(request('B', timed), lasting));
    const asks = async (more: Partial<ApprovalRequest>) =>
      kinds(await decide(store, wanting(request(`N${clock.now}`, more))))[0];
    expect(await asks({})).toBe('granted');
    expect(await asks({ session: 's2' })).toBe('asked');
    expect(await asks({ key: 'timed', session: 's2' })).toBe('granted');
    clock.now += 60_001;
    expect(await asks({ key: 'timed' })).toBe('asked');
    clock.now = START - 1;
    expect(await asks({ askedAt: START - 1 })).toBe('asked');
  });
});

describe.each(stores.slice(1))('%s, two wrappers', (_, make) => {
  it('one yes, one forward, whichever of them comes first', async () => {
    const { store, second, answer, clock } = make();
    await decide(store, wanting(request('A')));
    await decide(store, wanting(request('A'), 'last'));
    clock.now += 46_000;
    answer('A', YES);
    const again = (id: string) => wanting(request(id, { askedAt: clock.now }));
    const [first] = await decide(second, again('B'));
    const [other] = await decide(store, again('C'));
    expect([first?.granted, other?.granted]).toEqual([true, false]);
  });

  it('a call that waits is not robbed of its yes by another like it', async () => {
    const { store, second, answer } = make();
    await decide(store, wanting(request('A')));
    answer('A', YES);
    expect(kinds(await decide(second, wanting(request('B', { session: 's2' }))))).toEqual([
      'asked',
    ]);
    expect(kinds(await decide(store, wanting(request('A'), 'look')))).toEqual(['granted']);
  });

  it('what was remembered for a session ends with it', async () => {
    const { store, second } = make();
    const lasting: Answer = { ...YES, lasts: true };
    await decide(second, wanting(request('A', { remember: 'session' })));
    await decide(second, wanting(request('A', { remember: 'session' }), lasting));
    expect(kinds(await decide(store, wanting(request('B'))))).toEqual(['granted']);
    await second?.close();
    expect(kinds(await decide(store, wanting(request('C'))))).toEqual(['asked']);
  });
});
