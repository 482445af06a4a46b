// The risk of what was found: the category's, moved by at most one step by what the tool works on.
import { RISKS, type Risk, riskOf } from './caution.ts';
import type { Finding } from './phrase.ts';
import type { SchemaSigns } from './schema.ts';

const SECRETS: ReadonlySet<string> = new Set([
  ...['secret', 'secrets', 'credential', 'credentials', 'password', 'passwords'],
  ...['env', 'dotenv', 'getenv', 'setenv', 'printenv'],
]);
const RIGHTS: ReadonlySet<string> = new Set([
  ...['role', 'roles', 'permission', 'permissions', 'admin', 'policy', 'policies'],
]);
const EMPTYING: ReadonlySet<string> = new Set(['clear', 'flush', 'invalidate', 'purge', 'reset']);

/** One step up or down from the category's own, never two. */
export function refinedRisk(found: Finding, words: readonly string[], signs: SchemaSigns): Risk {
  const { category, verb } = found;
  const usual = riskOf(category);
  // What a cache held is still where it came from.
  if (EMPTYING.has(verb ?? '') && words.some(word => /^caches?$/.test(word))) return 'high';
  const isRaised =
    namesSecrets(words) ||
    (category === 'read' && signs.hasUrl) ||
    (category === 'write' &&
      (signs.hasPath || signs.hasSecret || signs.isBulk || words.some(word => RIGHTS.has(word)))) ||
    (category === 'execute' && signs.code !== undefined);
  return isRaised ? (RISKS[RISKS.indexOf(usual) + 1] ?? usual) : usual;
}

/** Whether a name is about what is kept secret; where keys and tokens lie, that is an environment. */
export function namesSecrets(words: readonly string[]): boolean {
  const isOf = (at: number) => words[at - 1] === 'environment';
  return words.some((word, at) => SECRETS.has(word) || (/^variables?$/.test(word) && isOf(at)));
}

export function higherRisk(a: Risk, b: Risk): Risk {
  return RISKS.indexOf(a) > RISKS.indexOf(b) ? a : b;
}
