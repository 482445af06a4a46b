// The name of a request, as it is typed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestId } from '../../src/approval/id.ts';
import { askingMeans } from '../../src/approval/means.ts';

test.each([
  ['ABCD2345', 'ABCD2345'],
  [' abcd2345 ', 'ABCD2345'],
  ['iLoU', '110V'],
])('%j is %s', (typed, id) => expect(requestId(typed)).toBe(id));

test('an id that was given out is itself, in any case', () => {
  const { newId } = askingMeans();
  for (let i = 0; i < 1000; i++) {
    const id = newId();
    expect(requestId(id)).toBe(id);
    expect(requestId(id.toLowerCase())).toBe(id);
  }
});

test('whatever is typed, correcting it twice changes nothing', () => {
  fc.assert(fc.property(fc.string(), typed => requestId(requestId(typed)) === requestId(typed)));
});
