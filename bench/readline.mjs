// A wrapper as one writes it first, to compare with: readline, JSON.parse, a look into the policy,
// JSON.stringify, both ways. `readline.mjs POLICY COMMAND…`.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [policyFile, command, ...args] = process.argv.slice(2);
const policy = JSON.parse(readFileSync(policyFile, 'utf8'));
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });

createInterface({ input: process.stdin })
  .on('line', line => {
    const message = JSON.parse(line);
    if (message.method !== 'tools/call' || isAllowed(message.params.name))
      child.stdin.write(`${JSON.stringify(message)}\n`);
    else reply(message.id, `${message.params.name} is not allowed`);
  })
  .on('close', () => child.stdin.end());
createInterface({ input: child.stdout }).on('line', line => {
  process.stdout.write(`${JSON.stringify(JSON.parse(line))}\n`);
});
child.on('close', code => {
  process.exitCode = code ?? 1;
  process.stdin.destroy();
});

function isAllowed(name) {
  const entry = Object.hasOwn(policy.tools, name) ? policy.tools[name] : undefined;
  return entry === undefined ? policy.default === 'allow' : entry.action !== 'deny';
}

function reply(id, text) {
  const result = { content: [{ type: 'text', text }], isError: true };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
}
