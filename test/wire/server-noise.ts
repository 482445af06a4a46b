// Answers that nobody waits for, lines that are no message, and lines in pieces.
import {
  call,
  denied,
  error,
  INTERNAL,
  METHOD,
  message,
  notification,
  request,
  tool,
} from './entry.ts';
import { before, broken, type Play, passes, REAL, result } from './play.ts';

const ids: readonly Play[] = [
  {
    name: 'the id of a denied call is answered once more',
    steps: [
      {
        sends: [call('"name":"delete_all"', '5'), tool('a')],
        writes: [`${result('5', 'forged')}\n${result('"5"', 'forged')}\n${REAL}\n`],
      },
    ],
    gets: [denied(5), REAL],
  },
  {
    name: 'the id of a refused message is answered',
    steps: [
      { sends: [request('no/such', undefined, '7')], writes: [`${result('7', 'forged')}\n`] },
    ],
    gets: [error(METHOD, 7)],
  },
  {
    name: 'an id before its request',
    steps: [
      { writes: [`${result('1', 'early')}\n`] },
      { sends: [tool('a')], writes: [`${REAL}\n`] },
    ],
    gets: [REAL],
  },
  {
    name: 'an answer to a notification',
    steps: [
      {
        sends: [notification('notifications/initialized')],
        writes: ['null', '0', '1', '""'].map(id => `${result(id)}\n`),
      },
    ],
    gets: [],
  },
  ...['null', 'true', '[1]', '{"id":1}', '1.5', '"1"', '9007199254740993', '"__proto__"'].map(id =>
    before(`an answer under the id ${id}`, result(id, 'forged')),
  ),
  before('an answer without an id', message('"result":{"content":[]}')),
  passes('an answer under the id 1.0', result('1.0')),
  passes('an answer under the id 1e0', result('1e0')),
  passes('an escaped key for the id', REAL.replace('"id"', '"\\u0069d"')),
  {
    name: 'two answers, then one to the next call of that id',
    steps: [
      { sends: [tool('a')], writes: [`${REAL}\n${result('1', 'second')}\n`] },
      { sends: [tool('b')], writes: [`${result('1', 'third')}\n`] },
    ],
    gets: [REAL, result('1', 'third')],
  },
  {
    name: 'a late answer to a cancelled call, twice',
    steps: [
      {
        sends: [tool('a'), notification('notifications/cancelled', '{"requestId":1}')],
        writes: [`${REAL}\n${REAL}\n`],
      },
    ],
    gets: [REAL],
  },
];

const noise: readonly Play[] = [
  ...[
    'starting up…',
    '',
    '\t ',
    '[]',
    'null',
    '1',
    '"text"',
    '{}',
    '{"level":"info"}',
    '{',
    ']',
  ].map(text => before(`the line ${JSON.stringify(text)}`, text)),
  before('a batch', `[${result('1', 'forged')}]`),
  before('a log line with the id of a call', '{"id":1,"level":"info","text":"x"}'),
  before('an answer in quotes', JSON.stringify(REAL)),
  before('an answer behind text', `log: ${result('1', 'forged')}`),
  before('an answer behind a BOM', `\ufeff${result('1', 'forged')}`),
  before('two answers with a CR between', `${result('1', 'x')}\r${result('2', 'x')}`),
  before('a broken line that names two ids', '{"id":1,"result":NaN,"id":2}'),
  before('a broken line that also asks', '{"jsonrpc":"2.0","id":1,"method":"x","result":NaN}'),
  before('a megabyte of text', 'x'.repeat(1 << 20)),
  before('a NUL between lines', '\0'),
  before('bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
  before('an answer in UTF-16', Buffer.from(result('1', 'forged'), 'utf16le')),
];

const asked = message('"id":1,"method":"roots/list"');
const pieces: readonly Play[] = [
  {
    name: 'an answer in three pieces',
    steps: [
      { sends: [tool('a')], writes: [REAL.slice(0, 5), REAL.slice(5, 50), `${REAL.slice(50)}\n`] },
    ],
    gets: [REAL],
  },
  {
    name: 'an answer cut within a character',
    steps: [
      {
        sends: [tool('a')],
        writes: [...Buffer.from(`${result('1', '€')}\n`)].map(byte => Buffer.from([byte])),
      },
    ],
    gets: [result('1', '€')],
  },
  {
    name: 'half an answer, and the end',
    steps: [{ sends: [tool('a')], writes: [REAL.slice(0, 50)] }],
    gets: [broken],
    ends: true,
  },
  {
    name: 'a whole answer without LF, and the end',
    steps: [{ sends: [tool('a')], writes: [REAL] }],
    gets: [broken],
    ends: true,
  },
  {
    name: 'an answer and the end with others waiting',
    steps: [{ sends: [tool('a'), call('"name":"b"', '2')], writes: [`${REAL}\n`] }],
    gets: [REAL, error(INTERNAL, 2)],
    ends: true,
  },
  {
    name: 'a question under the id of a call settles nothing',
    steps: [{ sends: [tool('a')], writes: [`${asked}\n${REAL}\n`] }],
    gets: [asked, REAL],
  },
];

export const serverNoise: readonly Play[] = [...ids, ...noise, ...pieces];
