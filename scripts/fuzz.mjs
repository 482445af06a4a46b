// `npm run fuzz -- [--seconds N] [--seed N] [--out DIR]`: hostile input for a while, see test/fuzz/.
// Exits with 1 where a promise was broken; the smallest input that breaks it is printed and kept.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';

const TELL_MS = 5000;
const HANG_MS = 20_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    out: { type: 'string', default: 'fuzz-findings' },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!(seconds > 0) || !Number.isSafeInteger(seed)) throw new Error('--seconds N --seed N');
console.log(`seed ${seed}, ${seconds} s`);

const dir = mkdtempSync(join(tmpdir(), 'policy-wrap-fuzz-'));
// TypeScript that every supported Node can run, with the names of the modules in it.
await build({
  entryPoints: ['test/fuzz/worker.ts'],
  outdir: dir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  logLevel: 'warning',
});

const shared = new Int32Array(new SharedArrayBuffer(8));
const bytes = new Uint8Array(new SharedArrayBuffer(1 << 20));
const workerData = { seed, seconds, shared, bytes };
const worker = new Worker(join(dir, 'worker.mjs'), { workerData });
const began = performance.now();
let last = { executions: 0, kept: 0, blocks: 0 };
let told = 0;
let moved = { count: -1, at: began };

const timer = setInterval(() => {
  const count = Atomics.load(shared, 0);
  if (count !== moved.count) moved = { count, at: performance.now() };
  else if (count > 0 && performance.now() - moved.at > HANG_MS)
    end(`does not end; its bytes as Latin-1:\n${JSON.stringify(inWork())}\n`);
  if (performance.now() - told >= TELL_MS) tell();
}, 1000);
worker.on('message', message => {
  last = { ...last, ...message };
  if (message.ended) end(message.report);
});
worker.on('error', error => {
  clearInterval(timer);
  rmSync(dir, { recursive: true, force: true });
  throw error;
});

function inWork() {
  return Buffer.from(bytes.slice(0, shared[1])).toString('latin1');
}

function tell() {
  told = performance.now();
  const passed = (told - began) / 1000;
  const { executions, kept, blocks } = last;
  const rate = (executions / passed).toFixed(0);
  console.log(
    `${passed.toFixed(0)} s: ${executions} executions, ${rate}/s, ${kept} inputs kept, ${blocks} blocks of src/ reached`,
  );
}

function end(report) {
  clearInterval(timer);
  tell();
  void worker.terminate();
  rmSync(dir, { recursive: true, force: true });
  if (report === undefined) {
    console.log('nothing found');
    return;
  }
  mkdirSync(values.out, { recursive: true });
  const file = join(values.out, `seed-${seed}.txt`);
  writeFileSync(file, report);
  console.log(`\n${report}\nfound with --seed ${seed}; kept as ${file}`);
  process.exitCode = 1;
}
