// JSON that is no message, and members that are not of their type.
import {
  bad,
  call,
  error,
  good,
  INVALID,
  message,
  PARAMS,
  refused,
  request,
  tool,
  type Wire,
} from './entry.ts';

const harmless = '"id":1,"method":"ping"';
const failure = '"error":{"code":1,"message":""}';

const messages: readonly Wire[] = [
  bad('an empty object', '{}', error(INVALID, null)),
  ...['null', '1', 'true', '"tools/call"'].map(value =>
    bad(`${value} as a message`, value, error(INVALID, null)),
  ),
  bad('a call in a string', JSON.stringify(tool('delete_all')), error(INVALID, null)),
  bad('method together with result', message(`${harmless},"result":{}`), error(INVALID)),
  bad(
    'method together with a result of null',
    message(`${harmless},"result":null`),
    error(INVALID),
  ),
  bad('method together with error', message(`${harmless},${failure}`), error(INVALID)),
  bad('result together with error', message(`"id":1,"result":{},${failure}`), error(INVALID)),
  bad('result together with params', message('"id":1,"result":{},"params":{}'), error(INVALID)),
  bad('neither method nor result', message('"id":1'), error(INVALID)),
  bad('params without method', message('"id":1,"params":{"name":"delete_all"}'), error(INVALID)),
  bad('an extra key at the top', message(`${harmless},"extra":1`), error(INVALID)),
  bad('_meta at the top', message(`${harmless},"_meta":{}`), error(INVALID)),
  bad('an empty key at the top', message(`${harmless},"":{}`), error(INVALID)),
  ...['["tools/call"]', '{}', '1', 'null', 'true'].map(method =>
    bad(
      `the method ${method}`,
      message(`"id":1,"method":${method},"params":{"name":"a"}`),
      error(INVALID),
    ),
  ),
  ...['"1.0"', '2.0', 'null', '"2.0 "', '["2.0"]', '"\\u0032.0"'].map(version =>
    bad(`jsonrpc ${version}`, `{"jsonrpc":${version},${harmless}}`, error(INVALID)),
  ),
  bad('no jsonrpc', `{${harmless}}`, error(INVALID)),
  good(
    'white space everywhere',
    ' { "jsonrpc" : "2.0" , "id" : 1 ,\t"method" : "tools/call" , "params" : { "name" : "a" } } ',
  ),
  bad(
    'a cut message with an id',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"na',
    refused(),
  ),
];

const POLICED = [
  'tools/call',
  'resources/read',
  'resources/subscribe',
  'prompts/get',
  'completion/complete',
  'subscriptions/listen',
];

const params: readonly Wire[] = [
  ...POLICED.flatMap(method =>
    ['[]', '"x"', 'null', '1', 'true', '["delete_all",{}]'].map(value =>
      bad(`${method} with params ${value}`, request(method, value), error(INVALID)),
    ),
  ),
  ...POLICED.filter(method => method !== 'subscriptions/listen').flatMap(method => [
    bad(`${method} without params`, request(method), error(PARAMS)),
    bad(`${method} with empty params`, request(method, '{}'), error(PARAMS)),
  ]),
  good('subscriptions/listen without params asks for no resource', request('subscriptions/listen')),
];

const VALUES = ['1', 'null', 'true', '["delete_all"]', '{"x":"delete_all"}'];

const types: readonly Wire[] = [
  ...VALUES.flatMap(value => [
    bad(`the name ${value}`, call(`"name":${value}`), error(PARAMS)),
    bad(`the prompt ${value}`, request('prompts/get', `{"name":${value}}`), error(PARAMS)),
    bad(`the URI ${value}`, request('resources/read', `{"uri":${value}}`), error(PARAMS)),
    bad(`the ref ${value}`, request('completion/complete', `{"ref":${value}}`), error(PARAMS)),
  ]),
  bad('no name', call('"arguments":{}'), error(PARAMS)),
  good('an empty name', tool('')),
  ...['1', 'null', 'true', '"x"', '[]', '[{}]'].map(value =>
    good(`the arguments ${value}`, tool('a', value)),
  ),
  good('no arguments', call('"name":"a"')),
  ...['"a:b"', '{"x":"a:b"}', '[1]', '[["a:b"]]', '["a:b",null]', 'null'].map(value =>
    bad(
      `the subscriptions ${value}`,
      request('subscriptions/listen', `{"notifications":{"resourceSubscriptions":${value}}}`),
      error(PARAMS),
    ),
  ),
];

export const shapes: readonly Wire[] = [...messages, ...params, ...types];
