// The floor for a wrapper in Node: starts the command and moves bytes, nothing else.
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
process.stdin.pipe(child.stdin);
child.stdout.pipe(process.stdout);
child.on('close', code => {
  process.exitCode = code ?? 1;
  process.stdin.destroy();
});
