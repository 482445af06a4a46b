// One session: the client takes its steps against one command, with a home of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 300_000;
/** Group of its own, so that a client goes with what it has started. */
const detached = process.platform !== 'win32';

const running = new Set();
let stopped = false;

/** Ends what is running, and lets nothing begin any more: the run fails. */
export function stop() {
  stopped = true;
  for (const client of running) {
    if (detached) process.kill(-client.pid, 'SIGKILL');
    else client.kill();
  }
}

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
  if (stopped) throw new Error('stopped');
  const [program, ...args] = [...workshop.pins[on], ...workshop.driver, ...steps, '--', ...command];
  const env = { ...workshop.env, POLICY_WRAP_HOME: home };
  const client = spawn(program, args, { env, stdio: 'pipe', timeout: PATIENCE_MS, detached });
  running.add(client);
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
    for (const event of ['error', 'exit']) client.once(event, () => running.delete(client));
    client.once('close', (code, signal) => {
      const refused = lines.find(({ errors, denied }) => errors > 0 || (denied > 0 && !mayDeny));
      if (code === 0 && refused === undefined) return resolve(lines);
      const why =
        refused === undefined
          ? `ended with ${signal ?? code}`
          : `calls were refused: ${JSON.stringify(refused)}`;
      reject(new Error([[program, ...args].join(' '), why, said].join('\n')));
    });
  });
  return { results, started, go: () => client.stdin.write('\n') };
}
