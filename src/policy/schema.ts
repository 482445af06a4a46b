// The policy document as a zod schema: the one source of its types and of what is accepted.
import * as z from 'zod/mini';
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
  .check(z.minLength(1, { error: 'expected a name, not an empty string' }));
const pattern = name;

const WINDOW_EXPECTED = `expected ${CALENDAR_UNITS.map(unit => `"${unit}"`).join(', ')}, a duration such as "90s", "15m", "2h" or "1d", or whole seconds, from 1 s to 366 days`;
const window = parsedBy(parseWindow, WINDOW_EXPECTED);

const max = z
  .int({ error: 'expected a whole number' })
  .check(z.minimum(0, { error: 'expected a whole number of at least 0' }));

const limit = z
  .strictObject({
    max,
    window,
    counter: z.optional(name),
    scope: z.optional(z.enum(['grant', 'session', 'global'])),
    kind: z.optional(z.enum(['sliding', 'fixed'])),
  })
  .check(({ value, issues }) => {
    if (value.kind !== 'fixed' && value.max > MAX_SLIDING)
      issues.push({
        code: 'custom',
        path: ['max'],
        message: `expected at most ${MAX_SLIDING} in a sliding window; "kind": "fixed" has no such bound`,
        input: value,
      });
  });

const RATE_EXPECTED =
  'expected "<count>/<unit>" such as "10/minute", or {"max": 10, "window": 60} with the window in seconds';
const rateLimit = parsedBy(parseRate, RATE_EXPECTED);

/** What `parse` makes of a value; where that is undefined, `expected` says what it should be. */
function parsedBy<T>(parse: (value: unknown) => T | undefined, expected: string) {
  return z.pipe(
    z.unknown(),
    z.transform((value, { issues }): T => {
      const parsed = parse(value);
      if (parsed !== undefined) return parsed;
      issues.push({ code: 'custom', message: expected, input: value });
      return z.NEVER;
    }),
  );
}

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
  action: z.optional(z.enum(ACTIONS)),
  reason: z.optional(z.string()),
  category: z.optional(z.enum(CATEGORIES)),
  limits: z.optional(z.array(limit)),
  rate_limit: z.optional(rateLimit),
});

/** Where the key says what it applies to, a `category` in the entry would say nothing. */
const uncategorised = z.omit(entry, { category: true });

const section = z.strictObject({
  default: z.optional(z.enum(['allow', 'deny'])),
  allow: z.optional(z.array(pattern)),
  deny: z.optional(z.array(pattern)),
  hide: z.optional(z.array(pattern)),
  limits: z.optional(z.array(limit)),
});

/** What a server may ask of the client. */
export const CLIENT_KEYS = ['sampling', 'elicitation', 'roots'] as const;
export type ClientKey = (typeof CLIENT_KEYS)[number];
const asked = z.optional(z.enum(['allow', 'deny']));

export const policySchema = z.strictObject({
  $schema: z.optional(z.string()),
  version: z.literal('1', { error: 'expected "1", in quotes' }),
  description: z.optional(z.string()),
  default: z.enum(['allow', 'deny'], { error: 'expected "allow" or "deny": what no rule reaches' }),
  hide: z.optional(z.array(pattern)),
  all_tools: z.optional(uncategorised),
  operations: z.optional(z.record(name, name)),
  tools: z.optional(z.record(pattern, entry)),
  categories: z.optional(z.partialRecord(z.enum(CATEGORIES), uncategorised)),
  resources: z.optional(section),
  prompts: z.optional(section),
  audit: z.optional(
    z.literal('off', { error: 'expected "off": nothing else about the record can be set' }),
  ),
  client: z.optional(
    z.strictObject({ sampling: asked, elicitation: asked, roots: asked } satisfies Record<
      ClientKey,
      typeof asked
    >),
  ),
});

export type PolicyDocument = z.output<typeof policySchema>;
export type EntryDocument = z.output<typeof entry | typeof uncategorised>;
export type LimitDocument = z.output<typeof limit>;
export type SectionDocument = z.output<typeof section>;
