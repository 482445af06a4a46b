// The policy document as a zod schema: the one source of its types and of what is accepted.
import * as z from 'zod/mini';
import { MAX_COST, partsOf } from './amount.ts';
import { approval } from './approval-schema.ts';
import { parsedBy } from './parsed-by.ts';
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
export const NOT_BUILT: ReadonlySet<string> = new Set(['responses', 'pins']);

export const MAX_SLIDING = 100_000;

const name = z
  .string({ error: 'expected a name in quotes' })
  .check(z.minLength(1, { error: 'expected a name, not an empty string' }));
const pattern = name;

const WINDOW_EXPECTED = `expected ${CALENDAR_UNITS.map(unit => `"${unit}"`).join(', ')}, a duration such as "90s", "15m", "2h" or "1d", or whole seconds, from 1 s to 366 days`;
const window = parsedBy(parseWindow, WINDOW_EXPECTED);

const count = z
  .int({ error: 'expected a whole number' })
  .check(z.minimum(0, { error: 'expected a whole number of at least 0' }));

/** A path into a call's arguments: checked where it is compiled. */
const path = z.string({ error: 'expected a path such as "args.amount", in quotes' });
const COST_EXPECTED = `expected a number of at least 0 with up to 6 decimals, and up to ${MAX_COST}`;
const amount = z
  .number({ error: COST_EXPECTED })
  .check(z.refine(value => partsOf(value) !== undefined, { error: COST_EXPECTED }));

const limit = z
  .strictObject({
    max: z.number({ error: 'expected a whole number' }),
    window,
    counter: z.optional(name),
    scope: z.optional(z.enum(['grant', 'session', 'global'])),
    kind: z.optional(z.enum(['sliding', 'fixed'])),
    cost: z.optional(
      z.union([amount, z.strictObject({ path, default: z.optional(amount) })], {
        error: 'expected a number, or {"path": "args.amount", "default": 1}',
      }),
    ),
    per: z.optional(
      z.string({ error: 'expected "tool", "subject" or a path such as "args.cluster"' }),
    ),
  })
  .check(({ value, issues }) => {
    const message = maxProblem(value);
    if (message !== undefined)
      issues.push({ code: 'custom', path: ['max'], message, input: value });
  });

function maxProblem(limit: { max: number; kind?: string | undefined; cost?: unknown }) {
  if (limit.cost !== undefined) return partsOf(limit.max) === undefined ? COST_EXPECTED : undefined;
  const whole = count.safeParse(limit.max);
  if (!whole.success) return whole.error.issues[0]?.message;
  return limit.kind !== 'fixed' && limit.max > MAX_SLIDING
    ? `expected at most ${MAX_SLIDING} in a sliding window; "kind": "fixed" has no such bound`
    : undefined;
}

const RATE_EXPECTED =
  'expected "<count>/<unit>" such as "10/minute", or {"max": 10, "window": 60} with the window in seconds';
const rateLimit = parsedBy(parseRate, RATE_EXPECTED);

function parseRate(value: unknown): { max: number; window: Window } | undefined {
  if (typeof value === 'string') {
    const [, count, unit] = /^(0|[1-9][0-9]{0,5})\/([a-z]+)$/.exec(value) ?? [];
    const isUnit = CALENDAR_UNITS.some(known => known === unit);
    return count !== undefined && isUnit ? checkedRate(Number(count), unit) : undefined;
  }
  const object = z.strictObject({ max: count, window: z.number() }).safeParse(value);
  return object.success ? checkedRate(object.data.max, object.data.window) : undefined;
}

function checkedRate(count: number, length: unknown) {
  const parsed = parseWindow(length);
  return parsed === undefined || count > MAX_SLIDING ? undefined : { max: count, window: parsed };
}

/** What they say is read by conditions/schema.ts, which is loaded where a policy has some. */
const conditions = z.array(z.unknown(), { error: 'expected a list of conditions' });
const ruled = z.strictObject({ conditions, on_deny: z.optional(z.string()) });

const entry = z.strictObject({
  action: z.optional(z.enum(ACTIONS)),
  reason: z.optional(z.string()),
  category: z.optional(z.enum(CATEGORIES)),
  require: z.optional(z.array(ruled)),
  deny_if: z.optional(z.array(ruled)),
  require_approval_if: z.optional(
    z.array(z.strictObject({ conditions, reason: z.optional(z.string()) })),
  ),
  limits: z.optional(z.array(limit)),
  rate_limit: z.optional(rateLimit),
  concurrency: z.optional(
    count.check(z.minimum(1, { error: 'expected a whole number of at least 1' })),
  ),
});

/** Where the key says what it applies to, a `category` in the entry would say nothing. */
const uncategorised = z.omit(entry, { category: true });

/** Of what has no arguments. */
const plainLimit = limit.check(({ value: { cost, per }, issues }) => {
  const wrong = (key: string, message: string, input: unknown) =>
    issues.push({ code: 'custom', path: [key], message, input });
  if (typeof cost === 'object')
    wrong('cost', 'expected a number: only calls of tools have arguments', cost);
  if (per !== undefined && per !== 'subject')
    wrong('per', 'expected "subject": only calls of tools have arguments', per);
});

const section = z.strictObject({
  default: z.optional(z.enum(['allow', 'deny'])),
  allow: z.optional(z.array(pattern)),
  deny: z.optional(z.array(pattern)),
  hide: z.optional(z.array(pattern)),
  limits: z.optional(z.array(plainLimit)),
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
  approval: z.optional(approval),
  methods: z.optional(z.strictObject({ allow: z.array(name) })),
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
