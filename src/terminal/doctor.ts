// The report of `policy-wrap doctor`.
import type { ChalkInstance } from 'chalk';
import type { Finding } from '../doctor/finding.ts';
import { escapeText } from './escape.ts';

/** Lines for people; what mends a finding stands below it. */
export function renderFinding({ status, what, mend }: Finding, chalk: ChalkInstance): string[] {
  const mark = {
    ok: chalk.green('ok    '),
    note: chalk.yellow('note  '),
    failed: chalk.red('failed'),
  };
  const line = `${mark[status]}  ${escapeText(what)}`;
  return mend === undefined ? [line] : [line, `        → ${escapeText(mend)}`];
}
