// The programs of examples/approvers: what they show, what they send, and that all but a yes is a no.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { loadPolicies } from '../../src/config/policies.ts';
import { policiesOf } from '../../src/config/test-files.ts';
import { readText } from '../../src/config/text-file.ts';
import { runTests } from '../../src/rehearsal/run-tests.ts';
import { parseTestFile } from '../../src/rehearsal/test-file.ts';
import { isAlive, until } from '../support/lines.ts';
import { endWithTest } from '../support/processes.ts';
import { root, tempDir } from '../support/wrapper.ts';

interface Dialog {
  program: string;
  args: string[];
  env: Record<string, string>;
  yes: string;
}

const folder = join(root, 'examples/approvers');
const { dialogsFor } = (await import(join(folder, 'dialogs.mjs'))) as {
  dialogsFor: (platform: string, text: string, env: Record<string, string>) => Dialog[];
};

const HOSTILE = [
  `drop "; $(touch /tmp/x) \`id\` 'a' %s on srv`,
  '  a: "<b>&amp;</b> <!-- \\n \\\\ \\u202e & end tell ¬ 中 😀"',
  '--title=Something else',
  `  b: "${'x'.repeat(300)}"`,
  "$env:A; ' exit 0",
].join('\n');
const SHOWN = `An agent asks for your approval.\n\n${HOSTILE}`;

const request = (leftMs = 60_000) => ({
  id: 'A1',
  text: HOSTILE,
  expiresAt: new Date(Date.now() + leftMs).toISOString(),
});

interface Run {
  code: number | NodeJS.Signals | null;
  stderr: string;
  ms: number;
}

/** Runs one of the programs with a request on its input. */
async function run(
  program: string,
  args: string[],
  { env = {}, input = JSON.stringify(request()) }: { env?: object; input?: string } = {},
): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, [join(folder, program), ...args], {
    env: { PATH: '', ...env },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  endWithTest(child);
  child.stdin.end(`${input}\n`);
  const ended = new Promise<Run['code']>(resolve =>
    child.on('close', (code, signal) => resolve(signal ?? code)),
  );
  const stderr = await text(child.stderr);
  return { code: await ended, stderr, ms: performance.now() - start };
}

/** A folder for the PATH, with programs that write down what they get and then do as they are told. */
function desktop(programs: Record<string, string>) {
  const dir = tempDir();
  mkdirSync(join(dir, 'bin'));
  for (const [name, then] of Object.entries(programs))
    writeFileSync(
      join(dir, 'bin', name),
      `#!${process.execPath}
const { writeFileSync } = require('node:fs');
const { argv, env, pid } = process;
writeFileSync(${JSON.stringify(join(dir, name))}, JSON.stringify({ args: argv.slice(2), locale: env.LC_ALL, pid }));
${then}`,
      { mode: 0o755 },
    );
  const seen = (name: string) =>
    JSON.parse(readFileSync(join(dir, name), 'utf8')) as {
      args: string[];
      locale: string;
      pid: number;
    };
  const isAsked = (name: string) => existsSync(join(dir, name));
  return { env: { PATH: join(dir, 'bin') }, seen, isAsked };
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('dialog.mjs', () => {
  test('zenity: yes, and the text is one argument, as it is', async () => {
    const { env, seen, isAsked } = desktop({ zenity: '', kdialog: '' });
    expect(await run('dialog.mjs', [], { env })).toMatchObject({ code: 0, stderr: '' });
    const { args, locale } = seen('zenity');
    expect(args.filter(arg => arg.startsWith('--text='))).toEqual([`--text=${SHOWN}`]);
    expect(args.every(arg => arg.startsWith('--'))).toBe(true);
    for (const option of ['--question', '--no-markup', '--default-cancel'])
      expect(args).toContain(option);
    expect(locale).toBe('C.UTF-8');
    expect(isAsked('kdialog')).toBe(false);
  });

  it.each([
    ['no, or closed', 'process.exitCode = 1', 1, 'a person said no, or closed the question'],
    ['an error', 'process.exitCode = 255', 1, 'not approved'],
    ['words that nobody asked for', "console.log('yes')", 1, 'not approved'],
    ['a crash', "process.kill(process.pid, 'SIGSEGV')", 2, 'zenity was ended by SIGSEGV'],
  ])('zenity: %s', async (_, then, code, why) => {
    const { env, seen } = desktop({ zenity: then });
    const ended = await run('dialog.mjs', [], { env });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(why);
    expect(seen('zenity').args.length).toBeGreaterThan(0);
  });

  test('what the dialog program complains of is passed on', async () => {
    const { env } = desktop({ zenity: "console.error('no display'); process.exitCode = 1" });
    expect((await run('dialog.mjs', [], { env })).stderr).toContain('no display');
  });

  test('kdialog where there is no zenity', async () => {
    const { env, seen } = desktop({ kdialog: "console.log('approve')" });
    expect((await run('dialog.mjs', [], { env })).code).toBe(0);
    expect(seen('kdialog').args).toContain('--radiolist');
  });

  test('kdialog first on KDE', async () => {
    const { env, isAsked } = desktop({ zenity: '', kdialog: "console.log('deny')" });
    const ended = await run('dialog.mjs', [], { env: { ...env, XDG_CURRENT_DESKTOP: 'KDE' } });
    expect(ended.code).toBe(1);
    expect(isAsked('zenity')).toBe(false);
  });

  test('neither is installed: no, and it says so', async () => {
    const { env } = desktop({});
    expect(await run('dialog.mjs', [], { env })).toMatchObject({
      code: 2,
      stderr: 'not approved: not installed: zenity, kdialog\n',
    });
  });

  test('nobody answers in time: no, and the dialog is gone', async () => {
    const { env, seen } = desktop({ zenity: 'setInterval(() => {}, 1000)' });
    const input = JSON.stringify(request(1500));
    const ended = await run('dialog.mjs', [], { env, input });
    expect(ended).toMatchObject({ code: 2, stderr: 'not approved: nobody has answered in time\n' });
    const { pid } = seen('zenity');
    await until(() => !isAlive(pid), 'the end of the dialog');
  });

  it.each([
    ['too late', JSON.stringify(request(-1)), 'does not wait'],
    ['without a time', '{"text":"a"}', 'does not wait'],
    ['no JSON', 'delete it?', 'is not valid JSON'],
    ['nothing', '', 'JSON'],
  ])('asks nobody: %s', async (_, input, why) => {
    const { env, isAsked } = desktop({ zenity: '' });
    const ended = await run('dialog.mjs', [], { env, input });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(why);
    expect(isAsked('zenity')).toBe(false);
  });

  test('waits for years where it must', async () => {
    const { env } = desktop({ zenity: 'setTimeout(() => {}, 300)' });
    const input = JSON.stringify(request(1e12));
    expect(await run('dialog.mjs', [], { env, input })).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the command line', () => {
  const without = ({ args, ...rest }: Dialog, given: string) => ({
    ...rest,
    args: args.filter(arg => arg !== given),
  });

  test('of macOS: the text is an argument of a script that is always the same', () => {
    const [dialog, ...others] = dialogsFor('darwin', HOSTILE, {});
    expect(others).toEqual([]);
    expect(dialog).toMatchObject({ program: '/usr/bin/osascript', yes: 'Approve' });
    const [option, script, shown] = dialog!.args;
    expect([option, shown]).toEqual(['-e', SHOWN]);
    expect(script).toContain('default button "Deny" cancel button "Deny"');
    const [other] = dialogsFor('darwin', 'harmless', {});
    const plain = 'An agent asks for your approval.\n\nharmless';
    expect(without(dialog!, SHOWN)).toEqual(without(other!, plain));
    // What begins with a dash would be an option.
    expect(shown).not.toMatch(/^-/);
  });

  test('of Windows: the text is a variable of a script that is always the same', () => {
    const [dialog, ...others] = dialogsFor('win32', HOSTILE, { SystemRoot: 'D:\\Win', A: 'a' });
    expect(others).toEqual([]);
    expect(dialog!.program).toBe('D:\\Win\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
    expect(dialog!.env).toMatchObject({ A: 'a', APPROVAL_TEXT: SHOWN });
    expect(dialog!.args).toEqual(dialogsFor('win32', 'harmless', {})[0]!.args);
    // A quotation mark would have to be escaped for the command line.
    expect(dialog!.args.join(' ')).not.toContain('"');
    // 256: the second button, No, is the default.
    expect(dialog!.args.at(-1)).toContain(
      '$env:APPROVAL_TEXT, 0, $env:APPROVAL_TITLE, 4 + 48 + 256',
    );
  });

  test('of kdialog: what it makes of the text is the text, wrapped', () => {
    const dialog = dialogsFor('linux', HOSTILE, {})[1]!;
    const label = dialog.args[dialog.args.indexOf('--radiolist') + 1]!;
    const [, html = ''] = /^<p align="left" style="white-space: pre">(.*)<\/p>$/s.exec(label) ?? [];
    // As kdialog reads backslashes, and Qt HTML.
    const parsed = html.replace(/\\(\\|n)/g, (_, c) => (c === 'n' ? '\n' : c));
    expect(parsed).not.toMatch(/<|>|&(?!amp;|lt;|gt;)/);
    const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>' } as Record<string, string>;
    const shown = parsed.replace(/&\w+;/g, entity => entities[entity] ?? entity);
    const lines = shown.split('\n');
    expect(lines.every(line => [...line].length <= 86)).toBe(true);
    expect(shown.replaceAll('\n      ', '')).toBe(SHOWN);
    // Deny is chosen until the person chooses.
    expect(dialog.args.slice(-6)).toEqual([
      'deny',
      'Deny',
      'on',
      'approve',
      'Approve this call',
      'off',
    ]);
  });
});

interface Asked extends Pick<IncomingMessage, 'method' | 'url' | 'headers'> {
  body: string;
}
/** What the service does: a JSON value to reply with, or a whole response; undefined: nothing at all. */
type Reply = { status?: number; headers?: Record<string, string>; body: string } | undefined;
const json = (value: unknown): Reply => ({ body: JSON.stringify(value) });

/** A service on this machine that gives these replies, the last one again and again. */
async function service(...replies: Reply[]) {
  const asked: Asked[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const reply = replies[Math.min(asked.length, replies.length - 1)];
    asked.push({ method, url, headers, body: await text(incoming) });
    if (reply !== undefined)
      outgoing.writeHead(reply.status ?? 200, reply.headers ?? {}).end(reply.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('webhook.mjs', () => {
  test('sends the line as it came, with the token, and takes a yes', async () => {
    const { origin, asked } = await service(json({ approve: true }));
    const input = `{"expiresAt":"${request().expiresAt}","arguments":{"n":10000000000000000001}, "a":"\\u00e9"}`;
    const env = { APPROVAL_WEBHOOK_TOKEN: 's3cret' };
    const ended = await run('webhook.mjs', [`${origin}/ask?x=1`], { env, input });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    // A connection that is kept open would keep the call waiting.
    expect(ended.ms).toBeLessThan(3000);
    expect(asked).toMatchObject([{ method: 'POST', url: '/ask?x=1', body: `${input}\n` }]);
    expect(asked[0]?.headers).toMatchObject({
      authorization: 'Bearer s3cret',
      'content-type': 'application/json',
    });
  });

  test('sends no token where there is none', async () => {
    const { origin, asked } = await service(json({ approve: true }));
    expect((await run('webhook.mjs', [origin])).code).toBe(0);
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
  });

  test('takes a no', async () => {
    const { origin } = await service(json({ approve: false }));
    expect(await run('webhook.mjs', [origin])).toMatchObject({
      code: 1,
      stderr: 'not approved: a person said no, or closed the question\n',
    });
  });

  it.each([
    [true, 0],
    [false, 1],
  ])('asks again until it is answered by %s', async (approve, code) => {
    const wait = json({ status: '/status/7' });
    const { origin, asked } = await service(wait, wait, json({ approve }));
    const env = { APPROVAL_WEBHOOK_TOKEN: 's3cret' };
    expect((await run('webhook.mjs', [`${origin}/ask`], { env })).code).toBe(code);
    const poll = { method: 'GET', url: '/status/7', headers: { authorization: 'Bearer s3cret' } };
    expect(asked).toMatchObject([
      { method: 'POST', url: '/ask', body: expect.stringContaining('expiresAt') },
      poll,
      poll,
    ]);
  });

  it.each<[string, Reply]>([
    ['an error that says yes', { status: 500, body: '{"approve":true}' }],
    ['no JSON', { body: 'yes' }],
    ['nothing', { body: '' }],
    ['a text for a yes', json({ approve: 'true' })],
    ['a number for a yes', json({ approve: 1 })],
    ['null for a yes', json({ approve: null })],
    ['a list', json([{ approve: true }])],
    ['true alone', json(true)],
    ['null alone', json(null)],
    ['other words', json({ approved: true })],
    ['a status that is no text', json({ status: 7 })],
    ['a status that is no URL', json({ status: 'http://' })],
  ])('anything else is a no: %s', async (_, reply) => {
    const { origin, asked } = await service(reply);
    const ended = await run('webhook.mjs', [origin]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^not approved: ./);
    expect(asked).toHaveLength(1);
  });

  test('follows nobody elsewhere', async () => {
    const other = await service(json({ approve: true }));
    const moved = await service({ status: 307, headers: { location: other.origin }, body: '' });
    expect((await run('webhook.mjs', [moved.origin])).code).toBe(2);
    const leading = await service(json({ status: `${other.origin}/status` }));
    const ended = await run('webhook.mjs', [leading.origin]);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('leads elsewhere') });
    expect([moved.asked.length, leading.asked.length, other.asked.length]).toEqual([1, 1, 0]);
  });

  it.each<[string, Reply]>([
    ['no reply', undefined],
    ['a reply without an answer, again and again', json({ status: '/' })],
  ])('nobody answers in time: %s', async (_, reply) => {
    const { origin } = await service(reply);
    const ended = await run('webhook.mjs', [origin], { input: JSON.stringify(request(2500)) });
    expect(ended).toMatchObject({ code: 2, stderr: 'not approved: nobody has answered in time\n' });
    expect(ended.ms).toBeLessThan(10_000);
  });

  test('the service is away: no', async () => {
    const ended = await run('webhook.mjs', ['http://127.0.0.1:1/']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^not approved: fetch failed: ./);
  });

  it.each([
    ['http://example.com/'],
    ['http://127.0.0.1.example.com/'],
    ['http://localhost.example.com/'],
    ['http://example.com#@localhost/'],
    ['http://10.0.0.1/'],
    ['http://0.0.0.0/'],
    ['https://you:secret@example.com/'],
    ['http://you@localhost/'],
    ['ftp://localhost/'],
    ['localhost:8080'],
    [''],
  ])('refuses %s', async url => {
    const ended = await run('webhook.mjs', [url]);
    expect(ended).toMatchObject({
      code: 2,
      stderr:
        'not approved: expected a URL with https, or http to this machine, and no password in it\n',
    });
  });

  it.each([
    ['http://localhost:1/'],
    ['http://[::1]:1/'],
    ['http://127.1.2.3:1/'],
    ['https://localhost:1/'],
  ])('takes %s', async url => {
    expect((await run('webhook.mjs', [url])).stderr).toMatch(/^not approved: fetch failed/);
  });
});

describe('policy.json', () => {
  const file = join(folder, 'policy.test.yaml');
  it('decides as its tests say', async () => {
    const parsed = await parseTestFile(file, readText(file));
    if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
    const { policies } = await loadPolicies(policiesOf(file, parsed.file.policies));
    const results = runTests(parsed.file, policies);
    expect(results.filter(({ failure }) => failure !== null)).toEqual([]);
    expect(results.length).toBeGreaterThan(4);
  });

  it('and every snippet of the README can be used', async () => {
    const page = readFileSync(join(folder, 'README.md'), 'utf8');
    const snippets = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => json);
    const policies = snippets.filter(json => json.includes('"approval"'));
    expect(policies).toHaveLength(3);
    for (const [i, snippet] of policies.entries()) {
      const document = { version: '1', default: 'deny', ...(JSON.parse(snippet) as object) };
      const source = { name: `${i}`, text: JSON.stringify(document), format: 'json' as const };
      await expect(loadPolicies([source])).resolves.toBeDefined();
    }
  });
});
