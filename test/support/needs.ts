// Cases that need a real part of somebody else's: run, skipped aloud, or failed where all must run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'vitest';
import { suite } from '../conformance/suite.ts';
import { root } from './wrapper.ts';

export const inspector = join(root, 'test/support/inspector.sh');

/** How each part is asked whether it is there: it must run and exit with 0, as a stale shim does not. */
const questions = {
  uvx: ['uvx', '--version'],
  uv: ['uv', '--version'],
  moto_server: ['moto_server', '--help'],
  'redis-server': ['redis-server', '--version'],
  'redis-cli': ['redis-cli', '--version'],
  'test/conformance/suite.sh': [suite, '--version'],
  'test/support/inspector.sh': [inspector, '--version'],
  python3: ['python3', '--version'],
  go: ['go', 'version'],
  cargo: ['cargo', '--version'],
} as const;

export type Part = keyof typeof questions;

/** A server's first start on a machine downloads it: 17 s where that was measured, at its best. */
const timeout = 120_000;

const answers = new Map<Part, boolean>();

function isInstalled(part: Part): boolean {
  let answer = answers.get(part);
  if (answer === undefined) {
    const [program, ...args] = questions[part];
    // What npm would have to fetch is not there.
    const env = { ...process.env, npm_config_offline: 'true' };
    answer = spawnSync(program, args, { env, stdio: 'ignore', timeout: 60_000 }).status === 0;
    answers.set(part, answer);
  }
  return answer;
}

/**
 * `test`, for cases that need these programs. Where one is missing the case is skipped and named on
 * stderr; with POLICY_WRAP_TEST_ALL=1 in the environment it fails instead.
 */
export function testWith(
  ...parts: Part[]
): (name: string, body: (context: TestContext) => Promise<void>) => void {
  const missing = parts.filter(part => !isInstalled(part));
  return (name, body) => {
    if (missing.length === 0) {
      test(name, { timeout }, body);
      return;
    }
    const why = `not installed: ${missing.join(', ')}`;
    if (process.env.POLICY_WRAP_TEST_ALL === '1') {
      test(name, () => {
        throw new Error(why);
      });
      return;
    }
    process.stderr.write(`skipped: ${name}: ${why}\n`);
    test.skip(name, body);
  };
}
