// `policy-wrap approvals revoke`: remembered answers are forgotten. No terminal is needed for what only
// makes the policy stricter.
import chalk from 'chalk';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { revoke } from '../store/queue.ts';
import { renderRemembered } from '../terminal/approvals.ts';
import { queueFile, type StateOptions } from './approvals.ts';

export interface RevokeOptions extends StateOptions {
  readonly all?: boolean;
}

export function revokeRemembered(given: readonly string[], options: RevokeOptions): number {
  if (given.length > 0 === (options.all === true))
    throw usage('expected numbers of remembered answers, or --all');
  const numbers = options.all ? 'all' : given.map(numberOf);
  const revoked = revoke(queueFile(options), numbers);
  for (const known of revoked) process.stdout.write(`revoked: ${renderRemembered(known, chalk)}\n`);
  const missing =
    numbers === 'all' ? [] : numbers.filter(number => !revoked.some(({ id }) => id === number));
  if (missing.length > 0)
    throw new PolicyWrapError(
      'PW_APPROVAL',
      `no answer is remembered under ${missing.map(number => `\`${number}\``).join(', ')}`,
      { help: 'policy-wrap approvals --remembered lists them with their numbers' },
    );
  if (revoked.length === 0) process.stderr.write('policy-wrap: no answer is remembered\n');
  return ExitCode.ok;
}

// `R3` is how the record names it.
function numberOf(text: string): number {
  const number = Number(/^R?([1-9][0-9]{0,14})$/i.exec(text)?.[1]);
  if (Number.isNaN(number)) throw usage(`\`${text}\` is no number of a remembered answer`);
  return number;
}

function usage(message: string): PolicyWrapError {
  return new PolicyWrapError('PW_USAGE', message, {
    help: 'policy-wrap approvals --remembered lists them with their numbers',
    exitCode: ExitCode.usage,
  });
}
