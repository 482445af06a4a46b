// Requests as they come, and what a key means when.
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { SETTLE_MS, Watching } from '../../src/terminal/watching.ts';
import { entry, NOW } from '../support/requests.ts';

const chalk = new Chalk({ level: 0 });
const watcher = (change: object = {}) =>
  new Watching({ asks: true, server: undefined, columns: () => undefined, chalk, ...change });
const a = entry({}, { id: 'AAAAAAAA' });
const b = entry({}, { id: 'BBBBBBBB' });
const ids = (lines: string[]) =>
  lines.flatMap(line => /^request (\w+) waits/.exec(line)?.[1] ?? []);

describe('at a terminal', () => {
  test('one request is shown at a time, and asked about once it has settled', () => {
    const watching = watcher();
    expect(ids(watching.look([a, b], NOW))).toEqual(['AAAAAAAA']);
    expect(watching.look([a, b], NOW + SETTLE_MS - 1)).toEqual([]);
    expect(watching.look([a, b], NOW + SETTLE_MS)).toEqual([
      '1 more waits behind it',
      'y approve once, n deny, s skip, q quit',
    ]);
    expect(watching.look([a, b], NOW + SETTLE_MS + 1)).toEqual([]);
  });

  test('a key before that answers nothing: it was meant for another', () => {
    const watching = watcher();
    watching.look([a], NOW);
    expect(watching.press('y')).toBeUndefined();
    const denied = entry({ standing: 'denied' }, { id: 'AAAAAAAA' });
    watching.look([a], NOW + SETTLE_MS);
    const lines = watching.look([denied, b], NOW + SETTLE_MS);
    expect(lines[0]).toBe('request AAAAAAAA was denied');
    expect(ids(lines)).toEqual(['BBBBBBBB']);
    expect(watching.press('y')).toBeUndefined();
    watching.look([denied, b], NOW + 2 * SETTLE_MS);
    expect(watching.press('y')).toMatchObject({ kind: 'answer', request: { id: 'BBBBBBBB' } });
    expect(watching.press('y')).toBeUndefined();
  });

  test.each([
    ['y', {}, { yes: true, lasts: false }],
    ['n', {}, { yes: false, lasts: false }],
    ['a', { remember: 'session' as const }, { yes: true, lasts: true }],
    ['a', {}, undefined],
    ['a', { remember: 900_000, arguments: `{"x":"${'x'.repeat(500)}"}` }, undefined],
    ['y', { via: ['command' as const] }, undefined],
    ['a', { via: ['command' as const], remember: 900_000 }, undefined],
    ['n', { via: ['command' as const] }, { yes: false, lasts: false }],
    ['\r', {}, undefined],
  ])('%j of %j: %j', (key, of, answer) => {
    const watching = watcher();
    const one = entry({}, of);
    watching.look([one], NOW);
    watching.look([one], NOW + SETTLE_MS);
    const pressed = watching.press(key);
    expect(pressed?.kind === 'answer' ? pressed.answer : undefined).toEqual(
      answer && { by: 'a terminal', note: null, ...answer },
    );
  });

  test('what is skipped is not asked again', () => {
    const watching = watcher();
    watching.look([a, b], NOW);
    watching.look([a, b], NOW + SETTLE_MS);
    expect(watching.press('s')).toEqual({ kind: 'skip' });
    expect(ids(watching.look([a, b], NOW + SETTLE_MS))).toEqual(['BBBBBBBB']);
    watching.look([a], NOW + 2 * SETTLE_MS);
    expect(watching.look([a], NOW + 3 * SETTLE_MS)).toEqual([]);
  });

  test('q ends at any time', () => expect(watcher().press('q')).toEqual({ kind: 'quit' }));
});

test('without a terminal all are shown, their ends are told, and no key counts', () => {
  const watching = watcher({ asks: false });
  expect(ids(watching.look([a, b], NOW))).toEqual(['AAAAAAAA', 'BBBBBBBB']);
  expect(watching.look([a, b], NOW + SETTLE_MS)).toEqual([]);
  expect(watching.press('y')).toBeUndefined();
  expect(watching.look([b], NOW + SETTLE_MS)).toEqual([
    'request AAAAAAAA is gone: the state file does not have it any more',
  ]);
});

test('requests of other servers, and those that do not wait, are left out', () => {
  const watching = watcher({ server: 'other' });
  const late = entry({ standing: 'expired' }, { server: 'other' });
  expect(watching.look([a, late], NOW)).toEqual([]);
});
