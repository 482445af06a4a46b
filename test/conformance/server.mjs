// A stdio server that offers what the conformance suite asks of a server, in both eras.
import {
  createRequestStateCodec,
  ResourceNotFoundError,
  Server,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { prompts } from './prompts.mjs';
import { resources, template } from './resources.mjs';
import { serveTasks, TASKS } from './tasks.mjs';
import { tools } from './tools.mjs';

const state = createRequestStateCodec({
  key: 'not a secret: it signs the states of a test server',
});

const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true },
  completions: {},
  logging: {},
  extensions: { [TASKS]: {} },
};

/** The entries of a table as a list reply shows them: all but what answers a request. */
const listed = table =>
  Object.entries(table).map(([name, { answer: _, ...shown }]) => ({ name, ...shown }));

const entry = (table, name) => {
  if (!Object.hasOwn(table, name)) throw new Error(`unknown: ${name}`);
  return table[name];
};

function createServer() {
  const server = new Server(
    { name: 'policy-wrap-conformance', version: '1.0.0' },
    { capabilities, requestState: { verify: state.verify } },
  );
  const context = ({ mcpReq }) => ({ ...mcpReq, server, state });

  server.setRequestHandler('tools/list', () => ({ tools: listed(tools) }));
  server.setRequestHandler('tools/call', ({ params }, ctx) =>
    entry(tools, params.name).answer(params.arguments ?? {}, context(ctx)),
  );
  server.setRequestHandler('prompts/list', () => ({ prompts: listed(prompts) }));
  server.setRequestHandler('prompts/get', ({ params }, ctx) =>
    entry(prompts, params.name).answer(params.arguments ?? {}, context(ctx)),
  );
  server.setRequestHandler('resources/list', () => ({
    resources: resources.map(({ text: _, blob: __, ...shown }) => shown),
  }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [template.shown],
  }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const found = resources.find(resource => resource.uri === uri) ?? template.read(uri);
    if (found === undefined) throw new ResourceNotFoundError(uri);
    const { mimeType, text, blob } = found;
    return { contents: [{ uri, mimeType, text, blob }] };
  });
  server.setRequestHandler('resources/subscribe', () => ({}));
  server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.setRequestHandler('completion/complete', ({ params: { argument } }) => {
    const values = ['paris', 'park', 'party'].filter(value => value.startsWith(argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
  serveTasks(server);
  return server;
}

serveStdio(createServer);
