// What a line is in JSON-RPC terms, what is refused and under which code, and the wrapper's replies.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readValue } from '../../src/rpc/exact.ts';
import {
  errorReply,
  type Malformed,
  type Message,
  member,
  readId,
  readMessage,
  readString,
  resultReply,
  stringMember,
} from '../../src/rpc/message.ts';
import { type ScanOptions, STRICT, TOLERANT } from '../../src/rpc/scan.ts';
import { parsed } from '../support/parsed.ts';
import { jsonText, lineOf, parses, stringText } from './json-text.ts';

function read(text: string, how: ScanOptions = STRICT): Message | Malformed {
  const { buffer, start, end } = lineOf(text);
  return readMessage(buffer, start, end, how);
}

const request = (rest: string) => `{"jsonrpc":"2.0",${rest}}`;

describe('messages', () => {
  test.each([
    ['"id":1,"method":"ping"', { kind: 'request', id: 1, method: 'ping' }],
    ['"id":"a","method":"ping"', { kind: 'request', id: 'a', method: 'ping' }],
    ['"id":"","method":"ping"', { kind: 'request', id: '', method: 'ping' }],
    ['"id":"\\u0061","method":"p\\u0069ng"', { kind: 'request', id: 'a', method: 'ping' }],
    ['"id":9007199254740991,"method":"x"', { kind: 'request', id: 9007199254740991 }],
    ['"id":-5,"method":"x","params":{}', { kind: 'request', id: -5 }],
    ['"method":"x"', { kind: 'notification', method: 'x' }],
    ['"method":"x","params":{"a":1}', { kind: 'notification', method: 'x' }],
    ['"id":1,"result":{}', { kind: 'response', id: 1 }],
    ['"id":1,"result":null', { kind: 'response', id: 1 }],
    ['"id":1,"error":{"code":1,"message":""}', { kind: 'response', id: 1, result: undefined }],
  ])('%s', (text, expected) => {
    expect(read(request(text))).toMatchObject(expected);
    expect(read(request(text), TOLERANT)).toMatchObject(expected);
  });
});

describe('malformed, under the id where one can be read', () => {
  test.each([
    ['{"id":1,"method":"x"}', -32600, 1],
    ['{"jsonrpc":"1.0","id":1,"method":"x"}', -32600, 1],
    ['{"jsonrpc":2.0,"id":1,"method":"x"}', -32600, 1],
    ['{"jsonrpc":"2.0 ","id":1,"method":"x"}', -32600, 1],
    [request('"id":1,"method":"x","extra":0'), -32600, 1],
    [request('"id":1,"method":"x","Params":{}'), -32600, 1],
    [request('"id":1,"method":"x","_meta":{}'), -32600, 1],
    [request('"id":null,"method":"x"'), -32600, undefined],
    [request('"id":1.5,"method":"x"'), -32600, undefined],
    [request('"id":1e2,"method":"x"'), -32600, undefined],
    [request('"id":9007199254740992,"method":"x"'), -32600, undefined],
    [request('"id":9007199254740993,"method":"x"'), -32600, undefined],
    [request('"id":true,"method":"x"'), -32600, undefined],
    [request('"id":{},"method":"x"'), -32600, undefined],
    [request('"id":[1],"method":"x"'), -32600, undefined],
    [request('"id":1,"method":1'), -32600, 1],
    [request('"id":1,"method":null'), -32600, 1],
    [request('"id":1,"method":"x","params":[]'), -32600, 1],
    [request('"id":1,"method":"x","params":null'), -32600, 1],
    [request('"id":1,"method":"x","params":"{}"'), -32600, 1],
    [request('"id":1,"method":"x","result":{}'), -32600, 1],
    [request('"id":1,"method":"x","error":{}'), -32600, 1],
    [request('"id":1,"result":{},"error":{}'), -32600, 1],
    [request('"id":1,"result":{},"params":{}'), -32600, 1],
    [request('"result":{}'), -32600, undefined],
    [request('"id":1'), -32600, 1],
    ['{}', -32600, undefined],
    ['[]', -32600, undefined],
    [`[${request('"id":1,"method":"x"')}]`, -32600, undefined],
    ['"x"', -32600, undefined],
    ['1', -32600, undefined],
    [request('"id":1,"id":1,"method":"x"'), -32700, undefined],
    [request('"id":1,"method":"x","params":{"a":1,"a":2}'), -32700, undefined],
    [request('"id":1,"method":"\\ud800"'), -32700, undefined],
    ['{', -32700, undefined],
    [' {', -32700, undefined],
    ['{"jsonrpc":"2.0","id":1,"method":"x"', -32700, undefined],
    [request('"id":NaN,"method":"x"'), -32700, undefined],
  ])('%s', (text, code, id) => {
    expect(read(text)).toMatchObject({ kind: 'malformed', code });
    expect((read(text) as Malformed).id).toBe(id);
  });
});

describe('what is no JSON at all is a parse error, -32700', () => {
  test.each(['garbage', 'nul', '[1', '"x', '\ufeff{}', "{'a':1}", '1 2', '<html>'])('%j', text => {
    expect(read(text)).toMatchObject({ kind: 'malformed', code: -32700, id: undefined });
  });
});

describe('tolerant of a server, but not gullible', () => {
  test.each([
    ['{"id":1,"result":{}}', 'response'],
    [request('"id":1,"result":{},"extra":1'), 'response'],
    [request('"id":1,"result":{"a":1,"a":2}'), 'response'],
    [request('"id":1,"result":{"a":"\\ud800"}'), 'response'],
    [request('"id":1,"id":2,"result":{}'), 'malformed'],
    [request('"id":1,"result":{},"error":{}'), 'malformed'],
    [request('"id":null,"result":{}'), 'malformed'],
    [request('"id":1,"result":NaN'), 'malformed'],
    ['Server listening on port 1', 'malformed'],
    ['[]', 'malformed'],
  ])('%s: %s', (text, kind) => {
    expect(read(text, TOLERANT).kind).toBe(kind);
  });
});

test('the params, the result and their members can be read by their spans', () => {
  fc.assert(
    fc.property(fc.constantFrom('params', 'result'), jsonText, stringText, (name, value, text) => {
      const container = `{ "a" : ${value}\t,"b":${text}, "c":1 }`;
      const kind = name === 'params' ? '"method":"x",' : '';
      const line = lineOf(request(`"id":1,${kind}"${name}":${container}`));
      const message = readMessage(line.buffer, line.start, line.end);
      if (message.kind === 'malformed') return expect(message).toBeUndefined();
      const span = message.kind === 'response' ? message.result : message.params;
      expect(span && readValue(line.buffer, span)).toEqual(parsed(container));
      const found = member(message.members, 'a');
      expect(found && readValue(line.buffer, found)).toEqual(parsed(value));
      expect(stringMember(line.buffer, message.members, 'b')).toBe(JSON.parse(text));
      expect(stringMember(line.buffer, message.members, 'c')).toBeUndefined();
      expect(stringMember(line.buffer, message.members, 'd')).toBeUndefined();
    }),
  );
});

test('any string reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(stringText, text => {
      const { buffer, start, end } = lineOf(text);
      expect(readString(buffer, start, end)).toBe(JSON.parse(text));
      expect(readId(buffer, start, end)).toBe(JSON.parse(text));
    }),
  );
});

test('any line gives a message or says what is wrong with it', () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    jsonText.map(text => request(`"id":${text},"method":"x"`)),
  );
  fc.assert(
    fc.property(line, text => {
      fc.pre(!text.includes('\n'));
      const found = read(text);
      if (found.kind !== 'malformed') expect(parses(text)).toBe(true);
      else expect([-32700, -32600]).toContain(found.code);
    }),
    { numRuns: 1000 },
  );
});

describe('replies', () => {
  test.each([
    [
      errorReply(1, -32601, 'x'),
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}}\n',
    ],
    [
      errorReply('1', -32601, 'x', 2),
      '{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"x","data":2}}\n',
    ],
    [
      errorReply(undefined, -32700, 'x'),
      '{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}\n',
    ],
    [errorReply(0, -32600, ''), '{"jsonrpc":"2.0","id":0,"error":{"code":-32600,"message":""}}\n'],
    [
      errorReply('', -32600, ''),
      '{"jsonrpc":"2.0","id":"","error":{"code":-32600,"message":""}}\n',
    ],
    [resultReply(1, {}), '{"jsonrpc":"2.0","id":1,"result":{}}\n'],
  ])('%s', (reply, expected) => {
    expect(reply).toBe(expected);
  });

  test('a reply is one line for every reader, and parses to what was meant', () => {
    const text = fc
      .array(fc.constantFrom('a', '\n', '\r', '\u0085', '\u2028', '\u2029', '"', '\ud800'))
      .map(c => c.join(''));
    fc.assert(
      fc.property(text, text, (id, message) => {
        for (const reply of [errorReply(id, 1, message), resultReply(id, { text: message })]) {
          expect(reply.slice(0, -1)).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
          expect(reply.endsWith('\n')).toBe(true);
        }
        expect(JSON.parse(errorReply(id, 1, message))).toEqual({
          jsonrpc: '2.0',
          id,
          error: { code: 1, message },
        });
      }),
    );
  });
});
