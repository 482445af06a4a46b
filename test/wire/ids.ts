// Ids of every type and spelling, and ids that are in flight already.
import {
  bad,
  call,
  error,
  good,
  INVALID,
  message,
  ok,
  refused,
  request,
  tool,
  type Wire,
} from './entry.ts';

const named = (id: string) => call('"name":"a"', id);

const wrong: readonly Wire[] = [
  ...['1.5', '1.0', '1e2', '1E2', '1e400', '-1e-400', '0.0', '-0.0'],
  ...['9007199254740992', '9007199254740993', '-9007199254740992', '9'.repeat(400)],
  ...['null', 'true', 'false', '[]', '[1]', '{}', '{"id":1}'],
].map(id => bad(`the id ${id}`, named(id), error(INVALID, null)));

const right: readonly Wire[] = (
  [
    ['0', 0],
    ['-0', 0],
    ['-1', -1],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['""', ''],
    ['" "', ' '],
    ['"1"', '1'],
    ['"1.0"', '1.0'],
    ['"null"', 'null'],
    ['"a\\u0000b"', 'a\0b'],
    ['"\\u0031"', '1'],
    ['"😀"', '😀'],
    ['"__proto__"', '__proto__'],
    ['"constructor"', 'constructor'],
    ['"toString"', 'toString'],
  ] as const
).map(([text, id]) => good(`the id ${text}`, named(text), undefined, ok(id)));

const LONG = 'i'.repeat(1 << 20);

const inFlight: readonly Wire[] = [
  {
    name: 'the ids 1 and "1" at once',
    line: `${named('1')}\n${call('"name":"b"', '"1"')}`,
    reaches: [named('1'), call('"name":"b"', '"1"')],
    answers: [ok(1), ok('1')],
  },
  {
    name: 'an id that is in flight',
    line: `${tool('a')}\n${tool('b')}`,
    reaches: [tool('a')],
    answers: [ok(), error(INVALID, null)],
  },
  {
    name: 'an id that is in flight, of another method',
    line: `${tool('a')}\n${request('tools/list')}\n${request('ping')}`,
    reaches: [tool('a')],
    answers: [ok(), error(INVALID, null), error(INVALID, null)],
  },
  {
    name: 'an id that is in flight, escaped',
    line: `${named('"ab"')}\n${call('"name":"b"', '"\\u0061b"')}`,
    reaches: [named('"ab"')],
    answers: [ok('ab'), error(INVALID, null)],
  },
  {
    name: 'the ids 0 and -0 at once',
    line: `${named('0')}\n${named('-0')}`,
    reaches: [named('0')],
    answers: [ok(0), error(INVALID, null)],
  },
  {
    name: 'an invalid message under an id in flight',
    line: `${tool('a')}\n${message('"id":1,"method":"ping","extra":1')}\n${request('no/such')}`,
    reaches: [tool('a')],
    answers: [ok(), error(INVALID, null), error(INVALID, null)],
  },
  {
    name: 'a batch with an id in flight',
    line: `${tool('a')}\n[${tool('b')},${request('ping', undefined, '2')}]`,
    reaches: [tool('a')],
    answers: [ok(), error(INVALID, null), error(INVALID, 2)],
  },
  {
    name: 'a denied call under an id in flight',
    line: `${tool('a')}\n${tool('delete_all')}`,
    reaches: [tool('a')],
    answers: [ok(), error(INVALID, null)],
  },
];

export const ids: readonly Wire[] = [
  ...wrong,
  bad('the id 01', named('01'), refused()),
  ...right,
  good('an id of one MiB', named(`"${LONG}"`), undefined, ok(LONG)),
  ...inFlight,
];
