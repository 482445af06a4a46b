// A real client answers what a server asks for in the middle of a call, through policy-wrap.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import { node } from '../support/lines.ts';
import { launch, logRows, tempDir } from '../support/wrapper.ts';

const limited = {
  version: '1',
  default: 'deny',
  tools: { deploy: { limits: [{ max: 2, window: 'hour' }] } },
};

async function session(policy: object) {
  const home = tempDir();
  const deployments = join(home, 'deployments');
  writeFileSync(deployments, '');
  const { command, args, env } = launch(node('asks-input.mjs', deployments), { policy, home });
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      capabilities: { elicitation: { form: {} } },
    },
  );
  const asked: string[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message);
    return { action: 'accept', content: { answer: 'eu' } };
  });
  onTestFinished(() => client.close());
  await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }));
  const deploy = async (app: string) => {
    const { content } = await client.callTool({ name: 'deploy', arguments: { app } });
    return content[0]?.type === 'text' ? content[0].text : '';
  };
  const done = () => readFileSync(deployments, 'utf8').split('\n').length - 1;
  return { client, home, asked, deploy, done };
}

test('a call of three rounds counts once', async () => {
  const { client, home, asked, deploy, done } = await session(limited);
  expect(await deploy('shop')).toBe('deployed');
  expect(await deploy('shop')).toBe('deployed');
  expect(asked).toEqual(['Which region?', 'Really?', 'Which region?', 'Really?']);
  expect(await deploy('shop')).toMatch(/^\[POLICY DENIED\] deploy is limited to 2 calls per hour/);
  expect(done()).toBe(2);
  await client.close();
  const rows = (await logRows(home)).map(({ effect, outcome }) => `${effect} ${outcome}`);
  const once = ['allow input_required', 'allow input_required', 'allow ok'];
  expect(rows).toEqual([...once, ...once, 'rate_limit null']);
});

test('where the server may not ask, the person is not asked and the call is denied', async () => {
  const { asked, deploy, done } = await session({ ...limited, client: { elicitation: 'deny' } });
  expect(await deploy('shop')).toMatch(/^\[POLICY DENIED\] elicitation\/create is not allowed/);
  expect(asked).toEqual([]);
  expect(done()).toBe(0);
});
