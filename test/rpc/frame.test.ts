// However bytes are cut into chunks, the same lines come out.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Framer } from '../../src/rpc/frame.ts';

function framed(chunks: readonly (string | Uint8Array)[], maxLine = 1000) {
  const framer = new Framer(maxLine);
  const lines: string[] = [];
  let oversized = 0;
  for (const chunk of chunks) {
    const read = framer.push(Buffer.from(chunk));
    oversized += read.oversized.length;
    const { buffer, starts, ends } = read.lines;
    expect(ends).toHaveLength(starts.length);
    for (const [i, start] of starts.entries()) {
      const end = ends[i] ?? -1;
      expect(buffer[end]).toBe(0x0a);
      lines.push(buffer.toString('latin1', start, end));
    }
  }
  return { lines, oversized, rest: framer.rest };
}

describe('lines', () => {
  test.each([
    [[], [], 0],
    [[''], [], 0],
    [['a'], [], 1],
    [['a\n'], ['a'], 0],
    [['\n'], [''], 0],
    [['\n\n'], ['', ''], 0],
    [['a\nb'], ['a'], 1],
    [['a', 'b\n'], ['ab'], 0],
    [['a', '', '\n', ''], ['a'], 0],
    [['a\nb', 'c\nd\ne', '\n'], ['a', 'bc', 'd', 'e'], 0],
    [['a\r\nb\rc\n'], ['a\r', 'b\rc'], 0],
    [['a\x85b\x0bc\x0cd\n'], ['a\x85b\x0bc\x0cd'], 0],
  ])('%j → %j', (chunks, lines, rest) => {
    const bytes = chunks.map(chunk => Buffer.from(chunk, 'latin1'));
    expect(framed(bytes)).toEqual({ lines, oversized: 0, rest });
  });
});

describe('a cap of 3 bytes', () => {
  test.each([
    [['abc\n'], ['abc'], 0],
    [['abcd\n'], [], 1],
    [['a\nabcd\nb\n'], ['a', 'b'], 1],
    [['abcd', '\nb\n'], ['b'], 1],
    [['abc', '\n'], ['abc'], 0],
    [['abc', 'd\n'], [], 1],
    [['ab', 'c', '\n'], ['abc'], 0],
    [['abcd', 'efgh', 'ij\nk', '\n'], ['k'], 1],
    [['abcd', '\nabcd', '\nabcd\n'], [], 3],
    [['abcd', 'ef'], [], 0],
  ])('%j → %j, %i dropped', (chunks, lines, oversized) => {
    const found = framed(chunks, 3);
    expect([found.lines, found.oversized]).toEqual([lines, oversized]);
  });
});

test('a line over the cap is not kept', () => {
  const framer = new Framer(10);
  for (let i = 0; i < 1000; i++) framer.push(Buffer.alloc(1000, 'x'));
  expect(framer.rest).toBeLessThanOrEqual(10);
});

test('a line that came in one piece is not copied', () => {
  const chunk = Buffer.from('one\ntwo\n');
  expect(new Framer(100).push(chunk).lines.buffer.buffer).toBe(chunk.buffer);
});

test('all lines of a chunk are in one buffer, also where the first was begun before', () => {
  const framer = new Framer(100);
  framer.push(Buffer.from('on'));
  const { buffer, starts, ends } = framer.push(Buffer.from('e\ntwo\nthr')).lines;
  expect([buffer.toString(), starts, ends]).toEqual(['one\ntwo\n', [0, 4], [3, 7]]);
});

test('any chunking gives the same lines', () => {
  const stream = fc.array(fc.constantFrom(0x0a, 0x0a, 0x0d, 0x61, 0xe2, 0x80, 0xa8), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      stream,
      fc.array(fc.nat(60)),
      fc.integer({ min: 0, max: 12 }),
      (bytes, cuts, cap) => {
        const whole = Buffer.from(bytes);
        const points = [
          0,
          ...cuts.map(cut => Math.min(cut, whole.length)).sort((a, b) => a - b),
          whole.length,
        ];
        const chunks = points.slice(1).map((point, i) => whole.subarray(points[i], point));
        const split = whole.toString('latin1').split('\n');
        const rest = split.pop() ?? '';
        const found = framed(chunks, cap);
        expect(found.lines).toEqual(split.filter(line => line.length <= cap));
        expect(found.oversized).toBe(split.filter(line => line.length > cap).length);
        if (rest.length <= cap) expect(found.rest).toBe(rest.length);
      },
    ),
    { numRuns: 2000 },
  );
});
