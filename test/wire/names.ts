// What the policy denies: tools by name, operations by argument, resources and prompts.
import {
  bad,
  call,
  denied,
  error,
  good,
  PARAMS,
  POLICY,
  request,
  tool,
  type Wire,
} from './entry.ts';

const ecs = (args: string) => call(`"name":"ecs_resource_management","arguments":${args}`);

const tools: readonly Wire[] = [
  bad('a denied tool', tool('delete_all'), denied()),
  bad('a denied tool, escaped', tool('\\u0064elete\\u005fall'), denied()),
  bad('a denied tool with an accent, escaped', tool('caf\\u00e9'), denied()),
  bad('a hidden tool', tool('hidden_tool'), denied()),
  bad('a hidden tool, escaped', tool('hidden\\u005ftool'), denied()),
  bad('a hidden tool, by pattern', tool('secret_'), denied()),
  bad('a hidden tool with a break in its name', tool('secret_\u2028'), denied()),
  // Other names than the denied one: servers compare names byte for byte, and so does the policy.
  ...[
    ...['Delete_All', 'delete_all ', 'del\u0435te_all', '\uff44elete_all', 'delete\u200b_all'],
    ...['cafe\u0301', 'Hidden_Tool', 'delete\u00ad_all'],
  ].map(name => good(`${name} is another tool`, tool(name))),
  ...['\\u0000', '\\n', '\\r', '\\u0085', '\\u001b[2J', '\\u007f'].map(end =>
    bad(`a denied tool with ${end} behind it`, tool(`delete_all${end}`), error(PARAMS)),
  ),
  bad('a denied task-augmented call', call('"name":"delete_all","task":{"ttl":1}'), error(POLICY)),
  bad(
    'a denied call of the modern era',
    call('"name":"delete_all","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}'),
    denied(),
  ),
];

const operations: readonly Wire[] = [
  good('an allowed operation', ecs('{"api_operation":"ListClusters"}')),
  bad('another operation', ecs('{"api_operation":"DeleteCluster"}'), denied()),
  bad('another operation, escaped', ecs('{"api_operation":"\\u0044eleteCluster"}'), denied()),
  bad('an operation in lower case', ecs('{"api_operation":"listclusters"}'), denied()),
  bad('an operation with a NUL', ecs('{"api_operation":"List\\u0000"}'), denied()),
  bad('no operation', ecs('{}'), denied()),
  bad('an operation without arguments', call('"name":"ecs_resource_management"'), denied()),
  ...['["ListClusters"]', '{"x":"ListClusters"}', '1', 'null', 'true'].map(value =>
    bad(`the operation ${value}`, ecs(`{"api_operation":${value}}`), denied()),
  ),
  ...[
    '"{\\"api_operation\\":\\"ListClusters\\"}"',
    '[{"api_operation":"ListClusters"}]',
    ...['null', '1', 'true', '"ListClusters"'],
  ].map(args => bad(`an operation in the arguments ${args}`, ecs(args), denied())),
  ...['API_OPERATION', 'Api_Operation', 'api_o\uff50eration', 'ap\u0130_operation'].map(twin =>
    bad(
      `${twin} beside api_operation`,
      ecs(`{"api_operation":"ListClusters","${twin}":"DeleteCluster"}`),
      denied(),
    ),
  ),
  bad('API_OPERATION alone', ecs('{"API_OPERATION":"ListClusters"}'), denied()),
  bad(
    'an operation only in the prototype',
    ecs('{"__proto__":{"api_operation":"ListClusters"}}'),
    denied(),
  ),
  bad(
    'a tool literally named like an operation',
    tool('ecs_resource_management:ListClusters', '{"api_operation":"DeleteCluster"}'),
    denied(),
  ),
  bad(
    'a tool named like an operation, escaped',
    tool('ecs_resource_management\\u003aListClusters'),
    denied(),
  ),
];

const complete = (ref: string) =>
  request('completion/complete', `{"ref":${ref},"argument":{"name":"x","value":""}}`);
const listen = (filter: string) => request('subscriptions/listen', `{"notifications":${filter}}`);

const sections: readonly Wire[] = [
  ...['resources/read', 'resources/subscribe'].map(method =>
    bad(
      `${method} of a denied resource`,
      request(method, '{"uri":"file:///etc/passwd"}'),
      error(POLICY),
    ),
  ),
  bad(
    'a denied resource, escaped',
    request('resources\\/read', '{"uri":"\\u0061:b"}'),
    error(POLICY),
  ),
  bad('a denied completion', complete('{"type":"ref/resource","uri":"a:b"}'), error(POLICY)),
  bad(
    'a completion of both',
    complete('{"type":"ref/prompt","name":"p","uri":"a:b"}'),
    error(PARAMS),
  ),
  bad('a completion of neither', complete('{"type":"ref/prompt"}'), error(PARAMS)),
  bad('a completion of another type', complete('{"type":"ref/tool","name":"p"}'), error(PARAMS)),
  bad(
    'a completion with URI',
    complete('{"type":"ref/prompt","name":"p","URI":"a:b"}'),
    error(PARAMS),
  ),
  bad(
    'a completion with Type',
    complete('{"type":"ref/prompt","name":"p","Type":"ref/resource"}'),
    error(PARAMS),
  ),
  good('a completion of a prompt', complete('{"type":"ref/prompt","name":"p"}')),
  bad('a denied resource to listen to', listen('{"resourceSubscriptions":["a:b"]}'), error(POLICY)),
  bad(
    'a denied resource behind another',
    listen('{"resourceSubscriptions":["",  "a:b"]}'),
    error(POLICY),
  ),
  bad(
    'resources under ResourceSubscriptions',
    listen('{"ResourceSubscriptions":["a:b"]}'),
    error(PARAMS),
  ),
  good('no resource to listen to', listen('{"resourceSubscriptions":[],"toolsListChanged":true}')),
  good('a prompt', request('prompts/get', '{"name":"p"}')),
  bad('a prompt with a NUL', request('prompts/get', '{"name":"p\\u0000"}'), error(PARAMS)),
];

export const names: readonly Wire[] = [...tools, ...operations, ...sections];
