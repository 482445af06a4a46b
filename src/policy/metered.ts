// A limit of a policy made ready: what it counts of a call, and by what it tells calls apart.
import type { Exact } from '../rpc/exact.ts';
import { partsOf } from './amount.ts';
import type { ArgumentRules, Measured } from './argument-rules.ts';
import type { Path } from './document-path.ts';
import type { Due, Limit } from './limits.ts';
import type { LimitDocument } from './schema.ts';

/** What a limit may read of a call. */
export interface Subject {
  readonly tool: string;
  readonly subject: string;
  /** Undefined where the call has none; called only where a rule looks at them. */
  readonly args: () => Measured<Exact | undefined>;
}

export interface Metered {
  readonly limit: Limit;
  /** The problem where the call does not say what it would count. */
  due(call: Subject): Measured<Due>;
}

/** `key` is the policy key that carries the limit, `path` leads to the limit. */
export function meter(
  document: LimitDocument,
  key: string,
  path: Path,
  rules: ArgumentRules,
): Metered {
  const { cost, per } = document;
  const limit: Limit = {
    counter: document.counter ?? key,
    named: document.counter !== undefined,
    scope: document.scope ?? 'grant',
    kind: document.kind ?? 'sliding',
    max: document.max,
    window: document.window,
    cost: cost === undefined ? undefined : JSON.stringify(cost),
    per,
  };
  return metered(limit, costRead(cost, path, rules), valueRead(per, path, rules));
}

type Read<T> = (call: Subject) => Measured<T>;

/** A limit of which each call counts what these read. */
export function metered(limit: Limit, cost?: Read<number>, value?: Read<string>): Metered {
  const plain: Measured<Due> = { value: { limit, amount: 1, value: undefined } };
  if (cost === undefined && value === undefined) return { limit, due: () => plain };
  return {
    limit,
    due(call) {
      const amount = cost === undefined ? { value: 1 } : cost(call);
      if ('problem' in amount) return amount;
      const told = value === undefined ? { value: undefined } : value(call);
      if ('problem' in told) return told;
      return { value: { limit, amount: amount.value, value: told.value } };
    },
  };
}

function costRead(
  cost: LimitDocument['cost'],
  path: Path,
  rules: ArgumentRules,
): Read<number> | undefined {
  if (cost === undefined) return undefined;
  if (typeof cost === 'number') {
    const value = partsOf(cost) ?? 0;
    return () => ({ value });
  }
  const read = rules.cost([...path, 'cost', 'path']);
  const instead = partsOf(cost.default);
  return ({ args }) => {
    const given = args();
    if ('problem' in given) return given;
    const found = read(given.value);
    if ('problem' in found) return { problem: `its cost cannot be counted: ${found.problem}` };
    const value = found.value ?? instead;
    return value === undefined
      ? { problem: `its cost cannot be counted: ${cost.path} is missing` }
      : { value };
  };
}

function valueRead(
  per: LimitDocument['per'],
  path: Path,
  rules: ArgumentRules,
): Read<string> | undefined {
  if (per === undefined) return undefined;
  if (per === 'tool') return ({ tool }) => ({ value: JSON.stringify(tool) });
  if (per === 'subject') return ({ subject }) => ({ value: JSON.stringify(subject) });
  const read = rules.value([...path, 'per']);
  return ({ args }) => {
    const given = args();
    if ('problem' in given) return given;
    const found = read(given.value);
    return 'problem' in found
      ? { problem: `it cannot be counted by ${per}: ${found.problem}` }
      : found;
  };
}
