// Walking accepted JSON: every member and element in its place, and cuts that leave valid JSON.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Span } from '../../src/rpc/message.ts';
import { cutsFor, elementsOf, membersOf, without } from '../../src/rpc/walk.ts';
import { parsed } from '../support/parsed.ts';
import { arrayText, lineOf, objectText } from './json-text.ts';

const elements = (text: string) => {
  const { buffer, start } = lineOf(text);
  return elementsOf(buffer, start).map(span => buffer.toString('utf8', span.start, span.end));
};
const members = (text: string) => {
  const { buffer, start } = lineOf(text);
  return membersOf(buffer, start).map(({ key, start: from, value }) => [
    key,
    buffer.toString('utf8', from, value.end),
    buffer.toString('utf8', value.start, value.end),
  ]);
};

describe('elementsOf', () => {
  test.each([
    ['[]', []],
    ['[ \r]', []],
    ['[1]', ['1']],
    ['[ 1 ,\t"a,]" , [1,[2]],{"a":"}"} ]', ['1', '"a,]"', '[1,[2]]', '{"a":"}"}']],
    ['["\\"","\\\\",""]', ['"\\""', '"\\\\"', '""']],
    ['["[","{",-1e+2]', ['"["', '"{"', '-1e+2']],
    ['[null,true,false]', ['null', 'true', 'false']],
    ['{"a":1}', []],
    ['"[1]"', []],
    ['1', []],
  ])('%s', (text, expected) => {
    expect(elements(text)).toEqual(expected);
  });
});

describe('membersOf', () => {
  test.each([
    ['{}', []],
    ['{ }', []],
    ['{"a":1}', [['a', '"a":1', '1']]],
    ['{ "\\u0061" : "}" }', [['a', '"\\u0061" : "}"', '"}"']]],
    [
      '{"a":1,"a":[2]}',
      [
        ['a', '"a":1', '1'],
        ['a', '"a":[2]', '[2]'],
      ],
    ],
    [
      '{"{":{"}":1},":":":"}',
      [
        ['{', '"{":{"}":1}', '{"}":1}'],
        [':', '":":":"', '":"'],
      ],
    ],
    ['[{"a":1}]', []],
    ['null', []],
  ])('%s', (text, expected) => {
    expect(members(text)).toEqual(expected);
  });
});

test('any array gives its elements, any object its members', () => {
  fc.assert(
    fc.property(arrayText, objectText, (array, object) => {
      expect(elements(array.text)).toEqual(array.items);
      expect(members(object.text)).toEqual(
        object.members.map(({ key, text, value }) => [key, text, value]),
      );
    }),
    { numRuns: 500 },
  );
});

function cut(
  text: string,
  items: (buffer: Buffer, at: number) => Span[],
  goes: readonly boolean[],
) {
  const { buffer, start, end } = lineOf(text);
  const cuts = cutsFor(items(buffer, start), index => goes[index] === true);
  for (const [i, { start: from }] of cuts.entries())
    expect(from).toBeGreaterThanOrEqual(cuts[i - 1]?.end ?? start);
  return without(buffer, start, end, cuts).toString();
}
const spansOfMembers = (buffer: Buffer, at: number) =>
  membersOf(buffer, at).map(({ start, value }) => ({ start, end: value.end }));

describe('cutsFor and without', () => {
  test.each([
    ['[]', '', '[]'],
    ['[ 1 ]', 'x', '[  ]'],
    ['[1,2,3]', '---', '[1,2,3]'],
    ['[1,2,3]', 'x--', '[2,3]'],
    ['[1,2,3]', '-x-', '[1,3]'],
    ['[1,2,3]', '--x', '[1,2]'],
    ['[1,2,3]', 'xx-', '[3]'],
    ['[1,2,3]', '-xx', '[1]'],
    ['[1,2,3]', 'x-x', '[2]'],
    ['[1,2,3]', 'xxx', '[]'],
    ['[ 1 , 2 , 3 ]', 'x-x', '[ 2 ]'],
  ])('%s without %s → %s', (text, marks, expected) => {
    const goes = [...marks].map(mark => mark === 'x');
    expect(cut(text, elementsOf, goes)).toBe(expected);
  });
});

test('exactly the items that stay are left, and the rest is valid JSON', () => {
  const marks = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(arrayText, objectText, marks, (array, object, goes) => {
      const stays = (_: unknown, i: number) => goes[i] !== true;
      const rest = cut(array.text, elementsOf, goes);
      expect(elements(rest)).toEqual(array.items.filter(stays));
      expect(parsed(rest)).toEqual((parsed(array.text) as unknown[]).filter(stays));
      const fewer = cut(object.text, spansOfMembers, goes);
      const left = object.members.filter(stays);
      expect(members(fewer)).toEqual(left.map(({ key, text, value }) => [key, text, value]));
      expect(Object.keys(parsed(fewer) as object)).toHaveLength(left.length);
    }),
    { numRuns: 1000 },
  );
});
