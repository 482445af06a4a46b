// What `check` says of one policy, for a person.
import type { ChalkInstance } from 'chalk';
import type { Located } from '../policy/problems.ts';
import { renderSummary, type Summary } from '../policy/summary.ts';
import { escapeText } from './escape.ts';

export interface Checked {
  readonly name: string;
  /** Without a place where the file cannot be read. */
  readonly problems: readonly (Located | Pick<Located, 'message'>)[];
  readonly warnings: readonly Located[];
  /** Where it can be used. */
  readonly summary?: Summary;
}

/** `policy.yaml: ok: default deny; 3 tools`, or a line for each problem; then the warnings. */
export function renderChecked(
  { name, problems, warnings, summary }: Checked,
  chalk: ChalkInstance,
) {
  const bold = chalk.bold(escapeText(name));
  const told = problems.map(problem =>
    'line' in problem ? `${bold}${placed(problem)}` : escapeText(problem.message),
  );
  if (told.length === 0 && summary !== undefined)
    told.push(`${bold}: ${chalk.green('ok')}: ${escapeText(renderSummary(summary))}`);
  const warned = warnings.map(warning => `${bold}${placed(warning, chalk.yellow('warning'))}`);
  return [...told, ...warned];
}

function placed({ line, column, path, message }: Located, label?: string): string {
  const before = label === undefined ? '' : `${label}: `;
  const where = path === '' ? '' : `\`${escapeText(path)}\`: `;
  return `:${line}:${column}: ${before}${where}${escapeText(message)}`;
}
