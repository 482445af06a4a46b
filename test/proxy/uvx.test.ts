// What uvx answers where a package has no executable of its name, and the command that was meant.
import { describe, expect, it } from 'vitest';
import { correctedArgs, isUvx } from '../../src/proxy/uvx.ts';

const answer = (executable: string, name: string, ...found: string[]) =>
  `Installed 90 packages in 111ms\nAn executable named \`${executable}\` is not provided by package \`${name}\`.\nThe following executables are available:\n${found.map(file => `- ${file}\n`).join('')}\n`;
const ecs = answer('awslabs.ecs-mcp-server', 'awslabs-ecs-mcp-server', 'ecs-mcp-server');

describe('correctedArgs', () => {
  it.each([
    [['awslabs.ecs-mcp-server'], ['--from', 'awslabs.ecs-mcp-server', 'ecs-mcp-server']],
    [
      ['--offline', 'awslabs.ecs-mcp-server@latest', '--flag', 'x'],
      ['--offline', '--from', 'awslabs.ecs-mcp-server@latest', 'ecs-mcp-server', '--flag', 'x'],
    ],
    [
      ['--with', 'boto3', 'awslabs_ecs.mcp-server==0.1'],
      ['--with', 'boto3', '--from', 'awslabs_ecs.mcp-server==0.1', 'ecs-mcp-server'],
    ],
  ])('%j → %j', (args, corrected) => expect(correctedArgs(args, ecs)).toEqual(corrected));

  it('in colours, as under FORCE_COLOR', () => {
    const coloured = ecs
      .replace(/`([^`]+)`/g, '`\u001b[36m$1\u001b[39m`')
      .replace('- ecs-mcp-server', '- \u001b[36mecs-mcp-server\u001b[39m');
    expect(coloured).not.toBe(ecs);
    expect(correctedArgs(['awslabs.ecs-mcp-server'], coloured)).toEqual([
      '--from',
      'awslabs.ecs-mcp-server',
      'ecs-mcp-server',
    ]);
  });

  it.each([
    ['nothing on stderr', ['awslabs.ecs-mcp-server'], ''],
    ['another failure', ['awslabs.ecs-mcp-server'], 'error: no such package'],
    ['two executables', ['a-b'], answer('a-b', 'a-b', 'one', 'two')],
    ['no executable', ['a-b'], answer('a-b', 'a-b')],
    ['another package', ['other'], ecs],
    ['--from given', ['--from', 'awslabs.ecs-mcp-server', 'nope'], ecs],
    ['an executable that looks like an option', ['a-b'], answer('a-b', 'a-b', '--evil')],
    ['an executable with a path', ['a-b'], answer('a-b', 'a-b', '../evil')],
  ])('%s: left alone', (_, args, stderr) => expect(correctedArgs(args, stderr)).toBeUndefined());
});

it.each([
  ['uvx', true],
  ['/home/me/.local/bin/uvx', true],
  ['C:\\tools\\uvx.exe', true],
  ['uv', false],
  ['my-uvx', false],
])('isUvx(%s) is %s', (command, expected) => expect(isUvx(command)).toBe(expected));
