// One decision as it is recorded.
import type { Verdict } from '../policy/verdict.ts';

/** How a forwarded call ended. */
export type Outcome =
  /** A result came. */
  | 'ok'
  /** A result came that says `isError`. */
  | 'tool_error'
  /** A JSON-RPC error came. */
  | 'error'
  /** The server asked for input; the client may go on with another request. */
  | 'input_required'
  /** The client cancelled before an answer came. */
  | 'cancelled'
  /** The server ended before it answered. */
  | 'lost';

/** What is the same for every decision of a session; rows share one object. */
export interface SessionFacts {
  /** One run of the wrapper. */
  readonly session: string;
  readonly server: string;
  readonly grant: string;
  readonly mode: 'enforce' | 'observe';
  /** A hash of the policies that decide. */
  readonly policy: string;
}

/**
 * What stands for the method in a row about the policy itself: `allow` where changed rules came into
 * force, `deny` where the old ones stayed. Its subject is the file.
 */
export const RULES_METHOD = '(policy)';

export interface RecordRow {
  readonly facts: SessionFacts;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The JSON-RPC method; `(invalid)` for a line that is no message, `(policy)` for no message. */
  readonly method: string;
  /** Its subject redacted: the URI of a resource may hold a password. */
  readonly verdict: Verdict;
  /** False where it was stopped; in observe mode a denial may be forwarded. */
  readonly forwarded: boolean;
  /** Redacted and shortened; null where the call has none. */
  readonly arguments: string | null;
}

/** Longer texts from clients and servers are cut before they are kept or shown. */
export const MAX_NAME = 256;

/** At most `max` characters of a text, the cut shown. */
export function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}… (${text.length} characters)`;
}
