// What a run needs round the measured programs: a temporary folder, the native client and server
// compiled into it, the policies, an environment without settings, and a core to pin to.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { POLICIES } from './policies.mjs';

export const beside = name => fileURLToPath(new URL(name, import.meta.url));
export const WRAPPER = beside('../bin/policy-wrap.cjs');

/** Made at the start of a run; `warnings` says what this machine lacks. `close` removes it all. */
export function openWorkshop(core) {
  if (!existsSync(beside('../dist/cli.cjs'))) throw new Error('no dist/cli.cjs: npm run build');
  const dir = mkdtempSync(join(tmpdir(), 'policy-wrap-bench-'));
  const warnings = [];
  const native = name => {
    const program = join(dir, name);
    const { status, error } = spawnSync('cc', ['-O2', '-o', program, beside(`${name}.c`)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status === 0) return [program];
    warnings.push(
      `NO NATIVE ${name}.c (${error?.code ?? `cc ended with ${status}`}): ${name}.mjs takes its place, and EVERY RATIO LOOKS BETTER THAN IT IS`,
    );
    return [process.execPath, beside(`${name}.mjs`)];
  };
  const policies = Object.fromEntries(
    Object.entries(POLICIES).map(([name, policy]) => {
      const file = join(dir, `${name}.json`);
      writeFileSync(file, JSON.stringify({ version: '1', ...policy }));
      return [name, file];
    }),
  );
  const pin = ['taskset', '-c', String(core)];
  const canPin = spawnSync(pin[0], [...pin.slice(1), 'true']).status === 0;
  if (!canPin) warnings.push('NO taskset (or no such core): nothing is measured on one core');
  return {
    dir,
    warnings,
    policies,
    driver: native('drive'),
    servers: { native: native('echo'), node: [process.execPath, beside('echo.mjs')] },
    pins: { core: canPin ? pin : undefined, all: [] },
    env: plainEnvironment(),
    close: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function plainEnvironment() {
  // The first two cost every Node process a noticeable start.
  const left = ([name]) => !/^(NODE_EXTRA_CA_CERTS|NODE_OPTIONS|POLICY_WRAP_.*)$/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(left));
}
