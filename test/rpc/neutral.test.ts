// Line breaks that only some readers see never go out, and nothing else changes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNeutral, neutralise } from '../../src/rpc/neutral.ts';
import { scanJson } from '../../src/rpc/scan.ts';
import { parsed } from '../support/parsed.ts';
import { jsonText, lineOf } from './json-text.ts';

const neutralised = (text: string) => {
  const { buffer, start, end } = lineOf(text);
  return neutralise(buffer, start, end).toString();
};

describe('neutralise', () => {
  test.each([
    ['{}', '{}\n'],
    ['{\r"a"\r:\r1\r}\r', '{ "a" : 1 } \n'],
    ['"a\u2028b"', '"a\\u2028b"\n'],
    ['"a\u2029b"', '"a\\u2029b"\n'],
    ['"a\u0085b"', '"a\\u0085b"\n'],
    ['{"\u2028":"\\\\\u2028"}', '{"\\u2028":"\\\\\\u2028"}\n'],
    ['"\\r\\u2028\\n"', '"\\r\\u2028\\n"\n'],
    ['12345678901234567890.10', '12345678901234567890.10\n'],
    ['"\u2027\u202aÂ😀"', '"\u2027\u202aÂ😀"\n'],
  ])('%j → %j', (text, expected) => {
    expect(neutralised(text)).toBe(expected);
  });
});

describe('isNeutral', () => {
  test.each([
    ['{}', true],
    ['"\\r\\u2028"', true],
    ['"\u2027\u202a\u0084\u0086Â"', true],
    ['{}\r', false],
    ['"\u2028"', false],
    ['"\u2029"', false],
    ['"\u0085"', false],
  ])('%j: %s', (text, expected) => {
    const { buffer, start, end } = lineOf(text, '\r\u2028', '\r\u2028');
    expect(isNeutral(buffer, start, end)).toBe(expected);
  });
});

test('what goes out is one line for every reader, and the same value', () => {
  let changed = 0;
  fc.assert(
    fc.property(jsonText, text => {
      const { buffer, start, end } = lineOf(text);
      const line = neutralise(buffer, start, end);
      expect(line.toString().slice(0, -1)).not.toMatch(/[\r\n\u0085\u2028\u2029]/);
      expect(line.at(-1)).toBe(0x0a);
      expect(scanJson(line, 0, line.length - 1)).toBeUndefined();
      expect(parsed(line.toString())).toEqual(parsed(text));
      const same = line.toString() === `${text}\n`;
      expect(isNeutral(buffer, start, end)).toBe(same);
      changed += same ? 0 : 1;
    }),
    { numRuns: 1000 },
  );
  expect(changed).toBeGreaterThan(50);
});
