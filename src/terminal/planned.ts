// What would change in clients' files, for people: no more of them than the command lines.
import type { ChalkInstance } from 'chalk';
import type { Planned } from '../clients/edit/plan.ts';
import type { Problem } from '../clients/entry.ts';
import { escapeText } from './escape.ts';
import { wrapLine } from './wrap.ts';

export interface Look {
  readonly columns: number | undefined;
  readonly chalk: ChalkInstance;
  /** What is said of a server that is as it should be. */
  readonly already: string;
}

export function renderPlanned(planned: Planned, { columns, chalk, already }: Look): string[] {
  const { document, changed, left } = planned;
  const [, ...others] = document.readers;
  const also =
    others.length === 0 ? '' : `; also read by ${others.map(({ name }) => name).join(', ')}`;
  const lines = (sign: string, texts: readonly string[], colour: (text: string) => string) =>
    texts.flatMap(text =>
      wrapLine(`  ${sign} ${escapeText(tidy(text))}`, columns).map(part => colour(part)),
    );
  return [
    ...wrapLine(`${escapeText(document.file)} (${document.owner.name}${also})`, columns).map(line =>
      chalk.bold(line),
    ),
    ...changed.flatMap(({ name, line, before, after }) => [
      `  ${chalk.bold(escapeText(name))} ${chalk.dim(`line ${line}`)}`,
      ...lines('-', before, chalk.red),
      ...lines('+', after, chalk.green),
    ]),
    ...left.flatMap(({ name, why }) =>
      wrapLine(
        `  ${escapeText(name)}: ${why === undefined ? already : escapeText(`left alone: ${why}`)}`,
        columns,
      ),
    ),
  ];
}

/** `file:line:column: message`. */
export function renderProblem({ file, line, column, message }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return escapeText(`${place}: ${message}; the file is left alone`);
}

// A tab is shown as an escape elsewhere, and indents here.
function tidy(text: string): string {
  return text.replace(/^\s+/, indent => indent.replaceAll('\t', '  '));
}
