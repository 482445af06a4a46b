// The tools of real servers and of bad ones.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listTools } from '../../src/listing/list-tools.ts';
import type { Listed } from '../../src/listing/listed.ts';
import { allGone } from '../support/trees.ts';
import { fixture, root, tempDir } from '../support/wrapper.ts';

const require = createRequire(import.meta.url);

const PATIENCE_MS = 50_000;
const node = (args: string[], env = {}, timeoutMs = PATIENCE_MS, cwd?: string) =>
  listTools(process.execPath, args, env, cwd, timeoutMs);
const lists = (kind: string, ...more: string[]) => node([fixture('lists.mjs'), kind, ...more]);
const names = (listed: Listed) => (listed.ok ? listed.tools.map(({ name }) => name) : listed.why);
const npm = (name: string) =>
  join(dirname(require.resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist/index.js');

describe('real servers', () => {
  test('everything', async () => {
    const listed = await node([npm('server-everything')]);
    expect(listed).toMatchObject({ ok: true, era: '2025-11-25' });
    expect(names(listed)).toContain('echo');
  });

  test('memory', async () => {
    const home = tempDir();
    const listed = await node([npm('server-memory')], { MEMORY_FILE_PATH: join(home, 'g.jsonl') });
    expect(names(listed)).toHaveLength(9);
    expect(existsSync(join(home, 'g.jsonl'))).toBe(false);
  });

  test('filesystem, with what it says of each tool', async () => {
    const listed = await node([npm('server-filesystem'), tempDir()]);
    expect(listed).toMatchObject({ server: { name: expect.stringContaining('filesystem') } });
    const tools = listed.ok ? listed.tools : [];
    expect(tools.find(({ name }) => name === 'write_file')).toMatchObject({
      description: expect.stringContaining('overwrite'),
      inputSchema: { properties: { path: expect.anything() } },
      annotations: { readOnlyHint: false },
    });
  });

  test('the demo server: all three pages', async () => {
    const listed = await node([join(root, 'examples/demo-server/server.mjs')]);
    expect(names(listed)).toHaveLength(9);
    expect(names(listed)).toContain('rotate_root_credentials');
  });
});

test('a server of the new era alone, all pages', async () => {
  const listed = await lists('modern');
  expect(listed).toMatchObject({ ok: true, era: '2026-07-28' });
  expect(names(listed)).toEqual(['first', 'second']);
});

test('a bad definition hides no other one', async () => {
  expect(names(await lists('malformed'))).toEqual(['good', 'bare']);
});

test('what is no protocol on stdout is passed over', async () => {
  expect(names(await lists('noisy'))).toEqual(['one']);
});

test('a server without tools has none', async () => {
  expect(await lists('toolless')).toMatchObject({ ok: true, tools: [] });
});

test('a page that comes again is the last', async () => {
  expect(names(await lists('repeating'))).toEqual(['one', 'one']);
});

test('a list that does not end is none, whatever stands on its first pages', async () => {
  const why = 'its list does not end: 1000 tools on the first pages, and more behind';
  expect(await lists('endless')).toEqual({ ok: false, why });
});

test('a list that is too large to be kept is none', async () => {
  expect(await lists('large')).toEqual({ ok: false, why: 'it wrote more than 128 MiB' });
});

describe('why not', () => {
  test('it refuses', async () => {
    expect(names(await lists('refusing'))).toBe('it answered with an error: log in first');
  });

  test('it refuses at length: one line of it, as another would look like ours', async () => {
    const why = names(await lists('talkative'));
    expect(why).toMatch(/^it answered with an error: no policy-wrap: all is well x+…$/);
    expect(why).not.toContain('\n');
    expect(why.length).toBeLessThan(400);
  });

  test('it ends, and no value of its environment is told', async () => {
    const listed = await node([fixture('lists.mjs'), 'secret'], { LISTS_TOKEN: 'hunter-2' });
    expect(listed).toEqual({
      ok: false,
      why: 'it ended with exit code 3: no access with [redacted]',
    });
  });

  test('it is not there', async () => {
    const missing = await listTools('no-such-program', [], {}, undefined, PATIENCE_MS);
    expect(names(missing)).toContain('cannot start `no-such-program`: it was not found');
    const nowhere = await node(['-v'], {}, PATIENCE_MS, '/no/such/folder');
    expect(names(nowhere)).toBe('its working directory `/no/such/folder` is no folder');
  });

  test('it does not answer in time: it is gone with what it started', async () => {
    const file = join(tempDir(), 'pids');
    const start = performance.now();
    const listed = await node([fixture('lists.mjs'), 'family', file], {}, 3000);
    expect(names(listed)).toBe('it did not answer in time');
    expect(performance.now() - start).toBeLessThan(20_000);
    const pids = readFileSync(file, 'utf8').split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await allGone(pids);
  });
});

test.skipIf(process.platform === 'win32')(
  'what uvx says that it was meant to run, is run',
  async () => {
    const uvx = join(tempDir(), 'uvx');
    const answer = [
      'An executable named `lists-server` is not provided by package `lists-server`.',
      'The following executables are available:',
      '- lists-mcp',
    ];
    writeFileSync(
      uvx,
      `#!/bin/sh
if [ "$1" = --from ]; then exec ${process.execPath} ${fixture('lists.mjs')} "$3"; fi
printf '%s\\n' ${answer.map(line => `'${line}'`).join(' ')} >&2
exit 1
`,
      { mode: 0o755 },
    );
    const listed = await listTools(uvx, ['lists-server'], {}, undefined, PATIENCE_MS);
    expect(names(listed)).toEqual(['one']);
  },
);

test('it runs in its folder, with its environment and none of our settings', async () => {
  const cwd = tempDir();
  const say =
    'process.stderr.write([process.cwd(), process.env.A, process.env.POLICY_WRAP_HOME].join());process.exit(1)';
  process.env.POLICY_WRAP_HOME = '/elsewhere';
  const listed = await node(['-e', say], { A: 'x' }, PATIENCE_MS, cwd);
  delete process.env.POLICY_WRAP_HOME;
  expect(names(listed)).toBe(`it ended with exit code 1: ${cwd},x,`);
});
