// What reaches the server, readers in other languages read to exactly what the policy has judged.
import { describe, expect, test } from 'vitest';
import { type Exact, readExact } from '../../src/rpc/exact.ts';
import { member, readMessage, stringMember } from '../../src/rpc/message.ts';
import { echoing, start } from '../support/lines.ts';
import { testWith } from '../support/needs.ts';
import { policy } from '../wire/entry.ts';
import { wires } from '../wire/index.ts';
import { hostileLines } from './lines.ts';
import { type Read, type Reader, readers, readLines } from './readers.ts';
import { isSame } from './values.ts';

const COUNT = 8000;
const SEED = 20_260_728;
/** So many lines are written before an answer is waited for; lines with one id must be apart. */
const AT_ONCE = 500;

interface Line {
  readonly from: 'corpus' | 'limits' | 'random';
  readonly line: string | Uint8Array;
}

/** A line as it reached the server, and what the policy made of it as the client had written it. */
interface Passed extends Line {
  readonly reached: string;
  readonly judged: Judged;
}

interface Judged {
  readonly method: string | undefined;
  readonly name: Exact | undefined;
  readonly arguments: Exact | undefined;
}

const callOf = (params: string, id = 1) =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{${params}}}`;

const digits = (count: number) => '7'.repeat(count);
/** Values at the limits of some reader. */
const limits = [
  digits(4300),
  digits(4301),
  `0.${digits(10_000)}`,
  '['.repeat(124) + ']'.repeat(124),
  '['.repeat(125) + ']'.repeat(125),
  `{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
  `"${'\\u00e9'.repeat(200_000)}"`,
].map(value => callOf(`"name":"a","arguments":{"x":${value}}`));

// Some of the corpus are two lines.
const corpus = wires.flatMap(({ line }): (string | Uint8Array)[] =>
  typeof line === 'string' ? line.split('\n') : [line],
);

const passed = once(async (): Promise<Passed[]> => {
  const lines: Line[] = [
    ...corpus.map(line => ({ from: 'corpus' as const, line })),
    ...limits.map(line => ({ from: 'limits' as const, line })),
    ...hostileLines(COUNT, SEED).map(line => ({ from: 'random' as const, line })),
  ];
  const { setup, reached } = echoing({ policy });
  const wrapped = start(setup);
  // The server gets each line and its marker in order, and answers in order.
  const marker = (index: number) => `{"jsonrpc":"2.0","id":"after ${index}","method":"ping"}`;
  for (const [index, { from, line }] of lines.entries()) {
    wrapped.write(line);
    wrapped.write(`\n${marker(index)}\n`);
    if (from !== 'random' || index % AT_ONCE === 0 || index === lines.length - 1)
      await wrapped.reply(`after ${index}`);
  }
  const all = reached();
  let at = 0;
  return lines.flatMap(({ from, line }, index) => {
    const end = all.indexOf(marker(index), at);
    const own = all.slice(at, end);
    expect([end >= at, own.length <= 1], String(line)).toEqual([true, true]);
    at = end + 1;
    return own.map(text => ({ from, line, reached: text, judged: judgedOf(line) }));
  });
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What policy-wrap makes of a line as the client has written it. */
function judgedOf(line: string | Uint8Array): Judged {
  const buffer = Buffer.concat([Buffer.from(line), Buffer.from('\n')]);
  const message = readMessage(buffer, 0, buffer.length - 1);
  if (message.kind === 'malformed') throw new Error(`${message.message}: ${line}`);
  const value = (key: string) => {
    const found = message.kind !== 'response' && member(message.members, key);
    return found ? readExact(buffer, found) : undefined;
  };
  const name = value('name');
  if (message.kind === 'request' && CALLS.includes(message.method))
    expect(name).toBe(stringMember(buffer, message.members, 'name'));
  const method = message.kind === 'response' ? undefined : message.method;
  return { method, name, arguments: value('arguments') };
}

/** Calls: of other messages the policy judges the method alone. */
const CALLS: unknown[] = ['tools/call', 'prompts/get'];

function isAgreed(reader: Reader, judged: Judged, read: Read): boolean {
  if (!read.ok) return reader.limit?.test(read.error) === true;
  const agree = (part: keyof Judged) => {
    const [value, form] = [judged[part], read[part]];
    if (value !== undefined && form !== undefined) return isSame(value, form);
    return value === form || (reader.isTyped === true && form === null);
  };
  const isMore = !reader.isTyped || CALLS.includes(judged.method);
  return agree('method') && (!isMore || (agree('name') && agree('arguments')));
}

/** Of these lines, those that the reader reads otherwise than the policy. */
function disagreements(reader: Reader, lines: readonly Passed[]) {
  const found = readLines(
    reader,
    lines.map(({ reached }) => reached),
  );
  expect(found).toHaveLength(lines.length);
  return {
    refused: found.filter(({ ok }) => !ok).length,
    differing: lines
      .map((line, i) => ({ ...line, read: found[i] as Read }))
      .filter(({ judged, read }) => !isAgreed(reader, judged, read)),
  };
}

test('of the corpus all that passes, and thousands of random lines', {
  timeout: 120_000,
}, async () => {
  const lines = await passed();
  const count = (source: Line['from']) => lines.filter(({ from }) => from === source).length;
  // More than in the corpus itself, where an id is in flight still.
  const fromCorpus = wires.flatMap(({ reaches = [] }) => reaches).length;
  expect(count('corpus')).toBeGreaterThanOrEqual(fromCorpus);
  expect(count('limits')).toBe(limits.length);
  expect(count('random')).toBeGreaterThan(COUNT / 2);
  // Where none is refused, none is hostile.
  expect(count('random')).toBeLessThan(COUNT * 0.9);
});

describe('what reaches the server is read as it was judged', () => {
  for (const reader of readers)
    testWith(reader.part)(reader.name, async () => {
      const lines = await passed();
      const { refused, differing } = disagreements(reader, lines);
      expect(differing.slice(0, 3)).toEqual([]);
      expect(refused).toBeLessThan(lines.length / 10);
    });
});

describe('what does not reach it, some reader reads otherwise than another', () => {
  const hostile: [string, string, string, Exact, Exact | undefined][] = [
    ['Python', 'a name twice', '"name":"a","name":"b"', 'b', undefined],
    ['Python', 'a lone surrogate', '"name":"\\ud800"', '\ud800', undefined],
    ['Go map', 'a lone surrogate', '"name":"\\ud800"', '\ufffd', undefined],
    ['Go struct', 'a name in other case', '"name":"a","NAME":"b"', 'b', undefined],
    ['Go struct', 'a long s', '"name":"a","arguments":{},"argument\u017f":{"b":1}', 'a', { b: 1 }],
    [
      'Rust',
      'a number in disguise',
      '"name":"a","arguments":{"x":{"$serde_json::private::Number":"1"}}',
      'a',
      { x: 1 },
    ],
    [
      'Rust',
      'a value in disguise',
      '"name":"a","arguments":{"x":{"\\u0024serde_json::private::RawValue":"[true]"}}',
      'a',
      { x: [true] },
    ],
  ];
  test('none of these reaches it', async () => {
    const { setup, reached } = echoing({ policy });
    const wrapped = start(setup);
    for (const [id, [, , params]] of hostile.entries()) wrapped.write(`${callOf(params, id)}\n`);
    wrapped.send({ id: 'after', method: 'ping' });
    await wrapped.reply('after');
    expect(reached()).toHaveLength(1);
  });
  for (const [reading, what, params, name, args] of hostile) {
    const reader = readers.find(candidate => candidate.name === reading) as Reader;
    testWith(reader.part)(`${reading}: ${what}`, async () => {
      const [read] = readLines(reader, [callOf(params)]);
      const judged: Judged = { method: 'tools/call', name, arguments: args };
      expect(read).toMatchObject({ ok: true });
      expect(isAgreed(reader, judged, read as Read)).toBe(true);
      expect(isAgreed(reader, { ...judged, name: 'another' }, read as Read)).toBe(false);
    });
  }
});
