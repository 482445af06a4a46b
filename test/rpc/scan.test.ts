// The scanner accepts exactly the JSON that all parsers read alike, and says where its parts stand.
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  emptySpans,
  type Fault,
  MAX_DEPTH,
  MAX_KEYS,
  type ScanOptions,
  type Spans,
  STRICT,
  scanJson,
  scanMessage,
  TOLERANT,
} from '../../src/rpc/scan.ts';
import { parsed } from '../support/parsed.ts';
import {
  jsonText,
  keyTextOf,
  lineOf,
  memberOf,
  objectOf,
  objectText,
  parses,
  survey,
} from './json-text.ts';

function scan(text: string | Uint8Array, how: ScanOptions = STRICT): Fault | undefined {
  const { buffer, start, end } = lineOf(text);
  const fault = scanJson(buffer, start, end, how);
  return fault && { ...fault, at: fault.at - start };
}

function scanned(text: string, how: ScanOptions = STRICT) {
  const { buffer, start, end } = lineOf(text);
  const spans = emptySpans();
  const fault = scanMessage(buffer, start, end, spans, how);
  const at = (name: 'jsonrpc' | 'id' | 'method' | 'params' | 'result' | 'error') => {
    const [from, to] = [spans[`${name}Start`], spans[`${name}End`]];
    return from < 0 ? undefined : buffer.toString('utf8', from, to);
  };
  const members = spans.members.map(({ key, start: from, end: to }) => [
    key,
    buffer.toString('utf8', from, to),
  ]);
  return { fault, spans, at, members };
}

const nested = (depth: number, open: string, close: string, inner = '') =>
  open.repeat(depth) + inner + close.repeat(depth);
const keys = (count: number) => Array.from({ length: count }, (_, i) => `"k${i}":0`).join(',');

describe('accepted', () => {
  test.each([
    'null',
    ' true\t',
    '\rfalse\r',
    '0',
    '-0',
    '-0.0e-0',
    '1E+400',
    '123456789012345678901234567890',
    '""',
    '"\u007f\u0085\u2028\u2029\ufeff\uffff"',
    '"\\u0000\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\ud83d\\uDE00"',
    '[]',
    '[ \t\r]',
    '{}',
    '{ \t\r}',
    '{"":0}',
    '{"a":{"a":{"a":0}},"b":[{"a":0},{"a":0}]}',
    '{"a":0,"A":1,"\\u00e2":2,"á":3}',
    '{"__proto__":0,"constructor":1,"toString":2}',
    '{"$":0,"$ref":1,"$serde_json::private":2,"a$serde_json::private::Number":4}',
    '"$serde_json::private::Number"',
    '"\\u0061"',
    // What writers of JSON escape in keys: JSON itself, PHP, Gson, Go, .NET, and all that is not ASCII.
    '{"\\"\\\\\\n\\u0000\\u001f\\u007f":1,"a\\/b":2,"\\u003c\\u003E\\u0026\\u0027\\u003d\\u002B\\u0060\\u0022":3}',
    '{"\\u005c\\u002f":1,"gr\\u00f6\\u00dfe":2,"\\ud83d\\ude00":3}',
    '{"\\\\u0061":1,"\\\\\\\\u0061":2}',
    '[\n1,\n2\n]\n',
  ])('%j', text => {
    expect(scan(text)).toBeUndefined();
  });
});

const NEEDLESS = 'needless escape in a key';

describe('refused', () => {
  test.each([
    ['', 0, 'expected a JSON value'],
    [' ', 1, 'expected a JSON value'],
    ['\ufeff{}', 0, 'expected a JSON value'],
    ['\0', 0, 'expected a JSON value'],
    ['{}\0', 2, 'unexpected text after the end of the value'],
    ['{} {}', 3, 'unexpected text after the end of the value'],
    ['01', 1, 'unexpected text after the end of the value'],
    ['+1', 0, 'expected a JSON value'],
    ['.5', 0, 'expected a JSON value'],
    ['1.', 2, 'invalid number'],
    ['1e', 2, 'invalid number'],
    ['1e+', 3, 'invalid number'],
    ['-', 1, 'invalid number'],
    ['-a', 1, 'invalid number'],
    ['0x1', 1, 'unexpected text after the end of the value'],
    ['1_000', 1, 'unexpected text after the end of the value'],
    ['NaN', 0, 'expected a JSON value'],
    ['Infinity', 0, 'expected a JSON value'],
    ['-Infinity', 1, 'invalid number'],
    ['True', 0, 'expected a JSON value'],
    ['nul', 0, 'expected a JSON value'],
    ['truex', 4, 'unexpected text after the end of the value'],
    ["'a'", 0, 'expected a JSON value'],
    ['"a', 2, 'control character in a string'],
    ['"a\tb"', 2, 'control character in a string'],
    ['"a\rb"', 2, 'control character in a string'],
    ['"a\nb"', 2, 'control character in a string'],
    ['"\u001f"', 1, 'control character in a string'],
    ['"\\x41"', 2, 'invalid escape in a string'],
    ['"\\U0041"', 2, 'invalid escape in a string'],
    ['"\\\'"', 2, 'invalid escape in a string'],
    ['"\\u12', 5, 'invalid escape in a string'],
    ['"\\u12g4"', 5, 'invalid escape in a string'],
    ['"\\', 2, 'invalid escape in a string'],
    ['"\\ud800"', 3, 'lone surrogate in a string'],
    ['"\\udc00"', 3, 'lone surrogate in a string'],
    ['"\\udc00\\ud800"', 3, 'lone surrogate in a string'],
    ['"\\ud800\\u0041"', 3, 'lone surrogate in a string'],
    ['"\\ud800\\ud800\\udc00"', 3, 'lone surrogate in a string'],
    ['"\\ud800x"', 3, 'lone surrogate in a string'],
    ['[1,]', 3, 'expected a JSON value'],
    ['[,1]', 1, 'expected a JSON value'],
    ['[1 2]', 3, 'expected `,` or `]`'],
    ['[1', 2, 'expected `,` or `]`'],
    ['[1}', 2, 'expected `,` or `]`'],
    ['[', 1, 'expected a JSON value'],
    [']', 0, 'expected a JSON value'],
    ['{', 1, 'expected a key in quotes'],
    ['{a:1}', 1, 'expected a key in quotes'],
    ['{1:1}', 1, 'expected a key in quotes'],
    ["{'a':1}", 1, 'expected a key in quotes'],
    ['{"a"}', 4, 'expected `:`'],
    ['{"a" 1}', 5, 'expected `:`'],
    ['{"a":}', 5, 'expected a JSON value'],
    ['{"a":1,}', 7, 'expected a key in quotes'],
    ['{"a":1;"b":2}', 6, 'expected `,` or `}`'],
    ['{"a":1]', 6, 'expected `,` or `}`'],
    ['/* */{}', 0, 'expected a JSON value'],
    ['{}//', 2, 'unexpected text after the end of the value'],
    ['{"a":1,"a":1}', 8, 'duplicate key'],
    ['{"é":1,"\\u00e9":1}', 9, 'duplicate key'],
    ['{"\\u00e9":1,"é":1}', 13, 'duplicate key'],
    ['{"\\u00e9":1,"\\u00E9":1}', 13, 'duplicate key'],
    ['{"/":1,"\\/":1}', 8, 'duplicate key'],
    ['{"😀":1,"\\ud83d\\ude00":1}', 11, 'duplicate key'],
    ['{"":1,"":1}', 7, 'duplicate key'],
    ['{"__proto__":1,"__proto__":1}', 16, 'duplicate key'],
    ['{"a":{"b":1},"c":[{"d":1,"d":2}]}', 26, 'duplicate key'],
    ['{"a":{"b":1},"a":1}', 14, 'duplicate key'],
    ['{"a":{"\\u00e9":1,"x":{}},"a":1}', 26, 'duplicate key'],
    ['{"a":{"a":1},"b":{"a":1,"b":1,"a":1}}', 31, 'duplicate key'],
    ['{"$serde_json::private::Number":"1"}', 2, 'key that is private to serde_json'],
    ['{"a":{"$serde_json::private::RawValue":"1"}}', 7, 'key that is private to serde_json'],
    ['{"$serde_json::private::\\/":1}', 2, 'key that is private to serde_json'],
    ...['{"a":1,"\\u0061":2}', '{"a":1,"\\u0024serde_json::private::Number":2}'].map(
      (text): [string, number, string] => [text, 8, NEEDLESS],
    ),
    ['{"é\\\\\\"\\n\\u00e9\\ud83d\\ude00-\\u0064ry":1}', 29, NEEDLESS],
    ...[...' !#$%()*,-.09:;?@AZ[]^_az{|}~'].map((c): [string, number, string] => [
      `[{"x":{"\\u00${c.charCodeAt(0).toString(16)}":1}}]`,
      8,
      NEEDLESS,
    ]),
  ])('%j at %i: %s', (text, at, message) => {
    expect(scan(text)).toEqual({ at, message });
  });
});

describe('tolerant', () => {
  test.each([
    ['"\\ud800"', undefined],
    ['"\\udc00\\ud800"', undefined],
    ['{"a":{"b":1,"b":2}}', undefined],
    ['[{"b":1,"b":2}]', undefined],
    ['{"$serde_json::private::Number":"1"}', undefined],
    ['{"a":1,"a":2}', 'duplicate key'],
    ['{"a":1,"\\u0061":2}', 'duplicate key'],
    ['NaN', 'expected a JSON value'],
    ['"\\ud80"', 'invalid escape in a string'],
  ])('%j: %s', (text, message) => {
    expect(scan(text, TOLERANT)?.message).toBe(message);
  });
});

describe('the bounds of depth and keys', () => {
  test('10,001 keys: refused, but let pass where duplicates are', () => {
    const text = `[{${keys(MAX_KEYS + 1)}}]`;
    expect(scan(text)?.message).toBe('more than 10000 keys in one object');
    expect(scan(text, TOLERANT)).toBeUndefined();
  });

  test.each([
    ['128 arrays', nested(MAX_DEPTH, '[', ']'), undefined],
    ['128 objects', nested(MAX_DEPTH, '{"a":', '}', '0'), undefined],
    ['129 arrays', nested(MAX_DEPTH + 1, '[', ']'), 'nested deeper than 128 levels'],
    ['129 objects', nested(MAX_DEPTH + 1, '{"a":', '}', '0'), 'nested deeper than 128 levels'],
    ['a million brackets', '['.repeat(1_000_000), 'nested deeper than 128 levels'],
    ['10,000 keys', `{${keys(MAX_KEYS)}}`, undefined],
    ['10,000 keys twice', `[{${keys(MAX_KEYS)}},{${keys(MAX_KEYS)}}]`, undefined],
  ])('%s', (_, text, message) => {
    expect(scan(text)?.message).toBe(message);
    expect(scan(text, TOLERANT)?.message).toBe(message);
  });

  test.each([
    ['behind 300 others', `{${keys(300)},"k0":1}`, 'duplicate key'],
    ['behind an object of 40', `{"x":{${keys(40)}},"k0":1,"x":2}`, 'duplicate key'],
    ['within an object behind one of 40', `[{${keys(40)}},{"a":0,"a":1}]`, 'duplicate key'],
    ['of another object', `{"x":{${keys(40)}},"k0":1,"y":{${keys(40)}}}`, undefined],
  ])('a key %s', (_, text, message) => {
    expect(scan(text)?.message).toBe(message);
  });
});

test('a line feed must follow', () => {
  expect(() => scanJson(Buffer.from('{} '), 0, 2)).toThrow(RangeError);
  expect(() => scanJson(Buffer.from('{}'), 0, 2)).toThrow(RangeError);
});

test('any JSON text is accepted, wherever it stands in its buffer', () => {
  fc.assert(
    fc.property(jsonText, fc.string(), fc.string(), (text, before, after) => {
      const { buffer, start, end } = lineOf(text, before, after);
      expect(scanJson(buffer, start, end)).toBeUndefined();
      expect(scanJson(buffer, start, end, TOLERANT)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

interface Edit {
  at: number;
  drop: number;
  insert: string;
}
const FRAGMENTS = [
  ...'"\\{}[],:0-+.eEuU \r\t\0',
  '\\u',
  '\\ud800',
  '\\udc00',
  '"a":',
  '"\\u0061":',
  '"\\u00e9\\"\\\\\\/":',
  '{"a":1,"a":1}',
  'null',
  '\u2028',
];
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(200),
  drop: fc.nat(3),
  insert: fc.oneof(fc.constant(''), fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 2 })),
});

function edited(text: string, edits: readonly Edit[]): Buffer {
  let bytes = Buffer.from(text);
  for (const { at, drop, insert } of edits) {
    const from = at % (bytes.length + 1);
    bytes = Buffer.concat([
      bytes.subarray(0, from),
      Buffer.from(insert),
      bytes.subarray(from + drop),
    ]);
  }
  return bytes;
}

/** What the scanner has to say to bytes, by JSON.parse and the design's exceptions from it. */
function acceptable(text: string, how: ScanOptions): boolean {
  if (!parses(text)) return false;
  const { depth, mostKeys, duplicatesAt, loneSurrogate, needlessEscape } = survey(text);
  const { duplicateDepth, loneSurrogates, misreadKeys } = how;
  return (
    depth <= MAX_DEPTH &&
    mostKeys <= MAX_KEYS &&
    !duplicatesAt.some(at => at <= duplicateDepth) &&
    !(loneSurrogate && loneSurrogates === 'refuse') &&
    !(needlessEscape && misreadKeys === 'refuse')
  );
}

function expectSameAsOracle(bytes: Buffer): void {
  // The caller has checked the encoding.
  fc.pre(isUtf8(bytes));
  const text = bytes.toString();
  for (const how of [STRICT, TOLERANT])
    expect([text, scan(bytes, how) === undefined]).toEqual([text, acceptable(text, how)]);
}

test('a mutated text is accepted iff JSON.parse accepts it and no exception holds', () => {
  fc.assert(
    fc.property(jsonText, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) =>
      expectSameAsOracle(edited(text, edits)),
    ),
    { numRuns: 3000 },
  );
});

test('a long string ends where it ends, wherever it begins and whatever stands around its end', () => {
  const plain = ['a', ' ', '!', '#', '[', ']', '\x7f', 'é', '\u0800', '\u{10ffff}', '¢'];
  const special = ['"', '\\', '\\"', '\\u0041', '\x1f', '\0', '\n', '\t'];
  for (let length = 0; length < 90; length++)
    for (const [i, end] of special.entries()) {
      const before = ' '.repeat((length * 3 + i) % 9);
      const fill = plain[(length + i) % plain.length] ?? '';
      const text = `${before}"${'x'.repeat(length)}${fill}${end}${fill}yyyyyyyy"`;
      for (const offset of [0, 1, 2, 3, 4]) {
        const bytes = Buffer.from(`${' '.repeat(offset)}${text}\n`).subarray(offset);
        const found = scanJson(bytes, 0, bytes.length - 1) === undefined;
        expect([text, found]).toEqual([text, parses(text)]);
      }
    }
}, 60_000);

test('arbitrary tokens in a row are accepted iff JSON.parse accepts them', () => {
  const token = fc.oneof(
    fc.constantFrom(...FRAGMENTS, '1', '"a"', '"b"'),
    fc.string({ maxLength: 2 }),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), tokens =>
      expectSameAsOracle(Buffer.from(tokens.join(''))),
    ),
    { numRuns: 3000 },
  );
});

test('arbitrary bytes: no crash, accepted iff JSON.parse accepts them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      const buffer = Buffer.from(bytes);
      if (isUtf8(buffer)) expectSameAsOracle(buffer);
      else expect(() => scan(buffer)).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});

test('a repeated key is found, however many keys stand before, between and below', () => {
  const key = fc
    .tuple(fc.nat(30), fc.boolean())
    .map(([i, hidden]) => (hidden ? `"\\/${i}"` : `"/${i}"`));
  const level = (values: fc.Arbitrary<string>) =>
    fc
      .array(fc.tuple(key, values), { maxLength: 24, size: 'max' })
      .map(members => `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`);
  const inner = level(fc.constant('0'));
  const object = level(
    fc.oneof({ arbitrary: fc.constant('0'), weight: 6 }, { arbitrary: inner, weight: 1 }),
  );
  let duplicates = 0;
  fc.assert(
    fc.property(object, text => {
      expectSameAsOracle(Buffer.from(text));
      duplicates += survey(text).duplicatesAt.length > 0 ? 1 : 0;
    }),
    { numRuns: 500 },
  );
  expect(duplicates).toBeGreaterThan(20);
});

const TOP = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'] as const;

test('the spans of a message are those of its values', () => {
  const message = objectOf(
    fc
      .subarray([...TOP, 'other', 'Params', 'paramſ'], { minLength: 0 })
      .chain(names => fc.shuffledSubarray(names, { minLength: names.length }))
      .chain(names =>
        fc.tuple(
          ...names.map(name =>
            memberOf(
              keyTextOf(name),
              fc.oneof(
                jsonText,
                objectText.map(({ text }) => text),
              ),
            ),
          ),
        ),
      ),
  );
  fc.assert(
    fc.property(message, ({ text, members }) => {
      const { fault, spans, at, members: found } = scanned(text);
      expect(fault).toBeUndefined();
      for (const name of TOP)
        expect([name, at(name)]).toEqual([name, members.find(({ key }) => key === name)?.value]);
      expect(spans.hasOther).toBe(members.some(({ key }) => !TOP.some(name => name === key)));
      const inner = members
        .filter(({ key, value }) => /^(params|result|error)$/.test(key) && value.startsWith('{'))
        .flatMap(({ value }) => Object.keys(parsed(value) as object));
      expect(found.map(([key]) => key).sort()).toEqual(inner.sort());
    }),
    { numRuns: 500 },
  );
});

test('the members of params, result or error are told in order with their values', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('params', 'result', 'error'),
      objectText,
      (name, { text, members }) => {
        const found = scanned(`{"jsonrpc":"2.0",${JSON.stringify(name)}:${text},"id":1}`);
        expect(found.members).toEqual(members.map(({ key, value }) => [key, value]));
      },
    ),
  );
});

test.each([
  ['[]', 'expected a JSON object'],
  ['"{}"', 'expected a JSON object'],
  ['', 'expected a JSON object'],
  ['{} x', 'unexpected text after the end of the value'],
  ['{"id":1,"id":1}', 'duplicate key'],
  ['{"id":1,"\\u0069d":1}', 'needless escape in a key'],
  ['{"params":{"name":"a","n\\u0061me":"b"}}', 'needless escape in a key'],
])('no message: %j: %s', (text, message) => {
  expect(scanned(text).fault?.message).toBe(message);
});

test('spans of an earlier message do not shine through', () => {
  const spans: Spans = emptySpans();
  const first = lineOf('{"id":1,"method":"x","params":{"a":1},"other":0}');
  scanMessage(first.buffer, first.start, first.end, spans);
  const second = lineOf('{"result":1}');
  scanMessage(second.buffer, second.start, second.end, spans);
  const { resultStart, resultEnd } = spans;
  expect(spans).toEqual({ ...emptySpans(), resultStart, resultEnd });
  expect(second.buffer.toString('utf8', resultStart, resultEnd)).toBe('1');
});

test('a message in which a server repeats keys below the top keeps every one', () => {
  const { members } = scanned('{"result":{"a":1,"a":2}}', TOLERANT);
  expect(members).toEqual([
    ['a', '1'],
    ['a', '2'],
  ]);
});
