// Whether each policy can be used, alone and beside those that hold for every server.
import { allPolicies, type Readable } from '../config/all-policies.ts';
import type { Folders } from '../config/paths.ts';
import { MEANS } from '../config/policies.ts';
import { messageOf } from '../errors.ts';
import { MAIN_LAYER } from '../policy/limits.ts';
import { conflictsBetween, loadPolicy, type PolicySource } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { type Finding, failed, ok, shellWord } from './finding.ts';

export interface CheckedPolicies {
  readonly findings: readonly Finding[];
  /** Those of the user; the administrator's are not theirs to write. */
  readonly files: readonly string[];
  readonly administrators: readonly string[];
}

export async function checkPolicies(where: Folders): Promise<CheckedPolicies> {
  let found: Readable[];
  try {
    found = allPolicies(where);
  } catch (error) {
    return { findings: [failed(messageOf(error), `ls -ld ${shellWord(where.config)}`)], ...NONE };
  }
  if (found.length === 0)
    return { findings: [ok('policies: none of your own, presets apply')], ...NONE };
  const checked = await Promise.all(found.map(checkOne));
  const sources = found.filter(isSource);
  const loaded = checked.flatMap(({ policy }) => policy ?? []);
  const everywhere = loaded.filter(({ layer }) => layer !== MAIN_LAYER);
  const own = loaded.filter(({ layer }) => layer === MAIN_LAYER);
  // Two servers' own are never in force together.
  const conflicts = new Set(
    [[], ...own.map(policy => [policy])].flatMap(some =>
      conflictsBetween([...some, ...everywhere]),
    ),
  );
  return {
    findings: [
      ...checked.map(({ finding }) => finding),
      ...[...conflicts].map(conflict => failed(`policies: ${conflict}`, 'policy-wrap check')),
    ],
    files: sources.filter(({ machine }) => !machine).map(({ name }) => name),
    administrators: sources.filter(({ machine }) => machine).map(({ name }) => name),
  };
}

const NONE = { files: [], administrators: [] };

async function checkOne(found: Readable): Promise<{ finding: Finding; policy?: Policy }> {
  if (!isSource(found))
    return { finding: failed(`policy ${found.unreadable.message}`, found.unreadable.help ?? '') };
  const loaded = await loadPolicy(found, MEANS);
  if ('policy' in loaded) return { finding: ok(`policy ${found.name}`), policy: loaded.policy };
  const { problems } = loaded;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  const command = `policy-wrap check ${shellWord(found.name)}`;
  return {
    finding: failed(`policy ${problems[0]}${more}`, command),
  };
}

function isSource(found: Readable): found is PolicySource {
  return !('unreadable' in found);
}
