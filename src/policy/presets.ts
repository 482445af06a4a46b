// The policies that come with policy-wrap: their names, and the servers that get them.

/** Every folder of examples/policies. */
export const PRESET_NAMES = [
  'aws-api',
  'browser',
  'ecs',
  'filesystem',
  'github',
  'memory',
  'postgres',
  'recommended',
  'slack',
  'stripe',
  'valkey',
] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** As servers are named by their commands, in the spelling of `spelled`. */
const SERVERS: Readonly<Record<Exclude<PresetName, 'recommended'>, readonly string[]>> = {
  'aws-api': awslabs('aws-api'),
  browser: [
    ...['@playwright+mcp', 'playwright-mcp', 'mcp-server-playwright', 'mcp+playwright'],
    'mcr-microsoft-com+playwright+mcp',
    'chrome-devtools-mcp',
    ...reference('puppeteer'),
  ],
  ecs: awslabs('ecs'),
  filesystem: reference('filesystem'),
  github: [
    ...['github-mcp-server', 'ghcr-io+github+github-mcp-server', 'mcp+github-mcp-server'],
    ...reference('github'),
  ],
  memory: reference('memory'),
  postgres: [
    ...['postgres-mcp', 'crystaldba+postgres-mcp', 'mcp+postgres-mcp'],
    ...awslabs('postgres').filter(name => name.startsWith('awslabs')),
    ...reference('postgres'),
  ],
  slack: [
    ...['slack-mcp-server', 'ghcr-io+korotovsky+slack-mcp-server'],
    '@zencoderai+slack-mcp-server',
    ...reference('slack'),
  ],
  stripe: ['@stripe+mcp', 'mcp+stripe'],
  valkey: awslabs('valkey'),
};

/** One of the MCP project's own: its package, program, folder and image. */
function reference(name: string): string[] {
  return [
    `@modelcontextprotocol+server-${name}`,
    `mcp-server-${name}`,
    `server-${name}`,
    `mcp+${name}`,
  ];
}

/** One of AWS's: its package, modules, program and images. */
function awslabs(name: string): string[] {
  const server = `${name}-mcp-server`;
  return [
    `awslabs-${server}`,
    ...[`awslabs-${server}-main`, `awslabs-${server}-server`],
    server,
    `awslabs+${server}`,
    `public-ecr-aws+awslabs-mcp+awslabs+${server}`,
  ];
}

export function isPreset(name: string): name is PresetName {
  return PRESET_NAMES.some(known => known === name);
}

/** The preset of a server by its name; the recommended policy where none is known. */
export function presetFor(server: string): PresetName {
  const name = spelled(server);
  return (
    PRESET_NAMES.find(preset => preset !== 'recommended' && SERVERS[preset].includes(name)) ??
    'recommended'
  );
}

// As Python's index compares names: runs of `-`, `_`, `.` are one `-`.
function spelled(server: string): string {
  return server.toLowerCase().replace(/[-_.]+/g, '-');
}
