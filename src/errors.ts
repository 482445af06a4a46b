// The one error class for what a person can mend, and the exit codes of every command.

/** What the process's exit code says; the wrapper itself returns the code of its child. */
export const ExitCode = {
  ok: 0,
  /** It was tried and did not work. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A policy cannot be used. */
  policy: 3,
  /** A policy test or a check failed. */
  check: 4,
} as const;

export type ErrorCode =
  | 'PW_USAGE'
  | 'PW_POLICY_INVALID'
  | 'PW_POLICY_UNREADABLE'
  | 'PW_POLICY_AMBIGUOUS'
  | 'PW_IMPORT'
  | 'PW_INIT'
  | 'PW_SPAWN'
  | 'PW_STATE'
  | 'PW_STATE_BUSY'
  | 'PW_STATE_DRIVER'
  | 'PW_APPROVAL'
  | 'PW_TERMINAL';

/**
 * An error whose message is for a person: what happened, where, and (`help`) what to do next.
 * Anything else that is thrown is a bug and is shown with its stack.
 */
export class PolicyWrapError extends Error {
  override readonly name = 'PolicyWrapError';
  readonly code: ErrorCode;
  readonly help: string | undefined;
  readonly exitCode: number;

  constructor(
    code: ErrorCode,
    message: string,
    options: { help?: string; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.help = options.help;
    this.exitCode = options.exitCode ?? ExitCode.failed;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
