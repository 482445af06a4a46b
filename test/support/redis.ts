// A redis-server of its own for the running test, and what stands in it.
import { execFile, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endWithTest } from './processes.ts';
import { tempDir } from './wrapper.ts';

export interface Redis {
  port: number;
  /** One command asked past every wrapper, each line of the reply an entry. */
  ask: (...command: string[]) => Promise<string[]>;
}

/** Starts an empty server on a free loopback port, without persistence. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const dir = tempDir();
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  endWithTest(server);
  const ask = async (...command: string[]) => {
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...command]);
    return stdout.trimEnd().split('\n');
  };
  while ((await ask('PING').catch(() => []))[0] !== 'PONG') {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    await sleep(20);
  }
  return { port, ask };
}

/** The names of a stream's consumer groups, sorted. The stream must exist. */
export async function groupsOf(redis: Redis, stream: string): Promise<string[]> {
  const lines = await redis.ask('XINFO', 'GROUPS', stream);
  return lines.filter((_, index) => lines[index - 1] === 'name').sort();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
