// The name of a server, from command lines as people write them in client configurations.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { givenName, serverName } from '../../src/config/server-name.ts';

function nameOf(line: string): string {
  const [command = '', ...args] = line.split(' ');
  return serverName(command, args);
}

describe('npm packages', () => {
  test.each([
    ['npx server', 'server'],
    ['npx -y @modelcontextprotocol/server-memory@1.2', '@modelcontextprotocol+server-memory'],
    [
      'npx -y @modelcontextprotocol/server-filesystem /tmp',
      '@modelcontextprotocol+server-filesystem',
    ],
    ['npx --yes mcp-remote@latest https://example.com/mcp', 'mcp-remote'],
    ['npx -y -p @s/p@1 bin', '@s+p'],
    ['npx --package=@s/p@1 -- bin', '@s+p'],
    ['npx -- server@1', 'server'],
    ['npx --registry https://example.com server', 'server'],
    ['npx --registry=https://example.com server', 'server'],
    ['npx --prefix /x -y server@^1.0.0', 'server'],
    ['npx ./servers/weather/dist/index.js', 'weather'],
    ['npx', 'npx'],
    ['/usr/local/bin/npx -y server', 'server'],
    ['npx.cmd -y server', 'server'],
    ['NPX.CMD -y server', 'server'],
    ['npm exec --yes -- @s/p@2', '@s+p'],
    ['npm x server', 'server'],
    ['bunx server@1', 'server'],
    ['bunx --bun @s/p', '@s+p'],
    ['bun x @s/p@1', '@s+p'],
    ['pnpm dlx @s/p@1', '@s+p'],
    ['pnpm dlx --package=@s/p bin', '@s+p'],
    ['pnpm --package=@s/p dlx bin', '@s+p'],
    ['pnpx server@1', 'server'],
    ['yarn dlx @s/p@1', '@s+p'],
    ['yarn dlx -p @s/p bin', '@s+p'],
    ['cmd /c npx -y @s/p@1', '@s+p'],
    ['cmd.exe /c npx -y server', 'server'],
    ['env TOKEN=x npx -y server', 'server'],
  ])('%s → %s', (line, name) => {
    expect(nameOf(line)).toBe(name);
  });
});

describe('Python packages and modules', () => {
  test.each([
    ['uvx awslabs.ecs-mcp-server@latest', 'awslabs.ecs-mcp-server'],
    ['uvx awslabs.ecs-mcp-server', 'awslabs.ecs-mcp-server'],
    ['uvx --from awslabs.valkey-mcp-server==1.0.18 --with mcp<2 bin', 'awslabs.valkey-mcp-server'],
    ['uvx --from=server==1.0 bin', 'server'],
    ['uvx --python 3.12 --refresh server>=1', 'server'],
    ['uvx -p 3.12 server[cli]~=1.0', 'server'],
    ['uvx --with a --with b server', 'server'],
    ['uvx --from git+https://github.com/owner/repo.git@v1 bin', 'repo'],
    ['uvx --from git+https://github.com/owner/repo bin', 'repo'],
    ['uvx --from ./servers/weather weather', 'weather'],
    ['uv tool run server@1', 'server'],
    ['uv tool run --from server==1 bin', 'server'],
    ['uv run server', 'server'],
    ['uv run --with mcp server', 'server'],
    ['uv run --directory /x/weather weather.py', 'weather'],
    ['uv run -m weather_server', 'weather_server'],
    ['uv run python -m weather_server', 'weather_server'],
    ['uv run python /x/weather/server.py', 'weather'],
    // As MCP's own introduction for servers writes it.
    ['uv --directory /x/weather run weather.py', 'weather'],
    ['uv --directory /x/weather run weather-server', 'weather-server'],
    ['uv --quiet tool run server@1', 'server'],
    ['pipx run server==1.2', 'server'],
    ['pipx run --spec server==1.2 bin', 'server'],
    ['pipx run --python 3.12 server', 'server'],
    ['python -m weather_server', 'weather_server'],
    ['python3 -u -m weather_server --port 1', 'weather_server'],
    ['python3.12 -m weather.server', 'weather.server'],
    ['py -3.11 -m weather_server', 'weather_server'],
    ['/x/.venv/bin/python -m weather_server', 'weather_server'],
    ['python /x/weather.py', 'weather'],
    ['python /x/weather/server.py', 'weather'],
    ['python /x/weather/src/main.py', 'weather'],
    ['python /x/weather/__main__.py', 'weather'],
  ])('%s → %s', (line, name) => {
    expect(nameOf(line)).toBe(name);
  });
});

describe('images', () => {
  const DIGEST = `sha256:${'0'.repeat(64)}`;
  test.each([
    ['docker run -i --rm mcp/fetch', 'mcp+fetch'],
    ['docker run -i --rm mcp/fetch:latest', 'mcp+fetch'],
    ['docker run -i --rm fetch', 'fetch'],
    [
      'docker run -i --rm -e TOKEN ghcr.io/github/github-mcp-server:v1 stdio',
      'ghcr.io+github+github-mcp-server',
    ],
    [`docker run mcp/fetch@${DIGEST}`, 'mcp+fetch'],
    [`docker run mcp/fetch:1.0@${DIGEST}`, 'mcp+fetch'],
    [`docker run localhost:5000/team/server:1.0@${DIGEST}`, 'localhost+5000+team+server'],
    ['docker run localhost:5000/team/server', 'localhost+5000+team+server'],
    [
      'docker run --env=A=b --env-file .env -v /a:/b --mount type=bind,src=/a,dst=/b mcp/fetch',
      'mcp+fetch',
    ],
    ['docker run -it --network host --name x -p 80:80 mcp/fetch', 'mcp+fetch'],
    ['docker run --init --pull always --add-host a:1 mcp/fetch', 'mcp+fetch'],
    ['docker run -i --rm --pids-limit 100 mcp/fetch', 'mcp+fetch'],
    ['docker run -i --rm --userns host mcp/fetch', 'mcp+fetch'],
    ['docker run -i -a stdin -a stdout mcp/fetch', 'mcp+fetch'],
    ['docker run -i --log-opt max-size=1m mcp/fetch', 'mcp+fetch'],
    ['docker container run -i mcp/fetch', 'mcp+fetch'],
    ['docker --context remote run -i mcp/fetch', 'mcp+fetch'],
    ['podman run -i docker.io/mcp/fetch:1', 'docker.io+mcp+fetch'],
  ])('%s → %s', (line, name) => {
    expect(nameOf(line)).toBe(name);
  });
});

describe('scripts and programs', () => {
  test.each([
    ['node /x/my-server/dist/index.js', 'my-server'],
    ['node /x/my-server/build/src/server.mjs', 'my-server'],
    ['node /x/my-server/dist/weather.js', 'weather'],
    ['node /x/my-server/index.js --port 1', 'my-server'],
    ['node ./my-server/bin/cli.cjs', 'my-server'],
    ['node dist/weather.js', 'weather'],
    ['node --import tsx --inspect=9229 /x/my-server/src/main.ts', 'my-server'],
    ['node -r dotenv/config /x/my-server/index.js', 'my-server'],
    ['node --env-file=.env /x/my-server/index.js', 'my-server'],
    ['node --env-file .env /x/my-server/index.js', 'my-server'],
    ['node /x/node_modules/@s/server-memory/dist/index.js', 'server-memory'],
    ['C:\\node\\node.exe C:\\servers\\my-server\\dist\\index.js', 'my-server'],
    ['tsx src/weather.ts', 'weather'],
    ['bun run /x/my-server/index.ts', 'my-server'],
    ['bun /x/my-server/index.ts', 'my-server'],
    ['deno run -A /x/my-server/main.ts', 'my-server'],
    ['java -jar /x/weather.jar', 'weather'],
    ['/usr/local/bin/github-mcp-server stdio', 'github-mcp-server'],
    ['C:\\tools\\github-mcp-server.exe stdio', 'github-mcp-server'],
    ['./my-server/index.js', 'my-server'],
    ['my-server', 'my-server'],
    ['/usr/bin/env node /x/my-server/dist/index.js', 'my-server'],
  ])('%s → %s', (line, name) => {
    expect(nameOf(line)).toBe(name);
  });

  test('a path with spaces', () => {
    expect(serverName('C:\\Program Files\\nodejs\\npx.cmd', ['-y', '@s/p@1'])).toBe('@s+p');
    expect(serverName('node', ['/x/my server/dist/index.js'])).toBe('my server');
  });
});

describe('whatever the command line', () => {
  const words = fc.constantFrom(
    'npx',
    'uvx',
    'uv',
    'run',
    'node',
    'python',
    '-m',
    '-y',
    '--',
    '--from',
    'docker',
    '-e',
    'a/b:c@d',
    '..',
    '.',
    '/',
    './x.js',
    '@a/b@1',
    'env',
    'A=b',
    'cmd',
    '/c',
    '.env',
    'x'.repeat(300),
  );
  const line = fc.tuple(
    words,
    fc.array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 5 }),
  );
  test('the name is no path', () => {
    fc.assert(
      fc.property(line, ([command, args]) => {
        const name = serverName(command, args);
        expect(name).not.toContain('/');
        expect(name.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 2000 },
    );
  });

  test('the name is never empty', () => {
    fc.assert(
      fc.property(fc.tuple(words, fc.array(words, { maxLength: 4 })), ([command, args]) => {
        expect(serverName(command, args)).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a name given by hand', () => {
  test.each([
    ['github', 'github'],
    ['@s/p', '@s+p'],
    ['my server', 'my server'],
    ['a.b-c_d', 'a.b-c_d'],
    ['a/../b', 'a+..+b'],
  ])('%j → %j', (name, expected) => {
    expect(givenName(name)).toBe(expected);
  });

  test.each(['', '.', '..', '...', 'a\\b', 'a:b', 'a\nb', 'a\0b', '_all'])(
    '%j is refused',
    name => {
      expect(() => givenName(name)).toThrow(
        expect.objectContaining({ code: 'PW_USAGE', exitCode: 2 }),
      );
    },
  );
});
