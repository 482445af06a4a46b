// Every rule of every preset is held by its tests: without any one of them, some test fails.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../src/config/policies.ts';
import { readText } from '../../src/config/text-file.ts';
import { PRESET_NAMES } from '../../src/policy/presets.ts';
import { runTests } from '../../src/rehearsal/run-tests.ts';
import { parseTestFile } from '../../src/rehearsal/test-file.ts';
import { root } from '../support/wrapper.ts';

type Path = (string | number)[];

/** Lists and records each member of which is a rule, or a part of one. */
const OF_RULES = new Set<string | number | undefined>([
  ...['tools', 'operations', 'limits', 'deny_if', 'require', 'require_approval_if'],
  ...['conditions', 'any'],
]);

function* rulesIn(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (OF_RULES.has(path.at(-1))) yield at;
    yield* rulesIn(child, at);
  }
}

/** The document as text, without what stands at `path`. */
function without(text: string, path: Path): string {
  const document = JSON.parse(text);
  const last = path.at(-1)!;
  const holder = path.slice(0, -1).reduce((value, key) => value[key], document);
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return JSON.stringify(document);
}

describe.each(PRESET_NAMES)('%s', name => {
  const folder = join(root, 'examples/policies', name);
  const text = readFileSync(join(folder, 'policy.json'), 'utf8');

  it('would fail a test without any one of its rules', { timeout: 120_000 }, async () => {
    const file = join(folder, 'policy.test.yaml');
    const parsed = await parseTestFile(file, readText(file));
    if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
    const unheld: string[] = [];
    const rules = [...rulesIn(JSON.parse(text))].filter(
      // What every preset has alike is tested in `recommended`.
      ([section]) => name === 'recommended' || (section !== 'resources' && section !== 'prompts'),
    );
    for (const path of rules) {
      const source = { name, text: without(text, path), format: 'json' as const };
      // `any` must not be empty: a policy that does not load is noticed without a test.
      const loaded = await loadPolicies([source]).catch(() => undefined);
      if (loaded === undefined) continue;
      // One by one: most rules are missed by the first test or two.
      const isMissed = parsed.file.tests.some(test =>
        runTests({ ...parsed.file, tests: [test] }, loaded.policies).some(result => result.failure),
      );
      if (!isMissed) unheld.push(path.join('.'));
    }
    expect(unheld).toEqual([]);
    expect(rules.length).toBeGreaterThan(3);
  });
});
