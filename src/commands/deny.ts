// `policy-wrap deny`: a person's no to one request.
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { requireTerminal } from '../terminal/terminal.ts';
import { answering } from './answering.ts';
import type { StateOptions } from './approvals.ts';

export interface DenyOptions extends StateOptions {
  readonly reason?: string;
}

/** The agent reads it. */
const MAX_REASON = 500;

export async function deny(id: string, options: DenyOptions): Promise<number> {
  requireTerminal();
  const note = options.reason?.trim() || null;
  if (note !== null && note.length > MAX_REASON)
    throw new PolicyWrapError(
      'PW_USAGE',
      `--reason: ${note.length} characters, and at most ${MAX_REASON} are passed on`,
      { help: 'say it shorter', exitCode: ExitCode.usage },
    );
  const answer = { yes: false, by: 'a terminal', note, lasts: false } as const;
  // Not asked once more: a no is made good by the agent's asking again.
  return answering(id, answer, options, async () => true);
}
