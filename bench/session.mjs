// One session: the client takes its steps against one command, with a home of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 300_000;

/**
 * Runs the steps of drive.c; returns what each printed, the start first. `mayDeny`: calls may be
 * stopped by a limit. Any other answer than a result ends the run: refusing is fast.
 */
export async function session({ workshop, on, command, steps, mayDeny = false }) {
  const home = mkdtempSync(join(workshop.dir, 'home-'));
  try {
    return await begin({ workshop, on, command, steps, mayDeny, home }).results;
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As `session`, with a given home; `go` ends a step `wait`, `started` comes with the first line. */
export function begin({ workshop, on, command, steps, mayDeny, home }) {
  const [program, ...args] = [...workshop.pins[on], ...workshop.driver, ...steps, '--', ...command];
  const env = { ...workshop.env, POLICY_WRAP_HOME: home };
  const client = spawn(program, args, { env, stdio: 'pipe', timeout: PATIENCE_MS });
  const lines = [];
  let said = '';
  client.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  client.stdin.on('error', () => {});
  const started = new Promise(resolve => {
    createInterface({ input: client.stdout })
      .on('line', line => lines.push(JSON.parse(line)) === 1 && resolve())
      .on('close', resolve);
  });
  const results = new Promise((resolve, reject) => {
    client.once('error', reject);
    client.once('close', (code, signal) => {
      const stopped = lines.find(({ errors, denied }) => errors > 0 || (denied > 0 && !mayDeny));
      if (code === 0 && stopped === undefined) return resolve(lines);
      const why =
        stopped === undefined
          ? `ended with ${signal ?? code}`
          : `calls were stopped: ${JSON.stringify(stopped)}`;
      reject(new Error([[program, ...args].join(' '), why, said].join('\n')));
    });
  });
  return { results, started, go: () => client.stdin.write('\n') };
}
