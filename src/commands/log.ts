// `policy-wrap log`: what was asked, what was decided and why, how it ended.
import chalk from 'chalk';
import { logReader } from '../audit/read.ts';
import { stateFile } from '../config/paths.ts';
import { givenName } from '../config/server-name.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { escapeJson, escapeText } from '../terminal/escape.ts';
import { renderLogEntry } from '../terminal/log-line.ts';

export interface LogOptions {
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly last: string;
  readonly server?: string;
  readonly state?: string;
}

const POLL_MS = 250;

export async function log(options: LogOptions): Promise<number> {
  const last = Number(options.last);
  if (!Number.isSafeInteger(last) || last < 0)
    throw new PolicyWrapError('PW_USAGE', `--last: \`${options.last}\` is no whole number`, {
      help: 'for instance --last 20',
      exitCode: ExitCode.usage,
    });
  const file = stateFile(process.env, options.state);
  const reader = logReader(file);
  const server = options.server === undefined ? undefined : givenName(options.server);
  const print = (count: number): number => {
    const entries = reader.read({ last: count, server });
    for (const entry of entries) {
      process.stdout.write(
        `${options.json ? escapeJson(JSON.stringify(entry)) : renderLogEntry(entry, chalk)}\n`,
      );
    }
    return entries.length;
  };
  const printed = print(last);
  if (options.follow) await follow(() => print(Number.MAX_SAFE_INTEGER));
  else if (printed === 0 && last > 0) {
    const about = server === undefined ? '' : ` for the server ${server}`;
    process.stderr.write(
      `policy-wrap: nothing is recorded${escapeText(about)} in ${escapeText(file)}\n`,
    );
  }
  reader.close();
  return ExitCode.ok;
}

// Until the reader of our output goes away or the person interrupts.
async function follow(print: () => number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setInterval(() => {
      try {
        print();
      } catch (error) {
        clearInterval(timer);
        reject(error);
      }
    }, POLL_MS);
    const stop = () => {
      clearInterval(timer);
      resolve();
    };
    process.stdout.once('error', stop);
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
}
