// Layouts that nobody would choose: wrapped and back byte for byte, or not touched at all.
import { expect, test } from 'vitest';
import { unwrapServer, wrapServer } from '../../../src/clients/edit/rewrite.ts';
import { parseText } from '../../../src/clients/format/read.ts';
import { serversIn } from '../../../src/clients/servers.ts';
import { CLIENTS, type Client, type Format } from '../../../src/clients/table.ts';

const TEXTS: [id: string, format: Format, text: string, wraps: boolean][] = [
  [
    'goose',
    'yaml',
    'extensions:\n  a:\n    cmd: npx\n    args: # c\n      # d\n      -   -y\n      -   x\n',
    true,
  ],
  [
    'goose',
    'yaml',
    'extensions:\n  a:\n    cmd: npx\n    args:\n      -\n        -y\n      - x\n',
    false,
  ],
  [
    'goose',
    'yaml',
    'extensions:\n  a:\n    cmd:\n      npx\n    args: [\n      -y, # c\n      x,\n    ]\n',
    true,
  ],
  ['goose', 'yaml', 'extensions:\n  a: {cmd: npx, args: [-y,x], type: stdio}\n', true],
  ['goose', 'yaml', "extensions: {a: {cmd: 'it''s', type: stdio, args: []}}", true],
  [
    'goose',
    'yaml',
    '---\nextensions:\n  "a": \n    args: ["x"]   # c\n    cmd: |-\n      npx\n',
    false,
  ],
  ['goose', 'yaml', 'extensions:\n  a:\n    ? cmd\n    : npx\n    args: [x]\n', true],
  [
    'continue',
    'yaml',
    'mcpServers:\n-   name: a\n    command: npx # c\n    args:\n    - x\n',
    true,
  ],
  ['continue', 'yaml', 'mcpServers:\n- command: npx\n  name: a\n', true],
  ['continue', 'yaml', 'mcpServers: [{name: a, command: npx}]\n', true],
  ['codex', 'toml', 'mcp_servers.a.command = """npx"""\n', true],
  [
    'codex',
    'toml',
    'mcp_servers = { a = { args = ["x"], command = "npx" }, b = { command = "y" } }\n',
    true,
  ],
  ['codex', 'toml', '[ mcp_servers . "a b" ]\n"command"="npx"\n', true],
  ['codex', 'toml', "[mcp_servers.a]\ncommand = '''\nnpx'''\nargs = []\n", true],
  [
    'codex',
    'toml',
    '[[x]]\ny = 1\n[[x]]\n[mcp_servers.a]\nd = 1979-05-27T07:32:00Z\ncommand = "é😀" # é\nargs=["x",]',
    true,
  ],
  ['cursor', 'json', '{"mcpServers":{"a":{"command"\n:\n"npx"\n,"args"\n:\n[\n]\n}}}', true],
  [
    'cursor',
    'json',
    '{"mcpServers":{"":{"command":"😀","args":["\\ud83d\\ude00"]},"__proto__":{"command":"x"}}}',
    true,
  ],
  ['cursor', 'json', '\t{"mcpServers":\r{"a":{\r"command":"npx"}}}', true],
];

test.each(TEXTS)('%s, %s: %j', (id, format, text, wraps) => {
  const client = CLIENTS.find(candidate => candidate.id === id) as Client;
  const reading = { format, readers: [client] };
  const parsed = parseText(text, format, client);
  if ('fault' in parsed) throw new Error(parsed.fault.message);
  let result = text;
  const undo: (() => void)[] = [];
  let count = 0;
  for (const { path, odd } of serversIn(parsed.tree, [client])) {
    if (odd !== undefined) continue;
    const wrapped = wrapServer(result, reading, path, ['/node', '/b/bin/policy-wrap.cjs'], []);
    if ('refused' in wrapped) continue;
    count++;
    result = wrapped.text;
    undo.push(() => {
      const bare = unwrapServer(result, reading, path, wrapped.change);
      result = 'text' in bare ? bare.text : bare.refused;
    });
  }
  expect(count > 0).toBe(wraps);
  if (wraps) expect(result).not.toBe(text);
  for (const step of undo.reverse()) step();
  expect(result).toBe(text);
});
