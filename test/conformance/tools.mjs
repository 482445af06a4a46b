// The tools of the conformance server: their names and replies are what the suite expects.
import { setTimeout as sleep } from 'node:timers/promises';
import { audio, embedded, image, text } from './content.mjs';
import {
  ask,
  askInRounds,
  askOfCapable,
  colorForm,
  confirmForm,
  contactForm,
  defaultsForm,
  enumsForm,
  nameForm,
  roots,
  sampling,
} from './input-required.mjs';
import { asTask, onlyAsTask } from './tasks.mjs';

const result = (...content) => ({ content });
const said = responses => result(text(JSON.stringify(responses)));

const tool = (description, answer, properties = {}) => ({
  description,
  inputSchema: { type: 'object', properties, required: Object.keys(properties) },
  answer,
});

const string = { type: 'string' };

const plain = {
  test_simple_text: tool('Returns text', () =>
    result(text('This is a simple text response for testing.')),
  ),
  test_image_content: tool('Returns a picture', () => result(image)),
  test_audio_content: tool('Returns a sound', () => result(audio)),
  test_embedded_resource: tool('Returns a resource', () =>
    result(
      embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
    ),
  ),
  test_multiple_content_types: tool('Returns three kinds of content', () =>
    result(
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ),
  ),
  test_error_handling: tool('Fails', () => ({
    ...result(text('This tool intentionally returns an error for testing')),
    isError: true,
  })),
  json_schema_2020_12_tool: {
    description: 'Has a schema with keywords of JSON Schema 2020-12',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'addressDef',
          type: 'object',
          properties: { street: string, city: string },
        },
      },
      properties: {
        name: string,
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: string,
        email: string,
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
    answer: said,
  },
  // No scenario knows these two: a policy can take them away.
  drop_all_tables: tool('Is hidden by the strict policy', () => result(text('all gone'))),
  send_all_money: tool('Is denied by the strict policy', () => result(text('all gone'))),
};

const notifying = {
  test_tool_with_logging: tool('Logs three times', async (_, { log }) => {
    await log('info', 'Tool execution started');
    await sleep(50);
    await log('info', 'Tool processing data');
    await sleep(50);
    await log('info', 'Tool execution completed');
    return result(text('logged'));
  }),
  test_logging_tool: tool('Logs where the request asks for it', async (_, { log }) => {
    await log('info', 'A line of the log');
    return result(text('logged'));
  }),
  test_tool_with_progress: tool('Reports progress', async (_, { _meta, notify }) => {
    const progressToken = _meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100 };
      if (progressToken !== undefined) await notify({ method: 'notifications/progress', params });
      await sleep(50);
    }
    return result(text('done'));
  }),
  test_trigger_tool_change: tool('Says that the tools have changed', async (_, { server }) => {
    await server.sendToolListChanged();
    return result(text('changed'));
  }),
  test_trigger_prompt_change: tool('Says that the prompts have changed', async (_, { server }) => {
    await server.sendPromptListChanged();
    return result(text('changed'));
  }),
};

const asking = {
  test_sampling: tool(
    'Asks the model of the client',
    ask(({ prompt }) => ({ answer: sampling(prompt) }), said),
    { prompt: string },
  ),
  test_elicitation: tool(
    'Asks the user',
    ask(({ message }) => ({ contact: contactForm(message) }), said),
    { message: string },
  ),
  test_elicitation_sep1034_defaults: tool('Asks with defaults', ask({ form: defaultsForm }, said)),
  test_elicitation_sep1330_enums: tool('Asks with choices', ask({ form: enumsForm }, said)),
  test_streaming_elicitation: tool('Asks the user', ask({ user_name: nameForm }, said)),
  test_missing_capability: tool(
    'Needs a client that samples',
    ask({ answer: sampling('Are you there?') }, said),
  ),
  test_input_required_result_elicitation: tool(
    'Asks for a name',
    ask({ user_name: nameForm }, ({ user_name }) =>
      result(text(`Hello, ${user_name.content?.name}!`)),
    ),
  ),
  test_input_required_result_sampling: tool(
    'Asks for a capital',
    ask({ capital_question: sampling('What is the capital of France?') }, said),
  ),
  test_input_required_result_list_roots: tool('Asks for roots', ask({ client_roots: roots }, said)),
  test_input_required_result_request_state: tool(
    'Asks with a signed state',
    askInRounds([{ confirm: confirmForm }], () => result(text('state-ok'))),
  ),
  test_input_required_result_tampered_state: tool(
    'Asks with a signed state',
    askInRounds([{ confirm: confirmForm }], said),
  ),
  test_input_required_result_multiple_inputs: tool(
    'Asks for three things at once',
    askInRounds(
      [{ user_name: nameForm, greeting: sampling('Generate a greeting', 50), client_roots: roots }],
      said,
    ),
  ),
  test_input_required_result_multi_round: tool(
    'Asks twice',
    askInRounds([{ step1: nameForm }, { step2: colorForm }], said),
  ),
  test_input_required_result_capabilities: tool(
    'Asks for what the client can do',
    askOfCapable({ elicitation: nameForm, sampling: sampling('Are you there?') }),
  ),
};

// Nobody waits for what still sleeps when the input ends.
const pause = seconds => sleep(seconds * 1000, undefined, { ref: false });

const lasting = {
  greet: tool('Greets', ({ name }) => result(text(`Hello, ${name}!`)), { name: string }),
  slow_compute: tool(
    'Takes its time',
    asTask(async ({ seconds, label }) => {
      await pause(seconds);
      return result(text(`computed ${label}`));
    }),
    { seconds: { type: 'number' }, label: string },
  ),
  failing_job: tool(
    'Fails as a tool',
    onlyAsTask(async () => ({ ...result(text('failed')), isError: true })),
  ),
  protocol_error_job: tool(
    'Fails as a server',
    onlyAsTask(async () => {
      throw new Error('broken');
    }),
  ),
  confirm_delete: tool(
    'Asks before it deletes',
    onlyAsTask(async (_, request) => said(await request({ confirm: confirmForm }))),
    { filename: string },
  ),
  multi_input: tool(
    'Asks for two things',
    onlyAsTask(async (_, request) => said(await request({ name: nameForm, color: colorForm }))),
  ),
  test_tool_with_task: tool('Asks, then takes its time', (args, request) =>
    ask({ user_name: nameForm }, ({ user_name }) =>
      onlyAsTask(async () => result(text(`Hello, ${user_name.content.name}!`)))(args, request),
    )(args, request),
  ),
};

export const tools = { ...plain, ...notifying, ...asking, ...lasting };
