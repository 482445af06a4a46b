// What came of policy tests, for people.
import type { ChalkInstance } from 'chalk';
import { rateText, type Verdict } from '../policy/verdict.ts';
import type { Difference, Failure, TestResult } from '../rehearsal/run-tests.ts';
import type { FileReport, Total } from '../rehearsal/test-report.ts';
import { escapeText } from './escape.ts';

/** A line for the file, one for each test, and some more for each that failed. */
export function renderTestFile(report: FileReport, chalk: ChalkInstance): string {
  const { file, policies, broken, problems, tests } = report;
  const about = policies.length === 0 ? '' : chalk.dim(`  ${escapeText(policies.join(' + '))}`);
  const head = `${chalk.bold(escapeText(file))}${about}`;
  if (broken === null)
    return [head, ...tests.flatMap(test => renderTest(file, test, chalk))].join('\n');
  const what = broken === 'policy' ? 'its policy cannot be used' : 'it is no file of tests';
  const lines = problems.map(problem => `      ${escapeText(problem)}`);
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
  return [
    ['where', `${file}:${line} (call ${call}${times})`],
    ['what', verdict.subject],
    ...differences.flatMap(differenceRows),
    ['decided by', deciderOf(verdict)],
    ...(verdict.limits.length === 0 ? [] : [['limits', limitsOf(verdict)] as const]),
    ...(text === null ? [] : [['agent', text] as const]),
    ['hint', hint],
  ];
}

function differenceRows({ what, expected, got }: Difference): Row[] {
  const label = what === 'effect' ? '' : `${what} `;
  const shown = (value: string | null) => `${label}${value ?? '(none)'}`;
  return [
    ['expected', shown(expected)],
    ['got', shown(got)],
  ];
}

function deciderOf({ key, layer, reason }: Verdict): string {
  const rule = key === null ? 'what no rule reaches' : `\`${key}\``;
  return `${rule}, layer \`${layer}\`${reason === null ? '' : `: ${reason}`}`;
}

function limitsOf({ limits }: Verdict): string {
  return limits.map(limit => `\`${limit.counter}\` ${limit.used} of ${rateText(limit)}`).join(', ');
}
