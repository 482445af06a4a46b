// Every policy in examples/ loads, has a README, and decides as the tests beside it say.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../src/config/policies.ts';
import { givenPolicies } from '../../src/config/policy-files.ts';
import { serverName } from '../../src/config/server-name.ts';
import { findTestFiles, policiesOf } from '../../src/config/test-files.ts';
import { readText } from '../../src/config/text-file.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { PRESET_NAMES, presetFor } from '../../src/policy/presets.ts';
import { runTests } from '../../src/rehearsal/run-tests.ts';
import { parseTestFile } from '../../src/rehearsal/test-file.ts';
import { root } from '../support/wrapper.ts';

const folder = join(root, 'examples/policies');

async function resultsOf(file: string) {
  const parsed = await parseTestFile(file, readText(file));
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const { policies } = await loadPolicies(policiesOf(file, parsed.file.policies));
  return runTests(parsed.file, policies);
}

describe.each(readdirSync(folder))('%s', name => {
  it('has a policy with tests, and a README', () => {
    expect(readFileSync(join(folder, name, 'README.md'), 'utf8')).toMatch(/^# /);
    expect(existsSync(join(folder, name, 'policy.json'))).toBe(true);
  });

  // Throws where there is none.
  it.each(findTestFiles([join(folder, name)], folder, () => {}))('passes %s', async file => {
    const results = await resultsOf(file);
    expect(results.filter(({ failure }) => failure !== null)).toEqual([]);
    expect(results.length).toBeGreaterThan(3);
  });
});

it('each folder is a preset, and each preset a folder', () =>
  expect([...PRESET_NAMES]).toEqual(readdirSync(folder).sort()));

describe.each(PRESET_NAMES)('preset %s', name => {
  it('says what to do where it does not know a tool', async () => {
    const { policies } = await loadPolicies(givenPolicies([`preset:${name}`]));
    const args = () => ({ value: {} });
    const unheardOf = evaluate(policies, { kind: 'tool', name: 'xyzzy', args });
    if (name === 'recommended') expect(unheardOf.effect).toBe('require_approval');
    else
      expect(unheardOf).toMatchObject({
        effect: 'deny',
        key: '*',
        reason: expect.stringContaining('ask the person whether to allow it'),
      });
  });

  it('is named in its README', () => {
    const text = readFileSync(join(folder, name, 'README.md'), 'utf8');
    expect(text).toContain(`\`--policy preset:${name}\``);
    expect(text).toContain(`\`policy-wrap test examples/policies/${name}\``);
  });
});

describe('the preset of a command line', () => {
  it.each([
    ['uvx awslabs.aws-api-mcp-server@latest', 'aws-api'],
    [
      'uv tool run --from awslabs.aws-api-mcp-server@latest awslabs.aws-api-mcp-server.exe',
      'aws-api',
    ],
    ['python -m awslabs.aws_api_mcp_server.server', 'aws-api'],
    ['docker run -i --rm public.ecr.aws/awslabs-mcp/awslabs/aws-api-mcp-server:latest', 'aws-api'],
    ['npx @playwright/mcp@latest --headless', 'browser'],
    ['docker run -i --rm --init mcr.microsoft.com/playwright/mcp', 'browser'],
    ['npx -y chrome-devtools-mcp@latest', 'browser'],
    ['npx -y @modelcontextprotocol/server-puppeteer', 'browser'],
    ['uvx --from awslabs.ecs-mcp-server ecs-mcp-server', 'ecs'],
    ['uvx --from awslabs-ecs-mcp-server ecs-mcp-server', 'ecs'],
    ['python -m awslabs.ecs_mcp_server.main', 'ecs'],
    ['ecs-mcp-server', 'ecs'],
    ['npx -y @modelcontextprotocol/server-filesystem /srv', 'filesystem'],
    ['npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /srv', 'filesystem'],
    ['bunx @modelcontextprotocol/server-filesystem /srv', 'filesystem'],
    ['pnpm dlx @modelcontextprotocol/server-filesystem /srv', 'filesystem'],
    ['cmd /c npx -y @modelcontextprotocol/server-filesystem C:\\srv', 'filesystem'],
    ['mcp-server-filesystem /srv', 'filesystem'],
    [
      'node /opt/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js /srv',
      'filesystem',
    ],
    ['docker run -i --rm -v /srv:/srv mcp/filesystem /srv', 'filesystem'],
    [
      'docker run -i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN ghcr.io/github/github-mcp-server',
      'github',
    ],
    ['docker run -i --rm ghcr.io/github/github-mcp-server:v1.9.0 stdio', 'github'],
    ['/usr/local/bin/github-mcp-server stdio', 'github'],
    ['npx -y @modelcontextprotocol/server-github', 'github'],
    ['npx -y @modelcontextprotocol/server-memory', 'memory'],
    ['docker run -i --rm mcp/memory', 'memory'],
    ['uvx postgres-mcp --access-mode=restricted', 'postgres'],
    ['docker run -i --rm -e DATABASE_URI crystaldba/postgres-mcp', 'postgres'],
    ['uvx awslabs.postgres-mcp-server@latest', 'postgres'],
    ['npx -y @modelcontextprotocol/server-postgres postgresql://localhost/shop', 'postgres'],
    ['npx -y slack-mcp-server@latest --transport stdio', 'slack'],
    ['npx -y @zencoderai/slack-mcp-server', 'slack'],
    ['npx -y @modelcontextprotocol/server-slack', 'slack'],
    ['npx -y @stripe/mcp --api-key=rk_test_1', 'stripe'],
    ['docker run --rm -i mcp/stripe --api-key=rk_test_1', 'stripe'],
    [
      'uvx --from awslabs.valkey-mcp-server==1.0.18 --with mcp<2 awslabs.valkey-mcp-server',
      'valkey',
    ],
    // Others of a name that is alike.
    ['uvx awslabs.eks-mcp-server', 'recommended'],
    ['npx -y postgres-mcp-server', 'recommended'],
    ['npx -y @evil/server-filesystem', 'recommended'],
    ['npx -y @stripe/mcp-beta', 'recommended'],
    ['npx -y memory', 'recommended'],
    ['constructor', 'recommended'],
  ])('%s: %s', (line, preset) => {
    const [command = '', ...args] = line.split(' ');
    expect(presetFor(serverName(command, args))).toBe(preset);
  });
});
