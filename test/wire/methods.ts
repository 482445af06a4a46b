// Methods that a client cannot call, notifications that it cannot send, and answers to nothing.
import {
  bad,
  denied,
  error,
  good,
  METHOD,
  message,
  notification,
  request,
  type Wire,
} from './entry.ts';

const unknown: readonly Wire[] = [
  ...['tools/Call', 'TOOLS/CALL', 'tools/call ', ' tools/call', 'tools/call\\u0000', 'tools//call'],
  ...[
    '\uff54ools/call',
    'tools\u2215call',
    'tool\u017f/call',
    'tools/call\\n',
    'tools\\\\call',
    '',
  ],
  ...['rpc.discover', 'tools/execute', 'call', 'tools', '/', 'tools/call/..'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'size'],
].map(method =>
  bad(
    `the method ${JSON.stringify(method)}`,
    request(method, '{"name":"delete_all"}'),
    error(METHOD),
  ),
);

const ofServers: readonly Wire[] = [
  ...['sampling/createMessage', 'elicitation/create', 'roots/list'].map(method =>
    bad(`${method}, which only servers ask`, request(method, '{}'), error(METHOD)),
  ),
  ...[
    'notifications/message',
    'notifications/tools/list_changed',
    'notifications/prompts/list_changed',
    'notifications/resources/list_changed',
    'notifications/resources/updated',
    'notifications/elicitation/complete',
  ].map(method => bad(`${method}, which only servers send`, notification(method))),
];

const spelled: readonly Wire[] = [
  bad('a method of 100,000 characters', request('m'.repeat(100_000)), error(METHOD)),
  bad(
    'an escaped method is the method',
    request('tools\\/c\\u0061ll', '{"name":"delete_all"}'),
    denied(),
  ),
  good('and passes as it was spelled', request('tools\\/c\\u0061ll', '{"name":"a"}')),
];

const notifications: readonly Wire[] = [
  bad(
    'a notification with an id',
    request('notifications/cancelled', '{"requestId":1}'),
    error(METHOD),
  ),
  ...['tools/call', 'tools/list', 'initialize', 'ping', 'resources/read', 'notifications/evil'].map(
    method => bad(`${method} without an id`, notification(method, '{"name":"a","uri":"a:b"}')),
  ),
  ...[
    'notifications/Cancelled',
    'Notifications/cancelled',
    'notifications/cancelled ',
    '__proto__',
  ].map(method => bad(`the notification ${JSON.stringify(method)}`, notification(method))),
  bad('a denied call without an id', notification('tools/call', '{"name":"delete_all"}')),
  ...['initialized', 'progress', 'roots/list_changed'].map(name => ({
    ...good(`notifications/${name}`, notification(`notifications/${name}`)),
    answers: [],
  })),
  // There is nothing to cancel, and the server is told all the same.
  ...['1', '"x"', 'null', '[]', '{}', '1.5', '1e400'].map(id => ({
    ...good(`cancelling ${id}`, notification('notifications/cancelled', `{"requestId":${id}}`)),
    answers: [],
  })),
];

const responses: readonly Wire[] = [
  ...['1', '0', '-1', '""', '"1"', '"__proto__"', '"constructor"'].map(id =>
    bad(`a response to ${id}, which nobody asked`, message(`"id":${id},"result":{}`)),
  ),
  bad('an error that nobody asked for', message('"id":"roots-1","error":{"code":1,"message":"x"}')),
];

export const methods: readonly Wire[] = [
  ...unknown,
  ...ofServers,
  ...spelled,
  ...notifications,
  ...responses,
];
