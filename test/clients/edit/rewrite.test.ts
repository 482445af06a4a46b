// What wrapping leaves of a configuration: everything else, byte for byte, and back again.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument, stringify, type ToStringOptions } from 'yaml';
import { unwrapServer, wrapServer } from '../../../src/clients/edit/rewrite.ts';
import { formatOf, parseText } from '../../../src/clients/format/read.ts';
import { serversIn } from '../../../src/clients/servers.ts';
import { CLIENTS, type Client } from '../../../src/clients/table.ts';

const clientOf = (id: string) => CLIENTS.find(client => client.id === id) as Client;
const LAUNCHER = ['/usr/bin/node', '/opt/pw/bin/policy-wrap.cjs'];
const OPTIONS = ['--policy', '/p.yaml'];

function reading(id: string, file: string) {
  const client = clientOf(id);
  return { format: formatOf(file, client), readers: [client] };
}

function serversOf(id: string, file: string, text: string) {
  const parsed = parseText(text, formatOf(file, clientOf(id)), clientOf(id));
  if ('fault' in parsed) throw new Error(`${parsed.fault.message} in ${text}`);
  return serversIn(parsed.tree, [clientOf(id)]);
}

function wrapAll(id: string, file: string, text: string, options: string[] = []) {
  let result = text;
  for (const { path, line } of serversOf(id, file, text)) {
    if (line === undefined) continue;
    const wrapped = wrapServer(result, reading(id, file), path, LAUNCHER, options);
    if ('refused' in wrapped) throw new Error(wrapped.refused);
    result = wrapped.text;
  }
  return result;
}

function unwrapAll(id: string, file: string, text: string) {
  let result = text;
  for (const { path } of serversOf(id, file, text)) {
    const bare = unwrapServer(result, reading(id, file), path, undefined);
    if ('refused' in bare) throw new Error(bare.refused);
    result = bare.text;
  }
  return result;
}

const CASES: [name: string, id: string, file: string, before: string, after: string][] = [
  [
    'JSON in one line',
    'cursor',
    'mcp.json',
    '{"mcpServers":{"a":{"command":"npx","args":["-y","x"],"env":{"K":"v"}}}}',
    '{"mcpServers":{"a":{"command":"/usr/bin/node","args":["/opt/pw/bin/policy-wrap.cjs", "--", "npx", "-y","x"],"env":{"K":"v"}}}}',
  ],
  [
    'odd indentation, CRLF, arguments first, a line each',
    'claude-desktop',
    'claude_desktop_config.json',
    '{\r\n\t "mcpServers" : {\r\n   "a":{ "args" : [\r\n\t\t\t"-y",\r\n "x" ] ,\r\n"command":"npx"}}}\r\n',
    '{\r\n\t "mcpServers" : {\r\n   "a":{ "args" : [\r\n\t\t\t"/opt/pw/bin/policy-wrap.cjs",\r\n\t\t\t"--",\r\n\t\t\t"npx",\r\n\t\t\t"-y",\r\n "x" ] ,\r\n"command":"/usr/bin/node"}}}\r\n',
  ],
  [
    'JSON without arguments',
    'windsurf',
    'mcp_config.json',
    '{\n  "mcpServers": {\n    "a": {\n      "command": "srv"\n    }\n  }\n}\n',
    '{\n  "mcpServers": {\n    "a": {\n      "command": "/usr/bin/node",\n      "args": ["/opt/pw/bin/policy-wrap.cjs", "--", "srv"]\n    }\n  }\n}\n',
  ],
  [
    'empty arguments, and an escape in the command',
    'claude-desktop',
    'x.json',
    '{"mcpServers":{"a":{"command":"np\\u0078","args":[ ]}}}',
    '{"mcpServers":{"a":{"command":"/usr/bin/node","args":["/opt/pw/bin/policy-wrap.cjs", "--", "np\\u0078" ]}}}',
  ],
  [
    'JSONC with comments and trailing commas',
    'vscode',
    'mcp.json',
    '// mine\n{\n  "inputs": [{"id": "t",}],\n  "servers": {\n    /* one */ "a": {\n      "type": "stdio", // kind\n      "command": "npx", // how\n      "args": [\n        // first\n        "-y",\n        "x", // last\n      ],\n    },\n  },\n}\n',
    '// mine\n{\n  "inputs": [{"id": "t",}],\n  "servers": {\n    /* one */ "a": {\n      "type": "stdio", // kind\n      "command": "/usr/bin/node", // how\n      "args": [\n        // first\n        "/opt/pw/bin/policy-wrap.cjs",\n        "--",\n        "npx",\n        "-y",\n        "x", // last\n      ],\n    },\n  },\n}\n',
  ],
  [
    'Zed among other settings, no arguments, a comment behind',
    'zed',
    'settings.json',
    '{\n  "theme": "One", // dark\n  "context_servers": {\n    "ext": { "settings": {} },\n    "a": { "source": "custom", "command": "srv" /* c */, }\n  }\n}',
    '{\n  "theme": "One", // dark\n  "context_servers": {\n    "ext": { "settings": {} },\n    "a": { "source": "custom", "command": "/usr/bin/node", "args": ["/opt/pw/bin/policy-wrap.cjs", "--", "srv"] /* c */, }\n  }\n}',
  ],
  [
    'opencode: one list',
    'opencode',
    'opencode.jsonc',
    '{"mcp": {"a": {"type": "local", "command": ["npx", "-y", "x"]}, "off": {"enabled": false}}}',
    '{"mcp": {"a": {"type": "local", "command": ["/usr/bin/node", "/opt/pw/bin/policy-wrap.cjs", "--", "npx", "-y", "x"]}, "off": {"enabled": false}}}',
  ],
  [
    'Cline: nested',
    'cline',
    'cline_mcp_settings.json',
    '{"mcpServers":{"a":{"disabled":true,"transport":{"type":"stdio","command":"srv"}}}}',
    '{"mcpServers":{"a":{"disabled":true,"transport":{"type":"stdio","command":"/usr/bin/node", "args": ["/opt/pw/bin/policy-wrap.cjs", "--", "srv"]}}}}',
  ],
  [
    'goose: a block list at the indentation of its key',
    'goose',
    'config.yaml',
    '# mine\nGOOSE_MODEL: x\nextensions:\n  developer:\n    type: builtin\n    enabled: true\n  a:\n    name: a\n    cmd: npx # how\n    args:\n    - -y\n    # the server\n    - "x"\n    envs: {K: v}\n    type: stdio\n',
    '# mine\nGOOSE_MODEL: x\nextensions:\n  developer:\n    type: builtin\n    enabled: true\n  a:\n    name: a\n    cmd: "/usr/bin/node" # how\n    args:\n    - "/opt/pw/bin/policy-wrap.cjs"\n    - "--"\n    - npx\n    - -y\n    # the server\n    - "x"\n    envs: {K: v}\n    type: stdio\n',
  ],
  [
    'Continue: a list of servers, no arguments, no line end',
    'continue',
    'config.yaml',
    'name: c\r\nmcpServers:\r\n  - name: a\r\n    type: stdio\r\n    command: srv # c',
    'name: c\r\nmcpServers:\r\n  - name: a\r\n    type: stdio\r\n    command: "/usr/bin/node" # c\r\n    args: ["/opt/pw/bin/policy-wrap.cjs", "--", srv]',
  ],
  [
    'TOML tables with comments and a literal string',
    'codex',
    'config.toml',
    'model = "o"\n\n[mcp_servers.a] # one\ncommand = \'npx\' # how\nargs = [\n  "-y", # yes\n  "x",\n]\n[mcp_servers.a.env]\nK = "v"\n',
    'model = "o"\n\n[mcp_servers.a] # one\ncommand = "/usr/bin/node" # how\nargs = [\n  "/opt/pw/bin/policy-wrap.cjs",\n  "--",\n  \'npx\',\n  "-y", # yes\n  "x",\n]\n[mcp_servers.a.env]\nK = "v"\n',
  ],
  [
    'TOML without arguments: a table, an inline table, dotted keys',
    'codex',
    'config.toml',
    '[mcp_servers."a.b"]\r\n  command = "srv" # c\r\n  startup_timeout_sec = 5\r\n[mcp_servers]\r\nb = { command = "srv2" }\r\nc.command = "srv3"',
    '[mcp_servers."a.b"]\r\n  command = "/usr/bin/node" # c\r\n  args = ["/opt/pw/bin/policy-wrap.cjs", "--", "srv"]\r\n  startup_timeout_sec = 5\r\n[mcp_servers]\r\nb = { command = "/usr/bin/node", args = ["/opt/pw/bin/policy-wrap.cjs", "--", "srv2"] }\r\nc.command = "/usr/bin/node"\r\nc.args = ["/opt/pw/bin/policy-wrap.cjs", "--", "srv3"]',
  ],
];

describe.each(CASES)('%s', (_, id, file, before, after) => {
  test('wrapped', () => expect(wrapAll(id, file, before)).toBe(after));
  test('wrapping twice changes nothing', () => expect(wrapAll(id, file, after)).toBe(after));
  test('unwrapped from the text alone', () => expect(unwrapAll(id, file, after)).toBe(before));
  test('another launcher takes the place of ours', () => {
    const older = after.replaceAll('/opt/pw/', '/old/');
    expect(older).not.toBe(after);
    expect(wrapAll(id, file, older)).toBe(after);
  });
  test('options go in, stay, and come out', () => {
    const optioned = wrapAll(id, file, before, OPTIONS);
    expect(optioned).toContain('"--policy"');
    expect(wrapAll(id, file, optioned)).toBe(optioned);
    expect(unwrapAll(id, file, optioned)).toBe(before);
  });
});

test('a command whose spelling fits no list comes back by the record, and is the same without it', () => {
  const before = 'extensions:\n  a:\n    cmd: a,b\n    args: []\n    type: stdio\n';
  const how = reading('goose', 'config.yaml');
  const path = ['extensions', 'a'];
  const wrapped = wrapServer(before, how, path, LAUNCHER, []);
  if ('refused' in wrapped) throw new Error(wrapped.refused);
  expect(wrapped.text).toContain('["/opt/pw/bin/policy-wrap.cjs", "--", "a,b"]');
  expect(unwrapServer(wrapped.text, how, path, wrapped.change)).toMatchObject({ text: before });
  const elsewhere = wrapped.text.replace('type: stdio', 'type: stdio # new');
  expect(unwrapServer(elsewhere, how, path, wrapped.change)).toMatchObject({
    text: before.replace('type: stdio', 'type: stdio # new'),
  });
  expect(unwrapServer(wrapped.text, how, path, undefined)).toMatchObject({
    text: before.replace('a,b', '"a,b"'),
  });
});

test.each([['--server', 'far'], ['--server=far']])(
  '%s %s stays, whatever else is said',
  (...name) => {
    const words = JSON.stringify(['--mode', 'observe', ...name, '--', 'x']);
    const before = `{"mcpServers":{"a":{"command":"policy-wrap","args":${words}}}}`;
    const after = wrapAll('cursor', 'mcp.json', before, OPTIONS);
    expect(JSON.parse(after).mcpServers.a.args.slice(1)).toEqual([...OPTIONS, ...name, '--', 'x']);
  },
);

test('a forged record changes nothing: what comes of it must be what the command line says', () => {
  const before =
    '{"mcpServers":{"a":{"command":"npx","args":["x"],"env":{"K":"v"}},"b":{"command":"y"}}}';
  const how = reading('cursor', 'mcp.json');
  const path = ['mcpServers', 'a'];
  const wrapped = wrapServer(before, how, path, LAUNCHER, []);
  if ('refused' in wrapped || wrapped.change === undefined) throw new Error('not wrapped');
  const { before: real, after } = wrapped.change;
  const forged = [
    { before: real.replace('npx', 'evil'), after },
    { before: real.replace('"npx"', '"npx","env":{"K":"evil"}'), after },
    { before: '"x"},"b":{"command":"evil"', after },
    { before: '"url":"https://evil.example"', after, url: 'https://evil.example' },
    { before: '', after: '' },
  ];
  for (const record of forged)
    expect(unwrapServer(wrapped.text, how, path, record)).toMatchObject({ text: before });
});

const ODD: [name: string, id: string, file: string, text: string][] = [
  ['an alias', 'goose', 'c.yaml', 'x: &x npx\nextensions: {a: {cmd: *x}}\n'],
  ['an anchor', 'goose', 'c.yaml', 'extensions: {a: {cmd: &x npx}, b: {cmd: *x}}\n'],
  ['an entry with an anchor', 'goose', 'c.yaml', 'extensions: {a: &a {cmd: x}, b: {<<: *a}}\n'],
  ['an entry that is an alias', 'goose', 'c.yaml', 'x: &x {cmd: x}\nextensions: {a: *x}\n'],
  ['a block of lines', 'goose', 'c.yaml', 'extensions:\n  a:\n    cmd: |\n      npx\n'],
  ['a number', 'cursor', 'm.json', '{"mcpServers":{"a":{"command":"x","args":[1]}}}'],
  ['no list', 'cursor', 'm.json', '{"mcpServers":{"a":{"command":"x","args":"-y"}}}'],
  ['a list as command', 'cursor', 'm.json', '{"mcpServers":{"a":{"command":["x"]}}}'],
];
test.each(ODD)('%s is not touched', (_, id, file, text) => {
  expect(serversOf(id, file, text)[0]?.odd).toBeDefined();
});

/** A layout at random: what stands between tokens, in turn. */
const layout = (gaps: readonly string[]) => {
  let i = 0;
  return () => gaps[i++ % gaps.length] ?? '';
};

function renderJson(value: unknown, gap: () => string, isLoose: boolean): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Array.isArray(value)
    ? value.map(item => gap() + renderJson(item, gap, isLoose) + gap())
    : Object.entries(value).map(
        ([key, item]) =>
          `${gap()}${JSON.stringify(key)}${gap()}:${gap()}${renderJson(item, gap, isLoose)}${gap()}`,
      );
  const comma = isLoose && parts.length > 0 && gap().length % 2 === 1 ? ',' : '';
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}${parts.join(',')}${comma}${gap()}${close}`;
}

const word = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  fc.constantFrom('--', '-y', 'npx', '#', ': ', '- a', 'null', '1', 'C:\\x', '"', "'", '\u2028'),
);
const entry = fc.record(
  {
    command: word,
    args: fc.array(word, { maxLength: 3 }),
    env: fc.dictionary(word, word, { maxKeys: 2 }),
    type: fc.constant('stdio'),
    note: fc.oneof(fc.integer(), fc.constant(null), word),
  },
  { requiredKeys: ['command'], noNullPrototype: true },
);
const servers = fc
  .dictionary(word, entry, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
  .chain(map => fc.shuffledSubarray(Object.entries(map), { minLength: Object.keys(map).length }))
  .map(entries => Object.fromEntries(entries));

function roundTrip(id: string, file: string, text: string) {
  const how = reading(id, file);
  const changes = new Map<string, Parameters<typeof unwrapServer>[3]>();
  let result = text;
  for (const { path, odd } of serversOf(id, file, text)) {
    if (odd !== undefined) continue;
    const wrapped = wrapServer(result, how, path, LAUNCHER, OPTIONS);
    if ('refused' in wrapped) continue;
    result = wrapped.text;
    changes.set(JSON.stringify(path), wrapped.change);
  }
  expect(wrapAll(id, file, result)).toBe(result);
  const paths = serversOf(id, file, result).map(({ path }) => path);
  for (const path of paths.reverse()) {
    const bare = unwrapServer(result, how, path, changes.get(JSON.stringify(path)));
    if ('refused' in bare) throw new Error(bare.refused);
    result = bare.text;
  }
  expect(result).toBe(text);
  return changes.size;
}

const SPACES = ['', ' ', '\n', '\r\n', '\t', '\n    ', '\r\n\t '];
const COMMENTS = [...SPACES, '// c, "x": [\n', '/* } ] */', ' // é\r\n  '];

test('unwrapped is as it was before, for any JSON in any layout', () => {
  fc.assert(
    fc.property(
      servers,
      fc.array(fc.constantFrom(...COMMENTS), { minLength: 1, maxLength: 30 }),
      (map, gaps) => {
        const text = renderJson({ a: [1], servers: map, inputs: [] }, layout(gaps), true);
        expect(roundTrip('vscode', 'mcp.json', text)).toBe(Object.keys(map).length);
      },
    ),
    { numRuns: 400 },
  );
  fc.assert(
    fc.property(
      servers,
      fc.array(fc.constantFrom(...SPACES), { minLength: 1, maxLength: 30 }),
      (map, gaps) => {
        const text = renderJson({ mcpServers: map }, layout(gaps), false);
        expect(roundTrip('cursor', 'mcp.json', text)).toBe(Object.keys(map).length);
      },
    ),
    { numRuns: 200 },
  );
});

test('unwrapped is as it was before, for any YAML', () => {
  const options = fc.record({
    collectionStyle: fc.constantFrom('any', 'block', 'flow'),
    indentSeq: fc.boolean(),
    defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
    lineWidth: fc.constantFrom(0, 40),
  });
  const isCrlf = fc.boolean();
  fc.assert(
    fc.property(servers, options, isCrlf, fc.boolean(), (map, how, crlf, isList) => {
      const entries = Object.entries(map).map(([name, { command, ...rest }]) =>
        isList ? { name, command, ...rest } : [name, { cmd: command, name, ...rest }],
      );
      const data = isList
        ? { mcpServers: entries }
        : { extensions: Object.fromEntries(entries as [string, unknown][]) };
      const text = stringify(data, how as ToStringOptions);
      // The library's own text is none at times: an empty list at the indentation of its key.
      fc.pre(parseDocument(text).errors.length === 0);
      roundTrip(
        isList ? 'continue' : 'goose',
        'config.yaml',
        crlf && !text.includes('|') && !text.includes('>') ? text.replaceAll('\n', '\r\n') : text,
      );
    }),
    { numRuns: 300 },
  );
});

test('unwrapped is as it was before, for any TOML', () => {
  fc.assert(
    fc.property(servers, fc.boolean(), fc.boolean(), (map, isInline, crlf) => {
      const tables = Object.entries(map).map(([name, { note, ...rest }]) => {
        const fields = Object.entries({
          ...rest,
          ...(note !== undefined && note !== null && { note }),
        }).map(([key, value]) => `${key} = ${tomlValue(value)}`);
        const key = `mcp_servers.${tomlValue(name)}`;
        return isInline
          ? `${key} = { ${fields.join(', ')} } # c`
          : `[${key}] # c\n${fields.map(field => `  ${field} # "d"\n`).join('\n')}`;
      });
      const text = `model = "x"\n${tables.join('\n')}`;
      const count = roundTrip('codex', 'config.toml', crlf ? text.replaceAll('\n', '\r\n') : text);
      expect(count).toBe(Object.keys(map).length);
    }),
    { numRuns: 300 },
  );
});

function tomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(tomlValue).join(' , ')} ]`;
  if (typeof value !== 'object' || value === null) return quoted(value);
  const fields = Object.entries(value).map(([key, item]) => `${quoted(key)}=${tomlValue(item)}`);
  return `{${fields.join(',')}}`;
}

function quoted(value: unknown): string {
  return JSON.stringify(value).replace(/\u007f/g, '\\u007f');
}
