// Policy tests played: what each call came to, and where that is not what was expected.
import { redactName } from '../audit/redact.ts';
import type { Policy } from '../policy/policy.ts';
import type { Verdict } from '../policy/verdict.ts';
import { hintFor } from './hint.ts';
import { type Judgement, rehearsal } from './rehearsal.ts';
import type { PolicyTest, TestCall, TestFile } from './test-file.ts';
import type { Expected } from './test-schema.ts';

export interface TestResult {
  readonly name: string;
  readonly line: number;
  /** How many calls were judged. */
  readonly calls: number;
  /** The first call that came to something else; null where the test passed. */
  readonly failure: Failure | null;
}

export interface Failure {
  /** Its place among the calls of the test, from 1. */
  readonly call: number;
  readonly line: number;
  /** Which repetition of the call, from 1, of how many. */
  readonly repetition: number;
  readonly of: number;
  readonly differences: readonly Difference[];
  readonly verdict: Verdict;
  /** What the agent would read. */
  readonly text: string | null;
  readonly hint: string;
}

export interface Difference {
  readonly what: keyof Expected;
  readonly expected: string | null;
  readonly got: string | null;
}

/** Each test begins with fresh counters and a clock of its own. */
export function runTests({ tests, server }: TestFile, policies: readonly Policy[]): TestResult[] {
  return tests.map(test => runTest(test, server, policies));
}

function runTest(test: PolicyTest, server: string, policies: readonly Policy[]): TestResult {
  const { name, line, mode, start } = test;
  const { clock, run } = rehearsal(policies);
  clock.now = start;
  let runs = 0;
  const next = () => run({ mode, server, grant: 'default', session: `run ${++runs}` });
  let current = next();
  let calls = 0;
  for (const step of test.steps) {
    if (step.at !== undefined) clock.now = start + step.at;
    if (step.kind === 'restart') {
      current = next();
      continue;
    }
    for (let repetition = 1; repetition <= step.repeat; repetition++) {
      calls++;
      const failure = failureOf(step, repetition, current.judge(step.request, step.answered));
      if (failure !== undefined) return { name, line, calls, failure };
    }
  }
  return { name, line, calls, failure: null };
}

function failureOf(call: TestCall, repetition: number, got: Judgement): Failure | undefined {
  const differences = differencesBetween(call.expected, got);
  const [first] = differences;
  if (first === undefined) return undefined;
  return {
    call: call.number,
    line: call.line,
    repetition,
    of: call.repeat,
    differences,
    ...got,
    hint: hintFor(first.what, call.expected, got),
  };
}

function differencesBetween(expected: Expected, { verdict, text }: Judgement): Difference[] {
  const { effect, key, category, layer, subject } = expected;
  const exact = [
    { what: 'effect' as const, expected: effect, got: verdict.effect },
    { what: 'key' as const, expected: key, got: verdict.key },
    { what: 'category' as const, expected: category, got: verdict.category },
    { what: 'layer' as const, expected: layer, got: verdict.layer },
    { what: 'subject' as const, expected: subject && redactName(subject), got: verdict.subject },
  ];
  const differences = exact.flatMap(({ what, expected: wanted, got }): Difference[] =>
    wanted === undefined || wanted === got ? [] : [{ what, expected: wanted, got }],
  );
  const { reason } = expected;
  const texts = [text, verdict.reason].filter(said => said !== null);
  if (reason !== undefined && !texts.some(said => said.includes(reason)))
    differences.push({ what: 'reason', expected: reason, got: texts[0] ?? null });
  return differences;
}
