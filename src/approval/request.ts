// A request for a person's approval: what is asked, what has become of it, and what a call wants of it.
import type { Way } from '../policy/approval.ts';
import type { Category } from '../policy/schema.ts';

/** `once`, `session`, or milliseconds. */
export type Lasting = 'once' | 'session' | number;

export interface ApprovalRequest {
  /** What the agent and the person call it. */
  readonly id: string;
  /** A digest of all that a yes is good for: server, grant, call with its arguments, policy. */
  readonly key: string;
  /** A digest of the tool's definition as the client was shown it; null where it was shown none. */
  readonly definition: string | null;
  /** The run of the wrapper that asks. */
  readonly session: string;
  readonly server: string;
  readonly grant: string;
  readonly tool: string;
  /** The tool, or `tool:operation`. */
  readonly subject: string;
  readonly category: Category | null;
  readonly reason: string | null;
  /** JSON text, keys in order, numbers as they were written; null where the call has none. */
  readonly arguments: string | null;
  /** The same of whatever else goes with the call. */
  readonly also: string | null;
  /** For how long a yes may hold, at most. */
  readonly remember: Lasting;
  readonly via: readonly Way[];
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** Until then the call waits. */
  readonly expiresAt: number;
  /** From then on another call that is the same may use the yes: the first does not wait any more. */
  readonly freeFrom: number;
}

export type Standing =
  | 'waiting'
  /** A person said yes; no call has gone on by that yet. */
  | 'approved'
  | 'denied'
  /** One call has gone on. */
  | 'used'
  /** Nobody answered in time. A yes may still come, for the call when it comes again. */
  | 'expired'
  /** The client did not want it any more, or went away. */
  | 'withdrawn';

/** Who answered. */
export type Answerer = 'the client' | 'a terminal' | 'the program';

export interface Answer {
  readonly yes: boolean;
  readonly by: Answerer;
  /** What the person said of it. */
  readonly note: string | null;
  /** True where the yes holds for as long as the request allows. */
  readonly lasts: boolean;
}

/** A call that may go on only with a person's yes. */
export interface Wanted {
  /** Asked where nothing is known of the call. */
  readonly request: ApprovalRequest;
  readonly about?: About;
}

/** What is known of a request that was made before. */
export interface About {
  readonly id: string;
  /**
   * `answer`: somebody has answered, and the request does not say so yet; `look`: it may say so;
   * `last`: the same, and it is not waited for any longer.
   */
  readonly step: Answer | 'look' | 'last';
  /** True where, if that request is good for nothing any more, the person is asked anew. */
  readonly orAsk: boolean;
}

/** What the call gets. */
export type Approved =
  | { readonly kind: 'granted'; readonly id: string; readonly how: string }
  /** Under this id, which is that of an earlier request where that still waits. */
  | { readonly kind: 'asked'; readonly id: string }
  | {
      readonly kind: 'refused';
      readonly id: string;
      readonly by: Answerer | null;
      readonly note: string | null;
    }
  | { readonly kind: 'unanswered'; readonly id: string }
  /** It is not known any more. */
  | { readonly kind: 'gone'; readonly id: string };

/** A yes that holds for a while. */
export interface Remembered {
  readonly id: number;
  readonly key: string;
  readonly definition: string | null;
  /** The one run in which it holds; null where it holds in all. */
  readonly session: string | null;
  readonly server: string;
  readonly tool: string;
  readonly arguments: string | null;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
}
