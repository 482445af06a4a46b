// The policies that apply to a server of a client's configuration, read from disk.
import type { ServerEntry } from '../clients/entry.ts';
import { parseRunOptions, type RunOptions } from '../config/options.ts';
import { folders } from '../config/paths.ts';
import { MEANS } from '../config/policies.ts';
import { findPolicies } from '../config/policy-files.ts';
import { serverName } from '../config/server-name.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { MAIN_LAYER } from '../policy/limits.ts';
import { checkPolicy, conflictsBetween, type PolicySource } from '../policy/load.ts';
import type { Rules } from './assess.ts';
import type { Governed } from './report.ts';
import { alwaysDenied, type Ruled } from './rules.ts';

/** Undefined for what has no command to wrap. `env` is that of whoever starts the client. */
export async function governing(
  entry: ServerEntry,
  env: NodeJS.ProcessEnv,
): Promise<Governed | undefined> {
  const { command, args } = entry.wrapped ?? entry;
  if (command === undefined) return undefined;
  const around = { ...env, ...entry.env };
  const derived = serverName(command, args);
  let server = derived;
  let sources: readonly PolicySource[] = [];
  const failed = (problem: string): Governed => ({
    policy: { server, sources: sources.map(named), problem },
    rules: undefined,
    observes: false,
    machine: undefined,
  });
  try {
    const options = optionsOf(entry, around);
    server = options.server ?? derived;
    sources = findPolicies(server, options.policies, folders(around)).sources;
    const results = await Promise.all(sources.map(source => checkPolicy(source, MEANS)));
    const bad = sources.find((_, i) => 'problems' in (results[i] ?? {}));
    if (bad !== undefined) return failed(`policy-wrap check tells what is wrong with ${bad.name}`);
    const ruled = results.flatMap(result => ('policy' in result ? [result] : []));
    const [conflict] = conflictsBetween(ruled.map(({ policy }) => policy));
    if (conflict !== undefined) return failed(conflict);
    const machine = ruled.filter(({ policy }) => policy.machine);
    return {
      policy: { server, sources: sources.map(named), problem: null },
      rules: rulesOf(server, ruled),
      observes: options.mode === 'observe',
      machine: machine.length === 0 ? undefined : rulesOf(server, machine),
    };
  } catch (error) {
    if (error instanceof PolicyWrapError) return failed(messageOf(error));
    throw error;
  }
}

function optionsOf({ wrapped }: ServerEntry, env: NodeJS.ProcessEnv): RunOptions {
  return parseRunOptions(wrapped?.options ?? [], env);
}

function rulesOf(server: string, ruled: readonly Ruled[]): Rules {
  return { server, policies: ruled.map(({ policy }) => policy), always: alwaysDenied(ruled) };
}

function named({ layer, name }: PolicySource) {
  return { layer: layer ?? MAIN_LAYER, name };
}
