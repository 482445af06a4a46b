// What came of the files of policy tests, as `policy-wrap test --json` prints it.
import type { TestResult } from './run-tests.ts';

export interface FileReport {
  readonly file: string;
  /** In the order of the layers. */
  readonly policies: readonly string[];
  /** What of it cannot be used, so that no test was run. */
  readonly broken: 'tests' | 'policy' | null;
  readonly problems: readonly string[];
  /** What to do about those; null where there are none. */
  readonly help: string | null;
  readonly tests: readonly TestResult[];
}

export interface Total {
  readonly passed: number;
  readonly failed: number;
  /** Files of which nothing could be run. */
  readonly broken: number;
}

export function totalOf(reports: readonly FileReport[]): Total {
  const tests = reports.flatMap(report => report.tests);
  const failed = tests.filter(({ failure }) => failure !== null).length;
  return {
    passed: tests.length - failed,
    failed,
    broken: reports.filter(({ broken }) => broken !== null).length,
  };
}
