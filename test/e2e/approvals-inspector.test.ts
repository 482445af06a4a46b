// The Inspector's command line, which shows no forms: a call that needs a person waits for the queue.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { answer, requestsIn } from '../support/approvals.ts';
import { inspector, testWith } from '../support/needs.ts';
import { launch, root } from '../support/wrapper.ts';

const inspectorTest = testWith('test/support/inspector.sh');

const demo = [process.execPath, join(root, 'examples/demo-server/server.mjs')];
const policy = {
  version: '1',
  default: 'allow',
  tools: { stream_group_create: { action: 'require_approval', reason: 'streams are precious' } },
};
/** Its exit code for a result that is an error of the tool. */
const TOOL_FAILED = 5;

interface Output {
  code: number;
  /** The line of JSON on stdout. */
  result: { content: { text: string }[]; isError?: boolean; _meta?: Record<string, unknown> };
  stderr: string;
}

/** One call of the tool, in a session of its own. */
function inspect(era: string, options: readonly string[] = []) {
  const { command, args, env, home } = launch(demo, { policy, options });
  const config = join(home, 'servers.json');
  // Not as arguments: it would take the `--` for its own.
  const servers = { mcpServers: { demo: { command, args, env: { POLICY_WRAP_HOME: home } } } };
  writeFileSync(config, JSON.stringify(servers));
  const call = ['--method', 'tools/call', '--tool-name', 'stream_group_create'];
  const given = ['--tool-args-json', JSON.stringify({ key: 'orders', group_name: 'a' })];
  const how = ['--config', config, '--server', 'demo', '--protocol-era', era, '--format', 'json'];
  // Where npx has started the tests, its settings would be those of the one here as well.
  const clean = Object.entries(env).filter(([name]) => !/^npm_/i.test(name));
  const own = { npm_config_offline: 'true', MCP_INSPECTOR_SECRET_STORE: 'memory' };
  const output = new Promise<Output>((resolve, reject) => {
    execFile(
      inspector,
      [...how, ...call, ...given],
      { env: { ...Object.fromEntries(clean), ...own }, timeout: 60_000 },
      (error, stdout, stderr) => {
        try {
          const { result } = JSON.parse(stdout) as Pick<Output, 'result'>;
          resolve({ code: Number(error?.code ?? 0), result, stderr });
        } catch {
          reject(new Error(`no result: ${error}\n${stdout}\n${stderr}`));
        }
      },
    ).stdin?.end();
  });
  return { home, output };
}

for (const era of ['legacy', 'modern']) {
  inspectorTest(`${era}: nobody answers in time`, async () => {
    const { home, output } = inspect(era, ['--approval-timeout', '2s']);
    const { code, result, stderr } = await output;
    expect(code).toBe(TOOL_FAILED);
    const requests = requestsIn(home).map(({ standing, request }) => [standing, request.id]);
    expect(requests).toEqual([['expired', expect.stringMatching(/^\w{8}$/)]]);
    const id = requests[0]![1]!;
    expect(result).toMatchObject({
      isError: true,
      _meta: { 'policy-wrap/verdict': { effect: 'require_approval', approval: id } },
    });
    expect(result.content.map(({ text }) => text)).toEqual([
      `[POLICY DENIED] stream_group_create needs a person's approval, and nobody has answered yet (request ${id}): streams are precious; ask the person to approve it, and then call it again with the same arguments within 10 minutes`,
    ]);
    // The person reads how; the agent does not.
    expect(stderr).toContain(`policy-wrap approve ${id}`);
  });

  inspectorTest(`${era}: the queue answers`, async () => {
    const { home, output } = inspect(era);
    await answer(home, true);
    const { code, result } = await output;
    expect(result.content.map(({ text }) => text)).toEqual(['{"created":"a"}']);
    expect(code).toBe(0);
  });
}
