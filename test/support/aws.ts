// AWS as the tests have it: moto on a free loopback port, with the recorder in front.
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { endWithTest } from './processes.ts';
import { type AwsRequest, startRecorder } from './recorder.ts';

export interface Aws {
  /** The environment that sends a server's AWS calls here. */
  env: Record<string, string>;
  /** Every request that reached AWS, oldest first. */
  requests: AwsRequest[];
  /** The names of their operations. */
  operations: () => string[];
}

/** An empty AWS of its own for the running test; it goes when the test ends. */
export async function startAws(): Promise<Aws> {
  const recorder = await startRecorder(await startMoto());
  onTestFinished(recorder.close);
  return {
    env: {
      AWS_ENDPOINT_URL: recorder.url,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_REGION: 'us-east-1',
    },
    requests: recorder.requests,
    operations: () => recorder.requests.map(({ operation }) => operation),
  };
}

/** Starts `moto_server` and returns its address, which it prints once it listens. */
async function startMoto(): Promise<string> {
  // Port 0: the kernel picks a free one, so nothing can take it in between.
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  endWithTest(moto);
  return new Promise((resolve, reject) => {
    let text = '';
    moto.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (address !== undefined) resolve(address);
    });
    moto.on('error', reject);
    moto.on('exit', code => reject(new Error(`moto_server ended with ${code}: ${text}`)));
  });
}
