// Accepted JSON without loss: the numbers that no double holds, and one text for one value.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonical,
  type Exact,
  ExactNumber,
  parseJson,
  readExact,
  readExactUpTo,
} from '../../src/rpc/exact.ts';
import { scanJson } from '../../src/rpc/scan.ts';
import { parsed } from '../support/parsed.ts';
import { jsonText, lineOf, numberText, SPACE, spellingOf } from './json-text.ts';

const exact = (text: string): Exact => {
  const { buffer, ...span } = lineOf(text);
  return readExact(buffer, span);
};
const canon = (text: string): string => {
  const { buffer, ...span } = lineOf(text);
  return canonical(buffer, span);
};

/** What JSON.parse would have made of it: doubles for all numbers, plain objects. */
function rounded(value: Exact): unknown {
  if (value instanceof ExactNumber) return Number(value.lexeme);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item)]));
}

describe('readExact', () => {
  test.each<[string, unknown]>([
    ['null', null],
    [' true\r', true],
    ['-0', -0],
    ['1.0', 1],
    ['"\\u0061\\n"', 'a\n'],
    ['[]', []],
    ['[ \n ]', []],
    ['[ 1 ,\t"a,]" , [ ] ]', [1, 'a,]', []]],
    ['{ }', {}],
    ['{ "\\u0061" : { "" : [ { } ] } ,\r"b" : "}" }', { a: { '': [{}] }, b: '}' }],
    ['9007199254740992', 9007199254740992],
    ['[9007199254740993,1e999]', [new ExactNumber('9007199254740993'), new ExactNumber('1e999')]],
    ['{"a":-1E-400}', { a: new ExactNumber('-1E-400') }],
  ])('%j', (text, expected) => {
    expect(exact(text)).toEqual(expected);
  });

  test('__proto__ is a key as any other', () => {
    const value = exact('{"__proto__":{"a":1},"constructor":null,"toString":"x"}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(canon('{"a":1,"__proto__":[2]}')).toBe('{"__proto__":[2],"a":1}');
    expect((exact('{}') as Record<string, unknown>).toString).toBeUndefined();
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  test('agrees with JSON.parse where that loses nothing, and rounds to it elsewhere', () => {
    fc.assert(
      fc.property(jsonText, text => {
        expect(isDeepStrictEqual(rounded(exact(text)), parsed(text))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('parseJson', () => {
  // What V8 from 12.8 on takes a key with an escape for, once it has seen that one at the same place.
  test.each([
    ['{"a":1,"\\\\u0064r":0}', '{"a":1,"\\u0064ry_run":true}', ['a', 'dry_run']],
    ['{"a":1,"\\\\":0}', '{"a":1,"\\n" : true}', ['a', '\n']],
    ['{"a":1,"gr\\\\u0":0}', '{"a":1,"gr\\u00f6\\u00dfe":1}', ['a', 'größe']],
    ['{"a":1,"b\\\\":0}', '{"a":1,"b\\""\t\n:1}', ['a', 'b"']],
  ])('after %s the keys of %s are its own', (before, text, keys) => {
    for (let i = 0; i < 3; i++) expect(Object.keys(parseJson(before) as object)).toHaveLength(2);
    expect(Object.keys(parseJson(text) as object)).toEqual(keys);
    expect(Object.keys((parseJson(`[{"x":${text}}]`) as [{ x: object }])[0].x)).toEqual(keys);
  });

  test('any value, whatever was read before', () => {
    fc.assert(
      fc.property(jsonText, text => {
        expect(parseJson(text)).toEqual(parsed(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('what is no JSON is a SyntaxError, and of a key that stands twice the last counts', () => {
    expect(() => parseJson('{"\\n":1')).toThrow(SyntaxError);
    expect(parseJson('{"\\n":1,"\\n":{"\\n":2}}')).toEqual({ '\n': { '\n': 2 } });
    expect(parseJson('{"\\n":9007199254740993,"__proto__":1}')).toEqual(
      Object.fromEntries([
        ['\n', 9007199254740992],
        ['__proto__', 1],
      ]),
    );
  });
});

describe('canonical', () => {
  test.each([
    [' null ', 'null'],
    ['"\\u0061\\/\\u000A\\u2028é"', '"a/\\n\u2028é"'],
    ['"\\ud83d\\ude00"', '"😀"'],
    ['[ 1 , -0 , 1.0 , 1E+02 ,1e0]', '[1,-0,1.0,1E+02,1e0]'],
    ['{ "b" : 1 , "\\u0061" : { "z" : [ ] , "y" : { } } }', '{"a":{"y":{},"z":[]},"b":1}'],
    ['{"10":0,"9":1,"":2,"B":3,"a":4}', '{"":2,"10":0,"9":1,"B":3,"a":4}'],
    // By code unit: the first half of a pair stands before U+FF41.
    ['{"\uff41":0,"\ud83d\ude00":1}', '{"😀":1,"ａ":0}'],
    ['{"9007199254740993":9007199254740993}', '{"9007199254740993":9007199254740993}'],
  ])('%j', (text, expected) => {
    expect(canon(text)).toBe(expected);
  });

  test('is JSON of the same value, of which it is the canonical text', () => {
    fc.assert(
      fc.property(jsonText, text => {
        const first = canon(text);
        const { buffer, start, end } = lineOf(first);
        expect(scanJson(buffer, start, end)).toBeUndefined();
        expect(isDeepStrictEqual(parsed(first), parsed(text))).toBe(true);
        expect(isDeepStrictEqual(exact(first), exact(text))).toBe(true);
        expect(canon(first)).toBe(first);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not depend on the order of keys, on the spelling of strings, on white space', () => {
    const pair = model.chain(value => fc.tuple(spelt(value), spelt(value)));
    fc.assert(
      fc.property(pair, ([one, other]) => {
        expect(canon(one)).toBe(canon(other));
      }),
      { numRuns: 1000 },
    );
  });

  test('differs where a number is written otherwise, or anything else is another value', () => {
    const around = fc.constantFrom('@', '[0,@]', '{"b":{"a":@},"a":0}');
    fc.assert(
      fc.property(around, numberText, numberText, (text, one, other) => {
        const [left, right] = [text.replace('@', one), text.replace('@', other)];
        expect(canon(left) === canon(right)).toBe(one === other);
      }),
    );
    fc.assert(
      fc.property(jsonText, jsonText, (one, other) => {
        if (isDeepStrictEqual(parsed(one), parsed(other))) return;
        expect(canon(one)).not.toBe(canon(other));
      }),
    );
  });
});

test('neither large nor deep values take more than linear time', () => {
  const wide = `[${'{"b":[1],"a":"\\u0061"},'.repeat(200_000)}0]`;
  const deep = `${'{"b":[],"a":[0,'.repeat(63)}${wide}${']}'.repeat(63)}`;
  expect(canon(deep)).toHaveLength(
    `[${'{"a":"a","b":[1]},'.repeat(200_000)}0]${'{"b":[],"a":[0,]}'.repeat(63)}`.length,
  );
  expect(JSON.stringify(exact(deep))).toBe(JSON.stringify(JSON.parse(deep)));
});

/** A value: objects as members, numbers by lexeme. */
type Model = { text: string } | { string: string } | Model[] | { members: [string, Model][] };

const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '', '1', '"', 'é', '😀', '\ud7ff', '\uff41'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const { model } = fc.letrec<{ model: Model }>(tie => ({
  model: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(numberText, fc.constantFrom('null', 'true', 'false')).map(text => ({ text })),
    name.map(string => ({ string })),
    fc.array(tie('model'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(name, tie('model')), { maxLength: 4, selector: ([key]) => key })
      .map(members => ({ members })),
  ),
}));

/** Any text of a value. */
function spelt(value: Model): fc.Arbitrary<string> {
  if (Array.isArray(value)) return list('[', ']', value.map(spelt));
  if ('text' in value) return fc.constant(value.text);
  if ('string' in value) return spellingOf(value.string);
  const { members } = value;
  return fc
    .shuffledSubarray(members, { minLength: members.length })
    .chain(order => list('{', '}', order.map(speltMember)));
}

function speltMember([key, value]: [string, Model]): fc.Arbitrary<string> {
  return fc
    .tuple(spellingOf(key), SPACE, SPACE, spelt(value))
    .map(([text, before, after, rest]) => `${text}${before}:${after}${rest}`);
}

function list(open: string, close: string, items: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(SPACE, SPACE, fc.tuple(...items))
    .map(
      ([before, after, texts]) =>
        `${open}${before}${texts.join(`${after},${before}`)}${after}${close}`,
    );
}

test.each<[string, number]>([
  ['0', 1],
  ['{}', 1],
  ['[]', 1],
  ['[[],{"a":null},"x"]', 5],
  ['{"a":{"b":[1,2]},"c":1e400}', 6],
])('%s is read up to its %i values and no less', (text, count) => {
  const bytes = Buffer.from(text);
  const span = { start: 0, end: bytes.length };
  expect(readExactUpTo(count, bytes, span)).toEqual(readExact(bytes, span));
  expect(readExactUpTo(count - 1, bytes, span)).toBeUndefined();
});
