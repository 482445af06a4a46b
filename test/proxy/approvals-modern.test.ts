// 2026-07-28: the client carries the question and sends the call again. What it sends is not trusted: a
// yes lets the call pass that was asked about, once, as the server is to see it.
import { describe, expect, it } from 'vitest';
import { approvals, asking, modernCall } from '../support/asking.ts';

const OWN = 'policy-wrap/approval';
const ARGS = { table: 'users' };
const accept = (decision: unknown) => ({ [OWN]: { action: 'accept', content: { decision } } });
const YES = accept('approve once');
const text = (seen: unknown) => JSON.stringify(seen);

/** A call that was answered with the question, and the state that came with it. */
async function carried(policy = asking(), args: unknown = ARGS, more: object = {}) {
  const talk = await approvals(policy, false);
  const [question] = talk.client(modernCall(1, 'drop', args, more));
  return { ...talk, question: question?.[1], state: question?.[1].result?.requestState as string };
}
const retry = (
  id: number,
  requestState: unknown,
  inputResponses: unknown = YES,
  args: unknown = ARGS,
) => modernCall(id, 'drop', args, { inputResponses, requestState });
const isAsked = (seen: unknown) => text(seen).includes('"resultType":"input_required"');

describe('the question', () => {
  it('comes as a result that asks for input', async () => {
    const { question, desk, store } = await carried();
    expect(question.result).toMatchObject({
      resultType: 'input_required',
      requestState: expect.stringMatching(/^policy-wrap\.approval\.A1\./),
      inputRequests: {
        [OWN]: {
          method: 'elicitation/create',
          params: { requestedSchema: { required: ['decision'] } },
        },
      },
    });
    // Nothing waits here: the request is in the queue, and the call is answered.
    expect(desk).toEqual([]);
    expect(store.approvals.get('A1')?.standing).toBe('waiting');
    expect(store.rows).toEqual([]);
  });

  it('a yes lets the call go on, without what was ours', async () => {
    const { client, state, store } = await carried();
    const sent = retry(2, state);
    const {
      inputResponses: _,
      requestState: __,
      ...params
    } = sent.params as Record<string, unknown>;
    expect(client(sent)).toEqual([['→', { ...sent, params }]]);
    expect(store.rows.at(-1)?.verdict).toMatchObject({ effect: 'allow', approval: 'A1' });
  });

  it.each([
    ['deny', accept('deny')],
    ['decline', { [OWN]: { action: 'decline' } }],
    ['cancel', { [OWN]: { action: 'cancel' } }],
    ['no choice', { [OWN]: { action: 'accept', content: {} } }],
    ['no object', { [OWN]: 1 }],
    [
      'too much',
      { [OWN]: { action: 'accept', content: { decision: 'approve once', x: 'x'.repeat(70_000) } } },
    ],
  ])('answered by %s refuses it', async (_, responses) => {
    const { client, state } = await carried();
    const [seen] = client(retry(2, state, responses));
    expect(seen?.[1].result).toMatchObject({ isError: true, resultType: 'complete' });
    expect(text(seen)).toContain('a person refused it');
    // And so it stays, whatever the client says afterwards.
    expect(text(client(retry(3, state)))).toContain('a person refused it');
  });

  it('is asked of a client without forms by the queue alone, and the call waits', async () => {
    const { client, desk } = await approvals(asking(), false);
    expect(client(modernCall(1, 'drop', ARGS, {}, {}))).toEqual([]);
    expect(desk).toHaveLength(1);
  });

  it('is asked anew where the client answers nothing', async () => {
    const { client, state } = await carried();
    const [seen] = client(retry(2, state, {}));
    // Under the same name: it is the same request.
    expect(seen?.[1].result.requestState).toBe(state);
  });

  it('was answered in the queue: the call goes on without an answer of the client', async () => {
    const { client, state, store } = await carried();
    store.book.answer('A1', { yes: true, by: 'a terminal', note: null, lasts: false }, 1_000_000);
    expect(client(retry(2, state, {}))[0]?.[0]).toBe('→');
    expect(isAsked(client(retry(3, state, {})))).toBe(true);
  });

  it('was answered in the queue: so does the same call without a state, once', async () => {
    const { client, store } = await carried();
    store.book.answer('A1', { yes: true, by: 'a terminal', note: null, lasts: false }, 1_000_000);
    expect(client(modernCall(2, 'drop', ARGS))[0]?.[0]).toBe('→');
    expect(isAsked(client(modernCall(3, 'drop', ARGS)))).toBe(true);
  });

  it('for a while: the same call goes on without a question', async () => {
    const { client, state } = await carried(asking({ approval: { remember: 'session' } }));
    client(retry(2, state, accept('approve the same call for this session')));
    expect(client(modernCall(3, 'drop', ARGS))[0]?.[0]).toBe('→');
    expect(isAsked(client(modernCall(4, 'drop', { table: 'x' })))).toBe(true);
  });
});

describe('never goes on, and is asked about anew', () => {
  it.each<[string, (state: string) => object]>([
    ['with no state', () => modernCall(2, 'drop', ARGS, { inputResponses: YES })],
    ['with a state that was made up', () => retry(2, 'policy-wrap.approval.A1.AAAA')],
    ['with the name of the request and no seal', () => retry(2, 'policy-wrap.approval.A1')],
    ['with a seal that is cut', state => retry(2, state.slice(0, -1))],
    ['with something behind the seal', state => retry(2, `${state}x`)],
    ['with the seal of another name', state => retry(2, state.replace('.A1.', '.A2.'))],
    ['with other arguments', state => retry(2, state, YES, { table: 'orders' })],
    ['with more arguments', state => retry(2, state, YES, { ...ARGS, cascade: true })],
    [
      'with arguments that only a double takes for the same',
      state => retry(2, state, YES, { ...ARGS, n: 1 }),
    ],
    [
      'with something else beside the arguments',
      state => ({ ...retry(2, state), params: { ...retry(2, state).params, extra: 1 } }),
    ],
  ])('%s', async (_, make) => {
    const { client } = await carried().then(async talk => {
      const seen = talk.client(make(talk.state));
      expect(seen.some(([way]) => way === '→')).toBe(false);
      expect(isAsked(seen)).toBe(true);
      return talk;
    });
    expect(isAsked(client(modernCall(9, 'drop', ARGS)))).toBe(true);
  });

  it('of another tool', async () => {
    const policy = asking({
      tools: { drop: { action: 'require_approval' }, wipe: { action: 'require_approval' } },
    });
    const { client, state } = await carried(policy);
    const sent = modernCall(2, 'wipe', ARGS, { inputResponses: YES, requestState: state });
    expect(isAsked(client(sent))).toBe(true);
  });

  it('a second time', async () => {
    const { client, state } = await carried();
    expect(client(retry(2, state))[0]?.[0]).toBe('→');
    expect(isAsked(client(retry(3, state)))).toBe(true);
    const twice = await carried();
    const seen = twice.client(retry(2, twice.state), retry(3, twice.state));
    expect(seen.filter(([way]) => way === '→')).toHaveLength(1);
  });

  it('from before a restart', async () => {
    const { state } = await carried();
    const { client } = await approvals(asking(), false);
    client(modernCall(1, 'drop', ARGS));
    expect(isAsked(client(retry(2, state)))).toBe(true);
  });

  it('after its time', async () => {
    const { client, state, clock } = await carried();
    clock.now += 1_200_001;
    expect(isAsked(client(retry(2, state)))).toBe(true);
  });

  it('after the clock has gone back', async () => {
    const { client, state, clock } = await carried();
    clock.now -= 1;
    expect(isAsked(client(retry(2, state)))).toBe(true);
  });

  it('after the policy has changed', async () => {
    const { client, state, session } = await carried();
    const { policies } = (session as unknown as { settings: { policies: never[] } }).settings;
    session.adopt({ policies, policyHash: () => 'other' }, []);
    expect(isAsked(client(retry(2, state)))).toBe(true);
  });

  it('with a key that looks like ours', async () => {
    const { client, state } = await carried();
    for (const key of ['RequestState', 'request\u017ftate', 'InputResponses'])
      expect(
        client(
          modernCall(2, 'drop', ARGS, {
            ...{ inputResponses: YES, requestState: state },
            [key]: 1,
          }),
        )[0]?.[1].error?.code,
      ).toBe(-32602);
  });
});

describe('what the server asks for in the middle', () => {
  const asks = (id: number, requestState: string) => ({
    jsonrpc: '2.0',
    id,
    result: {
      resultType: 'input_required',
      inputRequests: { region: { method: 'elicitation/create', params: {} } },
      requestState,
    },
  });
  const region = {
    inputResponses: { region: { action: 'accept', content: { region: 'eu' } } },
    requestState: 's1',
  };

  it('after the yes: the further round needs no other', async () => {
    const { client, server, state, store } = await carried();
    client(retry(2, state));
    server(asks(2, 's1'));
    const further = modernCall(3, 'drop', ARGS, region);
    expect(client(further)).toEqual([['→', further]]);
    expect(store.rows.at(-1)?.verdict).toMatchObject({ effect: 'allow', approval: 'A1' });
    // Neither again, nor with other arguments, nor with another state.
    expect(isAsked(client({ ...further, id: 4 }))).toBe(true);
    server(asks(3, 's2'));
    expect(
      isAsked(client(modernCall(5, 'drop', { table: 'x' }, { ...region, requestState: 's2' }))),
    ).toBe(true);
    expect(isAsked(client(modernCall(6, 'drop', ARGS, { ...region, requestState: 's3' })))).toBe(
      true,
    );
  });

  it('before the yes: it comes to the server as the client first sent it, and is shown', async () => {
    const { client, state, question } = await carried(asking(), ARGS, region);
    expect(question.result.inputRequests[OWN].params.message).toContain('requestState: "s1"');
    const [seen] = client(retry(2, state));
    expect(seen).toEqual(['→', modernCall(2, 'drop', ARGS, region)]);
  });

  it('other answers beside ours do not reach the server', async () => {
    const { client, state } = await carried(asking(), ARGS, region);
    const [seen] = client(
      retry(2, state, { ...YES, region: { action: 'accept', content: { region: 'us' } } }),
    );
    expect(text(seen)).toContain('"region":"eu"');
    expect(text(seen)).not.toContain('"us"');
  });

  it('a yes is for the answers that were shown', async () => {
    const { client, store } = await carried(asking(), ARGS, region);
    store.book.answer('A1', { yes: true, by: 'a terminal', note: null, lasts: false }, 1_000_000);
    const other = {
      ...region,
      inputResponses: { region: { action: 'accept', content: { region: 'us' } } },
    };
    expect(isAsked(client(modernCall(2, 'drop', ARGS, other)))).toBe(true);
    expect(client(modernCall(3, 'drop', ARGS, region))[0]?.[0]).toBe('→');
  });

  it('a state of its own that looks like ours is not taken for one', async () => {
    const { client, server, state } = await carried();
    client(retry(2, state));
    server(asks(2, 'policy-wrap.approval.A1.x'));
    expect(
      isAsked(client(modernCall(3, 'drop', ARGS, { requestState: 'policy-wrap.approval.A1.x' }))),
    ).toBe(true);
  });

  it('a yes is good for eight rounds', async () => {
    const { client, server, state } = await carried();
    client(retry(2, state));
    for (let i = 0; i < 8; i++) {
      server(asks(2 + i, `s${i}`));
      expect(
        client(modernCall(3 + i, 'drop', ARGS, { ...region, requestState: `s${i}` }))[0]?.[0],
      ).toBe('→');
    }
    server(asks(10, 's8'));
    expect(isAsked(client(modernCall(11, 'drop', ARGS, { ...region, requestState: 's8' })))).toBe(
      true,
    );
  });

  it('limits are taken once for all rounds', async () => {
    const limited = asking({}, { limits: [{ max: 1, window: 'minute' }] });
    const { client, server, state } = await carried(limited);
    client(retry(2, state));
    server(asks(2, 's1'));
    expect(client(modernCall(3, 'drop', ARGS, region))[0]?.[0]).toBe('→');
    expect(text(client(modernCall(4, 'drop', ARGS)))).toContain('limited to 1 call per minute');
  });
});

it('bytes that are judged are the bytes that go on: keys, numbers and spaces stay as they were', async () => {
  const { client, session, store, state } = await carried(asking(), { n: 1 });
  const meta = JSON.stringify(modernCall(1, 'x', {}).params._meta);
  const line = `{ "jsonrpc":"2.0","id":2 , "method":"tools/call","params":{"inputResponses":${JSON.stringify(YES)} , "_meta":${meta}, "requestState":${JSON.stringify(state)},"name" : "drop","arguments":{ "n":1 }}}`;
  const { Framer } = await import('../../src/rpc/frame.ts');
  const turn = session.fromClient(new Framer(1 << 20).push(Buffer.from(`${line}\n`)).lines);
  const actions = session.conclude(turn, store.take(turn.demands));
  const forward = actions.find(action => action.kind === 'forward');
  const sent =
    forward?.kind === 'forward' ? forward.buffer.toString('utf8', forward.start, forward.end) : '';
  expect(sent).toBe(
    `{ "jsonrpc":"2.0","id":2 , "method":"tools/call","params":{"_meta":${meta}, "name" : "drop","arguments":{ "n":1 }}}\n`,
  );
  expect(client(modernCall(3, 'other', {}))[0]?.[0]).toBe('→');
});

it('a state of ours that comes with a call that needs no yes does not reach the server', async () => {
  const { client, state } = await carried();
  const [seen] = client(modernCall(2, 'other', {}, { requestState: state, inputResponses: YES }));
  expect(seen?.[0]).toBe('→');
  expect(text(seen)).not.toContain('policy-wrap');
});

it('is not carried in a session that began with a handshake, whatever a call says of itself', async () => {
  const { client, desk } = await approvals(asking(), null);
  expect(client(modernCall(1, 'drop', ARGS))).toEqual([]);
  expect(desk).toHaveLength(1);
});
