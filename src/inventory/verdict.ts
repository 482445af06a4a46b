// What a policy says of a tool before any call of it is made: its arguments are not known yet.
import { evaluate } from '../policy/evaluate.ts';
import type { LimitKind, Scope } from '../policy/limits.ts';
import type { Policy } from '../policy/policy.ts';
import type { Category } from '../policy/schema.ts';
import { rateText } from '../policy/verdict.ts';
import type { Hold } from './attacks.ts';
import { type AlwaysDenied, keyIn } from './rules.ts';

export interface ToolLimit {
  readonly counter: string;
  readonly scope: Scope;
  readonly kind: LimitKind;
  readonly max: number;
  readonly window: string;
  readonly per: string | null;
  /** True where it adds up costs, not calls. */
  readonly cost: boolean;
  /** `60 calls per minute`. */
  readonly text: string;
}

export interface ToolVerdict {
  readonly effect: 'allow' | 'require_approval' | 'deny';
  /** True where the agent does not even see it. */
  readonly hidden: boolean;
  /** True where some rule looks at the arguments: a call may be judged otherwise, and stricter. */
  readonly depends: boolean;
  readonly layer: string;
  readonly key: string | null;
  readonly reason: string | null;
  /** As what the policy takes it, by its name alone. */
  readonly category: Category | null;
  readonly limits: readonly ToolLimit[];
}

/** Where there is no policy at all. */
export const UNRULED: ToolVerdict = {
  effect: 'allow',
  hidden: false,
  depends: false,
  layer: '',
  key: null,
  reason: null,
  category: null,
  limits: [],
};

export interface Subject {
  readonly tool: string;
  /** Of a door to many operations the one that is meant, and the argument that names it. */
  readonly operation?: { readonly argument: string; readonly value: string };
}

const RULE_KEY = /\.(?:deny_if|require|require_approval_if)\[\d+\]$/;

export function verdictOn(
  policies: readonly Policy[],
  always: AlwaysDenied,
  { tool, operation }: Subject,
): ToolVerdict {
  const reached: { layer: string; key: string }[] = [];
  let depends = false;
  const args = () => {
    depends = true;
    return {
      value: operation === undefined ? undefined : { [operation.argument]: operation.value },
    };
  };
  // Once to see who looks at the arguments, once for what holds without them.
  const looked = evaluate(policies, { kind: 'tool', name: tool, args }, policies, step => {
    if (step.key !== null) reached.push({ layer: step.layer, key: step.key });
  });
  const bare =
    operation === undefined
      ? evaluate(policies, { kind: 'tool', name: tool, args: undefined })
      : looked;
  // That an operation's own arguments are missing here says nothing of a call.
  const isRule = bare.key !== null && RULE_KEY.test(bare.key);
  const effect = isRule ? 'allow' : bare.effect;
  const denial = reached.find(({ layer, key }) => always.has(keyIn(layer, key)));
  const limits = bare.limits.map(({ limit }) => ({
    counter: limit.counter,
    scope: limit.scope,
    kind: limit.kind,
    max: limit.max,
    window: limit.window.label,
    per: limit.per ?? null,
    cost: limit.cost !== undefined,
    text: textOf(limit.max, limit.window.label, limit.cost, limit.per),
  }));
  const about = { hidden: bare.key === 'hide', category: bare.category, limits };
  if (denial !== undefined && effect !== 'deny') {
    const reason = always.get(keyIn(denial.layer, denial.key)) ?? null;
    return { ...about, ...denial, effect: 'deny', depends: false, reason, limits: [] };
  }
  // What adds up costs lets a call through that costs nothing.
  const none = bare.limits.find(({ limit: { max, cost } }) => max === 0 && cost === undefined);
  if (none !== undefined && effect !== 'deny') {
    const reason = `its limit \`${none.limit.counter}\` is 0`;
    return { ...about, effect: 'deny', depends: false, layer: bare.layer, key: bare.key, reason };
  }
  const { layer } = bare;
  const [key, reason] = isRule ? [null, null] : [bare.key, bare.reason];
  const rules = operation === undefined ? depends : isRule;
  return { ...about, effect, depends: rules && effect !== 'deny', layer, key, reason };
}

function textOf(max: number, window: string, cost: string | undefined, per: string | undefined) {
  const state = { counter: '', scope: 'grant' as const, max, window, used: 0, retryAfterMs: null };
  const rate = rateText(cost === undefined ? state : { ...state, cost: 0 });
  return per === undefined ? rate : `${rate} for each ${per}`;
}

/** What of it stands between an agent and the tool. */
export function holdsOf({ effect, hidden, depends, limits }: ToolVerdict): ReadonlySet<Hold> {
  const holds = new Set<Hold>();
  if (hidden) holds.add('hide');
  if (effect === 'deny') holds.add('deny');
  if (effect === 'require_approval') holds.add('approval');
  if (depends) holds.add('rules');
  if (limits.length > 0) holds.add('limit');
  return holds;
}
