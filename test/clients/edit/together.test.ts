// Many servers of a file at once: what comes of it is what comes of one after the other.
import { expect, test, vi } from 'vitest';
import type { Document } from '../../../src/clients/documents.ts';
import { planUnwrapping, planWrapping } from '../../../src/clients/edit/plan.ts';
import type { Changes } from '../../../src/clients/edit/records.ts';
import { wrapServer } from '../../../src/clients/edit/rewrite.ts';
import * as read from '../../../src/clients/format/read.ts';
import { serversIn } from '../../../src/clients/servers.ts';
import { CLIENTS, type Client } from '../../../src/clients/table.ts';

vi.mock('../../../src/clients/format/read.ts', { spy: true });

const LAUNCHER = ['/usr/bin/node', '/opt/pw/bin/policy-wrap.cjs'];

function documentOf(id: string, file: string, text: string): Document {
  const owner = CLIENTS.find(client => client.id === id) as Client;
  const format = read.formatOf(file, owner);
  const parsed = read.parseText(text, format, owner);
  if ('fault' in parsed) throw new Error(parsed.fault.message);
  const { tree } = parsed;
  const readers = [owner];
  const place = { client: owner, path: file, scope: 'user', project: undefined, guest: false };
  return {
    ...{ file, path: file, format, owner, readers, tree, loose: undefined },
    place: place as Document['place'],
    source: { text, bytes: Buffer.from(text), bom: false },
    servers: serversIn(tree, readers),
  };
}

const free = ({ odd }: { odd: string | undefined }) => odd;

function wrapAll(document: Document) {
  const how = { launcher: LAUNCHER, options: [], known: new Map(), bridge: () => undefined };
  return planWrapping(document, document.servers, how, free);
}

function unwrapAll(document: Document, known: Changes) {
  return planUnwrapping(document, document.servers, known, free);
}

const TEXTS: [name: string, id: string, file: string, text: string][] = [
  [
    'one line',
    'cursor',
    'mcp.json',
    '{"mcpServers":{"a":{"command":"x"},"b":{"args":[],"command":"x"},"c":{"command":"x","args":["y"]}}}',
  ],
  [
    'one that is wrapped by an older one, and one that is odd',
    'cursor',
    'mcp.json',
    '{"mcpServers":{"a":{"command":"x"},"o":{"command":1},"b":{"command":"policy-wrap","args":["--","x"]}}}',
  ],
  [
    'keys of two servers that take turns',
    'codex',
    'config.toml',
    '[mcp_servers]\na.command = "x"\nb.command = "y"\na.args = ["1"]\nb.args = ["2"]\n',
  ],
  [
    'a spelling that fits no list, beside others',
    'goose',
    'config.yaml',
    'extensions:\n  a:\n    cmd: a,b\n    args: []\n  b: {cmd: x}\n  c:\n    cmd: y',
  ],
];

test.each(TEXTS)('%s', (_, id, file, text) => {
  const document = documentOf(id, file, text);
  const wrapped = wrapAll(document);
  let expected = text;
  for (const { path, odd } of document.servers) {
    if (odd !== undefined) continue;
    const one = wrapServer(expected, document, path, LAUNCHER, []);
    if ('refused' in one) throw new Error(one.refused);
    expected = one.text;
  }
  expect(wrapped.text).toBe(expected);
  const bare = unwrapAll(documentOf(id, file, wrapped.text), wrapped.changes);
  if (!text.includes('policy-wrap')) expect(bare.text).toBe(text);
  expect(bare.changes.size).toBe(0);
});

test('of two wrappers the outer one is replaced, and both are taken away', () => {
  const words = ['--mode', 'observe', '--', 'policy-wrap', '--mode', 'enforce', '--', 'npx', 'x'];
  const entry = (command: string, args: string[]) =>
    JSON.stringify({ mcpServers: { a: { command, args } } }, null, 2);
  const document = documentOf('cursor', 'mcp.json', entry('policy-wrap', words));
  const wrapped = wrapAll(document);
  const [command = '', ...args] = LAUNCHER;
  expect(wrapped.text).toBe(entry(command, [...args, ...words]));
  const again = documentOf('cursor', 'mcp.json', wrapped.text);
  expect(wrapAll(again).changed).toEqual([]);
  expect(unwrapAll(again, wrapped.changes).text).toBe(entry('npx', ['x']));
});

test('a file is not read again for each of its servers', () => {
  const map = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`s${i}`, { command: 'npx', args: ['-y', `x${i}`] }]),
  );
  const document = documentOf('cursor', 'mcp.json', JSON.stringify({ mcpServers: map }));
  vi.mocked(read.parseText).mockClear();
  const wrapped = wrapAll(document);
  expect(wrapped.changed).toHaveLength(50);
  expect(vi.mocked(read.parseText).mock.calls.length).toBeLessThan(4);
  const again = documentOf('cursor', 'mcp.json', wrapped.text);
  vi.mocked(read.parseText).mockClear();
  expect(unwrapAll(again, wrapped.changes).text).toBe(document.source.text);
  expect(vi.mocked(read.parseText).mock.calls.length).toBeLessThan(4);
});
