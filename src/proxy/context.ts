// What is the same for every call of one run of the wrapper.
import type { AskingMeans } from '../approval/means.ts';
import type { SessionFacts } from '../audit/record.ts';
import { redactValue } from '../audit/redact.ts';
import { type ApprovalTerms, termsOf } from '../policy/approval.ts';
import { type BoundLimit, counterId, type Due, type Limit } from '../policy/limits.ts';
import { limitsOf, type Policy } from '../policy/policy.ts';
import type { Judged } from './judge.ts';

export type Mode = 'enforce' | 'observe';

export interface Settings {
  readonly policies: readonly Policy[];
  readonly mode: Mode;
  readonly session: string;
  readonly server: string;
  readonly grant: string;
  /** True where lists leave out what the rules can never allow. */
  readonly hideDenied?: boolean;
  /** A hash of all layers. */
  readonly policyHash: () => string;
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number;
  /** What asking a person needs; undefined where nobody can be asked. */
  readonly approvals?: ApprovalMeans | undefined;
}

export interface ApprovalMeans {
  readonly means: () => AskingMeans;
  /** How long a call waits, in milliseconds, where the policies are not to say. */
  readonly timeoutMs?: number | undefined;
}

/** How the policies let a person be asked. */
export interface Asking {
  readonly terms: ApprovalTerms;
  readonly means: () => AskingMeans;
  /** A digest of a tool as the client was shown it; null where it was not. */
  readonly definitionOf: (tool: string) => string | null;
}

export interface Context extends Settings {
  /** What every row of this session says, one object. */
  readonly facts: () => SessionFacts;
  /** The limit bound to its counter; every limit of the policies has one. */
  readonly bind: (due: Due) => BoundLimit;
  /** What the rules say to a tool, where its name alone decides. */
  readonly judgements: Map<string, Judged>;
  /** True where decisions are recorded: unless no layer wants it. */
  readonly records: boolean;
  /** Undefined where no call can need a person's yes, or nobody can be asked for it. */
  readonly asking: Asking | undefined;
}

/** In observe mode only the administrator's layer stops anything. */
export function isEnforced({ mode }: Pick<Settings, 'mode'>, { machine }: Policy): boolean {
  return mode === 'enforce' || machine;
}

/** Binds all limits to the counters that this server, grant and session use, once for all calls. */
export function contextOf(
  settings: Settings,
  definitionOf: Asking['definitionOf'] = () => null,
): Context {
  const found = settings.policies.flatMap(policy =>
    limitsOf(policy).map(({ key, limit }) => ({
      limit,
      key,
      layer: policy.layer,
      id: counterId(limit, { ...settings, layer: policy.layer }),
      enforced: isEnforced(settings, policy),
    })),
  );
  const windows = new Map<string, Limit['window'][]>();
  for (const { id, limit } of found) windows.set(id, [...(windows.get(id) ?? []), limit.window]);
  const bound = new Map(
    found.map(({ limit, ...binding }): [Limit, BoundLimit] => [
      limit,
      {
        ...{ ...limit, ...binding, windows: windows.get(binding.id) ?? [] },
        ...{ amount: 1, value: undefined, group: undefined },
      },
    ]),
  );
  let facts: SessionFacts | undefined;
  return {
    ...settings,
    facts: () => {
      facts ??= factsOf(settings);
      return facts;
    },
    judgements: new Map(),
    records: settings.policies.some(policy => policy.records),
    asking: askingOf(settings, definitionOf),
    bind: ({ limit, amount, value }) => {
      const found = bound.get(limit);
      // INVARIANT: what is evaluated is what was bound.
      if (found === undefined) throw new RangeError(`the limit on ${limit.counter} has no counter`);
      if (value !== undefined) return { ...found, amount, ...counterOf(value, found) };
      return amount === found.amount ? found : { ...found, amount };
    },
  };
}

function askingOf(
  { policies, approvals }: Settings,
  definitionOf: Asking['definitionOf'],
): Asking | undefined {
  if (approvals === undefined || !policies.some(policy => policy.asks)) return undefined;
  const { means, timeoutMs } = approvals;
  return {
    terms: termsOf(
      policies.map(({ approval }) => approval),
      timeoutMs,
    ),
    means,
    definitionOf,
  };
}

// The state file keeps no secrets: they, and long values, are known by their digest.
function counterOf(
  value: string,
  { id, per = '' }: BoundLimit,
): Pick<BoundLimit, 'id' | 'group' | 'value'> {
  const group = `${id} `;
  const shown = redactValue(per, value);
  return { id: group + (shown === value ? value : digest(value)), group, value: shown };
}

function digest(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex');
}

function factsOf({ session, server, grant, mode, policyHash }: Settings): SessionFacts {
  return { session, server, grant, mode, policy: policyHash() };
}
