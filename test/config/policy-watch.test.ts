// Noticing that a policy's files say something else: when, and that no half of a file counts.
import { appendFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPolicies } from '../../src/config/policy-files.ts';
import { PolicyWatch } from '../../src/config/policy-watch.ts';
import { tempDir } from '../support/wrapper.ts';

function watching(given: readonly string[] = [], files: Record<string, string> = {}) {
  const home = tempDir();
  const at = (name: string) => join(home, name);
  for (const folder of ['config/policies', 'machine']) mkdirSync(at(folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  /** `step`: how long each look takes. */
  const clock = { now: 0, step: 0 };
  const found = findPolicies('srv', given.map(at), {
    config: at('config'),
    machine: at('machine'),
  });
  const watch = new PolicyWatch(found.layers, () => {
    clock.now += clock.step;
    return clock.now;
  });
  /** What has changed, where a look says that something has. */
  const change = async () => {
    clock.now += 10;
    if (!watch.look(false)) return undefined;
    return (await watch.settled())?.map(({ index, reading }) => [
      index,
      reading.kind === 'source' ? reading.source.text : reading.kind,
    ]);
  };
  const looks = () => {
    clock.now += 10;
    return watch.look(false);
  };
  return { at, clock, watch, change, looks };
}

test.each([
  ['config/policies/srv.json', 0],
  ['config/policies/srv.yml', 0],
  ['config/policies/_all.yaml', 1],
  ['machine/policy.json', 2],
])('%s comes, changes, is touched and goes', async (name, index) => {
  const { at, change } = watching();
  expect(await change()).toBeUndefined();
  writeFileSync(at(name), 'one');
  expect(await change()).toEqual([[index, 'one']]);
  expect(await change()).toBeUndefined();
  writeFileSync(at(name), 'two');
  expect(await change()).toEqual([[index, 'two']]);
  utimesSync(at(name), 1, 1);
  expect(await change()).toBeUndefined();
  rmSync(at(name));
  expect(await change()).toEqual([[index, 'nothing']]);
  expect(await change()).toBeUndefined();
});

test('files of other servers and other folders are not looked at', async () => {
  const { at, change } = watching(['given.json'], { 'given.json': 'given' });
  for (const name of ['config/policies/srv.json', 'config/policies/other.json', 'srv.json'])
    writeFileSync(at(name), 'other');
  expect(await change()).toBeUndefined();
  writeFileSync(at('given.json'), 'else');
  expect(await change()).toEqual([[0, 'else']]);
});

test('a link that leads nowhere is a problem, not an absent file', async () => {
  const { at, change } = watching();
  symlinkSync(at('nowhere'), at('config/policies/_all.json'));
  expect(await change()).toEqual([[1, 'problem']]);
  expect(await change()).toBeUndefined();
  writeFileSync(at('nowhere'), 'now');
  expect(await change()).toEqual([[1, 'now']]);
});

test('a folder or a device in the place of a file is a problem', async () => {
  const { at, change } = watching([], { 'config/policies/srv.json': 'one' });
  rmSync(at('config/policies/srv.json'));
  mkdirSync(at('config/policies/srv.json'));
  expect(await change()).toEqual([[0, 'problem']]);
  rmSync(at('config/policies/srv.json'), { recursive: true });
  symlinkSync('/dev/zero', at('config/policies/srv.json'));
  // The same kind of problem: there is nothing new to say.
  expect(await change()).toBeUndefined();
});

test('what was saved between the first reading and the first look is seen', async () => {
  const { at, change } = watching([], { 'config/policies/srv.json': 'one' });
  writeFileSync(at('config/policies/srv.json'), 'two');
  expect(await change()).toEqual([[0, 'two']]);
});

test('half of a file is not the file, though it would be a policy', async () => {
  const { at, watch, looks } = watching([], { 'config/policies/srv.yaml': 'old' });
  const file = at('config/policies/srv.yaml');
  expect(looks()).toBe(false);
  writeFileSync(file, 'default: allow\n');
  expect(looks()).toBe(true);
  const settled = watch.settled();
  for (const [ms, line] of [
    [15, 'tools:\n'],
    [35, '  a: { action: deny }\n'],
  ] as const)
    setTimeout(() => appendFileSync(file, line), ms);
  const changed = await settled;
  expect(changed).toMatchObject([
    { reading: { source: { text: 'default: allow\ntools:\n  a: { action: deny }\n' } } },
  ]);
});

test('a file that is never still is left alone for a while', async () => {
  const { at, watch, clock, looks } = watching([], { 'config/policies/srv.yaml': 'old' });
  const grow = () => appendFileSync(at('config/policies/srv.yaml'), 'more\n');
  grow();
  const timer = setInterval(grow, 10);
  try {
    expect(looks()).toBe(true);
    expect(await watch.settled()).toBeUndefined();
    expect(looks()).toBe(false);
    clock.now += 1000;
    expect(looks()).toBe(true);
  } finally {
    clearInterval(timer);
  }
});

test('a change back before all is still is none', async () => {
  const { at, watch, looks } = watching([], { 'config/policies/srv.yaml': 'old' });
  writeFileSync(at('config/policies/srv.yaml'), 'new');
  expect(looks()).toBe(true);
  writeFileSync(at('config/policies/srv.yaml'), 'old');
  expect(await watch.settled()).toEqual([]);
  expect(looks()).toBe(false);
});

test('two looks are a millisecond apart, but for the careful ones', () => {
  const { at, watch, clock } = watching([], { 'config/policies/srv.yaml': 'old' });
  expect(watch.look(false)).toBe(false);
  writeFileSync(at('config/policies/srv.yaml'), 'new');
  clock.now += 0.9;
  expect(watch.look(false)).toBe(false);
  expect(watch.look(true)).toBe(true);
  clock.now += 0.9;
  expect(watch.look(false)).toBe(false);
  clock.now += 0.2;
  expect(watch.look(false)).toBe(true);
});

test.each([
  [1, true],
  [2, false],
])('after %i slow looks the next one is not put off: %s', (slow, sees) => {
  const { at, watch, clock } = watching([], { 'config/policies/srv.yaml': 'old' });
  clock.step = 50;
  for (let i = 0; i < slow; i++) expect(watch.look(true)).toBe(false);
  clock.step = 0;
  writeFileSync(at('config/policies/srv.yaml'), 'new');
  clock.now += 100;
  expect(watch.look(true)).toBe(sees);
  clock.now += 5000;
  expect(watch.look(true)).toBe(true);
});
