// `policy-wrap test`: calls in order, and whether the policy says to each what is expected of it.
import chalk from 'chalk';
import { folders } from '../config/paths.ts';
import { loadPolicies } from '../config/policies.ts';
import { findTestFiles, policiesOf } from '../config/test-files.ts';
import { readText } from '../config/text-file.ts';
import { whyUnreadable } from '../config/unreadable.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { runTests } from '../rehearsal/run-tests.ts';
import { parseTestFile } from '../rehearsal/test-file.ts';
import { type FileReport, totalOf } from '../rehearsal/test-report.ts';
import { escapeJson, escapeText } from '../terminal/escape.ts';
import { renderTestFile, renderTotal } from '../terminal/test-report.ts';

export interface TestOptions {
  readonly json?: boolean;
}

export async function test(paths: readonly string[], options: TestOptions): Promise<number> {
  const warn = (text: string) => process.stderr.write(`policy-wrap: ${escapeText(text)}\n`);
  const reports: FileReport[] = [];
  for (const file of findTestFiles(paths, folders(process.env).config, warn)) {
    const report = await reportOn(file);
    reports.push(report);
    if (!options.json) process.stdout.write(`${renderTestFile(report, chalk)}\n`);
  }
  const total = totalOf(reports);
  process.stdout.write(
    options.json
      ? `${escapeJson(JSON.stringify({ ...total, files: reports }))}\n`
      : `\n${renderTotal(total, chalk)}\n`,
  );
  if (reports.some(report => report.broken === 'policy')) return ExitCode.policy;
  return total.failed > 0 || total.broken > 0 ? ExitCode.check : ExitCode.ok;
}

const KEYS = 'docs/policy.md has every key of a file of tests, with an example';

async function reportOn(file: string): Promise<FileReport> {
  const about = { file, policies: [], tests: [] };
  const noTests = (problems: readonly string[], help: string) =>
    ({ ...about, broken: 'tests', problems, help }) as const;
  let text: string;
  try {
    text = readText(file);
  } catch (error) {
    return noTests([`cannot read ${file}: ${whyUnreadable(error)}`], 'mend the file or its rights');
  }
  const parsed = await parseTestFile(file, text);
  if ('problems' in parsed) return noTests(parsed.problems, KEYS);
  try {
    const sources = policiesOf(file, parsed.file.policies);
    const { policies } = await loadPolicies(sources);
    const names = sources.map(({ name }) => name);
    const tests = runTests(parsed.file, policies);
    return { file, policies: names, broken: null, problems: [], help: null, tests };
  } catch (error) {
    // Each file of tests on its own: what one policy lacks says nothing about the others.
    if (!(error instanceof PolicyWrapError) || error.exitCode !== ExitCode.policy) throw error;
    const { message, help = null } = error;
    return { ...about, broken: 'policy', problems: message.split('\n'), help };
  }
}
