// The built program as its users start it: a fresh home, a policy file, a command behind `--`.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { LimitState } from '../../src/policy/limits.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const bin = join(root, 'bin/policy-wrap.cjs');
export const fixture = (name: string) => join(root, 'test/fixtures', name);

/** The policy of the first page of the documentation: one tool, 30 a minute. */
export const seedPolicy = {
  version: '1',
  default: 'deny',
  tools: {
    stream_group_create: {
      limits: [{ counter: 'stream_group_create_rate', window: 'minute', max: 30, scope: 'grant' }],
    },
  },
};

/** A new folder that is removed when the running test ends. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'policy-wrap-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** This process's environment without settings of a policy-wrap around it, plus a home of its own. */
export function cleanEnv(home: string, more: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !name.startsWith('POLICY_WRAP_')) env[name] = value;
  // Tests read stderr; extra certificates cost every Node process a noticeable start.
  delete env.NODE_EXTRA_CA_CERTS;
  return { ...env, POLICY_WRAP_HOME: home, ...more };
}

export interface Launch {
  command: string;
  args: string[];
  env: Record<string, string>;
  home: string;
}

/**
 * What a client's configuration would hold: `policy-wrap [options] -- command args…`.
 * `policy` is written to a file and given by `--policy`; without it the default policy decides.
 */
export function launch(
  upstream: readonly string[],
  {
    policy,
    options = [],
    home = tempDir(),
    env = {},
  }: {
    policy?: unknown;
    options?: readonly string[];
    home?: string;
    env?: Record<string, string>;
  } = {},
): Launch {
  const args = [bin, ...options];
  if (policy !== undefined) {
    mkdirSync(home, { recursive: true });
    const file = join(home, `policy-${Math.random().toString(36).slice(2)}.json`);
    writeFileSync(file, JSON.stringify(policy));
    args.push('--policy', file);
  }
  return {
    command: process.execPath,
    args: [...args, '--', ...upstream],
    env: cleanEnv(home, env),
    home,
  };
}

/** One row of `policy-wrap log --json`. */
export interface LogRow {
  time: string;
  session: string;
  server: string;
  grant: string;
  mode: 'enforce' | 'observe';
  method: string;
  subject: string;
  category: string | null;
  effect: 'allow' | 'deny' | 'rate_limit' | 'require_approval';
  forwarded: boolean;
  layer: string | null;
  key: string | null;
  reason: string | null;
  limits: LimitState[];
  arguments: string | null;
  policy: string;
  outcome: string | null;
  durationMs: number | null;
}

/** Every decision recorded under a home, oldest first, as the user would read it. */
export async function logRows(home: string): Promise<LogRow[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [bin, 'log', '--json', '--last', '100000'],
    { env: cleanEnv(home), maxBuffer: 1 << 28 },
  );
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as LogRow);
}
