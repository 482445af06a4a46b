// Tools for tests of `init`, as servers define them or might, and what a policy says to calls of them.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { FoundTool, Review } from '../../src/init/review.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { fixture } from '../support/wrapper.ts';

/** Of AWS's ECS server 0.1.37, descriptions and schemas as it lists them. */
export const ecsTools = (): FoundTool[] =>
  JSON.parse(readFileSync(fixture('init/ecs-tools.json'), 'utf8'));

const word = fc.constantFrom(
  ...['get', 'list', 'create', 'update', 'delete', 'run', 'pay', 'refund', 'frob', 'user', 'file'],
  ...['read', 'write', 'execute', 'unknown', 'true', 'null', 'yes', 'on', '1', '0x1', 'no'],
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.array(word, { minLength: 1, maxLength: 3 }).map(w => w.join('_')) },
  { weight: 1, arbitrary: word },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['*', 'get_*', '?', 'a:b', 'get_file:DeleteFile', '__proto__', 'constructor', 'toString'],
      ...[
        '<<',
        '~',
        '- a',
        'a: b',
        '#x',
        'a #b',
        '"',
        "'",
        'a\nb',
        'a\u2028b',
        '\u202egnp',
        '.inf',
      ],
      ...[
        '{a}',
        '[a]',
        '&a',
        '!!str',
        '%YAML',
        '---',
        '...',
        'a|b',
        'a$',
        ' a ',
        '',
        '😀',
        '\ud800',
      ],
      ...['x'.repeat(399), 'x'.repeat(2000), '1e3', '-', '=', '@a', '`a`', 'Ünïcode', 'a.b', 'a/b'],
    ),
  },
);
const operations = fc.uniqueArray(name, { minLength: 1, maxLength: 5 });
const argument = fc.constantFrom(
  'action',
  'operation',
  'api_operation',
  'command',
  'method',
  'mode',
);

export const tool: fc.Arbitrary<FoundTool> = fc.record(
  {
    name,
    description: fc.oneof(
      fc.string({ maxLength: 40 }),
      operations.map(names => `Do it. Operations: ${names.join(', ')}.`),
      operations.map(names => `Actions:\n${names.map(one => `- ${one} (a word)`).join('\n')}\n`),
      fc.constantFrom('Deletes it for good.', 'Returns a list.', 'Sends money to a recipient.'),
    ),
    inputSchema: fc.oneof(
      fc.constant({ type: 'object' }),
      fc.anything({ maxDepth: 2 }),
      fc.tuple(argument, operations, fc.boolean()).map(([key, names, isRequired]) => ({
        type: 'object',
        properties: { [key]: { type: 'string', enum: names } },
        ...(isRequired && { required: [key] }),
      })),
      argument.map(key => ({ properties: { [key]: { type: 'string' } }, required: [key] })),
    ),
    annotations: fc.oneof(
      fc.record({ readOnlyHint: fc.boolean(), destructiveHint: fc.boolean() }),
      fc.anything({ maxDepth: 1 }),
    ),
  },
  { requiredKeys: ['name'] },
);

/** What is said to a call of the tool that a rule is about, or of its operation. */
export function verdictOn(
  policy: Policy,
  { operations: doors }: Review,
  tool: string,
  key: string,
) {
  const argument = key === tool ? undefined : doors.get(tool);
  const value = argument === undefined ? {} : { [argument]: key.slice(tool.length + 1) };
  const call = { kind: 'tool', name: tool, args: () => ({ value }) } as const;
  const { effect, category, limits, reason, key: by } = evaluate([policy], call);
  return {
    effect,
    category,
    by,
    reason,
    limits: limits.map(({ limit: { counter, max, window, kind, scope } }) => ({
      ...{ counter, max, ms: window.ms, kind, scope },
    })),
  };
}
