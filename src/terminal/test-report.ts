// What came of policy tests, for people.
import type { ChalkInstance } from 'chalk';
import { rateText, type Verdict } from '../policy/verdict.ts';
import type { Difference, Failure, TestResult } from '../rehearsal/run-tests.ts';
import type { FileReport, Total } from '../rehearsal/test-report.ts';
import { escapeText } from './escape.ts';

/** A line for the file, one for each test, and some more for each that failed. */
export function renderTestFile(report: FileReport, chalk: ChalkInstance): string {
  const { file, policies, broken, problems, help, tests } = report;
  const about = policies.length === 0 ? '' : chalk.dim(`  ${escapeText(policies.join(' + '))}`);
  const head = `${chalk.bold(escapeText(file))}${about}`;
  if (broken === null)
    return [head, ...tests.flatMap(test => renderTest(file, test, chalk))].join('\n');
  const what = broken === 'policy' ? 'its policy cannot be used' : 'it is no file of tests';
  const lines = problems.map(problem => `      ${escapeText(problem)}`);
  if (help !== null) lines.push(`      ${chalk.dim('help')} ${escapeText(help)}`);
  return [head, `  ${chalk.red('✗')} ${what}`, ...lines].join('\n');
}

/** `12 passed, 1 failed`. */
export function renderTotal({ passed, failed, broken }: Total, chalk: ChalkInstance): string {
  const parts = [
    passed > 0 ? chalk.green(`${passed} passed`) : `${passed} passed`,
    failed > 0 ? chalk.red(`${failed} failed`) : `${failed} failed`,
  ];
  if (broken > 0)
    parts.push(chalk.red(`${broken} ${broken === 1 ? 'file' : 'files'} could not be run`));
  return parts.join(', ');
}

function renderTest(file: string, test: TestResult, chalk: ChalkInstance): string[] {
  const name = escapeText(test.name);
  if (test.failure === null) return [`  ${chalk.green('✓')} ${name}`];
  const rows = failureRows(file, test.failure).map(
    ([what, text]) => `      ${chalk.dim(what.padEnd(10))} ${escapeText(text)}`,
  );
  return [`  ${chalk.red('✗')} ${chalk.bold(name)}`, ...rows];
}

type Row = readonly [what: string, text: string];

function failureRows(file: string, failure: Failure): Row[] {
  const { call, line, repetition, of, differences, verdict, text, hint } = failure;
  const times = of === 1 ? '' : `, repetition ${repetition} of ${of}`;
  const expected = differences.map(({ what, expected: value }) => labelled(what, value));
  // A text is shown below, by who decided and as the agent reads it.
  const got = differences
    .filter(({ what }) => what !== 'reason')
    .map(({ what, got: value }) => labelled(what, value));
  const rows: Row[] = [
    ['where', `${file}:${line} (call ${call}${times})`],
    ['call', verdict.subject],
    ['expected', expected.join(', ')],
    ['got', got.join(', ')],
    ['decided by', deciderOf(verdict)],
    ['limits', limitsOf(verdict)],
    ['agent', text ?? ''],
    ['hint', hint],
  ];
  return rows.filter(([, value]) => value !== '');
}

function labelled(what: Difference['what'], value: string | null): string {
  if (what === 'effect') return String(value);
  return value === null ? `no ${what}` : `${what} \`${value}\``;
}

function deciderOf({ key, layer, reason }: Verdict): string {
  const because = reason === null ? '' : `: ${reason}`;
  if (layer === 'protocol') return `the wrapper itself${because}`;
  const rule = key === null ? '`default`' : `\`${key}\``;
  return `${rule} of the layer \`${layer}\`${because}`;
}

function limitsOf({ limits }: Verdict): string {
  return limits.map(limit => `\`${limit.counter}\` ${limit.used} of ${rateText(limit)}`).join(', ');
}
