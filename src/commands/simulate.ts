// `policy-wrap simulate`: what another policy would have said to the calls on record.
import chalk from 'chalk';
import { logReader } from '../audit/read.ts';
import { folders, stateFile } from '../config/paths.ts';
import { loadPolicies } from '../config/policies.ts';
import { findPolicies } from '../config/policy-files.ts';
import { givenName } from '../config/server-name.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { replay } from '../rehearsal/replay.ts';
import { simulationOf } from '../rehearsal/simulation.ts';
import { escapeJson, escapeText } from '../terminal/escape.ts';
import { renderSimulation } from '../terminal/simulation.ts';

export interface SimulateOptions {
  readonly policy: readonly string[];
  readonly server?: string;
  readonly state?: string;
  readonly last?: string;
  readonly json?: boolean;
}

export async function simulate({ policy, ...options }: SimulateOptions): Promise<number> {
  const server = options.server === undefined ? undefined : givenName(options.server);
  const last = lastOf(options.last);
  const { env } = process;
  // As the wrapper would: everybody's layer and the administrator's apply too, whatever is given.
  const { sources } = findPolicies(server ?? '', policy, folders(env));
  const { policies } = await loadPolicies(sources);
  const file = stateFile(env, options.state);
  const reader = logReader(file);
  const entries = reader.read({ last, server });
  reader.close();
  if (entries.length === 0) {
    const about = server === undefined ? '' : ` for the server ${server}`;
    process.stderr.write(
      `policy-wrap: nothing is recorded${escapeText(about)} in ${escapeText(file)}\n`,
    );
  }
  const simulation = simulationOf(entries, replay(entries, policies));
  const names = sources.map(({ name }) => name);
  process.stdout.write(
    options.json
      ? `${escapeJson(JSON.stringify({ policies: names, ...simulation }))}\n`
      : `${renderSimulation(simulation, names, chalk)}\n`,
  );
  return ExitCode.ok;
}

function lastOf(given: string | undefined): number {
  if (given === undefined) return Number.MAX_SAFE_INTEGER;
  const last = Number(given);
  if (Number.isSafeInteger(last) && last >= 0) return last;
  throw new PolicyWrapError('PW_USAGE', `--last: \`${given}\` is no whole number`, {
    help: 'for instance --last 1000',
    exitCode: ExitCode.usage,
  });
}
