// `policy-wrap doctor`: whether all is well, and what mends what is not.
import { homedir } from 'node:os';
import chalk from 'chalk';
import type { ServerEntry } from '../clients/entry.ts';
import { folders, stateFile } from '../config/paths.ts';
import { checkClients, type List } from '../doctor/clients.ts';
import { checkAdministrators, checkConfig, checkState } from '../doctor/files.ts';
import type { Finding } from '../doctor/finding.ts';
import { checkDriver, checkNode } from '../doctor/machine.ts';
import { checkPolicies } from '../doctor/policies.ts';
import { selfTest } from '../doctor/self-test.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { parseTimeout } from '../policy/approval-schema.ts';
import { renderFinding } from '../terminal/doctor.ts';
import { escapeJson } from '../terminal/escape.ts';

export interface DoctorOptions {
  readonly start?: boolean;
  readonly json?: boolean;
  readonly timeout: string;
  readonly state?: string;
}

/** Nothing of the machine's is changed, and no server started unless that is asked for. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const timeout = parseTimeout(options.timeout);
  if (timeout === undefined)
    throw new PolicyWrapError('PW_USAGE', `--timeout: \`${options.timeout}\` is no duration`, {
      help: 'for instance --timeout 60s',
      exitCode: ExitCode.usage,
    });
  const { env } = process;
  const where = folders(env);
  const all: Finding[] = [];
  const tell = (...findings: readonly Finding[]) => {
    all.push(...findings);
    if (options.json) return;
    for (const line of findings.flatMap(finding => renderFinding(finding, chalk)))
      process.stdout.write(`${line}\n`);
  };
  tell(checkNode(process.versions.node), checkDriver());
  const { findings, files, administrators } = await checkPolicies(where);
  tell(...checkConfig(where.config, files), ...checkState(stateFile(env, options.state)));
  tell(...checkAdministrators(administrators), ...findings);
  tell(await selfTest());
  const { discover } = await import('../clients/discover.ts');
  const around = { platform: process.platform, env, home: homedir(), cwd: process.cwd() };
  const list = options.start ? lister(timeout.ms) : undefined;
  tell(...(await checkClients(discover(around), list)));
  const isWell = all.every(({ status }) => status !== 'failed');
  if (options.json)
    process.stdout.write(`${escapeJson(JSON.stringify({ ok: isWell, findings: all }))}\n`);
  else process.stdout.write(`${isWell ? 'all is well' : summary(all)}\n`);
  return isWell ? ExitCode.ok : ExitCode.failed;
}

function summary(all: readonly Finding[]): string {
  const count = all.filter(({ status }) => status === 'failed').length;
  return `${count} of ${all.length} failed`;
}

// The whole line that the client would start: the wrapper with the server behind it.
function lister(timeoutMs: number): List {
  return async ({ command = '', args, env, cwd }: ServerEntry) => {
    const { listTools } = await import('../listing/list-tools.ts');
    const listed = await listTools(command, args, env, cwd, timeoutMs);
    return listed.ok ? { ok: true, count: listed.tools.length } : { ok: false, why: listed.why };
  };
}
