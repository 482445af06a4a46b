// A plain MCP-shaped server: a small result for each request, a list of 200 tools, and a tool `big`
// whose result is as long as the call asks for.
const TOOLS = Array.from({ length: 200 }, (_, i) => ({
  name: `describe_resource_${i}`,
  title: `Describe resource ${i}`,
  description: `Returns the current state, tags and recent events of one resource of kind ${i}. Takes its name and the cluster it belongs to; answers "not found" where there is none.`,
  inputSchema: {
    type: 'object',
    properties: {
      cluster: { type: 'string', description: 'The short name or full ARN of the cluster' },
      name: { type: 'string', description: 'The name of the resource', minLength: 1 },
      events: { type: 'integer', description: 'How many events', minimum: 0, maximum: 100 },
    },
    required: ['cluster', 'name'],
  },
  annotations: { readOnlyHint: true },
}));
const OK = [{ type: 'text', text: 'ok' }];
const LOG_LINE =
  '2026-11-22T10:00:00Z INFO  service "api" of cluster orders is in a steady state\n';
const texts = new Map();

// Each reply is a write of its own, as in the SDKs.
let unfinished = [];
process.stdin.on('data', chunk => {
  let from = 0;
  for (let lf = chunk.indexOf(10); lf >= 0; lf = chunk.indexOf(10, from)) {
    const line = Buffer.concat([...unfinished, chunk.subarray(from, lf)]);
    unfinished = [];
    from = lf + 1;
    answer(JSON.parse(line.toString('utf8')));
  }
  if (from < chunk.length) unfinished.push(chunk.subarray(from));
});

function answer({ id, method, params }) {
  if (id === undefined) return;
  const reply = { jsonrpc: '2.0', id, result: resultOf(method, params) };
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

function resultOf(method, params) {
  if (method === 'tools/list') return { tools: TOOLS };
  if (method !== 'tools/call' || params.name !== 'big') return { content: OK };
  return { content: [{ type: 'text', text: textOf(params.arguments.bytes) }] };
}

function textOf(bytes) {
  const known = texts.get(bytes);
  if (known !== undefined) return known;
  const text = LOG_LINE.repeat(Math.ceil(bytes / LOG_LINE.length)).slice(0, bytes);
  texts.set(bytes, text);
  return text;
}
