// Work that waits for a store is not overtaken, and work that need not wait is done at once.
import { expect, it } from 'vitest';
import { inOrder } from '../../src/proxy/queue.ts';

it('does at once what nothing is before', () => {
  const done: number[] = [];
  const run = inOrder(
    () => done.push(-1),
    () => done.push(-2),
  );
  run(() => void done.push(1));
  run(() => void done.push(2));
  expect(done).toEqual([1, 2]);
});

it('lets nothing overtake what waits, and says when it began and ended', async () => {
  const done: (number | string)[] = [];
  const run = inOrder(
    () => done.push('began'),
    () => done.push('emptied'),
  );
  const later = (value: number, ms: number) => async () => {
    await new Promise(resolve => setTimeout(resolve, ms));
    done.push(value);
  };
  run(later(1, 30));
  run(() => void done.push(2));
  run(later(3, 1));
  expect(done).toEqual(['began']);
  await expect.poll(() => done).toEqual(['began', 1, 2, 3, 'emptied']);
  run(() => void done.push(4));
  expect(done.at(-1)).toBe(4);
});
