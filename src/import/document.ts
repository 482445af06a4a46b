// Intercept's policy document as a zod schema: what of it can be imported.
// Source of every rule here: POLICY.md and internal/config of PolicyLayer/Intercept.
import * as z from 'zod/mini';

export const WINDOWS = ['minute', 'hour', 'day'] as const;
export const COMPARISONS = [
  'eq',
  'neq',
  'in',
  'not_in',
  'lt',
  'lte',
  'gt',
  'gte',
  'regex',
  'contains',
  'exists',
] as const;

const ORDERS: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte']);
const LISTS: ReadonlySet<string> = new Set(['in', 'not_in']);

/** Intercept reads any scalar as text where it expects text. */
const text = z.pipe(
  z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text' }),
  z.transform(String),
);
const name = text.check(z.minLength(1, { error: 'expected a name, not an empty string' }));

/** What is missing and what is null is the same to Intercept. */
function maybe<T extends z.ZodMiniType>(schema: T) {
  return z.pipe(
    z.optional(z.nullable(schema)),
    z.transform(value => value ?? undefined),
  );
}

function listOf<T extends z.ZodMiniType>(schema: T) {
  return z.pipe(
    z.optional(z.nullable(z.array(schema, { error: 'expected a list' }))),
    z.transform(value => value ?? []),
  );
}

const condition = z
  .strictObject({
    path: text,
    op: z.enum(COMPARISONS, {
      error: `expected an operator of Intercept: ${COMPARISONS.join(', ')}`,
    }),
    value: z.optional(z.unknown()),
  })
  .check(({ value: given, issues }) => {
    const found = faultOf(given);
    if (found !== undefined)
      issues.push({ code: 'custom', path: [found.key], message: found.message, input: given });
  });

function faultOf(given: { path: string; op: string; value?: unknown }) {
  const { path, op, value } = given;
  if (!/^(?:args|state)\../s.test(path))
    return {
      key: 'path',
      message: 'expected a path such as "args.amount" or "state.<tool>.<counter>"',
    };
  const message = expectedValue(op, value);
  return message === undefined ? undefined : { key: 'value', message };
}

function expectedValue(op: string, value: unknown): string | undefined {
  if (ORDERS.has(op) && typeof value !== 'number') return `expected a number for "${op}"`;
  if (LISTS.has(op) && !Array.isArray(value)) return `expected a list for "${op}"`;
  if (op === 'exists' && typeof value !== 'boolean') return 'expected true or false for "exists"';
  if (op === 'regex' && typeof value !== 'string') return 'expected a string for "regex"';
  return undefined;
}

const RATE_EXPECTED = 'expected "<count>/<window>" such as "5/hour", of a minute, an hour or a day';
const rate = z.pipe(
  text,
  z.transform((given, { issues }) => {
    const [, digits = '', unit] = /^\+?([0-9]+)\/([a-z]+)$/.exec(given) ?? [];
    const count = Number(digits);
    const window = WINDOWS.find(known => known === unit);
    if (window !== undefined && Number.isSafeInteger(count) && count > 0) return { count, window };
    issues.push({ code: 'custom', message: RATE_EXPECTED, input: given });
    return z.NEVER;
  }),
);

const state = z.strictObject({
  counter: name,
  window: z.enum(WINDOWS, { error: 'expected "minute", "hour" or "day"' }),
  increment: maybe(z.int({ error: 'expected a whole number' })),
  increment_from: maybe(
    text.check(
      z.regex(/^(?:|args\..+)$/s, { error: 'expected a path of arguments such as "args.amount"' }),
    ),
  ),
});

/** Looked into by nobody here: what has no equal is refused or noted as a whole. */
const block = z.looseObject({}, { error: 'expected an object' });

const rule = z.strictObject({
  name: maybe(text),
  action: maybe(
    z.enum(['evaluate', 'deny', 'require_approval'], {
      error: 'expected "evaluate", "deny" or "require_approval"',
    }),
  ),
  rate_limit: maybe(rate),
  conditions: listOf(condition),
  on_deny: maybe(text),
  state: maybe(state),
  approval_timeout: maybe(text),
  spend: maybe(block),
});

const tool = z.pipe(
  z.nullable(z.strictObject({ rules: listOf(rule) }, { error: 'expected an object with "rules"' })),
  z.transform(value => value ?? { rules: [] }),
);

export const interceptSchema = z.strictObject(
  {
    version: z.pipe(
      z.union([z.literal('1'), z.literal(1)], {
        error: 'expected "1", the only version of Intercept\'s format that is known',
      }),
      z.transform(() => '1' as const),
    ),
    description: maybe(text),
    default: z.pipe(
      z.optional(
        z.nullable(
          z.enum(['allow', 'deny'], { error: 'expected "allow" or "deny", or no default' }),
        ),
      ),
      z.transform(value => value ?? ('allow' as const)),
    ),
    hide: listOf(text),
    tools: z.pipe(
      z.optional(z.nullable(z.record(name, tool, { error: 'expected an object' }))),
      z.transform(value => value ?? {}),
    ),
    approvals: maybe(block),
  },
  { error: 'expected an object with "version" and "tools"' },
);

export type InterceptDocument = z.output<typeof interceptSchema>;
export type InterceptRule = z.output<typeof rule>;
export type InterceptCondition = z.output<typeof condition>;
