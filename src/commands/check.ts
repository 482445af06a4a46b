// `policy-wrap check`: whether policies can be used, and what of them says nothing.
import { join } from 'node:path';
import chalk from 'chalk';
import { allPolicies, givenPolicies, type Readable } from '../config/all-policies.ts';
import { folders } from '../config/paths.ts';
import { MEANS } from '../config/policies.ts';
import { findPolicies } from '../config/policy-files.ts';
import { givenName } from '../config/server-name.ts';
import { ExitCode } from '../errors.ts';
import { MAIN_LAYER } from '../policy/limits.ts';
import { type CheckResult, checkPolicy, conflicts, type PolicySource } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { locate, type Problem } from '../policy/problems.ts';
import { summaryOf } from '../policy/summary.ts';
import { warningsOf } from '../policy/warnings.ts';
import { type Checked, renderChecked } from '../terminal/checked.ts';
import { escapeJson, escapeText } from '../terminal/escape.ts';

export interface CheckOptions {
  readonly json?: boolean;
  readonly server?: string;
}

/** `names` are files and presets; where there are none, all policies of the configuration folder. */
export async function check(names: readonly string[], options: CheckOptions): Promise<number> {
  const { server } = options;
  const where = folders(process.env);
  const found: readonly Readable[] =
    server !== undefined
      ? findPolicies(givenName(server), names.length > 0 ? names : fromEnvironment(), where).sources
      : names.length > 0
        ? givenPolicies(names)
        : allPolicies(where);
  const results = await Promise.all(found.map(readResult));
  const isTogether = server !== undefined || names.length === 0;
  const checked = await Promise.all(
    results.map(result => describe(result, isTogether ? results : [result])),
  );
  const bad = checked.filter(({ problems }) => problems.length > 0).length;
  const helps = new Set(
    results.flatMap((result, i) => (checked[i]?.problems.length ? helpFor(result) : [])),
  );
  if (options.json)
    process.stdout.write(`${escapeJson(JSON.stringify({ ok: bad === 0, policies: checked }))}\n`);
  else print(checked, bad, helps, where.config);
  return bad === 0 ? ExitCode.ok : ExitCode.policy;
}

// As a wrapper takes it.
function fromEnvironment(): string[] {
  const policy = process.env.POLICY_WRAP_POLICY;
  return policy === undefined || policy === '' ? [] : [policy];
}

function helpFor(result: Result): string {
  if (!('unreadable' in result))
    return 'docs/policy.md has every key, with an example (PW_POLICY_INVALID)';
  const { help, code } = result.unreadable;
  return `${help} (${code})`;
}

function print(
  checked: readonly Checked[],
  bad: number,
  helps: ReadonlySet<string>,
  config: string,
): void {
  for (const line of checked.flatMap(one => renderChecked(one, chalk)))
    process.stdout.write(`${line}\n`);
  const say = (text: string) => process.stderr.write(`policy-wrap: ${escapeText(text)}\n`);
  if (checked.length === 0)
    say(`there is no policy in ${join(config, 'policies')}: servers get the preset that fits them`);
  if (bad === 0) return;
  const which = checked.length === 1 ? 'the policy' : `${bad} of ${checked.length} policies`;
  say(`${which} cannot be used`);
  for (const help of helps) say(`help: ${help}`);
}

type Result =
  | Exclude<Readable, PolicySource>
  | { readonly source: PolicySource; readonly loaded: CheckResult };

async function readResult(found: Readable): Promise<Result> {
  if ('unreadable' in found) return found;
  return { source: found, loaded: await checkPolicy(found, MEANS) };
}

/** `beside` are all that may be in force together with it. */
async function describe(result: Result, beside: readonly Result[]): Promise<Checked> {
  if ('unreadable' in result)
    return { name: result.name, problems: [{ message: result.unreadable.message }], warnings: [] };
  const { source, loaded } = result;
  const { name } = source;
  if ('problems' in loaded) return { name, problems: loaded.problems, warnings: [] };
  const problems = await locate(source.text, conflictsOf(result, beside));
  const doors = new Set(beside.flatMap(other => [...(policyIn(other)?.operations.keys() ?? [])]));
  const warnings = await locate(source.text, warningsOf(loaded.document, doors));
  return { name, problems, warnings, summary: summaryOf(loaded.document) };
}

// Two servers' own policies are never in force together. Of two layers the server's own is told, else
// the one that comes later.
function conflictsOf(result: Result, beside: readonly Result[]): Problem[] {
  const policy = policyIn(result);
  if (policy === undefined) return [];
  const isOwn = policy.layer === MAIN_LAYER;
  const others = (isOwn ? beside : beside.slice(0, beside.indexOf(result)))
    .map(policyIn)
    .filter(other => other !== undefined && other.layer !== MAIN_LAYER && other !== policy);
  const found = others.flatMap(other => (other === undefined ? [] : conflicts([other, policy])));
  const isFirst = ({ message }: { message: string }, i: number) =>
    found.findIndex(one => one.message === message) === i;
  return found.filter(isFirst).map(({ path, message }) => ({ path, message, atKey: true }));
}

function policyIn(result: Result): Policy | undefined {
  return 'loaded' in result && 'policy' in result.loaded ? result.loaded.policy : undefined;
}
