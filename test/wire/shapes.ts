// JSON that is no message.
import { bad, error, good, INVALID, message, refused, tool, type Wire } from './entry.ts';

const harmless = '"id":1,"method":"ping"';
const failure = '"error":{"code":1,"message":""}';

export const shapes: readonly Wire[] = [
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
