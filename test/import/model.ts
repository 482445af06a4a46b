// What Intercept does with a call, as its POLICY.md and its engine have it: the model that imported
// policies are held against. A price that a server asks is never too high here.
import type {
  InterceptCondition,
  InterceptDocument,
  InterceptRule,
} from '../../src/import/document.ts';

const LENGTH: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

type Verdict = 'allow' | 'deny' | 'ask';
type Args = Record<string, unknown>;

export class Intercept {
  private readonly counts = new Map<string, { start: number; used: number }>();
  private readonly document: InterceptDocument;

  constructor(document: InterceptDocument) {
    this.document = document;
  }

  /** The verdict on a call; what passes is counted, unless something else stops it: `reaches`. */
  call(tool: string, args: Args, now: number, reaches = true): Verdict {
    const { hide, tools, default: fallback } = this.document;
    if (hide.includes(tool) || hide.includes('*')) return 'deny';
    if (fallback === 'deny' && !Object.hasOwn(tools, tool)) return 'deny';
    const rules = [tool, '*'].flatMap(key =>
      (Object.hasOwn(tools, key) ? (tools[key]?.rules ?? []) : []).map(rule => ({
        rule: plain(rule, key),
        scope: scopeOf(key),
      })),
    );
    let verdict: Verdict = 'allow';
    for (const { rule } of rules) {
      if (rule.action === 'deny') return 'deny';
      const holds = rule.conditions.every(condition => this.holds(condition, args, now));
      if (rule.action === 'require_approval') {
        if (holds) verdict = 'ask';
      } else if (!holds) return 'deny';
    }
    const taken = this.taken(rules, args, now);
    if (taken === undefined) return 'deny';
    if (verdict === 'allow' && reaches)
      for (const { id, start, used } of taken) this.counts.set(id, { start, used });
    return verdict;
  }

  private holds({ path, op, value }: InterceptCondition, args: Args, now: number): boolean {
    const [root = '', ...names] = path.split('.');
    const found = root === 'state' ? this.count(names.join('.'), now) : valueAt(args, names);
    if (op === 'exists') return (found !== undefined && found !== null) === value;
    return found !== undefined && compare(op, found, value ?? null);
  }

  private count(id: string, now: number): number {
    const found = this.counts.get(id);
    const window = this.windows.get(id);
    return found !== undefined && window !== undefined && found.start === startOf(window, now)
      ? found.used
      : 0;
  }

  private get windows(): Map<string, string> {
    return new Map(
      Object.entries(this.document.tools).flatMap(([key, { rules }]) =>
        rules.flatMap(given => {
          const { state } = plain(given, key);
          return state === undefined
            ? []
            : [[`${scopeOf(key)}.${state.counter}`, state.window] as const];
        }),
      ),
    );
  }

  // All or nothing; only counters that their own rule holds below a number are counted.
  private taken(
    rules: readonly { rule: InterceptRule; scope: string }[],
    args: Args,
    now: number,
  ): { id: string; start: number; used: number }[] | undefined {
    const taken: { id: string; start: number; used: number }[] = [];
    for (const { rule, scope } of rules) {
      if (rule.state === undefined) continue;
      const id = `${scope}.${rule.state.counter}`;
      const limit = rule.conditions.find(
        ({ path, op }) => path === `state.${id}` && (op === 'lt' || op === 'lte'),
      );
      const amount = amountOf(rule.state, args);
      if (amount === undefined) return undefined;
      if (limit === undefined) continue;
      const max = Math.trunc(Number(limit.value)) - (limit.op === 'lt' ? 1 : 0);
      const used = this.count(id, now) + amount;
      if (used > max) return undefined;
      taken.push({ id, start: startOf(rule.state.window, now), used });
    }
    return taken;
  }
}

function scopeOf(key: string): string {
  return key === '*' ? '_global' : key;
}

/** A rule with `rate_limit` written out. */
function plain(rule: InterceptRule, key: string): InterceptRule {
  if (rule.rate_limit === undefined) return rule;
  const { count, window } = rule.rate_limit;
  const counter = `_rate_${window}`;
  return {
    ...rule,
    conditions: [{ path: `state.${scopeOf(key)}.${counter}`, op: 'lte', value: count }],
    state: { counter, window, increment: 1, increment_from: undefined },
  };
}

function startOf(window: string, now: number): number {
  const length = LENGTH[window] ?? 1;
  return now - (now % length);
}

function amountOf(state: NonNullable<InterceptRule['state']>, args: Args): number | undefined {
  if (!state.increment_from) return state.increment || 1;
  const value = valueAt(args, state.increment_from.split('.').slice(1));
  return typeof value === 'number' ? Math.trunc(value) : undefined;
}

function valueAt(args: Args, names: readonly string[]): unknown {
  let value: unknown = args;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Args)[name];
  }
  return value;
}

function compare(op: string, actual: unknown, expected: unknown): boolean {
  const list = Array.isArray(expected) ? expected : [];
  const [a, b] = [actual, expected].map(value =>
    typeof value === 'number' ? value : Number.NaN,
  ) as [number, number];
  switch (op) {
    case 'eq':
      return equal(actual, expected);
    case 'neq':
      return !equal(actual, expected);
    case 'in':
      return list.some(member => equal(actual, member));
    case 'not_in':
      return !list.some(member => equal(actual, member));
    case 'lt':
      return a < b;
    case 'lte':
      return a <= b;
    case 'gt':
      return a > b;
    case 'gte':
      return a >= b;
    case 'regex':
      return typeof actual === 'string' && new RegExp(String(expected), 'u').test(actual);
    case 'contains':
      if (typeof actual === 'string')
        return typeof expected === 'string' && actual.includes(expected);
      return Array.isArray(actual) && actual.some(member => equal(member, expected));
    default:
      throw new Error(op);
  }
}

function equal(actual: unknown, expected: unknown): boolean {
  if (typeof actual === 'number' && typeof expected === 'number') return actual === expected;
  // Whole numbers of a policy are Go's ints, and those of a call its float64s.
  return printed(actual, false) === printed(expected, true);
}

/** As Go's `%v` prints it. */
function printed(value: unknown, hasInts: boolean): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number')
    return hasInts && Number.isInteger(value) ? String(value) : float(value);
  if (Array.isArray(value)) return `[${value.map(member => printed(member, hasInts)).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${key}:${printed(member, hasInts)}`);
  return `map[${members.join(' ')}]`;
}

function float(value: number): string {
  const [digits = '', power = '0'] = value.toExponential().split('e');
  if (Number(power) >= -4 && Number(power) < 6) return String(value);
  return `${digits}e${power.startsWith('-') ? '-' : '+'}${power.slice(1).padStart(2, '0')}`;
}
