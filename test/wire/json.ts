// Lines that are no JSON, or more of it than anybody needs.
import { bad, error, good, members, PARSE, refused, tool, type Wire } from './entry.ts';

const notJson: readonly Wire[] = [
  bad('text', 'hello', error(PARSE, null)),
  bad('a truncated message', '{"jsonrpc":"2.0","id":1,"method":"ping"', refused()),
  bad('two messages on one line', `${tool('a')}${tool('delete_all')}`, refused()),
  bad('two messages with a comma between', `${tool('a')},${tool('delete_all')}`, refused()),
  bad('two messages with a raw CR between', `${tool('a')}\r${tool('delete_all')}`, refused()),
  bad('a message behind an array', `[]${tool('delete_all')}`, error(PARSE, null)),
  bad('a trailing comma', tool('a', '{"x":1,}'), refused()),
  bad('single quotes', tool('a', "{'x':1}"), refused()),
  bad('a key without quotes', tool('a', '{x:1}'), refused()),
  bad('a comment', tool('a', '{/**/}'), refused()),
  bad('a comment behind the message', `${tool('a')}//`, refused()),
  ...[
    ...['NaN', 'Infinity', '-Infinity', '+1', '01', '-01', '.5', '1.', '0x10', '1_0', '-', '1e'],
    ...['True', 'undefined', 'nul', '\uff11'],
  ].map(value => bad(`the value ${value}`, tool('a', `{"x":${value}}`), refused())),
  bad('a raw tab in a string', tool('a', '{"x":"\t"}'), refused()),
  bad('an escape that JSON does not have', tool('a', '{"x":"\\x41"}'), refused()),
  bad('an escaped line feed, raw', tool('a', '{"x":"\\\r"}'), refused()),
  bad('an unfinished unicode escape', tool('a', '{"x":"\\u12"}'), refused()),
  bad('no-break space between members', `\u00a0${tool('a')}`, refused()),
  bad('a vertical tab between members', `\v${tool('a')}`, refused()),
  { name: 'an empty line', line: '', answers: [] },
  { name: 'blanks', line: ' \t \r', answers: [] },
];

const numbers: readonly Wire[] = [
  '1e400',
  '-1E-400',
  '-0',
  '1E2',
  '9007199254740993',
  '123456789012345678901234567890',
  '0.1000000000000000055511151231257827',
  '9'.repeat(400),
  `0.${'0'.repeat(400)}1`,
].map(value => good(`the number ${value} is not touched`, tool('a', `{"x":[${value}]}`)));

/** The message, params and arguments are three levels themselves. */
const nested = (depth: number, open: string, close: string, inner = '') =>
  tool('x', `{"a":${open.repeat(depth)}${inner}${close.repeat(depth)}}`);
const objects = (depth: number) => nested(depth, '{"a":', '}', '1');
const mixed = (pairs: number) => nested(pairs, '[{"a":', '}]', '1');

const sizes: readonly Wire[] = [
  good('depth 128 of arrays', nested(125, '[', ']')),
  good('depth 128 of objects', objects(125)),
  good('depth 127 of both', mixed(62)),
  bad('depth 129 of arrays', nested(126, '[', ']'), refused()),
  bad('depth 129 of objects', objects(126), refused()),
  bad('depth 129 of both', mixed(63), refused()),
  bad('depth 100,000 of arrays', nested(100_000, '[', ']'), refused()),
  bad('depth 100,000 of objects', objects(100_000), refused()),
  bad('depth 200,000 of both', mixed(100_000), refused()),
  bad('100,000 opening brackets and no more', '['.repeat(100_000), refused()),
  bad('100,000 closing brackets', `${tool('a')}${']'.repeat(100_000)}`, refused()),
  good('10,000 keys', tool('a', `{${members(10_000)}}`)),
  bad('10,001 keys', tool('a', `{${members(10_001)}}`), refused()),
  bad(
    '10,001 keys in params',
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":{${members(10_001)}}}`,
    refused(),
  ),
  bad('10,001 keys at the top', `{${members(10_000)},"id":1}`, refused()),
  good('an array of 100,000 numbers', tool('a', `{"x":[${'0,'.repeat(99_999)}0]}`)),
];

export const json: readonly Wire[] = [...notJson, ...numbers, ...sizes];
