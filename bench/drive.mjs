// The client of the benchmarks where there is no C compiler: takes the steps of drive.c and prints
// the same lines. It costs more than what it measures, which makes every ratio look better.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const HEAD = 4096;
/** policy-wrap refuses more than 50,000 requests in flight. */
const IN_FLIGHT = 40_000;
const LOG_LINE = '2026-11-22T10:00:00Z INFO  service api of cluster orders is in a steady state\\n';

const dashes = process.argv.indexOf('--');
const steps = process.argv.slice(2, dashes);
const [command, ...args] = process.argv.slice(dashes + 1);
const began = performance.now();
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
const ended = new Promise(resolve => child.once('close', resolve));
child.stdin.on('error', () => {});

let seen = nothing();
let wanted = Number.POSITIVE_INFINITY;
let reached = () => {};
let rest = '';
child.stdout.setEncoding('latin1');
child.stdout.on('data', text => {
  seen.bytes += text.length;
  const lines = text.split('\n');
  lines[0] = rest + lines[0];
  // Of a long line only the head is kept.
  rest = lines.pop().slice(0, HEAD);
  for (const line of lines) count(line.slice(0, HEAD));
  if (seen.replies >= wanted) reached();
});
child.on('close', () => {
  if (seen.replies < wanted && wanted !== Number.POSITIVE_INFINITY) process.exit(1);
});

let lastId = 0;
const requests = {
  call,
  list: () => message('tools/list'),
  reply: bytes => message('tools/call', { name: 'big', arguments: { bytes: Number(bytes) } }),
  request: bytes => {
    const text = LOG_LINE.repeat(Math.floor(Number(bytes) / LOG_LINE.length));
    return `{"jsonrpc":"2.0","id":${lastId++},"method":"tools/call","params":{"name":"big_request","arguments":{"text":"${text}"}}}\n`;
  },
};

child.stdin.write(
  message('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'drive', version: '1' },
  }),
);
await replies(1);
print('start', { ms: performance.now() - began });
child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
for (const step of steps) await run(step);
child.stdin.end();
await ended;
// Or else a client that was told to `wait` would keep it alive.
process.stdin.destroy();

function nothing() {
  return { replies: 0, bytes: 0, denied: 0, limited: 0, errors: 0 };
}

function count(head) {
  seen.replies++;
  if (head.includes('"error":')) seen.errors++;
  if (!head.includes('"isError":true')) return;
  seen.denied++;
  if (head.includes('"rate_limit"')) seen.limited++;
}

function replies(number) {
  return new Promise(resolve => {
    wanted = number;
    reached = resolve;
    if (seen.replies >= number) resolve();
  });
}

function print(step, figures) {
  console.log(JSON.stringify({ step, ...seen, ...figures }));
  seen = nothing();
  wanted = Number.POSITIVE_INFINITY;
}

function message(method, params) {
  return `${JSON.stringify({ jsonrpc: '2.0', id: lastId++, method, params })}\n`;
}

function call(name) {
  const args = { cluster: 'orders', service: 'api', desired_count: lastId };
  return message('tools/call', { name, arguments: args });
}

async function run(step) {
  const [kind, n, of] = step.split(':');
  if (kind === 'memory') memory();
  else if (kind === 'wait') await new Promise(resolve => process.stdin.once('data', resolve));
  else if (kind === 'burst') await burst(step, Number(n), of);
  else await oneByOne(step, requests[kind], Number(n), of);
}

async function oneByOne(step, request, n, of) {
  const began = now();
  const took = [];
  for (let i = 0; i < n; i++) {
    const text = request(of);
    const sent = now();
    child.stdin.write(text);
    await replies(i + 1);
    took.push(now() - sent);
  }
  const ended = now();
  const [first] = took;
  took.sort((a, b) => a - b);
  const at = share => took[Math.floor(n * share)];
  print(step, { first, min: took[0], p50: at(0.5), p99: at(0.99), max: took.at(-1), began, ended });
}

async function burst(step, n, tool) {
  const texts = Array.from({ length: n }, () => call(tool));
  const sent = now();
  // Never more than IN_FLIGHT without an answer.
  for (let written = 0; written < n; written += IN_FLIGHT / 2) {
    await replies(written - IN_FLIGHT / 2);
    child.stdin.write(texts.slice(written, written + IN_FLIGHT / 2).join(''));
  }
  await replies(n);
  print(step, { rate: (n / (now() - sent)) * 1e6 });
}

// Microseconds of a clock that all processes share.
function now() {
  return Number(process.hrtime.bigint()) / 1000;
}

function memory() {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const mebibytes = key => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  print('memory', { rss: mebibytes('VmRSS'), peak: mebibytes('VmHWM') });
}
