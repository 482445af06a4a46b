// The id of a line that is no message: read where it is the only one, and never guessed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { salvage } from '../../src/rpc/salvage.ts';

const idOf = (line: string) => {
  const bytes = Buffer.from(line);
  return salvage(bytes, 0, bytes.length)?.id;
};

describe('read', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":1,"a":2}}', 7],
    ['{"jsonrpc":"2.0","id":"q-1","result":{"x":NaN}}', 'q-1'],
    ['{"result":{"x":[1,{"y":"}"}],"z":"\\""},"id":7}', 7],
    [' \t{ "id" : -3 , "x" }', -3],
    ['{"id":7,"method":"tools/call","params":{"text":"cut in the mid', 7],
    ['{"id":7,bad', 7],
    ['{"id":7,"x":"\u0000"}', 7],
    ['{"params":{"id":1},"id":2}', 2],
  ])('%j', (line, id) => expect(idOf(line)).toBe(id));
});

describe('not read', () => {
  it.each([
    '',
    'noise',
    '[{"id":1}]',
    '{"method":"x"}',
    '{"id":1,"id":2}',
    '{"id":1,"\\u0069d":2}',
    '{"id":1,bad,"id":2}',
    '{"id":12345678901234567890}',
    '{"id":1.5}',
    '{"id":null}',
    '{"id":{"id":1}}',
    '{"id":"\\u0031"}',
    '{"id":"é"}',
    '{"id":12',
    '{bad,"id":1}',
    '{"params":{"id":1}}',
  ])('%j', line => expect(idOf(line)).toBeUndefined());
});

it('ends on any bytes, and never reads beyond the line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, cut) => {
      const line = Buffer.concat([Buffer.from('{"id":1,'), bytes, Buffer.from('"id":2}')]);
      const end = Math.min(line.length, cut);
      const found = salvage(line, 0, end);
      if (found !== undefined) expect(end).toBeGreaterThan('{"id":1'.length);
      // The second id stands behind the end, or makes the first one doubtful.
      if (end === line.length) expect(found?.id).not.toBe(2);
    }),
  );
});
