// Policies for tests, from documents as a user would write them.
import { expect } from 'vitest';
import { loadPolicy, type PolicySource } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/policy.ts';

/** The document of design §2. */
export const SEED = `{ "version": "1", "default": "deny",
  "tools": { "stream_group_create": { "limits": [
    { "counter": "stream_group_create_rate", "window": "minute", "max": 30, "scope": "grant" } ] } } }
`;

/** A document as an object; `version` and a `default` of deny are filled in. */
export type Document = Record<string, unknown>;

export async function policyOf(
  document: Document | string,
  about: Partial<PolicySource> = {},
): Promise<Policy> {
  const text =
    typeof document === 'string'
      ? document
      : JSON.stringify({ version: '1', default: 'deny', ...document });
  const loaded = await loadPolicy({ name: 'policy.json', text, format: 'json', ...about });
  expect('problems' in loaded ? loaded.problems : []).toEqual([]);
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.policy;
}

/** All problems of a text, or none. */
export async function problemsIn(text: string, format: 'json' | 'yaml'): Promise<string[]> {
  const loaded = await loadPolicy({ name: `p.${format}`, text, format });
  return 'problems' in loaded ? loaded.problems : [];
}
