// What must hold of a person's approval in whatever order things happen: calls, answers from either side,
// cancellations, time-outs, retries, other rules, other definitions, clocks that are set.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Action } from '../../src/proxy/action.ts';
import { approvals, asking, modernCall } from '../support/asking.ts';
import { call, conversation } from '../support/conversation.ts';

const OWN = 'policy-wrap/approval';
const LATE_MS = 10 * 60_000;
const LASTING = 'approve the same call for this session';
const DECISIONS = ['approve once', LASTING, 'deny', 'whatever'] as const;
type Decision = (typeof DECISIONS)[number];

/** By hash. The first is the one that a session begins with. */
const RULES: Record<string, object> = {
  hash: asking({ approval: { remember: 'session' } }, { concurrency: 2 }),
  queue: asking({ approval: { via: ['queue'] } }, { limits: [{ max: 2, window: 'minute' }] }),
  allow: asking({}, { action: 'allow' }),
  deny: asking({}, { action: 'deny' }),
};
const HASHES = Object.keys(RULES);
let loaded: Record<string, never[]> = {};
beforeAll(async () => {
  const policies = HASHES.map(async hash => {
    const { session } = await conversation([RULES[hash] ?? {}]);
    const { settings } = session as unknown as { settings: { policies: never[] } };
    return [hash, settings.policies] as const;
  });
  loaded = Object.fromEntries(await Promise.all(policies));
});

const pick = fc.nat(30);
const args = fc.nat(1);
const decision = fc.constantFrom(...DECISIONS);
/** What is said in the same read as the next message of the client. */
const joined = fc.boolean();
const likely = fc.oneof(
  fc.record({ kind: fc.constant('call'), args, joined }),
  fc.record({ kind: fc.constant('modern'), args, joined, forms: fc.boolean() }),
  fc.record({
    ...{
      kind: fc.constant('retry'),
      pick,
      args,
      joined,
      forms: fc.constantFrom(true, true, false),
    },
    ...{ decision: fc.option(decision), same: fc.nat(4) },
  }),
  fc.record({ kind: fc.constant('answer'), pick, decision, joined }),
  fc.record({ kind: fc.constant('queue'), pick, yes: fc.boolean(), lasts: fc.boolean() }),
  fc.record({ kind: fc.constant('look') }),
  fc.record({ kind: fc.constant('reply'), pick, state: fc.option(fc.nat(1), { freq: 2 }) }),
  fc.record({ kind: fc.constant('further'), pick, joined }),
);
const rare = fc.oneof(
  fc.record({ kind: fc.constant('cannot'), pick, joined }),
  fc.record({ kind: fc.constant('cancel'), pick, joined }),
  fc.record({ kind: fc.constant('deadline'), pick }),
  fc.record({ kind: fc.constant('unable'), pick }),
  fc.record({ kind: fc.constant('clock'), ms: fc.constantFrom(-50_000, 1000, 46_000, 601_000) }),
  fc.record({ kind: fc.constant('rules'), hash: fc.constantFrom(...HASHES, 'hash', 'hash') }),
  fc.record({ kind: fc.constant('list'), text: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constant('full') }),
);
const event = fc.oneof({ arbitrary: likely, weight: 3 }, { arbitrary: rare, weight: 1 });
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

interface Shown {
  readonly id: string;
  readonly what: string;
  readonly hash: string;
  readonly definition: number;
  yes: number | undefined;
  no: boolean;
  used: boolean;
}

interface Params {
  arguments?: unknown;
  requestState?: string;
  inputResponses?: unknown;
}

const whatOf = ({ arguments: given, requestState, inputResponses }: Params) =>
  JSON.stringify([given ?? null, requestState ?? null, inputResponses ?? null]);
const roundOf = ({ arguments: given, requestState }: Params) =>
  JSON.stringify([given ?? null, requestState ?? null]);

/** One session, and beside it what people and servers have really said. */
class World {
  hash = 'hash';
  private definition = 0;
  private definitionText: string | undefined;
  private lastId = 0;
  private storeFails = false;
  private readonly shown = new Map<string, Shown>();
  /** Of calls that the server may ask about: by what, how often. */
  private readonly rounds = new Map<string, number>();
  /** What the server has asked for in the middle of a call. */
  private readonly given: [args: unknown, state: string][] = [];
  private readonly lasting = new Set<string>();
  readonly answers = new Map<unknown, number>();
  private readonly cancelled = new Set<unknown>();
  private readonly sent = new Map<unknown, Params>();
  private readonly atServer: { id: number; params: Params; approved: boolean }[] = [];
  private readonly questions = new Map<string, string>();
  private readonly states: { state: string; id: string; params: Params }[] = [];
  private buffered: object[] = [];
  private rowsSeen = 0;
  private deskSeen = 0;
  readonly open = new Set<string>();
  /** By which approved calls have gone on. */
  readonly ways: string[] = [];

  constructor(readonly talk: Awaited<ReturnType<typeof approvals>>) {
    this.rowsSeen = talk.store.rows.length;
  }

  play(one: Event): void {
    const { talk } = this;
    if (!('joined' in one) && one.kind !== 'full') this.flush();
    switch (one.kind) {
      case 'call':
        return this.request(one, id => call(id, 'drop', { n: one.args }));
      case 'modern':
        return this.request(one, id => modernCall(id, 'drop', { n: one.args }, {}, forms(one)));
      case 'further': {
        // Sometimes one that the server has not asked for.
        const [given, requestState] = at([...this.given, [{ n: 0 }, 's0']], one.pick) ?? [];
        return this.request(one, id => modernCall(id, 'drop', given, { requestState }));
      }
      case 'retry':
        return this.retry(one);
      case 'answer':
      case 'cannot':
        return this.answer(one);
      case 'cancel': {
        const id = at([...this.sent.keys()], one.pick);
        if (id === undefined) return;
        this.cancelled.add(id);
        const params = { requestId: id };
        return this.say({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, one);
      }
      case 'queue': {
        const shown = at([...this.shown.values()], one.pick);
        if (shown === undefined) return;
        const { yes, lasts } = one;
        const answer = { yes, by: 'a terminal', note: null, lasts } as const;
        const heard = talk.store.book.answer(shown.id, answer, talk.clock.now);
        if (heard !== undefined) this.note(shown, yes, lasts && heard.request.remember !== 'once');
        return;
      }
      case 'look':
        for (const id of this.open)
          if (talk.store.approvals.get(id)?.standing !== 'waiting')
            this.see(talk.news({ id, step: 'look' }));
        return;
      case 'deadline':
      case 'unable': {
        const id = at([...this.open], one.pick);
        const step = one.kind === 'unable' ? 'unable' : 'last';
        // A program that cannot ask is none while the client is asked.
        const isAsked = id !== undefined && [...this.questions.values()].includes(id);
        if (id === undefined || (isAsked && step === 'unable')) return;
        this.see(talk.news({ id, step }));
        return;
      }
      case 'clock':
        talk.clock.now += one.ms;
        return;
      case 'rules':
        this.flush();
        this.hash = one.hash;
        talk.session.adopt({ policies: loaded[one.hash] ?? [], policyHash: () => one.hash }, []);
        return;
      case 'list':
        return this.list(one.text);
      case 'reply':
        return this.reply(one.pick, one.state);
      case 'full':
        this.storeFails = true;
    }
  }

  /** The client's last words, and the end of the server. */
  end(): void {
    this.flush();
    this.see(this.talk.gone());
    for (const [id, count] of this.answers)
      if (this.cancelled.has(id)) expect(count).toBeLessThanOrEqual(1);
      else expect([id, count]).toEqual([id, 1]);
    const { session } = this.talk as unknown as { session: Insides };
    const { waiting, questions } = session.approving;
    expect([waiting.size, questions.size, session.pending.size]).toEqual([0, 0, 0]);
    expect([...this.open]).toEqual([]);
    for (const held of session.slots.held.values())
      for (const one of held) expect(one.cancelledAt).toBeDefined();
  }

  private request(
    one: { joined: boolean },
    make: (id: number) => { params: Params; id: unknown },
  ): void {
    const id = ++this.lastId;
    const message = make(id);
    this.sent.set(id, message.params);
    this.answers.set(id, 0);
    this.say(message, one);
  }

  private retry(one: Extract<Event, { kind: 'retry' }>): void {
    const carried = at(this.states, one.pick);
    if (carried === undefined) return;
    const { state, id, params } = carried;
    const isSame = one.same > 0;
    this.flush();
    const responses = one.decision === null ? {} : { [OWN]: accept(one.decision) };
    const shown = this.shown.get(id);
    if (shown !== undefined && one.decision !== null)
      this.note(shown, /^approve/.test(one.decision), one.decision === LASTING);
    this.request(one, key =>
      modernCall(
        ...([key, 'drop', isSame ? params.arguments : { n: one.args }] as const),
        { inputResponses: responses, requestState: state },
        forms(one),
      ),
    );
  }

  private answer(one: Extract<Event, { kind: 'answer' | 'cannot' }>): void {
    const [question, id] = at([...this.questions], one.pick) ?? [];
    const shown = id === undefined ? undefined : this.shown.get(id);
    if (question === undefined || shown === undefined) return;
    this.flush();
    // A client answers once; whether it was heard is not known to the person.
    this.questions.delete(question);
    const { decision } = one as { decision?: Decision };
    const said = decision && { result: accept(decision) };
    if (decision !== undefined) this.note(shown, /^approve/.test(decision), decision === LASTING);
    this.say(
      { jsonrpc: '2.0', id: question, ...(said ?? { error: { code: 1, message: '' } }) },
      one,
    );
  }

  private note(shown: Shown, yes: boolean, lasts: boolean): void {
    shown.no = !yes;
    if (!yes) return;
    shown.yes = this.talk.clock.now;
    if (lasts) this.lasting.add(JSON.stringify([shown.what, shown.hash, shown.definition]));
  }

  private list(text: string): void {
    this.flush();
    const id = `l${++this.lastId}`;
    this.see(this.talk.client({ jsonrpc: '2.0', id, method: 'tools/list', params: {} }));
    const tools = [{ name: 'drop', description: text }];
    this.see(this.talk.server({ jsonrpc: '2.0', id, result: { tools } }));
    // Rules that never ask look at no list.
    if (!['hash', 'queue'].includes(this.hash) || text === this.definitionText) return;
    this.definitionText = text;
    this.definition++;
  }

  private reply(pick: number, state: number | null): void {
    this.flush();
    const index = this.atServer.length === 0 ? -1 : pick % this.atServer.length;
    const [answered] = index < 0 ? [] : this.atServer.splice(index, 1);
    if (answered === undefined) return;
    const requestState = `s${state}`;
    if (state !== null) {
      this.given.push([answered.params.arguments, requestState]);
      const round = roundOf({ ...answered.params, requestState });
      if (answered.approved) this.rounds.set(round, (this.rounds.get(round) ?? 0) + 1);
    }
    const more = { resultType: 'input_required', inputRequests: {}, requestState };
    const result = state === null ? { content: [] } : more;
    this.see(this.talk.server({ jsonrpc: '2.0', id: answered.id, result }));
  }

  private say(message: object, { joined: waits }: { joined: boolean }): void {
    this.buffered.push(message);
    if (!waits) this.flush();
  }

  private flush(): void {
    const { buffered, storeFails, talk } = this;
    this.buffered = [];
    if (buffered.length === 0) return;
    this.storeFails = false;
    this.see(storeFails ? talk.withoutStore(...buffered) : talk.client(...buffered));
  }

  private see(seen: ReturnType<World['talk']['client']>): void {
    const { store, desk } = this.talk;
    for (const { request } of store.approvals.entries.values())
      if (!this.shown.has(request.id)) this.ask(request);
    for (const action of desk.slice(this.deskSeen)) this.follow(action);
    this.deskSeen = desk.length;
    const rows = store.rows.slice(this.rowsSeen).filter(({ forwarded }) => forwarded);
    this.rowsSeen = store.rows.length;
    for (const [way, message] of seen) {
      if (way === '→' && message.method === 'tools/call') this.reached(message, rows.shift());
      else if (message.method === 'elicitation/create')
        this.questions.set(message.id, named(message.params.message));
      else if (message.method === 'notifications/cancelled' && way === '←')
        this.questions.delete(message.params.requestId);
      else if (message.method === undefined && this.answers.has(message.id)) {
        this.answers.set(message.id, (this.answers.get(message.id) ?? 0) + 1);
        const question = message.result?.inputRequests?.[OWN];
        if (question !== undefined)
          this.states.push({
            state: message.result.requestState,
            id: named(question.params.message),
            params: this.sent.get(message.id) ?? {},
          });
      }
    }
  }

  private ask(request: { id: string; arguments: string | null; also: string | null }): void {
    const also = JSON.parse(request.also ?? '{}') as Params;
    const given = { ...also, arguments: JSON.parse(request.arguments ?? 'null') };
    this.shown.set(request.id, {
      ...{ id: request.id, what: whatOf(given), hash: this.hash, definition: this.definition },
      ...{ yes: undefined, no: false, used: false },
    });
  }

  private follow(action: Action): void {
    if (action.kind === 'wait') {
      expect(this.open.has(action.call.id)).toBe(false);
      this.open.add(action.call.id);
    } else if (action.kind === 'release') this.open.delete(action.id);
    else if (action.kind === 'withdraw') for (const id of action.ids) this.open.delete(id);
  }

  /** INVARIANT under test: a call that needs a yes is at the server by one of its own, once. */
  private reached(message: { id: number; params: Params }, row: Row | undefined): void {
    const { id, params } = message;
    const sent = this.sent.get(id);
    expect(params.arguments).toEqual(sent?.arguments);
    expect(JSON.stringify(params)).not.toContain('policy-wrap');
    const approval = row?.verdict.approval ?? null;
    this.atServer.push({ id, params, approved: approval !== null });
    if (this.hash === 'allow') return;
    expect(this.hash).not.toBe('deny');
    if (row?.verdict.reason === 'approved in an earlier round of the same call') {
      const left = this.rounds.get(roundOf(params)) ?? 0;
      expect(left).toBeGreaterThan(0);
      this.rounds.set(roundOf(params), left - 1);
      this.ways.push('in a further round');
      return;
    }
    if (approval?.startsWith('R')) {
      const kept = JSON.stringify([whatOf(params), this.hash, this.definition]);
      expect([...this.lasting]).toContain(kept);
      this.ways.push('for a while');
      return;
    }
    const shown = this.shown.get(approval ?? '');
    expect(shown).toMatchObject({ what: whatOf(params), hash: this.hash, no: false, used: false });
    if (shown === undefined) return;
    if (shown.definition !== 0) expect(shown.definition).toBe(this.definition);
    const age = this.talk.clock.now - (shown.yes ?? Number.NaN);
    expect(age).toBeGreaterThanOrEqual(0);
    // Until the first call waits no more nobody else may use it.
    expect(age).toBeLessThanOrEqual(LATE_MS + 45_000);
    shown.used = true;
    this.ways.push('once');
  }
}

type Row = World['talk']['store']['rows'][number];

interface Insides {
  readonly approving: { waiting: Map<string, unknown>; questions: Map<string, unknown> };
  readonly pending: Map<unknown, unknown>;
  readonly slots: { held: Map<string, Set<{ cancelledAt: number | undefined }>> };
}

const accept = (choice: Decision) => ({ action: 'accept', content: { decision: choice } });
const forms = ({ forms: shows }: { forms: boolean }) => (shows ? { elicitation: {} } : {});
const named = (text: string) => /^request (\w+)$/m.exec(text)?.[1] ?? '';

function at<T>(items: readonly T[], index: number): T | undefined {
  return items[index % Math.max(1, items.length)];
}

test('a call that needs a yes reaches the server by one of its own, and each gets one answer', async () => {
  const ways = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(event, { minLength: 5, maxLength: 30, size: 'max' }),
      async (legacyForms, events) => {
        const world = new World(await approvals(RULES.hash, legacyForms ? {} : false));
        for (const one of events) world.play(one);
        world.end();
        for (const way of world.ways) ways.set(way, (ways.get(way) ?? 0) + 1);
      },
    ),
    { numRuns: 1000 },
  );
  // It is no use where nothing is ever approved.
  for (const way of ['once', 'for a while', 'in a further round'])
    expect(ways.get(way) ?? 0, way).toBeGreaterThan(0);
}, 120_000);
