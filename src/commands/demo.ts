// `policy-wrap demo`: a scripted agent runs wild against a server behind the real wrapper.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import chalk from 'chalk';
import { shorten } from '../audit/record.ts';
import { withoutSettings } from '../config/options.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { loadDriver } from '../store/driver.ts';
import { DemoClient, type ToolResult } from '../terminal/demo-client.ts';
import { escapeText } from '../terminal/escape.ts';

// Bundles lie in dist/, beside the package's other folders.
const PACKAGE = resolve(__dirname, '..');
const SERVER = join(PACKAGE, 'examples/demo-server/server.mjs');
const POLICY = join(PACKAGE, 'examples/demo-server/policy.json');
const WRAPPER = join(PACKAGE, 'bin/policy-wrap.cjs');
const LOOP = 40;
const MAX_SHOWN = 160;

/** Runs the demo in a home of its own; exit code 1 where anything came out otherwise than it says. */
export async function demo(): Promise<number> {
  // Without one every call is denied, and the demo shows nothing: throws with the remedy.
  loadDriver();
  const home = mkdtempSync(join(tmpdir(), 'policy-wrap-demo-'));
  const clients: DemoClient[] = [];
  const start = async (): Promise<DemoClient> => {
    const args = [
      WRAPPER,
      '--policy',
      POLICY,
      '--log-level',
      'error',
      '--',
      process.execPath,
      SERVER,
    ];
    const env = { ...withoutSettings(process.env), POLICY_WRAP_HOME: home };
    const client = new DemoClient(process.execPath, args, env);
    clients.push(client);
    await client.initialize();
    return client;
  };
  try {
    return await script(start);
  } finally {
    await Promise.all(clients.map(client => client.close()));
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function script(start: () => Promise<DemoClient>): Promise<number> {
  const checks: boolean[] = [];
  const expect = (held: boolean) => void checks.push(held);

  heading('An agent connects to an ECS server. policy-wrap stands between them.');
  const agent = await start();
  const names = await agent.toolNames();
  expect(!names.includes('rotate_root_credentials') && names.includes('delete_app'));
  asked('tools/list');
  came('ok', `${names.length} tools; rotate_root_credentials is hidden`);

  heading('It looks round: allowed.');
  expect(
    !(await show(agent, 'ecs_resource_management', { api_operation: 'ListClusters' })).isError,
  );

  heading(
    `It falls into a loop: stream_group_create, ${LOOP} times. The policy allows 30 a minute.`,
  );
  const results = [];
  for (let i = 1; i <= LOOP; i++)
    results.push(
      await agent.call('stream_group_create', { key: 'orders', group_name: `worker-${i}` }),
    );
  const passed = results.filter(result => !result.isError).length;
  const first = results.find(result => result.isError);
  asked(`stream_group_create × ${LOOP}`);
  came('ok', `${passed} went through`);
  came('stopped', `${LOOP - passed} were stopped: ${first?.text ?? ''}`);
  const info = await show(agent, 'stream_info', { key: 'orders' });
  expect(passed === 30 && /\b30\b/.test(info.text));

  heading('It wants to clean up: denied, with the reason that the policy gives.');
  const cluster = { api_operation: 'DeleteCluster', api_params: { cluster: 'production' } };
  expect((await show(agent, 'ecs_resource_management', cluster)).isError);
  const list = await show(agent, 'ecs_resource_management', { api_operation: 'ListClusters' });
  expect(list.text.includes('production'));

  heading('It guesses the name of the hidden tool: denied as well.');
  expect((await show(agent, 'rotate_root_credentials', {})).isError);

  heading('Everything is restarted. The counter is not.');
  await agent.close();
  const again = await start();
  const once = await show(again, 'stream_group_create', { key: 'orders', group_name: 'one-more' });
  expect(once.isError);

  printSnippet();
  if (checks.every(held => held)) return ExitCode.ok;
  throw new PolicyWrapError('PW_STATE', 'the demo did not come out as it should', {
    help: 'look at what is said above',
    exitCode: ExitCode.check,
  });
}

async function show(
  agent: DemoClient,
  tool: string,
  args: Record<string, unknown>,
): Promise<ToolResult> {
  const { api_operation: operation, ...rest } = args;
  const shown = JSON.stringify(operation === undefined ? args : (rest.api_params ?? {}));
  asked(
    `${operation === undefined ? tool : `${tool}:${operation}`} ${shown === '{}' ? '' : shown}`,
  );
  const result = await agent.call(tool, args);
  came(result.isError ? 'stopped' : 'ok', result.text);
  return result;
}

function heading(text: string): void {
  print(`\n${chalk.bold(text)}`);
}

function asked(text: string): void {
  print(`  ${chalk.cyan('agent  →')} ${escapeText(text.trim())}`);
}

function came(kind: 'ok' | 'stopped', text: string): void {
  const mark = kind === 'ok' ? chalk.green('server ←') : chalk.red('policy ✕');
  print(`  ${mark} ${escapeText(shorten(text, MAX_SHOWN))}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printSnippet(): void {
  const [command, ...args] = [...launcher(), '--', 'uvx', 'awslabs.ecs-mcp-server'];
  heading('To protect a server of your own, put policy-wrap and `--` before its command:');
  print(`\n${JSON.stringify({ mcpServers: { ecs: { command, args } } }, null, 2)}\n`);
  print('Claude Desktop and Cursor read this as it stands; in VS Code the key is `servers`.');
  print(`Claude Code: claude mcp add ecs -- ${[command, ...args].join(' ')}`);
}

// A copy that was cloned is not what npx would find.
function launcher(): string[] {
  const installed = PACKAGE.split(sep).includes('node_modules');
  return installed ? ['npx', '-y', 'policy-wrap'] : [process.execPath, WRAPPER];
}
