// Values of an environment in texts of whoever knows them.
import { expect, test } from 'vitest';
import { withoutValues } from '../../src/listing/without-values.ts';

test.each<[string, string[], string]>([
  ['no access with abcdef', ['abcdef'], 'no access with [redacted]'],
  ['abcdef and abcdef', ['abcdef'], '[redacted] and [redacted]'],
  // One is a part of another: nothing of the longer is left.
  ['abcdef-ghijkl', ['abcdef', 'abcdef-ghijkl'], '[redacted]'],
  ['abcdef-ghijkl', ['abcdef-ghijkl', 'abcdef'], '[redacted]'],
  ['a.c (1 of 5)', ['1', 'true', ''], 'a.c (1 of 5)'],
  ['a+b$&c', ['a+b$&c'], '[redacted]'],
])('%j without %j', (text, values, left) => expect(withoutValues(text, values)).toBe(left));
