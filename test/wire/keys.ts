// Keys that stand twice, that only look like known ones, or that mean something to JavaScript.
import {
  bad,
  call,
  error,
  good,
  INVALID,
  members,
  message,
  PARAMS,
  refused,
  request,
  tool,
  type Wire,
} from './entry.ts';

const harmless = '"id":1,"method":"ping"';
const denies = '"params":{"name":"delete_all"}';

const duplicates: readonly Wire[] = [
  bad('name twice', call('"name":"a","name":"delete_all"'), refused()),
  bad('name twice, the first one denied', call('"name":"delete_all","name":"a"'), refused()),
  bad('name twice, once escaped', call('"name":"a","n\\u0061me":"delete_all"'), refused()),
  bad('name twice, escaped first', call('"\\u006eame":"delete_all","name":"a"'), refused()),
  bad('name twice, escaped twice', call('"\\u006eame":"a","\\u006Eame":"delete_all"'), refused()),
  bad('arguments twice', call('"name":"a","arguments":{},"arguments":{"b":1}'), refused()),
  bad(
    'params twice',
    message(`"id":1,"method":"tools/call","params":{"name":"a"},${denies}`),
    refused(),
  ),
  bad(
    'params twice, once escaped',
    message(`"id":1,"method":"tools/call","par\\u0061ms":{"name":"a"},${denies}`),
    refused(),
  ),
  bad('method twice', message(`${harmless},"method":"tools/call",${denies}`), refused()),
  bad(
    'method twice, once escaped',
    message(`${harmless},"\\u006dethod":"tools/call",${denies}`),
    refused(),
  ),
  bad('id twice', message(`${harmless},"id":2`), refused()),
  bad('the same id twice', message(`${harmless},"id":1`), refused()),
  bad('id twice, once escaped', message(`${harmless},"\\u0069d":2`), refused()),
  bad('jsonrpc twice', message(`${harmless},"jsonrpc":"1.0"`), refused()),
  bad('jsonrpc twice, once escaped', message(`${harmless},"json\\u0072pc":"2.0"`), refused()),
  bad('a key twice deep in the arguments', tool('a', '{"x":[{"y":{"z":1,"z":2}}]}'), refused()),
  bad('a key twice behind 20 others', tool('a', `{${members(20)},"k3":2}`), refused()),
  bad('a key twice behind 9,999 others', tool('a', `{${members(9_999)},"k3":2}`), refused()),
  bad('an empty key twice', tool('a', '{"":1,"":2}'), refused()),
  bad('__proto__ twice', tool('a', '{"__proto__":1,"__proto__":2}'), refused()),
  bad('a slash twice, once escaped', tool('a', '{"/":1,"\\/":2}'), refused()),
];

const escapes: readonly Wire[] = [
  // By V8 of Node 24 and 26 some are read as another key, once JSON.parse has seen that one.
  bad('an escaped key', call('"\\u006eame":"a"'), refused()),
  bad('of an argument', tool('a', '{"x":1,"\\u0064ry_run":true}'), refused()),
  bad('however deep', tool('a', '{"x":[{"y":{"dry\\u005Frun":true}}]}'), refused()),
  bad(
    'escaped keys at the top',
    `{"json\\u0072pc":"2.0","\\u0069d":1,"m\\u0065thod":"tools/call","p\\u0061rams":{"name":"a"}}`,
    refused(),
  ),
  good('a key that has to be escaped', tool('a', '{"\\"\\\\\\n":1,"C:\\\\users":2}')),
  good('a key as PHP writes it', tool('a', '{"a\\/b":1,"gr\\u00f6\\u00dfe":2}')),
  good('a key as Go and .NET write it', tool('a', '{"a\\u003cb\\u003e":1,"c\\u002B\\u0022":2}')),
];

const topLookAlikes: readonly Wire[] = [
  ...[
    'Method',
    'METHOD',
    '\uff4dethod',
    '\\uff4dethod',
    'method ',
    'method\u0301',
    'method\\u0000',
  ],
  ...[
    'Params',
    'param\u017f',
    'PARAMS',
    'ID',
    '\u0131d',
    '\u0130d',
    'j\u017fonrpc',
    'Result',
    'error ',
  ],
].map(key =>
  bad(`${key} at the top`, message(`${harmless},"${key}":"tools/call"`), error(INVALID)),
);

const lookAlikes: readonly Wire[] = [
  ...['Name', 'NAME', '\uff4eame', '\\uff4eame', 'na\\uff4de', 'n\u00aame'].map(key =>
    bad(`${key} beside name`, call(`"name":"a","${key}":"delete_all"`), error(PARAMS)),
  ),
  bad('Name alone', call('"Name":"delete_all"'), error(PARAMS)),
  bad(
    'Arguments beside arguments',
    call('"name":"a","arguments":{},"Arguments":{}'),
    error(PARAMS),
  ),
  bad('argument\u017f with a long s', call('"name":"a","argument\u017f":{}'), error(PARAMS)),
  bad('_META', call('"name":"a","_META":{}'), error(PARAMS)),
  bad('Task alone', call('"name":"a","Task":{}'), error(PARAMS)),
  bad('task with a Kelvin sign', call('"name":"a","tas\u212a":{}'), error(PARAMS)),
  ...['URI', 'ur\u0131', 'ur\u0130', 'Uri', '\u1d64ri'].map(key =>
    bad(
      `${key} beside uri`,
      request('resources/subscribe', `{"uri":"a:b","${key}":"c:d"}`),
      error(PARAMS),
    ),
  ),
  bad(
    'Ref beside ref',
    request('completion/complete', '{"ref":{"type":"ref/prompt","name":"p"},"Ref":{}}'),
    error(PARAMS),
  ),
  bad(
    'noti\ufb01cations with a ligature',
    request('subscriptions/listen', '{"noti\ufb01cations":{"resourceSubscriptions":["a:b"]}}'),
    error(PARAMS),
  ),
  // Another key than the known one, to every reader that is known.
  ...['name\u0301', 'nam\u0435', 'name ', 'na\u200bme', 'names'].map(key =>
    good(`${key} is another key`, call(`"name":"a","${key}":"delete_all"`)),
  ),
];

// A server in Rust may read such an object as the number or the JSON that stands in it as a string.
const serdeKeys: readonly Wire[] = [
  ...[
    '$serde_json::private::Number',
    '$serde_json::private::RawValue',
    '\\u0024serde_json::private::RawValue',
  ].map(key => bad(`${key} for an argument's value`, tool('a', `{"x":{"${key}":"1"}}`), refused())),
  bad(
    'such a key for all arguments',
    tool('a', '{"$serde_json::private::RawValue":"{}"}'),
    refused(),
  ),
  good('such a key as a string', tool('a', '{"x":"$serde_json::private::Number"}')),
];

export const keys: readonly Wire[] = [
  ...duplicates,
  ...escapes,
  ...topLookAlikes,
  ...lookAlikes,
  ...serdeKeys,
];
