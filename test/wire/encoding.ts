// Lines whose bytes readers see differently: broken UTF-8, marks and breaks that only some know.
import { bad, call, good, ok, refused, request, tool, type Wire } from './entry.ts';

/** These bytes in place of the `@`. */
const around = (text: string, middle: readonly number[]) => {
  const [before = '', after = ''] = text.split('@');
  return Buffer.concat([Buffer.from(before), Buffer.from(middle), Buffer.from(after)]);
};
const inString = tool('x', '{"a":"@"}');

const notUtf8: readonly Wire[] = (
  [
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['an overlong quote', [0xe0, 0x80, 0xa2]],
    ['an overlong line feed of four bytes', [0xf0, 0x80, 0x80, 0x8a]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['a pair of surrogates in UTF-8', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['a sequence that swallows the quote', [0xe2]],
    ['a character beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence of six bytes', [0xfc, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a byte that UTF-8 never has', [0xff]],
    ['Latin-1', [0xe9]],
  ] as const
).map(([name, middle]) => bad(name, around(inString, middle), refused()));

const elsewhere: readonly Wire[] = [
  bad('an invalid byte in a key', around(tool('x', '{"@":1}'), [0xff]), refused()),
  bad('an invalid byte in a name', around(tool('delete@all'), [0xff]), refused()),
  bad(
    'an invalid byte between members',
    around('{"jsonrpc":"2.0","id":1,@"method":"ping"}', [0xff]),
    refused(),
  ),
  bad('an invalid byte in front', around(`@${tool('a')}`, [0xff]), refused()),
  bad('an invalid byte behind', around(`${tool('a')}@`, [0xff]), refused()),
  bad('UTF-16', Buffer.from(tool('a'), 'utf16le'), refused()),
  bad('UTF-16 with a BOM', Buffer.from(`\ufeff${tool('a')}`, 'utf16le'), refused()),
];

const surrogates: readonly Wire[] = [
  bad('a lone high surrogate in a name', tool('a\\ud800'), refused()),
  bad('a lone low surrogate in an argument', tool('a', '{"x":"\\udc00"}'), refused()),
  bad('surrogates in the wrong order', tool('a', '{"x":"\\udc00\\ud800"}'), refused()),
  bad('two high surrogates and a low one', tool('a', '{"x":"\\ud800\\ud800\\udc00"}'), refused()),
  bad('a lone surrogate in a key', tool('a', '{"\\ud834":1}'), refused()),
  bad('a lone surrogate in an id', call('"name":"a"', '"\\ud800"'), refused('\ud800')),
  bad('a lone surrogate in a method', request('ping\\ud800'), refused()),
  good('a pair of surrogates', tool('a', '{"x":"\\ud83d\\ude00"}')),
];

const marks: readonly Wire[] = [
  bad('a BOM in front', `\ufeff${tool('a')}`, refused()),
  bad('a BOM between members', `{"jsonrpc":"2.0",\ufeff"id":1,"method":"ping"}`, refused()),
  bad('a BOM behind', `${tool('a')}\ufeff`, refused()),
  good('a BOM in a string', tool('a', '{"x":"\ufeff"}')),
  good('a BOM before a name makes another name', tool('\ufeffdelete_all')),
  bad('a raw NUL in a name', tool('a\0b'), refused()),
  bad('a raw NUL between members', `{"jsonrpc":"2.0",\0"id":1,"method":"ping"}`, refused()),
  bad('a NUL in front', `\0${tool('a')}`, refused()),
  bad('a NUL behind the message', `${tool('a')}\0`, refused()),
  good('an escaped NUL in an argument', tool('a', '{"x":"\\u0000","\\u0000":1}')),
  good('a form feed as an escape', tool('a', '{"x":"\\f\\u000b\\u0000"}')),
];

const breaks: readonly Wire[] = [
  good(
    'a raw CR as white space',
    `{"jsonrpc":"2.0",\r"id":1,"method":"tools/call",\r"params":{"name":"a"}}\r`,
    `{"jsonrpc":"2.0", "id":1,"method":"tools/call", "params":{"name":"a"}} `,
  ),
  good('CRs in front', `\r\r${tool('a')}`, `  ${tool('a')}`),
  bad('a raw CR in a string', tool('a', '{"x":"a\rb"}'), refused()),
  bad('a raw CR in a number', tool('a', '{"x":1\r2}'), refused()),
  bad('messages that end in CR alone', `${tool('a')}\r${tool('b')}\r`, refused()),
  good(
    'U+2028, U+2029 and U+0085 in an argument',
    tool('a', '{"x":"1\u20282\u20293\u00854"}'),
    tool('a', '{"x":"1\\u20282\\u20293\\u00854"}'),
  ),
  good('U+2028 in a key', tool('a', '{"x\u2028":1}'), tool('a', '{"x\\u2028":1}')),
  good(
    'U+2028 in an id',
    call('"name":"a"', '"a\u2028b"'),
    call('"name":"a"', '"a\\u2028b"'),
    ok('a\u2028b'),
  ),
  good(
    'U+2029 behind a backslash',
    tool('a', '{"x":"\\\\\u2029"}'),
    tool('a', '{"x":"\\\\\\u2029"}'),
  ),
  good(
    'U+2028 around a message in a string',
    tool('a', `{"x":"\u2028{}\u2028"}`),
    tool('a', `{"x":"\\u2028{}\\u2028"}`),
  ),
  bad('U+2028 between two messages', `${tool('a')}\u2028${tool('delete_all')}`, refused()),
  bad('U+0085 as white space', `{"jsonrpc":"2.0",\u0085"id":1,"method":"ping"}`, refused()),
];

export const encoding: readonly Wire[] = [
  ...notUtf8,
  ...elsewhere,
  ...surrogates,
  ...marks,
  ...breaks,
];
