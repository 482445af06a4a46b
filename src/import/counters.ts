// Intercept's counters: which rules define them, and which conditions read them.
import type { InterceptDocument, InterceptRule } from './document.ts';

/** The tool's name in a path to a counter of a rule that holds for every tool. */
const EVERY_TOOL = '_global';

export interface Counter {
  /** `create_charge.daily_spend`: how conditions name it behind `state.`. */
  readonly id: string;
  /** The key under `tools` whose rule defines it. */
  readonly tool: string;
  readonly window: string;
  /** What a call adds: a number, or the value of an argument. */
  readonly adds: number | { readonly path: string };
  /** False where `rate_limit` made it: its name is nobody's choice. */
  readonly isNamed: boolean;
}

/** The counter that a rule defines. */
export function counterOf(tool: string, rule: InterceptRule): Counter | undefined {
  const scope = tool === '*' ? EVERY_TOOL : tool;
  if (rule.rate_limit !== undefined) {
    const { window } = rule.rate_limit;
    return { id: `${scope}._rate_${window}`, tool, window, adds: 1, isNamed: false };
  }
  if (rule.state === undefined) return undefined;
  const { counter, window, increment, increment_from: path } = rule.state;
  // Intercept takes 0 for "not given".
  const adds = path === undefined || path === '' ? increment || 1 : { path };
  return { id: `${scope}.${counter}`, tool, window, adds, isNamed: true };
}

/** All counters by id. */
export function countersOf({ tools }: InterceptDocument): Map<string, Counter> {
  const counters = Object.entries(tools).flatMap(([tool, { rules }]) =>
    rules.map(rule => counterOf(tool, rule)).filter(counter => counter !== undefined),
  );
  return new Map(counters.map(counter => [counter.id, counter]));
}

/** The id of the counter that a condition's path names; undefined where it names an argument. */
export function counterIdIn(path: string): string | undefined {
  return path.startsWith('state.') ? path.slice('state.'.length) : undefined;
}
