// The prompts of the conformance server.
import { embedded, image, text } from './content.mjs';
import { ask, contextForm } from './input-required.mjs';

const messages = (...contents) => ({
  messages: contents.map(content => ({ role: 'user', content })),
});

const required = name => ({ name, description: `The ${name}`, required: true });

export const prompts = {
  test_simple_prompt: {
    description: 'A prompt without arguments',
    answer: () => messages(text('This is a simple prompt for testing.')),
  },
  test_prompt_with_arguments: {
    description: 'A prompt that repeats its arguments',
    arguments: [required('arg1'), required('arg2')],
    answer: ({ arg1, arg2 }) =>
      messages(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  },
  test_prompt_with_embedded_resource: {
    description: 'A prompt with a resource inside',
    arguments: [required('resourceUri')],
    answer: ({ resourceUri }) =>
      messages(
        embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        text('Please process the embedded resource above.'),
      ),
  },
  test_prompt_with_image: {
    description: 'A prompt with a picture inside',
    answer: () => messages(image, text('Please analyze the image above.')),
  },
  test_input_required_result_prompt: {
    description: 'A prompt that asks for its context',
    answer: ask({ user_context: contextForm }, ({ user_context }) =>
      messages(text(`Prompt with context: ${user_context.content.context}`)),
    ),
  },
};
