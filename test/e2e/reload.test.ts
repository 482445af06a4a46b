// A policy that changes while the wrapper runs: the next call is judged by it, and nothing is lost.
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { echoing, start, textOf, toolCall, until, type Wrapped } from '../support/lines.ts';
import { bin, cleanEnv, launch, logRows, tempDir } from '../support/wrapper.ts';

/** A policy that allows these tools and nothing else. */
const allowing = (...tools: string[]) => ({
  version: '1',
  default: 'deny',
  tools: Object.fromEntries(tools.map(tool => [tool, {}])),
});

interface Rules {
  wrapped: Wrapped;
  home: string;
  /** A file of the configuration folder. */
  at: (name: string) => string;
  save: (name: string, document: unknown) => void;
  /** The names of the tools whose calls reached the server. */
  calls: () => string[];
}

/** The echoing server `srv` with these policies, by file name. */
function running(files: Record<string, unknown>, options: readonly string[] = []): Rules {
  const home = tempDir();
  const at = (name: string) => join(home, 'config/policies', name);
  const save = (name: string, document: unknown) => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), typeof document === 'string' ? document : JSON.stringify(document));
  };
  for (const [name, document] of Object.entries(files)) save(name, document);
  const { setup, calls } = echoing({
    home,
    options: ['--server', 'srv', '--approval-timeout', '1s', ...options],
  });
  return { wrapped: start(setup), home, at, save, calls };
}

/** What the next call of each tool comes to. */
async function passes({ wrapped }: Rules, ...tools: string[]): Promise<boolean[]> {
  // Two looks are a millisecond apart, however fast a client is.
  await sleep(5);
  const replies = await Promise.all(tools.map(tool => wrapped.call(tool)));
  return replies.map(reply => !textOf(reply).startsWith('[POLICY DENIED]'));
}

const said = ({ wrapped }: Rules, text: string) =>
  until(
    () => wrapped.stderr().includes(text),
    () => `${text} in\n${wrapped.stderr()}`,
  );
const countOf = (text: string, part: string) => text.split(part).length - 1;

describe('a saved file counts for the next call', () => {
  const [old, next] = [JSON.stringify(allowing('a')), JSON.stringify(allowing('b'))];
  const link = (target: string, path: string) => {
    symlinkSync(target, `${path}.new`);
    renameSync(`${path}.new`, path);
  };
  const WAYS: [string, (file: string) => void, ((file: string) => void)?][] = [
    ['written in place', file => writeFileSync(file, next)],
    [
      'renamed over it',
      file => {
        writeFileSync(`${file}.tmp`, next);
        renameSync(`${file}.tmp`, file);
      },
    ],
    [
      'removed and made anew',
      file => {
        rmSync(file);
        writeFileSync(file, next);
      },
    ],
    [
      'of the same size and age',
      file => {
        writeFileSync(file, next);
        utimesSync(file, 1e9, 1e9);
      },
      file => utimesSync(file, 1e9, 1e9),
    ],
    [
      'behind a link that leads elsewhere',
      file => {
        writeFileSync(`${file}.2`, next);
        link(`${file}.2`, file);
      },
      file => {
        renameSync(file, `${file}.1`);
        link(`${file}.1`, file);
      },
    ],
    [
      'behind a link, whose target is written',
      file => writeFileSync(`${file}.1`, next),
      file => {
        renameSync(file, `${file}.1`);
        link(`${file}.1`, file);
      },
    ],
    [
      'in a folder behind a link, as Kubernetes does',
      file => {
        const folder = dirname(file);
        mkdirSync(`${folder}-2`);
        writeFileSync(join(`${folder}-2`, 'srv.json'), next);
        link(`${folder}-2`, join(folder, '..data'));
      },
      file => {
        const folder = dirname(file);
        mkdirSync(`${folder}-1`);
        renameSync(file, join(`${folder}-1`, 'srv.json'));
        link(`${folder}-1`, join(folder, '..data'));
        symlinkSync('..data/srv.json', file);
      },
    ],
    ['under another extension', file => renameOver(file, file.replace('.json', '.yaml'), next)],
  ];
  function renameOver(from: string, to: string, text: string): void {
    renameSync(from, to);
    writeFileSync(to, text);
  }

  test.each(WAYS)('%s', async (_, save, prepare = () => {}) => {
    const home = tempDir();
    const file = join(home, 'config/policies/srv.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, old);
    prepare(file);
    const { setup, calls } = echoing({ home, options: ['--server', 'srv'] });
    const rules = { wrapped: start(setup), home, at: () => file, save: () => {}, calls };
    expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
    save(file);
    expect(await passes(rules, 'a', 'b')).toEqual([false, true]);
    expect(countOf(rules.wrapped.stderr(), 'policy reloaded: ')).toBe(1);
    expect(calls()).toEqual(['a', 'b']);
  });

  test('given by --policy', async () => {
    const home = tempDir();
    const file = join(home, 'given.yaml');
    writeFileSync(file, 'version: "1"\ndefault: deny\ntools: { a: {} }\n');
    const options = ['--policy', file, '--policy', 'preset:recommended'];
    const { setup } = echoing({ home, options });
    const wrapped = start(setup);
    const rules = { wrapped, home, at: () => file, save: () => {}, calls: () => [] };
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([false, false]);
    writeFileSync(file, 'version: "1"\ndefault: deny\ntools: { get_b: {} }\n');
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([false, true]);
  });

  test('right behind the last look, before the client ends its input', async () => {
    const rules = running({ 'srv.json': allowing('a') });
    expect(await passes(rules, 'a')).toEqual([true]);
    rules.save('srv.json', allowing('b'));
    await sleep(5);
    rules.wrapped.send(toolCall(1, 'a'), toolCall(2, 'b'));
    rules.wrapped.child.stdin?.end();
    expect(textOf(await rules.wrapped.reply(1))).toContain('[POLICY DENIED]');
    expect(textOf(await rules.wrapped.reply(2))).toBe('did b');
    expect(await rules.wrapped.ended).toBe(0);
  });

  test('while the client is silent', async () => {
    const rules = running({ 'srv.json': allowing('a') });
    await said(rules, 'srv: ');
    rules.save('srv.json', allowing('b'));
    await said(rules, `policy reloaded: ${rules.at('srv.json')}`);
    expect(rules.wrapped.received).toEqual([]);
  });
});

test('counters, the session and what is in flight go on', async () => {
  const limited = (reason: string) => ({
    ...allowing(),
    tools: {
      grant: { reason, limits: [{ max: 3, window: 'hour' }] },
      mine: { reason, limits: [{ max: 3, window: 'hour', scope: 'session' }] },
    },
  });
  const rules = running({ 'srv.json': limited('one') });
  for (let i = 0; i < 2; i++) expect(await passes(rules, 'grant', 'mine')).toEqual([true, true]);
  rules.save('srv.json', limited('two'));
  expect(await passes(rules, 'grant', 'mine')).toEqual([true, true]);
  expect(await passes(rules, 'grant', 'mine')).toEqual([false, false]);
  rules.save('srv.json', limited('three'));
  expect(await passes(rules, 'grant', 'mine')).toEqual([false, false]);

  const rows = await logRows(rules.home);
  expect(new Set(rows.map(({ session }) => session)).size).toBe(1);
  const hashes = rows.map(({ policy }) => policy);
  const reloads = rows.filter(({ method }) => method === '(policy)');
  expect(reloads).toMatchObject([
    { effect: 'allow', subject: rules.at('srv.json'), layer: 'policy', reason: null },
    { effect: 'allow', subject: rules.at('srv.json'), layer: 'policy', reason: null },
  ]);
  // Four calls under the first rules; the row of a reload is the first of its hash.
  expect(hashes.slice(0, 4)).toEqual(Array(4).fill(hashes[0]));
  expect(rows.map(({ method }) => method).indexOf('(policy)')).toBe(4);
  expect(hashes.slice(4, 9)).toEqual(Array(5).fill(reloads[0]?.policy));
  expect(new Set(hashes).size).toBe(3);
});

describe('a file that cannot be used', () => {
  const BAD: [string, string | Buffer, RegExp][] = [
    [
      'with problems',
      '{ "version": "1",\n  "default": "maybe",\n  "tols": {} }',
      /srv\.json:2:14: [^\n]+\n(?:.*\n)*.*srv\.json:3:3: /,
    ],
    ['half of it', '{ "version": "1", "default": "al', /srv\.json:1:\d+: /],
    ['empty', '', /srv\.json:\d+:\d+: /],
    ['no text', Buffer.from([0x7b, 0xff]), /srv\.json: it is no UTF-8 text/],
  ];
  test.each(BAD)(
    '%s: the old rules stay, it is said, and the next one counts',
    async (_, text, problem) => {
      const rules = running({ 'srv.json': allowing('a') });
      expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
      writeFileSync(rules.at('srv.json'), text);
      expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
      const header = `policy not reloaded, its old rules stay in force: ${rules.at('srv.json')}`;
      expect(rules.wrapped.stderr()).toMatch(problem);
      expect(countOf(rules.wrapped.stderr(), header)).toBe(1);
      rules.save('srv.json', allowing('b'));
      expect(await passes(rules, 'a', 'b')).toEqual([false, true]);

      const rows = (await logRows(rules.home)).filter(({ method }) => method === '(policy)');
      expect(rows).toMatchObject([
        { effect: 'deny', reason: expect.stringMatching(/^the old rules stay in force: /) },
        { effect: 'allow', reason: null },
      ]);
      expect(rows[0]?.policy).not.toBe(rows[1]?.policy);
    },
  );

  test('is not spoken of again, however often it is looked at', async () => {
    const rules = running({ 'srv.json': allowing('a') });
    expect(await passes(rules, 'a')).toEqual([true]);
    for (const text of ['{', Buffer.from([0xff])]) {
      writeFileSync(rules.at('srv.json'), text);
      expect(await passes(rules, 'a')).toEqual([true]);
      // Two looks of the timer at least.
      await sleep(2500);
      expect(await passes(rules, 'a')).toEqual([true]);
    }
    expect(countOf(rules.wrapped.stderr(), 'policy not reloaded')).toBe(2);
  });

  test('and is put back is said to be in force', async () => {
    const rules = running({ 'srv.json': allowing('a') });
    expect(await passes(rules, 'a')).toEqual([true]);
    rules.save('srv.json', '{');
    expect(await passes(rules, 'a')).toEqual([true]);
    rules.save('srv.json', allowing('a'));
    await said(rules, `policy as it was again: ${rules.at('srv.json')}`);
    expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
  });

  test('keeps no other one out', async () => {
    const rules = running({ 'srv.json': allowing('a', 'b'), '_all.json': allowing('a', 'b') });
    expect(await passes(rules, 'a', 'b')).toEqual([true, true]);
    rules.save('srv.json', '{');
    rules.save('_all.json', allowing('a'));
    expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
    await said(rules, `policy reloaded: ${rules.at('_all.json')}`);
    await said(rules, `policy not reloaded, its old rules stay in force: ${rules.at('srv.json')}`);
  });

  test('is taken on when another one has changed to fit', async () => {
    const counting = (kind: string, max: number) => ({
      ...{ version: '1', default: 'allow' },
      tools: { a: { limits: [{ counter: 'shared', kind, max, window: 'day' }] } },
    });
    const files = ['srv.json', '_all.json'] as const;
    const rules = running(Object.fromEntries(files.map(name => [name, counting('sliding', 9)])));
    expect(await passes(rules, 'a')).toEqual([true]);
    rules.save('srv.json', counting('fixed', 0));
    expect(await passes(rules, 'a')).toEqual([true]);
    await said(rules, 'counter `shared`');
    rules.save('_all.json', counting('fixed', 9));
    expect(await passes(rules, 'a')).toEqual([false]);
    const both = files.map(name => rules.at(name)).join(' + ');
    await said(rules, `policy reloaded: ${both}`);
    expect(countOf(rules.wrapped.stderr(), 'not reloaded')).toBe(1);
  });

  test('a second file for the server', async () => {
    const rules = running({ 'srv.json': allowing('a') });
    expect(await passes(rules, 'a')).toEqual([true]);
    rules.save('srv.yml', allowing('b'));
    expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
    await said(rules, 'there are several policies for srv');
    rmSync(rules.at('srv.json'));
    expect(await passes(rules, 'a', 'b')).toEqual([false, true]);
  });
});

test('the log tells of it', async () => {
  const rules = running({ 'srv.json': allowing('a') });
  expect(await passes(rules, 'a')).toEqual([true]);
  rules.save('srv.json', '{');
  expect(await passes(rules, 'a')).toEqual([true]);
  rules.save('srv.json', allowing('b'));
  expect(await passes(rules, 'a')).toEqual([false]);
  const { stdout } = await promisify(execFile)(process.execPath, [bin, 'log'], {
    env: cleanEnv(rules.home),
  });
  const file = rules.at('srv.json');
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/ allowed {3}srv {2}a {2}/),
    expect.stringContaining(`  kept      srv  ${file}  the old rules stay in force: ${file}:1:2: `),
    expect.stringMatching(/ allowed {3}srv {2}a {2}/),
    expect.stringMatching(/ reloaded {2}srv {2}\S+srv.json$/),
    expect.stringMatching(/ denied {4}srv {2}a {2}/),
  ]);
});

describe('a file that goes', () => {
  test.each([['srv.json'], ['_all.json']])('%s: its rules stay until it is back', async name => {
    const other = name === 'srv.json' ? '_all.json' : 'srv.json';
    const rules = running({
      [name]: allowing('get_a'),
      [other]: { version: '1', default: 'allow' },
    });
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([true, false]);
    rmSync(rules.at(name));
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([true, false]);
    await said(rules, 'the file is gone');
    rules.save(other, { version: '1', default: 'allow', tools: { get_a: { action: 'deny' } } });
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([false, false]);
    rules.save(name, { version: '1', default: 'allow' });
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([false, true]);
  });

  test('the whole folder', async () => {
    const rules = running({ 'srv.json': allowing('get_a') });
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([true, false]);
    rmSync(dirname(rules.at('srv.json')), { recursive: true });
    expect(await passes(rules, 'get_a', 'get_b')).toEqual([true, false]);
  });
});

describe('a file that comes', () => {
  test("the server's own, instead of the preset", async () => {
    const rules = running({});
    expect(await passes(rules, 'get_a', 'delete_all')).toEqual([true, false]);
    rules.save('srv.yaml', 'version: "1"\ndefault: deny\ntools: { delete_all: {} }\n');
    expect(await passes(rules, 'get_a', 'delete_all')).toEqual([false, true]);
    await said(rules, `policy reloaded: ${rules.at('srv.yaml')}, instead of preset:recommended`);
  });

  test('_all, as a further layer', async () => {
    const rules = running({ 'srv.json': allowing('a', 'b') });
    expect(await passes(rules, 'a', 'b')).toEqual([true, true]);
    rules.save('_all.yml', allowing('a'));
    expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
    const rows = await logRows(rules.home);
    expect(rows.find(({ method }) => method === '(policy)')).toMatchObject({
      ...{ effect: 'allow', layer: '_all', reason: 'a further layer' },
      subject: rules.at('_all.yml'),
    });
  });
});

test('a policy that asks for counters and a record gets them, where none was open', async () => {
  const off = { ...allowing('a'), audit: 'off' };
  const rules = running({ 'srv.json': off });
  expect(await passes(rules, 'a', 'b')).toEqual([true, false]);
  expect(await logRows(rules.home)).toEqual([]);
  rules.save('srv.json', { ...allowing(), tools: { a: { rate_limit: '2/minute' } } });
  for (const pass of [true, true, false]) expect(await passes(rules, 'a')).toEqual([pass]);
  rules.save('srv.json', off);
  expect(await passes(rules, 'a', 'a', 'a')).toEqual([true, true, true]);
  const rows = await logRows(rules.home);
  expect(rows.map(({ subject, effect }) => [subject, effect])).toEqual([
    [rules.at('srv.json'), 'allow'],
    ['a', 'allow'],
    ['a', 'allow'],
    ['a', 'rate_limit'],
    [rules.at('srv.json'), 'allow'],
  ]);
});

test('many quick saves: every call is judged by one of them, at last by the last', async () => {
  const rules = running({ 'srv.json': allowing('even') });
  expect(await passes(rules, 'even', 'odd')).toEqual([true, false]);
  const saving = (async () => {
    for (let i = 1; i <= 201; i++) {
      rules.save('srv.json', allowing(i % 2 === 0 ? 'even' : 'odd', `n${i}`));
      await sleep(3);
    }
  })();
  const ids = Array.from({ length: 200 }, (_, i) => i);
  for (const id of ids) {
    rules.wrapped.send(toolCall(`e${id}`, 'even'), toolCall(`o${id}`, 'odd'));
    await sleep(2);
  }
  await saving;
  for (const id of ids) {
    const both = [await rules.wrapped.reply(`e${id}`), await rules.wrapped.reply(`o${id}`)];
    // One write may be two reads, so the rules may change between them; both allow just one.
    expect(both.map(textOf).every(text => /^did |^\[POLICY DENIED\] /.test(text))).toBe(true);
  }
  let last: boolean[] = [];
  for (let i = 0; i < 1000 && last[2] !== true; i++)
    last = await passes(rules, 'even', 'odd', 'n201');
  // The last one may have come in force between these calls.
  expect(await passes(rules, 'even', 'odd', 'n201')).toEqual([false, true, true]);
});

test('in the middle of 1,000 pipelined calls each is judged once, in order, none is lost', async () => {
  const rules = running({ 'srv.json': allowing('old') });
  await rules.wrapped.call('old');
  const calls = Array.from({ length: 1000 }, (_, i) => toolCall(i, i % 2 === 0 ? 'old' : 'new'));
  for (let i = 0; i < calls.length; i += 20) {
    rules.wrapped.send(...calls.slice(i, i + 20));
    if (i % 100 === 0) await sleep(1);
    if (i === 500) {
      rules.save('srv.json', allowing('new'));
      await sleep(5);
    }
  }
  const replies = await Promise.all(calls.map(({ id }) => rules.wrapped.reply(id)));
  // By which rules each was judged.
  const judged = replies.map((reply, i) => {
    const passed = textOf(reply) === `did ${i % 2 === 0 ? 'old' : 'new'}`;
    if (!passed) expect(textOf(reply)).toContain('[POLICY DENIED]');
    return passed === (i % 2 === 0) ? 'old' : 'new';
  });
  const switched = judged.indexOf('new');
  expect(switched).toBeGreaterThan(0);
  expect(judged).toEqual(judged.map((_, i) => (i < switched ? 'old' : 'new')));
  expect(judged.slice(520)).toEqual(Array(480).fill('new'));
  expect(rules.wrapped.received).toHaveLength(1001);
  const allowed = calls.filter((_, i) => i < switched === (i % 2 === 0));
  expect(rules.calls().slice(1)).toEqual(allowed.map(({ params }) => params.name));
});

test('what a shell hands over as a pipe is read once', async () => {
  const home = tempDir();
  const { setup } = echoing({ home, options: ['--server', 'srv'] });
  const [program = '', ...rest] = setup.args;
  const policy = join(home, 'given.json');
  writeFileSync(policy, JSON.stringify(allowing('a', 'b')));
  const split = rest.indexOf('--');
  const quoted = (args: string[]) => args.map(arg => `'${arg}'`).join(' ');
  const line = `exec ${quoted([setup.command, program, ...rest.slice(0, split)])} --policy <(cat '${policy}') ${quoted(rest.slice(split))}`;
  const wrapped = start({ command: 'bash', args: ['-c', line], env: setup.env });
  const at = (name: string) => join(home, 'config/policies', name);
  const rules = { wrapped, home, at, save: () => {}, calls: () => [] };
  expect(await passes(rules, 'a', 'b')).toEqual([true, true]);
  mkdirSync(dirname(at('_all.json')), { recursive: true });
  writeFileSync(at('_all.json'), JSON.stringify(allowing('b')));
  expect(await passes(rules, 'a', 'b')).toEqual([false, true]);
  expect(wrapped.stderr()).not.toContain('not reloaded');
});

test('a file that is only touched is not spoken of, and looking keeps no process alive', async () => {
  const file = join(tempDir(), 'policy.json');
  writeFileSync(file, JSON.stringify(allowing('a')));
  const wrapped = start(
    launch(['node', '-e', 'setTimeout(() => {}, 3500)'], { options: ['--policy', file] }),
  );
  await sleep(1500);
  utimesSync(file, new Date(), new Date());
  expect(await wrapped.ended).toBe(0);
  expect(wrapped.stderr().trim().split('\n')).toHaveLength(1);
  expect(readFileSync(file, 'utf8')).toBe(JSON.stringify(allowing('a')));
});
