// The file of policy tests as a zod schema: its types, and what is accepted in it.
import * as z from 'zod/mini';
import { parsedBy } from '../policy/parsed-by.ts';
import { CATEGORIES } from '../policy/schema.ts';
import { EFFECTS } from '../policy/verdict.ts';
import { parseStart, parseTime } from './time.ts';

const MAX_REPEAT = 1_000_000;

const name = z
  .string({ error: 'expected a name in quotes' })
  .check(z.minLength(1, { error: 'expected a name, not an empty string' }));

const text = z
  .string({ error: 'expected a text in quotes' })
  .check(z.minLength(1, { error: 'expected a text, not an empty string' }));

const at = parsedBy(
  parseTime,
  'expected a time since the test began: "90s", "1m30s", "59999ms", "2h", "1d" or seconds',
);
const start = parsedBy(
  parseStart,
  'expected a date and time with its zone, such as 2026-01-31T23:59:00Z',
);

const expected = z.strictObject({
  effect: z.enum(EFFECTS),
  reason: z.optional(text),
  key: z.optional(z.nullable(name)),
  category: z.optional(z.nullable(z.enum(CATEGORIES))),
  layer: z.optional(name),
  subject: z.optional(name),
});

const call = {
  tool: z.optional(name),
  resource: z.optional(name),
  prompt: z.optional(name),
  args: z.optional(z.record(z.string(), z.unknown())),
  repeat: z.optional(
    z
      .int({ error: 'expected a whole number' })
      .check(
        z.minimum(1, { error: 'expected a number of at least 1' }),
        z.maximum(MAX_REPEAT, { error: `expected at most ${MAX_REPEAT}` }),
      ),
  ),
  answer: z.optional(z.boolean({ error: 'expected true or false' })),
  expect: z.optional(expected),
};

const step = z.strictObject({
  at: z.optional(at),
  restart: z.optional(z.literal(true, { error: 'expected true' })),
  ...call,
});

const test = z.strictObject({
  name: text,
  mode: z.optional(z.enum(['enforce', 'observe'])),
  start: z.optional(start),
  calls: z.optional(z.array(step)),
  ...call,
});

const policies = z
  .array(name)
  .check(z.minLength(1, { error: 'expected a file, preset:NAME or a list of these' }));

export const testFileSchema = z.strictObject({
  $schema: z.optional(z.string()),
  description: z.optional(z.string()),
  policy: z.optional(policies),
  server: z.optional(name),
  start: z.optional(start),
  tests: z.array(test).check(z.minLength(1, { error: 'expected at least one test' })),
});

export type TestFileDocument = z.output<typeof testFileSchema>;
export type TestDocument = TestFileDocument['tests'][number];
export type CallDocument = Omit<z.output<typeof step>, 'restart' | 'at'>;
export type StepDocument = z.output<typeof step>;
export type Expected = z.output<typeof expected>;

/**
 * The document with its short forms written out, so that the schema needs no alternatives, whose
 * problems nobody could read: `expect: deny`, and one policy that is no list.
 */
export function writtenOut(document: unknown): unknown {
  const call = { expect: (value: unknown) => (isText(value) ? { effect: value } : value) };
  const test = { ...call, calls: each(call) };
  return changed(document, {
    policy: value => (isText(value) ? [value] : value),
    tests: each(test),
  });
}

type Changes = Readonly<Record<string, (value: unknown) => unknown>>;

function each(changes: Changes): (value: unknown) => unknown {
  return list => (Array.isArray(list) ? list.map(item => changed(item, changes)) : list);
}

function changed(value: unknown, changes: Changes): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, child]) => {
    const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
    return [key, change === undefined ? child : change(child)];
  });
  return Object.fromEntries(entries);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
