// What must hold of a session whatever either side sends; test/fuzz has the promises and the players.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Session } from '../../src/proxy/session.ts';
import { Framer } from '../../src/rpc/frame.ts';
import { memoryStore } from '../../src/store/memory.ts';
import type { Event } from '../fuzz/conversation.ts';
import { tried } from '../fuzz/fuzz.ts';
import { type Loaded, loadRules, RULES } from '../fuzz/policies.ts';
import { expectedBytes } from '../fuzz/reading.ts';
import { jsonText, objectText, parses } from '../rpc/json-text.ts';
import { parsed } from '../support/parsed.ts';

let rules: readonly Loaded[] = [];
beforeAll(async () => {
  rules = await loadRules();
});

const id = fc.oneof(fc.constantFrom('1', '2', '"1"', '"a"', '0'), jsonText);
const method = fc.constantFrom('tools/call', 'tools/list', 'ping', 'no/such', 'roots/list');
const name = fc.constantFrom('a', 'limited', 'delete_all', 'secret_x', 'get_x');
const request = fc
  .tuple(id, method, name, jsonText)
  .map(
    ([key, what, tool, value]) =>
      `{"jsonrpc":"2.0","id":${key},"method":"${what}","params":{"name":"${tool}","arguments":${value}}}`,
  );
const response = fc
  .tuple(id, fc.constantFrom('result', 'error'), jsonText)
  .map(([key, member, value]) => `{"jsonrpc":"2.0","id":${key},"${member}":${value}}`);
const cancel = id.map(
  key => `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${key}}}`,
);
const line: fc.Arbitrary<Uint8Array> = fc.oneof(
  { arbitrary: fc.oneof(request, response, cancel, jsonText).map(Buffer.from), weight: 4 },
  { arbitrary: fc.uint8Array({ maxLength: 40 }), weight: 1 },
);
const event: fc.Arbitrary<Event> = fc.record({
  from: fc.constantFrom('client', 'server'),
  bytes: fc
    .array(line, { minLength: 1, maxLength: 4 })
    .map(lines => Buffer.concat(lines.flatMap(bytes => [bytes, Buffer.from('\n')]))),
  storeFails: fc.constantFrom(false, false, false, true),
});
const scenario = fc.record({
  rules: fc.nat(RULES.length - 1),
  cap: fc.constantFrom(1 << 20, 1 << 20, 60),
  events: fc.array(event, { maxLength: 6 }),
  goneBefore: fc.nat(8),
  cuts: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
});

test('anything at all from either side: nothing throws, and each request gets one answer', () => {
  fc.assert(
    fc.property(scenario, played => {
      expect(tried(played, rules)?.message).toBeUndefined();
    }),
    { numRuns: 1500 },
  );
});

/** What one line of the client's makes the session send to the server. */
function forwarded(text: string): string[] {
  const [{ policies } = { policies: [] }] = rules;
  const now = () => 1_000_000;
  const names = { session: 's', server: 'srv', grant: 'default', policyHash: () => 'h' };
  const session = new Session({ policies, mode: 'enforce', ...names, now });
  const store = memoryStore(now);
  const turn = session.fromClient(new Framer(1 << 20).push(Buffer.from(`${text}\n`)).lines);
  return session
    .conclude(turn, store.take(turn.demands))
    .filter(action => action.kind === 'forward')
    .map(({ buffer, start, end }) => buffer.toString('utf8', start, end));
}

test('a call passes with any arguments, and they arrive as they were sent', () => {
  fc.assert(
    fc.property(objectText, ({ text }) => {
      const sent = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":${text}}}`;
      const [arrived = ''] = forwarded(sent);
      expect(arrived).toBe(`${expectedBytes(Buffer.from(sent))}\n`);
      expect(parsed(arrived)).toEqual(parsed(sent));
    }),
    { numRuns: 1000 },
  );
});

test('a value in which a character was changed passes only where it still is JSON', () => {
  const changed = fc
    .tuple(jsonText, fc.nat(), fc.constantFrom(...'"\\{}[],:0e-. \r\0\u2028'))
    .map(([text, at, c]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + c + text.slice(from + 1);
    });
  let passed = 0;
  fc.assert(
    fc.property(changed, text => {
      // Half of a pair of surrogates becomes what it becomes on the way into bytes.
      const sent = Buffer.from(
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":[${text}]}}`,
      ).toString();
      const [arrived] = forwarded(sent);
      if (arrived === undefined) return;
      passed++;
      expect(parses(sent)).toBe(true);
      expect(parsed(arrived)).toEqual(parsed(sent));
    }),
    { numRuns: 1000 },
  );
  expect(passed).toBeGreaterThan(50);
});
