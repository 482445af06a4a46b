// `npm run bench [rounds]`: the same server unwrapped, behind a byte pump and behind policy-wrap, in
// turn. A table on stderr, JSON on stdout; minimum and median, and the ratio to the pump.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = Number(process.argv[2] ?? 7);
const CALLS = 1000;
const PIPELINED = 20_000;

const here = name => fileURLToPath(new URL(name, import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'policy-wrap-bench-'));
const file = (name, policy) => {
  const path = join(home, name);
  writeFileSync(path, JSON.stringify({ version: '1', ...policy }));
  return path;
};
const open = file('open.json', { default: 'allow' });
const limits = [{ max: 100_000, window: 'second' }];
const limited = file('limited.json', { default: 'deny', tools: { echo: { limits } } });
const server = [process.execPath, here('echo.mjs')];
const wrapper = policy => [
  process.execPath,
  here('../bin/policy-wrap.cjs'),
  ...['--log-level', 'error', '--policy', policy, '--', ...server],
];
const variants = {
  direct: server,
  pump: [process.execPath, here('pump.mjs'), ...server],
  'policy-wrap': wrapper(open),
  'policy-wrap, limit': wrapper(limited),
};

const env = { ...process.env, POLICY_WRAP_HOME: home };
// Costs every Node process a noticeable start, and has nothing to do with what is measured.
delete env.NODE_EXTRA_CA_CERTS;

const samples = Object.fromEntries(Object.keys(variants).map(name => [name, {}]));
for (let round = 0; round < ROUNDS; round++)
  for (const [name, command] of Object.entries(variants))
    for (const [figure, value] of Object.entries(await measure(command))) {
      samples[name][figure] ??= [];
      samples[name][figure].push(value);
    }
rmSync(home, { recursive: true, force: true, maxRetries: 5 });
report();

/** One session: start to the first reply, single round trips, a burst. */
async function measure([command, ...args]) {
  const began = performance.now();
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise(resolve => child.once('close', resolve));
  const replies = countLines(child.stdout);
  let id = 0;
  const message = (method, params) =>
    `${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`;
  const call = () => message('tools/call', { name: 'echo', arguments: { text: 'x'.repeat(60) } });

  child.stdin.write(message('initialize', {}));
  await replies.until(1);
  const start = performance.now() - began;

  const trips = [];
  for (let i = 0; i < CALLS; i++) {
    const sent = performance.now();
    child.stdin.write(call());
    await replies.until(id);
    trips.push((performance.now() - sent) * 1000);
  }
  trips.sort((a, b) => a - b);

  const sent = performance.now();
  child.stdin.write(Array.from({ length: PIPELINED }, call).join(''));
  await replies.until(id);
  const rate = PIPELINED / ((performance.now() - sent) / 1000);
  child.stdin.end();
  await ended;
  return { start, p50: trips[CALLS / 2], p99: trips[Math.floor(CALLS * 0.99)], rate };
}

function countLines(stream) {
  let count = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let reached = () => {};
  stream.on('data', chunk => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
    if (count >= wanted) reached();
  });
  return {
    until: lines =>
      new Promise(resolve => {
        wanted = lines;
        reached = resolve;
        if (count >= lines) resolve();
      }),
  };
}

function report() {
  const sorted = list => [...list].sort((a, b) => a - b);
  const median = list => sorted(list)[Math.floor(list.length / 2)];
  // The best of a figure: the fastest start and trip, the highest rate.
  const best = (figure, list) => (figure === 'rate' ? Math.max(...list) : Math.min(...list));
  const units = { start: 'ms', p50: 'µs', p99: 'µs', rate: 'calls/s' };
  const rows = Object.entries(samples).flatMap(([variant, figures]) =>
    Object.entries(figures).map(([figure, list]) => ({
      variant,
      figure,
      unit: units[figure],
      best: best(figure, list),
      median: median(list),
      toPump: best(figure, list) / best(figure, samples.pump[figure]),
    })),
  );
  const text = value => value.toFixed(value < 100 ? 1 : 0).padStart(9);
  console.error(`${ROUNDS} rounds, Node ${process.versions.node}\n`);
  for (const figure of Object.keys(units)) {
    console.error(`${figure} (${units[figure]})`.padEnd(22), '     best    median   to pump');
    for (const row of rows.filter(row => row.figure === figure))
      console.error(
        row.variant.padEnd(22),
        text(row.best),
        text(row.median),
        row.toPump.toFixed(2).padStart(9),
      );
    console.error();
  }
  console.log(JSON.stringify({ rounds: ROUNDS, node: process.versions.node, rows }));
}
