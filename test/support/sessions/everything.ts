// A session that uses every feature of @modelcontextprotocol/server-everything.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  CreateTaskResultSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Script, Session } from '../recording.ts';

export const everything: Script = {
  createClient,
  async run(session) {
    // The server asks for the roots 350 ms after the handshake; what follows would overtake it.
    await session.until('Roots updated: 1 root(s)');
    await listEverything(session);
    await callTools(session);
    await useResources(session);
    await usePrompts(session);
    await useLogging(session);
    await watchAndCancel(session);
    await letTheServerAsk(session);
    await useTasks(session);
  },
};

function createClient(): Client {
  const client = new Client(
    { name: 'recorder', version: '1.0.0' },
    {
      capabilities: {
        roots: { listChanged: true },
        sampling: {},
        elicitation: { form: {}, url: {} },
        tasks: { requests: { sampling: { createMessage: {} }, elicitation: { create: {} } } },
      },
      taskStore: new InMemoryTaskStore(),
    },
  );
  let roots = [{ uri: 'file:///first', name: 'First' }];
  client.setRequestHandler(ListRootsRequestSchema, () => {
    const now = { roots };
    roots = [...roots, { uri: 'file:///second', name: 'Second' }];
    return now;
  });
  client.setRequestHandler(CreateMessageRequestSchema, async ({ params }, extra) => {
    const answer = {
      model: 'test-model',
      role: 'assistant' as const,
      content: { type: 'text' as const, text: `sampled ${params.maxTokens}` },
      stopReason: 'endTurn',
    };
    if (params.task === undefined || extra.taskStore === undefined) return answer;
    const task = await extra.taskStore.createTask({ ttl: params.task.ttl ?? null });
    await extra.taskStore.storeTaskResult(task.taskId, 'completed', answer);
    return { task };
  });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    if (params.mode === 'url') return { action: 'decline' };
    return 'interpretation' in params.requestedSchema.properties
      ? { action: 'accept', content: { interpretation: 'snake' } }
      : { action: 'accept', content: { name: 'Ada', check: true, integer: 7, number: 0.5 } };
  });
  return client;
}

async function listEverything({ client, step }: Session) {
  await step('server', () => [
    client.getServerVersion(),
    client.getServerCapabilities(),
    client.getInstructions(),
  ]);
  await step('ping', () => client.ping());
  await step('tools', () => client.listTools());
  await step('resources', () => client.listResources());
  await step('resource templates', () => client.listResourceTemplates());
  await step('prompts', () => client.listPrompts());
}

async function callTools({ client, step }: Session) {
  const call = (name: string, args?: Record<string, unknown>) =>
    step(`call ${name}`, () => client.callTool({ name, ...(args && { arguments: args }) }));
  await call('echo', { message: 'plain' });
  await call('echo', {
    message: 'żółć 🦊 \u2028 \u2029 \u0085 \r\n\t " \\ </script> \u0000 \u007f',
  });
  await call('echo', { message: 'x'.repeat(300_000) });
  await call('echo', { message: 1 });
  await call('echo');
  await call('no-such-tool', { a: 1 });
  await call('get-sum', { a: 0.1, b: 0.2 });
  await call('get-sum', { a: 1e21, b: -0 });
  await call('get-env');
  await call('get-tiny-image');
  await call('get-annotated-message', { messageType: 'error', includeImage: true });
  await call('get-structured-content', { location: 'Chicago' });
  await call('get-structured-content', { location: 'Atlantis' });
  await call('get-resource-links', { count: 4 });
  await call('get-resource-reference', { resourceType: 'Blob', resourceId: 2 });
  await call('get-resource-reference', { resourceType: 'Text', resourceId: 0.5 });
  await call('gzip-file-as-resource', {
    name: 'z.gz',
    data: `data:text/plain,${'long '.repeat(20_000)}`,
    outputType: 'resource',
  });
  await step('fifty calls at once', () =>
    Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        client.callTool({ name: 'echo', arguments: { message: `number ${n}` } }),
      ),
    ),
  );
}

async function useResources({ client, step, until }: Session) {
  const text = 'demo://resource/dynamic/text/1';
  await step('read a file', () =>
    client.readResource({ uri: 'demo://resource/static/document/features.md' }),
  );
  await step('read a text', () => client.readResource({ uri: text }));
  await step('read a blob', () => client.readResource({ uri: 'demo://resource/dynamic/blob/7' }));
  await step('read what a tool made', () =>
    client.readResource({ uri: 'demo://resource/session/z.gz' }),
  );
  await step('read nothing', () => client.readResource({ uri: 'demo://resource/none' }));
  await step('complete a template', () =>
    client.complete({
      ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' },
      argument: { name: 'resourceId', value: '12' },
    }),
  );
  await step('subscribe', () => client.subscribeResource({ uri: text }));
  await step('updates on', () => client.callTool({ name: 'toggle-subscriber-updates' }));
  await until('notifications/resources/updated');
  await step('updates off', () => client.callTool({ name: 'toggle-subscriber-updates' }));
  await step('unsubscribe', () => client.unsubscribeResource({ uri: text }));
}

async function usePrompts({ client, step }: Session) {
  const get = (name: string, args?: Record<string, string>) =>
    step(`prompt ${name}`, () => client.getPrompt({ name, ...(args && { arguments: args }) }));
  await get('simple-prompt');
  await get('args-prompt', { city: 'Köln', state: 'NRW' });
  await get('args-prompt', {});
  await get('resource-prompt', { resourceType: 'Text', resourceId: '3' });
  await get('no-such-prompt');
  await step('complete a prompt', () =>
    client.complete({
      ref: { type: 'ref/prompt', name: 'completable-prompt' },
      argument: { name: 'name', value: 'A' },
      context: { arguments: { department: 'Engineering' } },
    }),
  );
}

async function useLogging({ client, step, until }: Session) {
  await step('log errors only', () => client.setLoggingLevel('error'));
  await step('subscribe, not logged', () => client.subscribeResource({ uri: 'demo://quiet' }));
  await step('log everything', () => client.setLoggingLevel('debug'));
  await step('logging on', () => client.callTool({ name: 'toggle-simulated-logging' }));
  await until('"data":"Error-level message"');
  await step('logging off', () => client.callTool({ name: 'toggle-simulated-logging' }));
}

async function watchAndCancel({ client, step, until }: Session) {
  const name = 'trigger-long-running-operation';
  // The notifications are in the lines: this client loses one that comes together with the result.
  await step('watch a long call', () =>
    client.callTool({ name, arguments: { duration: 0.2, steps: 4 } }, undefined, {
      onprogress: () => {},
    }),
  );
  const stop = new AbortController();
  await step('cancel a long call', () =>
    client.callTool({ name, arguments: { duration: 0.5, steps: 5 } }, undefined, {
      signal: stop.signal,
      onprogress: () => stop.abort('changed my mind'),
    }),
  );
  await until('"progress":5');
  await step('ping after the cancel', () => client.ping());
}

async function letTheServerAsk({ client, step, until }: Session) {
  await step('sampling', () =>
    client.callTool({
      name: 'trigger-sampling-request',
      arguments: { prompt: 'hello', maxTokens: 5 },
    }),
  );
  await step('elicitation', () => client.callTool({ name: 'trigger-elicitation-request' }));
  const url = { url: 'https://example.com/x', elicitationId: 'e-1' };
  await step('elicitation of a URL', () =>
    client.callTool({ name: 'trigger-url-elicitation', arguments: url }),
  );
  await step('elicitation by error', () =>
    client.callTool({ name: 'trigger-url-elicitation', arguments: { ...url, errorPath: true } }),
  );
  await step('roots changed', () => client.sendRootsListChanged());
  await until('Roots updated: 2 root(s)');
  await step('roots', () => client.callTool({ name: 'get-roots-list' }));
}

/** Tasks of the 2025-11-25 era, both ways: the server works for the client and the client for the server. */
async function useTasks({ client, step }: Session) {
  const created = await step('start a task', () =>
    client.request(
      {
        method: 'tools/call',
        params: {
          name: 'simulate-research-query',
          arguments: { topic: 'python', ambiguous: true },
          task: { ttl: 60_000 },
        },
      },
      CreateTaskResultSchema,
    ),
  );
  const { taskId } = created!.task;
  await step('look at the task', () => client.experimental.tasks.getTask(taskId));
  await step('list tasks', () => client.experimental.tasks.listTasks());
  await step('await the task', () =>
    client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema),
  );
  await step('cancel the finished task', () => client.experimental.tasks.cancelTask(taskId));
  await step('a task that nobody started', () => client.experimental.tasks.getTask('none'));
  await step('sampling as a task', () =>
    client.callTool({
      name: 'trigger-sampling-request-async',
      arguments: { prompt: 'hello', maxTokens: 6 },
    }),
  );
}
