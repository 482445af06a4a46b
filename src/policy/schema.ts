// The policy document as a zod schema: the one source of its types and of what is accepted.
import * as z from 'zod';
import { CALENDAR_UNITS, parseWindow, type Window } from './window.ts';

export const CATEGORIES = [
  'read',
  'write',
  'execute',
  'destructive',
  'financial',
  'unknown',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const ACTIONS = ['allow', 'deny', 'require_approval'] as const;

/** Keys of the format that this version cannot enforce yet: refused, never ignored. */
export const NOT_BUILT: ReadonlySet<string> = new Set([
  'methods',
  'approval',
  'responses',
  'pins',
  'require',
  'deny_if',
  'require_approval_if',
  'concurrency',
  'cost',
  'per',
]);

export const MAX_SLIDING = 100_000;

const name = z
  .string({ error: 'expected a name in quotes' })
  .min(1, { error: 'expected a name, not an empty string' });
const pattern = name;

const WINDOW_EXPECTED = `expected ${CALENDAR_UNITS.map(unit => `"${unit}"`).join(', ')}, a duration such as "90s", "15m", "2h" or "1d", or whole seconds, from 1 s to 366 days`;
const window = z.unknown().transform((value, context): Window => {
  const parsed = parseWindow(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: WINDOW_EXPECTED });
  return z.NEVER;
});

const max = z
  .int({ error: 'expected a whole number' })
  .min(0, { error: 'expected a whole number of at least 0' })
  .max(Number.MAX_SAFE_INTEGER);

const limit = z
  .strictObject({
    max,
    window,
    counter: name.optional(),
    scope: z.enum(['grant', 'session', 'global']).optional(),
    kind: z.enum(['sliding', 'fixed']).optional(),
  })
  .superRefine((value, context) => {
    if (value.kind !== 'fixed' && value.max > MAX_SLIDING)
      context.addIssue({
        code: 'custom',
        path: ['max'],
        message: `expected at most ${MAX_SLIDING} in a sliding window; "kind": "fixed" has no such bound`,
      });
  });

const RATE_EXPECTED =
  'expected "<count>/<unit>" such as "10/minute", or {"max": 10, "window": 60} with the window in seconds';
const rateLimit = z.unknown().transform((value, context): { max: number; window: Window } => {
  const parsed = parseRate(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: RATE_EXPECTED });
  return z.NEVER;
});

function parseRate(value: unknown): { max: number; window: Window } | undefined {
  if (typeof value === 'string') {
    const [, count, unit] = /^(0|[1-9][0-9]{0,5})\/([a-z]+)$/.exec(value) ?? [];
    const isUnit = CALENDAR_UNITS.some(known => known === unit);
    return count !== undefined && isUnit ? checkedRate(Number(count), unit) : undefined;
  }
  const object = z.strictObject({ max, window: z.number() }).safeParse(value);
  return object.success ? checkedRate(object.data.max, object.data.window) : undefined;
}

function checkedRate(count: number, length: unknown) {
  const parsed = parseWindow(length);
  return parsed === undefined || count > MAX_SLIDING ? undefined : { max: count, window: parsed };
}

const entry = z.strictObject({
  action: z.enum(ACTIONS).optional(),
  reason: z.string().optional(),
  category: z.enum(CATEGORIES).optional(),
  limits: z.array(limit).optional(),
  rate_limit: rateLimit.optional(),
});

/** Where the key says what it applies to, a `category` in the entry would say nothing. */
const uncategorised = entry.omit({ category: true });

const section = z.strictObject({
  default: z.enum(['allow', 'deny']).optional(),
  allow: z.array(pattern).optional(),
  deny: z.array(pattern).optional(),
  hide: z.array(pattern).optional(),
  limits: z.array(limit).optional(),
});

/** What a server may ask of the client. */
export const CLIENT_KEYS = ['sampling', 'elicitation', 'roots'] as const;
export type ClientKey = (typeof CLIENT_KEYS)[number];
const asked = z.enum(['allow', 'deny']).optional();

export const policySchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal('1', { error: 'expected "1", in quotes' }),
  description: z.string().optional(),
  default: z.enum(['allow', 'deny'], { error: 'expected "allow" or "deny": what no rule reaches' }),
  hide: z.array(pattern).optional(),
  all_tools: uncategorised.optional(),
  operations: z.record(name, name).optional(),
  tools: z.record(pattern, entry).optional(),
  categories: z.partialRecord(z.enum(CATEGORIES), uncategorised).optional(),
  resources: section.optional(),
  prompts: section.optional(),
  audit: z
    .literal('off', { error: 'expected "off": nothing else about the record can be set' })
    .optional(),
  client: z
    .strictObject({ sampling: asked, elicitation: asked, roots: asked } satisfies Record<
      ClientKey,
      typeof asked
    >)
    .optional(),
});

export type PolicyDocument = z.output<typeof policySchema>;
export type EntryDocument = z.output<typeof entry | typeof uncategorised>;
export type LimitDocument = z.output<typeof limit>;
export type SectionDocument = z.output<typeof section>;
