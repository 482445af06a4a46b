// Members of every type in every policed method, and keys that mean something to JavaScript. So many
// of a kind that they share one session.
import {
  bad,
  call,
  error,
  good,
  INVALID,
  message,
  PARAMS,
  request,
  tool,
  type Wire,
} from './entry.ts';

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

const javascript: readonly Wire[] = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'].flatMap(key => [
    bad(
      `${key} at the top`,
      message(`"id":1,"method":"ping","${key}":{"method":"tools/call"}`),
      error(INVALID),
    ),
    good(`${key} beside name`, call(`"name":"a","${key}":{"name":"delete_all"}`)),
    good(`${key} in the arguments`, tool('a', `{"${key}":{"x":1}}`)),
    good(`the tool ${key}`, tool(key)),
  ]),
  bad('a name only in the prototype', call('"__proto__":{"name":"delete_all"}'), error(PARAMS)),
];

export const matrix: readonly Wire[] = [...params, ...types, ...javascript];
