// Whether a call is really stopped: the real wrapper with a policy that denies, before the demo server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withoutSettings } from '../config/options.ts';
import { messageOf } from '../errors.ts';
import { DemoClient } from '../terminal/demo-client.ts';
import { type Finding, failed, ok } from './finding.ts';

// Bundles lie in dist/, beside the package's other folders.
const PACKAGE = resolve(__dirname, '..');
const TIMEOUT_MS = 20_000;

const POLICY = {
  version: '1',
  default: 'deny',
  tools: { ecs_resource_management: {}, delete_app: { action: 'deny', reason: 'the self-test' } },
};
const TARGET = { service_arn: 'arn:aws:ecs:x:0:service/staging/web', app_name: 'web' };

/** In a home of its own: nothing of the user's is used but this Node and this copy. */
export async function selfTest(
  copy = PACKAGE,
  server = join(copy, 'examples/demo-server/server.mjs'),
  timeoutMs = TIMEOUT_MS,
): Promise<Finding> {
  const wrapper = join(copy, 'bin/policy-wrap.cjs');
  const home = mkdtempSync(join(tmpdir(), 'policy-wrap-doctor-'));
  const policy = join(home, 'policy.json');
  writeFileSync(policy, JSON.stringify(POLICY));
  const args = [
    wrapper,
    '--policy',
    policy,
    '--log-level',
    'error',
    '--',
    process.execPath,
    server,
  ];
  const env = { ...withoutSettings(process.env), POLICY_WRAP_HOME: home };
  const client = new DemoClient(process.execPath, args, env);
  try {
    const problem = await Promise.race([conversation(client), late(timeoutMs)]);
    return problem === undefined
      ? ok('self-test: a call is denied, another one passes')
      : failed(`self-test: ${problem}`, REINSTALL);
  } catch (error) {
    return failed(`self-test: the wrapper did not answer: ${messageOf(error)}`, REINSTALL);
  } finally {
    await client.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

const REINSTALL = 'npm install -g policy-wrap@latest';

async function conversation(client: DemoClient): Promise<string | undefined> {
  await client.initialize();
  const denied = await client.call('delete_app', TARGET);
  if (!denied.isError || !denied.text.startsWith('[POLICY DENIED] '))
    return 'a call that the policy denies was not denied';
  const listing = { api_operation: 'ListServices', api_params: { cluster: 'staging' } };
  const allowed = await client.call('ecs_resource_management', listing);
  if (allowed.isError) return `a call that the policy allows did not pass: ${allowed.text}`;
  // The server itself says that the denied call never came to it.
  return allowed.text.includes('service/staging/web')
    ? undefined
    : 'a call that was denied reached the server all the same';
}

function late(timeoutMs: number): Promise<string> {
  return new Promise(resolve => {
    setTimeout(() => resolve('the wrapper did not answer in time'), timeoutMs).unref();
  });
}
