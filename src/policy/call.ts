// What a policy is asked about.
import type { Exact } from '../rpc/exact.ts';
import type { Measured } from './argument-rules.ts';
import type { Effort } from './conditions/effort.ts';
import type { SectionKind } from './section.ts';

/** The arguments of a call, undefined where it has none; or why they cannot be looked at. */
export type Arguments = () => Measured<Exact | undefined>;

/**
 * A call of a tool. `args` is called only where a rule looks at the arguments; where it is undefined
 * they are not known yet, and rules on them say nothing.
 */
export interface ToolCall {
  readonly kind: 'tool';
  readonly name: string;
  readonly args: Arguments | undefined;
  /** What all rules together may cost; those of one `evaluate` where it is not given. */
  readonly effort?: Effort;
}

export type Call =
  | ToolCall
  /** Several names where one request asks for several resources. */
  | { kind: SectionKind; names: readonly [string, ...string[]] }
  /** A task that no call of this session is known to have made, by its id. */
  | { kind: 'task'; names: readonly [string, ...string[]] }
  /** One request for several things: all of them are judged. */
  | { kind: 'all'; calls: readonly Call[] };
