// Batches: MCP over stdio has none, and each id in one is answered.
import {
  bad,
  call,
  error,
  INVALID,
  message,
  notification,
  refused,
  request,
  tool,
  type Wire,
} from './entry.ts';

const response = (id: string) => message(`"id":${id},"result":{}`);
const initialized = notification('notifications/initialized');
const several = Array.from({ length: 100 }, (_, i) => call('"name":"a"', String(i)));

export const batches: readonly Wire[] = [
  bad('an empty batch', '[]', error(INVALID, null)),
  bad('a batch of one', `[${tool('a')}]`, error(INVALID)),
  bad('a batch of one that is denied', `[${tool('delete_all')}]`, error(INVALID)),
  bad(
    'a batch of calls',
    `[${tool('a')},${call('"name":"delete_all"', '"x"')}]`,
    error(INVALID),
    error(INVALID, 'x'),
  ),
  bad('a batch of a hundred', `[${several.join()}]`, ...several.map((_, i) => error(INVALID, i))),
  bad('a batch with one id twice', `[${tool('a')},${tool('b')}]`, error(INVALID)),
  bad(
    'a batch with the ids 1 and "1"',
    `[${tool('a')},${call('', '"1"')}]`,
    error(INVALID),
    error(INVALID, '1'),
  ),
  bad('a batch in white space', ` \t\r[${tool('a')}]`, error(INVALID)),
  bad('a batch behind 100 blanks', `${' '.repeat(100)}[${tool('a')}]`, error(INVALID)),
  bad('a batch of notifications', `[${initialized}]`, error(INVALID, null)),
  bad(
    'a batch of responses',
    `[${response('1')},${response('"r"')}]`,
    error(INVALID),
    error(INVALID, 'r'),
  ),
  bad(
    'a batch of everything',
    `[${tool('a')},${initialized},${response('2')},3,null,[],{"id":null},{"id":1.5}]`,
    error(INVALID),
    error(INVALID, 2),
  ),
  bad('a batch of numbers', '[1,2]', error(INVALID, null)),
  bad('a batch in a batch', `[[${tool('delete_all')}]]`, error(INVALID, null)),
  bad('a batch beside a batch', `[${tool('a')}][${tool('b')}]`, refused()),
  bad('a batch in params', request('tools/call', `[${tool('a')}]`), error(INVALID)),
  bad('a batch that is no JSON', `[${tool('a')},]`, refused()),
  bad('a batch without an end', `[${tool('a')}`, refused()),
  bad('a batch with a key twice', `[${call('"name":"a","name":"b"')}]`, refused()),
];
