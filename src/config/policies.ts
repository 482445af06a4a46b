// The policies that were found, loaded: all of them, or every problem in any of them.
import { homedir } from 'node:os';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import type { PathMeans } from '../policy/conditions/compile.ts';
import { MAIN_LAYER } from '../policy/limits.ts';
import { conflictsBetween, loadPolicy, type PolicySource } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { realPath } from './real-path.ts';

/** What rules on paths need to know of this machine. */
export const MEANS: PathMeans = {
  realPath,
  get home() {
    return homedir();
  },
  isWindows: process.platform === 'win32',
};

export interface LoadedPolicies {
  readonly policies: readonly Policy[];
  /** Of all texts: the same where the same rules apply. */
  readonly hash: () => string;
}

/** Throws `PW_POLICY_INVALID` with all that is wrong. */
export async function loadPolicies(sources: readonly PolicySource[]): Promise<LoadedPolicies> {
  const results = await Promise.all(sources.map(source => loadPolicy(source, MEANS)));
  const policies = results.flatMap(result => ('policy' in result ? [result.policy] : []));
  const problems = [
    ...results.flatMap(result => ('problems' in result ? result.problems : [])),
    ...conflictsBetween(policies),
  ];
  if (problems.length > 0)
    throw new PolicyWrapError('PW_POLICY_INVALID', problems.join('\n'), {
      help: 'no call is let through until this is mended; docs/policy.md has every key',
      exitCode: ExitCode.policy,
    });
  let hash: string | undefined;
  return {
    policies,
    hash: () => {
      hash ??= hashOf(sources);
      return hash;
    },
  };
}

// The module is loaded by the first row that is written: a start needs no hash.
function hashOf(sources: readonly PolicySource[]): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const texts = sources.map(({ layer, text }) => [layer ?? MAIN_LAYER, text]);
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 12);
}
