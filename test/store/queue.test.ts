// Requests in the state file, answered beside a wrapper.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/approval/request.ts';
import { StoredApprovals } from '../../src/store/approvals.ts';
import { loadDriver } from '../../src/store/driver.ts';
import { answerRequest, queueReader, readQueue, revoke } from '../../src/store/queue.ts';
import { openState } from '../../src/store/schema.ts';
import { entry, NOW, request } from '../support/requests.ts';
import { tempDir } from '../support/wrapper.ts';

const yes: Answer = { yes: true, by: 'a terminal', note: null, lasts: false };
const now = () => NOW + 1000;

/** A state file with these requests. */
function withRequests(...entries: ReturnType<typeof entry>[]): string {
  const file = join(tempDir(), 'state.db');
  const database = openState(loadDriver(), file);
  const table = new StoredApprovals(database);
  for (const one of entries) table.put(one);
  database.close();
  return file;
}

const standing = (file: string) => readQueue(file, table => table.get('ABCD2345')?.standing);

test('an answer is written, once', () => {
  const file = withRequests(entry());
  const { before, after, at } = answerRequest(file, request(), yes, now);
  expect([before.standing, after.standing, at]).toEqual(['waiting', 'approved', NOW + 1000]);
  expect(standing(file)).toBe('approved');
  expect(() => answerRequest(file, request(), yes, now)).toThrow('was approved at');
});

test('what was not shown is not answered', () => {
  const file = withRequests(entry({}, { key: 'another', arguments: '{"name":"b"}' }));
  expect(() => answerRequest(file, request(), yes, now)).toThrow('there is no request');
  expect(standing(file)).toBe('waiting');
});

test('the time counts at which it is written, and nothing is where it is refused', () => {
  const file = withRequests(entry({}, { remember: 900_000 }));
  const late = { ...yes, lasts: true };
  expect(() => answerRequest(file, request(), late, () => NOW + 700_000)).toThrow('ran out');
  expect(standing(file)).toBe('waiting');
  expect(readQueue(file, table => table.allRemembered())).toEqual([]);
});

test('remembered answers are forgotten by number, or all', () => {
  const file = withRequests(
    ...['A', 'B', 'C'].map(id => entry({}, { id, key: id, remember: 'session' })),
  );
  for (const id of ['A', 'B', 'C'])
    answerRequest(file, request({ id, key: id }), { ...yes, lasts: true }, now);
  expect(revoke(file, [2, 9]).map(({ key }) => key)).toEqual(['B']);
  expect(revoke(file, [2])).toEqual([]);
  expect(revoke(file, 'all').map(({ key }) => key)).toEqual(['A', 'C']);
  expect(readQueue(file, table => table.allRemembered())).toEqual([]);
});

test('a reader has what there is now, and reads again only what has changed', () => {
  const file = withRequests(entry(), entry({}, { id: 'BCDE3456', key: 'b' }));
  const read = queueReader(file);
  const [first, second] = read();
  expect([first?.request.id, second?.request.id]).toEqual(['ABCD2345', 'BCDE3456']);
  answerRequest(file, request(), yes, now);
  const again = read();
  expect(again.map(one => one.standing)).toEqual(['approved', 'waiting']);
  expect(again[1]).toBe(second);
  rmSync(file);
  expect(read()).toEqual([]);
});

describe('a state file', () => {
  test('that is not there is not made', () => {
    const file = join(tempDir(), 'state.db');
    expect(readQueue(file, table => table.all())).toBeUndefined();
    expect(revoke(file, 'all')).toEqual([]);
    expect(() => answerRequest(file, request(), yes, now)).toThrow('there is no request');
    expect(existsSync(file)).toBe(false);
  });

  test('that is being made has nothing yet', () => {
    const file = join(tempDir(), 'state.db');
    writeFileSync(file, '');
    expect(readQueue(file, table => table.all())).toBeUndefined();
  });

  test('that is none is told of', () => {
    const file = join(tempDir(), 'state.db');
    writeFileSync(file, 'something else, and long enough to be looked at as a database'.repeat(50));
    expect(() => readQueue(file, table => table.all())).toThrow(
      /^the state file .* cannot be used/,
    );
    expect(() => answerRequest(file, request(), yes, now)).toThrow(/cannot be used/);
  });

  test('that is held for long is told of, and left as it was', () => {
    const file = withRequests(entry());
    const other = openState(loadDriver(), file);
    other.exec('BEGIN IMMEDIATE');
    expect(() => answerRequest(file, request(), yes, now)).toThrow('was busy');
    expect(standing(file)).toBe('waiting');
    other.exec('ROLLBACK');
    other.close();
  });
});
