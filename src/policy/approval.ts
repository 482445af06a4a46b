// How a person is asked for approval, as the policies have it: in which ways, for how long, and for how
// long a yes holds.
import { describeWait, describeWindow, type Window } from './window.ts';

/** Ways to ask: in the client, in the queue of a terminal, by a program. */
export const WAYS = ['elicitation', 'queue', 'command'] as const;
export type Way = (typeof WAYS)[number];

/** What a yes is good for: that call, all like it in this run of the wrapper, or for so long. */
export type Remember = 'once' | 'session' | Window;

/** What one policy says of it. */
export interface ApprovalSettings {
  readonly timeout?: Window | undefined;
  readonly remember?: Remember | undefined;
  readonly via?: readonly Way[] | undefined;
  readonly command?: readonly string[] | undefined;
}

/** What holds for a session. */
export interface ApprovalTerms {
  /** Milliseconds for which a call waits. */
  readonly timeoutMs: number;
  readonly remember: Remember;
  /** In this order: the first that can ask is used. None where the layers leave none. */
  readonly via: readonly Way[];
  /** Where `via` has it: the program and its arguments. */
  readonly command: readonly [string, ...string[]] | undefined;
}

/** Common clients give a call 60 s. */
export const DEFAULT_TIMEOUT_MS = 45_000;
export const MAX_TIMEOUT_MS = 86_400_000;
const DEFAULT_VIA: readonly Way[] = ['elicitation', 'queue'];

/** Of the administrator's layer what it leaves out holds too: no other layer says yes in its place. */
export function bindingSettings(settings: ApprovalSettings = {}): ApprovalSettings {
  return { remember: 'once', via: DEFAULT_VIA, ...settings };
}

/**
 * Of several layers the strictest: the shortest wait, the shortest memory, and only ways that every
 * layer that names any has. `layers` are in the order in which they were loaded, the administrator's
 * last: its program is asked before another's. `timeoutMs` is what the wrapper was started with.
 */
export function termsOf(layers: readonly ApprovalSettings[], timeoutMs?: number): ApprovalTerms {
  const timeouts = layers.flatMap(({ timeout }) => (timeout === undefined ? [] : [timeout.ms]));
  const vias = layers.flatMap(({ via }) => (via === undefined ? [] : [via]));
  const [first = DEFAULT_VIA, ...others] = vias;
  const command = layers.findLast(layer => layer.command !== undefined)?.command;
  const [program, ...args] = command ?? [];
  return {
    timeoutMs: timeoutMs ?? (timeouts.length === 0 ? DEFAULT_TIMEOUT_MS : Math.min(...timeouts)),
    remember: layers.map(({ remember }) => remember).reduce(shorter, undefined) ?? 'once',
    via: first.filter(way => others.every(other => other.includes(way))),
    command: program === undefined ? undefined : [program, ...args],
  };
}

// A run of the wrapper may outlive a time in minutes, and a time in hours many runs: neither of the two
// holds the other, and what both allow is one call.
function shorter(a: Remember | undefined, b: Remember | undefined): Remember | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (typeof a === 'string' || typeof b === 'string') return a === b ? a : 'once';
  return a.ms <= b.ms ? a : b;
}

const WHERE: Record<Exclude<Way, 'command'>, string> = {
  elicitation: 'in the client',
  queue: 'in the queue',
};

/** What happens to a call that needs approval, where it is only judged: `drop waits up to 45 s for …`. */
export function approvalText(
  { subject, reason }: { subject: string; reason: string | null },
  { timeoutMs, remember, via, command }: ApprovalTerms,
): string {
  const because = reason === null ? '' : `: ${reason}`;
  const places = via.map(way => (way === 'command' ? `by ${command?.[0] ?? ''}` : WHERE[way]));
  if (places.length === 0)
    return `${subject} needs a person's approval, and the layers leave no way to ask for it${because}`;
  const lasts = remember === 'once' ? '' : `, and for calls like it ${lastingText(remember)}`;
  const wait = `waits up to ${describeWait(timeoutMs)} for a person's approval`;
  return `${subject} ${wait}, ${places.join(' or ')}${lasts}${because}`;
}

function lastingText(remember: Exclude<Remember, 'once'>): string {
  return remember === 'session' ? 'in this session' : `for ${describeWindow(remember)}`;
}
