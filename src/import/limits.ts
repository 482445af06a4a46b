// Intercept's conditions on counters as limits of policy-wrap's language.
import { parsePath } from '../policy/conditions/path.ts';
import { convertPath } from './conditions.ts';
import { type Counter, counterIdIn, counterOf, countersOf } from './counters.ts';
import type { InterceptCondition, InterceptDocument, InterceptRule } from './document.ts';

export interface ImportedLimit {
  readonly counter?: string;
  readonly max: number;
  readonly window: string;
  readonly kind: 'fixed';
  readonly cost?: number | { readonly path: string };
}

/** `problem`: why no limit says the same. */
export type FoundLimit =
  | { readonly counter: Counter; readonly max: number; readonly isOwn: boolean }
  | { readonly problem: string };

export class Limits {
  private readonly counters: ReadonlyMap<string, Counter>;
  /** Ids of counters that a rule of their own tool limits. */
  private readonly limited: ReadonlySet<string>;
  /** Ids of counters that need a name, as not only the entry that has them reads them. */
  private readonly shared: ReadonlySet<string>;
  private readonly names: ReadonlyMap<string, string>;

  constructor(document: InterceptDocument) {
    this.counters = countersOf(document);
    const reads = readsOf(document);
    const isHome = ({ tool, id }: { tool: string; id: string }) =>
      this.counters.get(id)?.tool === tool;
    this.limited = new Set(reads.filter(isHome).map(({ id }) => id));
    this.shared = new Set(reads.filter(read => !isHome(read)).map(({ id }) => id));
    this.names = namesFor([...this.counters.keys()], Object.keys(document.tools));
  }

  /** The limit that `rate_limit` stands for. */
  ofRate(tool: string, rule: InterceptRule): { counter: Counter; max: number } {
    const counter = counterOf(tool, rule);
    if (counter === undefined || rule.rate_limit === undefined)
      throw new RangeError('a rule without rate_limit');
    return { counter, max: rule.rate_limit.count };
  }

  /** The limit that a condition on a counter, in a rule of `tool`, stands for. */
  ofCondition(
    tool: string,
    rule: InterceptRule,
    { path, op, value }: InterceptCondition,
  ): FoundLimit {
    const counter = this.counters.get(counterIdIn(path) ?? '');
    if (counter === undefined) throw new RangeError(`no such counter: ${path}`);
    if ((op !== 'lt' && op !== 'lte') || typeof value !== 'number')
      return { problem: `a counter can only be held below a number, not compared by \`${op}\`` };
    // As Intercept does: whole parts are compared, and `lt` is one less.
    const max = Math.trunc(value) - (op === 'lt' ? 1 : 0);
    const problem = this.whyNot(counter, tool, max);
    return problem === undefined
      ? { counter, max, isOwn: counterOf(tool, rule)?.id === counter.id }
      : { problem };
  }

  private whyNot({ id, adds, tool: home }: Counter, tool: string, max: number): string | undefined {
    if (!Number.isSafeInteger(max)) return 'no limit can be as large';
    if (max < 0) return 'no call ever fits';
    if (typeof adds === 'number' && adds < 0) return 'no call can give back a part of a limit';
    if (typeof adds === 'object') {
      const path = parsePath(convertPath(adds.path));
      if ('problem' in path) return `what a call costs cannot be read: ${path.problem}`;
    }
    // Calls of every tool count for a rule of `*`: one of them may read it as its own.
    if (home !== tool && home !== '*' && typeof adds === 'object')
      return 'a limit cannot read what arguments of another tool add to a counter';
    if (home !== tool && !this.limited.has(id))
      return 'no rule of the tool whose calls it counts holds the counter below a number';
    return undefined;
  }

  /** The limit as the policy has it. */
  render({ id, window, adds, isNamed }: Counter, max: number): ImportedLimit {
    const name = isNamed || this.shared.has(id) ? this.names.get(id) : undefined;
    const cost = typeof adds === 'number' ? adds : { path: convertPath(adds.path) };
    return {
      ...(name === undefined ? {} : { counter: name }),
      max,
      window,
      kind: 'fixed',
      ...(cost === 1 ? {} : { cost }),
    };
  }

  /** True where a rule of its own tool holds it below a number. */
  isLimited({ id }: Counter): boolean {
    return this.limited.has(id);
  }

  /** Counters that nothing reads: they stop no call. */
  isUnread({ id }: Counter): boolean {
    return !this.limited.has(id) && !this.shared.has(id);
  }
}

/** Which counters the rules of which tool hold below a number. */
function readsOf({ tools }: InterceptDocument): { tool: string; id: string }[] {
  return Object.entries(tools).flatMap(([tool, { rules }]) =>
    rules.flatMap(rule => readsIn(tool, rule)).map(id => ({ tool, id })),
  );
}

function readsIn(tool: string, rule: InterceptRule): string[] {
  const counter = counterOf(tool, rule);
  if (rule.rate_limit !== undefined && counter !== undefined) return [counter.id];
  return rule.conditions
    .filter(given => isLimit(tool, rule, given))
    .flatMap(({ path }) => {
      const id = counterIdIn(path);
      return id === undefined ? [] : [id];
    });
}

/** True for a condition that holds a counter below a number. */
export function isLimit(
  tool: string,
  rule: InterceptRule,
  { path, op }: InterceptCondition,
): boolean {
  const id = counterIdIn(path);
  if (id === undefined || (op !== 'lt' && op !== 'lte')) return false;
  // What asks for an approval stops no call by what another rule counts.
  return rule.action !== 'require_approval' || counterOf(tool, rule)?.id === id;
}

// A counter without a name of its own has that of its key under `tools`.
function namesFor(ids: readonly string[], tools: readonly string[]): Map<string, string> {
  const taken = new Set([...tools, 'all_tools']);
  const names = new Map<string, string>();
  for (const id of ids) {
    let name = id;
    while (taken.has(name)) name += '_';
    taken.add(name);
    names.set(id, name);
  }
  return names;
}
