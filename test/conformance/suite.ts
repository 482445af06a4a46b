// Runs the official conformance suite against a URL and reads what it has found.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from '../support/wrapper.ts';

export type Revision = '2025-11-25' | '2026-07-28';

export interface Check {
  scenario: string;
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
  details?: Record<string, unknown>;
}

export const suite = fileURLToPath(new URL('suite.sh', import.meta.url));

/** What a revision requires of a server, or one scenario of it; every check in its order. */
export async function runSuite(url: string, revision: Revision, scenario?: string) {
  const results = tempDir();
  const selected = scenario
    ? ['--scenario', scenario, '--spec-version', revision]
    : ['--requirements', revision];
  const output = await outputOf(['server', '--url', url, ...selected, '-o', results]);
  const checks = readdirSync(results)
    .sort()
    .flatMap(folder => checksIn(results, folder));
  if (checks.length === 0) throw new Error(`the suite has checked nothing\n${output}`);
  return checks;
}

function outputOf(args: string[]): Promise<string> {
  const env = { ...process.env, npm_config_offline: 'true' };
  const limits = { timeout: 100_000, maxBuffer: 1 << 26 };
  // Its exit code says only that a check has failed.
  return new Promise(resolve => {
    execFile(suite, args, { env, ...limits }, (_, out, err) => resolve(out + err));
  });
}

/** The folder is named `server-<scenario>-<time>`. */
function checksIn(results: string, folder: string): Check[] {
  const scenario = folder.replace(/^server-(.*)-\d{4}-\d\d-\d\dT.*$/, '$1');
  const checks = JSON.parse(readFileSync(join(results, folder, 'checks.json'), 'utf8'));
  return (checks as Omit<Check, 'scenario'>[]).map(check => ({ ...check, scenario }));
}
