// Lines that are broken so that no text of others stands at the left edge.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapLine } from '../../src/terminal/wrap.ts';

test.each<[string, number | undefined, string[]]>([
  ['short', 20, ['short']],
  ['a'.repeat(20), 20, ['a'.repeat(20)]],
  [`${'a'.repeat(20)}b`, 20, ['a'.repeat(20), '  … b']],
  ['a'.repeat(30), undefined, ['a'.repeat(30)]],
  ['a'.repeat(30), 0, ['a'.repeat(30)]],
  ['漢'.repeat(11), 20, ['漢'.repeat(10), '  … 漢']],
])('%j in %j columns', (line, columns, pieces) => expect(wrapLine(line, columns)).toEqual(pieces));

test('nothing is lost, and every further piece is indented', () => {
  const units = fc.string({ unit: 'grapheme', maxLength: 200 });
  fc.assert(
    fc.property(units, fc.integer({ min: 20, max: 60 }), (line, columns) => {
      const [first = '', ...more] = wrapLine(line, columns);
      for (const piece of more) expect(piece.startsWith('  … ')).toBe(true);
      expect([first, ...more.map(piece => piece.slice(4))].join('')).toBe(line);
    }),
  );
});
