// Answers that need something from the client first: an `input_required` result in the 2026-07-28
// era; in the older one the SDK makes requests to the client of it.
import { inputRequired } from '@modelcontextprotocol/server';

const form = (message, properties) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties, required: Object.keys(properties) },
  });

const string = { type: 'string' };
export const nameForm = form('What is your name?', { name: string });
export const colorForm = form('What is your favorite color?', { color: string });
export const contextForm = form('What context should the prompt use?', { context: string });
export const confirmForm = form('Please confirm', { ok: { type: 'boolean' } });
export const contactForm = message => form(message, { username: string, email: string });

export const sampling = (prompt, maxTokens = 100) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
    maxTokens,
  });

export const roots = inputRequired.listRoots();

const numbered = (prefix, titles) =>
  titles.map((title, index) => ({ const: `${prefix}${index + 1}`, title }));

export const defaultsForm = inputRequired.elicit({
  message: 'Change what is wrong',
  requestedSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    },
    required: [],
  },
});

export const enumsForm = inputRequired.elicit({
  message: 'Choose',
  requestedSchema: {
    type: 'object',
    properties: {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: numbered('value', ['First', 'Second', 'Third']) },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: {
        type: 'array',
        items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      },
      titledMulti: {
        type: 'array',
        items: { anyOf: numbered('value', ['First', 'Second', 'Third']) },
      },
    },
    required: [],
  },
});

/** An answer that asks until there is a response under each key, and then gives `answer` of them. */
export const ask =
  (requests, answer) =>
  (args, { inputResponses: responses = {} }) => {
    const inputRequests = typeof requests === 'function' ? requests(args) : requests;
    const isAnswered = Object.keys(inputRequests).every(key => responses[key] !== undefined);
    return isAnswered ? answer(responses) : inputRequired({ inputRequests });
  };

/** An answer in rounds: `rounds[n]` is asked once the signed state says that n rounds are over. */
export const askInRounds =
  (rounds, answer) =>
  async (_, { inputResponses: responses = {}, requestState, state }) => {
    const done = requestState()?.round ?? 0;
    const asked = rounds[done - 1] ?? {};
    const isAnswered = Object.keys(asked).every(key => responses[key] !== undefined);
    const round = isAnswered ? done : done - 1;
    if (round === rounds.length) return answer(responses);
    return inputRequired({
      inputRequests: rounds[round],
      requestState: await state.mint({ round: round + 1 }),
    });
  };

/** An answer that asks for what the client has declared only. */
export const askOfCapable =
  requests =>
  (_, { envelope }) => {
    const declared = envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
    const asked = Object.entries(requests).filter(([capability]) => capability in declared);
    return inputRequired({ inputRequests: Object.fromEntries(asked) });
  };
