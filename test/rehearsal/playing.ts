// A file of policy tests played against policies, both as they would be written.
import { runTests, type TestResult } from '../../src/rehearsal/run-tests.ts';
import { parseTestFile } from '../../src/rehearsal/test-file.ts';
import { type Document, policyOf } from '../policy/policies.ts';

/** The results of the tests in a file; `layers` beyond the first are called `layer1`, `layer2`, … */
export async function played(
  layers: readonly Document[],
  file: string | object,
): Promise<TestResult[]> {
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  const parsed = await parseTestFile('t.yaml', text);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const policies = await Promise.all(
    layers.map((layer, i) => policyOf(layer, i === 0 ? {} : { layer: `layer${i}` })),
  );
  return runTests(parsed.file, policies);
}

/** What the first call that came to something else came to; undefined where the test passed. */
export async function failureOf(layers: readonly Document[], calls: readonly object[]) {
  const [result] = await played(layers, { tests: [{ name: 'n', calls }] });
  return result?.failure ?? undefined;
}
