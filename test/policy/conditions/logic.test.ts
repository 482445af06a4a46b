// How conditions are put together: paths, quantifiers, what is missing, what cannot be said, and why.
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../src/policy/conditions/condition.ts';
import type { Json } from '../../../src/policy/conditions/equal.ts';
import type { Operator } from '../../../src/policy/conditions/operators.ts';
import type { ConditionDocument } from '../../../src/policy/conditions/schema.ts';
import { judge } from './judging.ts';

const is = (path: string, op: Operator, value?: Json): ConditionDocument =>
  value === undefined ? { path, op } : { path, op, value };
const not = (condition: ConditionDocument): ConditionDocument => ({ not: condition });

const T = is('args.t', 'eq', 1);
const F = is('args.t', 'eq', 2);
const U = is('args.t', 'eq', '1');
const ARGS = '{"t":1}';

describe('three values', () => {
  test.each<[string, ConditionDocument, string]>([
    ['not T', not(T), 'false'],
    ['not F', not(F), 'true'],
    ['not U', not(U), 'unknown'],
    ['not not U', not(not(U)), 'unknown'],
    ['T and T', { all: [T, T] }, 'true'],
    ['T and U', { all: [T, U] }, 'unknown'],
    ['U and T', { all: [U, T] }, 'unknown'],
    ['U and F', { all: [U, F] }, 'false'],
    ['F and U', { all: [F, U] }, 'false'],
    ['F or U', { any: [F, U] }, 'unknown'],
    ['U or F', { any: [U, F] }, 'unknown'],
    ['U or T', { any: [U, T] }, 'true'],
    ['F or F', { any: [F, F] }, 'false'],
    ['not (U and T)', not({ all: [U, T] }), 'unknown'],
    ['not (U and F)', not({ all: [U, F] }), 'true'],
    ['(F or (T and not F)) and T', { all: [{ any: [F, { all: [T, not(F)] }] }, T] }, 'true'],
  ])('%s: %s', (_, condition, truth) => {
    const [denies, requires] = [
      judge([condition], 'deny', ARGS),
      judge([condition], 'require', ARGS),
    ];
    expect([denies.truth, requires.truth]).toEqual([truth, truth]);
    expect(denies.holds).toBe(truth !== 'false');
    expect(requires.holds).toBe(truth === 'true');
  });

  test.each<[string, ConditionDocument[], boolean, boolean]>([
    ['nothing', [], true, true],
    ['T', [T], true, true],
    ['T, T', [T, T], true, true],
    ['T, F', [T, F], false, false],
    ['T, U', [T, U], true, false],
    ['U, F', [U, F], false, false],
  ])('a list of %s: denies %s, is fulfilled %s', (_, list, denies, fulfilled) => {
    expect(judge(list, 'deny', ARGS).holds).toBe(denies);
    expect(judge(list, 'require', ARGS).holds).toBe(fulfilled);
    expect(judge(list, 'deny', ARGS).why()).not.toBe('');
  });
});

describe('what is missing', () => {
  const A = 'args.a';
  test.each<[string, ConditionDocument, boolean, boolean]>([
    ['eq', is(A, 'eq', 1), false, false],
    ['neq', is(A, 'neq', 1), true, false],
    ['not_in', is(A, 'not_in', [1]), true, false],
    ['lte', is(A, 'lte', 1), false, false],
    ['not eq', not(is(A, 'eq', 1)), true, false],
    ['not neq', not(is(A, 'neq', 1)), false, false],
    ['not lte', not(is(A, 'lte', 1)), true, false],
    ['exists', is(A, 'exists'), false, false],
    ['exists: false', is(A, 'exists', false), true, true],
    ['not exists', not(is(A, 'exists')), true, true],
    ['not exists: false', not(is(A, 'exists', false)), false, false],
    ['lte or exists: false', { any: [is(A, 'lte', 1), is(A, 'exists', false)] }, true, true],
  ])('%s: denies %s, is fulfilled %s', (_, condition, denies, fulfilled) => {
    for (const args of [undefined, '{}', '{"b":1}']) {
      expect(judge([condition], 'deny', args).holds).toBe(denies);
      expect(judge([condition], 'require', args).holds).toBe(fulfilled);
    }
  });
});

describe('what a path leads to', () => {
  // What `exists` says: T there, F absent, U nobody can say.
  test.each<[string, string | undefined, string]>([
    ['args', '{}', 'T'],
    ['args', undefined, 'F'],
    ['args.a', undefined, 'F'],
    ['args.a', '{"a":null}', 'T'],
    ['args.a', '{"a":0}', 'T'],
    ['args.a.b', '{"a":{"b":""}}', 'T'],
    ['args.a.b', '{"a":{}}', 'F'],
    ['args.a.b', '{"a":null}', 'F'],
    ['args.a.b', '{"a":7}', 'F'],
    ['args.a.b', '{"a":1e400}', 'F'],
    ['args.a.b', '{"a":false}', 'F'],
    ['args.a.b', '{"a":"{\\"b\\":1}"}', 'U'],
    ['args.a.b', '{"a":""}', 'U'],
    ['args.a.b', '{"a":[{"b":1}]}', 'U'],
    ['args.a.b', '{"a":[]}', 'U'],
    ['args.a', '[{"a":1}]', 'U'],
    ['args.a', '"{}"', 'U'],
    ['args.a', 'null', 'F'],
    // Prototypes have nothing to say.
    ['args.__proto__', '{}', 'F'],
    ['args.__proto__', '{"__proto__":1}', 'T'],
    ['args.constructor', '{}', 'F'],
    ['args.toString.name', '{}', 'F'],
    ['args.a.length', '{"a":"abc"}', 'U'],
    ['args.a.length', '{"a":[1]}', 'U'],
    ['args.__proto__.a', '{"__proto__":{"a":1}}', 'T'],
    // but for a server that copies with `Object.assign`, which takes this key for one.
    ['args.amount', '{"__proto__":{"amount":1}}', 'U'],
    ['args.a.b', '{"a":{"__proto__":{}}}', 'U'],
    ['args.a.b', '{"__proto__":{},"a":{}}', 'F'],
    ['args.a', '{"__proto__":{"a":1},"a":2}', 'T'],
    ['args.a', '{"__proto__":7}', 'F'],
    // Keys that some readers take for one
    ['args.amount', '{"Amount":1}', 'U'],
    ['args.amount', '{"amount":1,"AMOUNT":2}', 'U'],
    ['args.amount', '{"\\uff41mount":1}', 'U'],
    ['args.amount', '{"amount2":1}', 'F'],
    ['args.kind', '{"\\u212aind":1}', 'U'],
    ['args.straße', '{"STRASSE":1}', 'U'],
    ['args.a.b', '{"A":1,"a":{"b":1}}', 'U'],
    ['args.a.b', '{"a":{"B":1}}', 'U'],
    ['args.a', `{"${'a'.repeat(300)}":1}`, 'F'],
    // Odd names
    ['args["odd.key"].x', '{"odd.key":{"x":1}}', 'T'],
    ['args["odd.key"]', '{"odd":{"key":1}}', 'F'],
    ['args["a\\"b\\u0041"]', '{"a\\"bA":1}', 'T'],
    ['args[""]', '{"":1}', 'T'],
    ['args.dash-ed.$x_1', '{"dash-ed":{"$x_1":1}}', 'T'],
    // Lists
    ['args.l[0]', '{"l":[1]}', 'T'],
    ['args.l[1]', '{"l":[1]}', 'F'],
    ['args.l[0]', '{"l":{"0":1}}', 'U'],
    ['args.l["0"]', '{"l":{"0":1}}', 'T'],
    ['args.l.0', '{"l":[1]}', 'U'],
    ['args.l[0]', '{"l":"[1]"}', 'U'],
    ['args.l[0][1]', '{"l":[[1,2]]}', 'T'],
    ['args.l[*]', '{"l":[1]}', 'T'],
    ['args.l[*]', '{"l":[]}', 'F'],
    ['args.l[*]', '{"l":null}', 'F'],
    ['args.l[*]', '{}', 'F'],
    ['args.l[*]', '{"l":{"a":1}}', 'U'],
    ['args.l[*]', '{"l":"a"}', 'U'],
    // Servers that take one member without its list
    ['args.l[*]', '{"l":5}', 'U'],
    ['args.l[*].id', '{"l":[{"id":1}]}', 'T'],
    ['args.l[*].id', '{"l":[{}]}', 'F'],
    ['args.l[*].id', '{"l":["x"]}', 'U'],
    ['args.l[*][*]', '{"l":[[1]]}', 'T'],
    ['args.l[*][*]', '{"l":[[]]}', 'F'],
  ])('%s in %s: %s', (path, args, expected) => {
    const letters = { true: 'T', false: 'F', unknown: 'U' } as const;
    for (const reading of ['deny', 'require'] as const)
      expect(letters[judge([is(path, 'exists')], reading, args).truth]).toBe(expected);
  });
});

describe('members of lists', () => {
  const ID = 'args.l[*].id';
  // As denied, as required; without a quantifier, then `any`, then `every`.
  test.each<[string, Operator, Json, string]>([
    ['[{"id":1},{"id":2}]', 'eq', 1, 'T T F / F T F'],
    ['[{"id":1},{"id":1}]', 'eq', 1, 'T T T / T T T'],
    ['[{"id":2}]', 'eq', 1, 'F F F / F F F'],
    ['[{"id":1},{}]', 'eq', 1, 'T T F / U T U'],
    ['[{"id":2},{}]', 'eq', 1, 'F F F / F U F'],
    ['[{"id":1},{"id":"1"}]', 'eq', 1, 'T T U / U T U'],
    ['[{"id":2},{"id":"1"}]', 'eq', 1, 'U U F / F U F'],
    ['[{"id":1},{"id":2}]', 'neq', 1, 'T T F / F T F'],
    ['[]', 'eq', 1, 'F F F / U U U'],
    ['[]', 'neq', 1, 'T T T / U U U'],
    ['[{"id":1},{"ID":1}]', 'eq', 1, 'T T U / U T U'],
    ['"[]"', 'eq', 1, 'U U U / U U U'],
  ])('%s %s %s: %s', (list, op, value, expected) => {
    const letter = { true: 'T', false: 'F', unknown: 'U' } as const;
    const truths = (reading: Reading) =>
      ([undefined, 'any', 'every'] as const)
        .map(quantifier => {
          const leaf = { path: ID, op, value };
          const condition = quantifier === undefined ? leaf : { ...leaf, quantifier };
          return letter[judge([condition], reading, `{"l":${list}}`).truth];
        })
        .join(' ');
    expect(`${truths('deny')} / ${truths('require')}`).toBe(expected);
  });

  // The strict reading of a `not` is that of what it stands for.
  test.each<[string, ConditionDocument, Reading, string, boolean]>([
    ['no tag may be prod', not(is('args.tags[*]', 'eq', 'prod')), 'require', '["a","prod"]', false],
    ['no tag may be prod', not(is('args.tags[*]', 'eq', 'prod')), 'require', '["a","b"]', true],
    ['all must be known', not(is('args.tags[*]', 'in', ['a', 'b'])), 'deny', '["a","x"]', true],
    ['all must be known', not(is('args.tags[*]', 'in', ['a', 'b'])), 'deny', '["a","b"]', false],
    ['twice not', not(not(is('args.tags[*]', 'eq', 'x'))), 'deny', '["a","x"]', true],
    ['twice not', not(not(is('args.tags[*]', 'eq', 'x'))), 'require', '["a","x"]', false],
  ])('%s, %j to %s on %s: %s', (_, condition, reading, tags, holds) => {
    expect(judge([condition], reading, `{"tags":${tags}}`).holds).toBe(holds);
  });
});

describe('why', () => {
  test.each<[ConditionDocument, Reading, string, string]>([
    [
      is('args.amount', 'lte', 500),
      'require',
      '{"amount":700}',
      'args.amount is 700, more than 500',
    ],
    [is('args.amount', 'gt', 500), 'deny', '{"amount":700}', 'args.amount is 700, more than 500'],
    [
      is('args.amount', 'gt', 500),
      'deny',
      '{"amount":"700"}',
      'args.amount is a string, cannot be compared with a number',
    ],
    [
      is('args.amount', 'gt', 500),
      'deny',
      '{"amount":1e400}',
      'args.amount is 1e400, which not every server reads alike',
    ],
    [is('args.cluster', 'eq', 'dev'), 'require', '{}', 'args.cluster is missing'],
    [
      is('args.cluster', 'eq', 'dev'),
      'require',
      '{"cluster":"prod"}',
      'args.cluster is "prod", not "dev"',
    ],
    [
      not(is('args.cluster', 'eq', 'prod')),
      'require',
      '{"cluster":"prod"}',
      'args.cluster is "prod"',
    ],
    [is('args.a.b', 'eq', 1), 'deny', '{"a":"{}"}', 'args.a is a string, not an object'],
    [
      is('args.a', 'eq', 1),
      'deny',
      '{"A":1}',
      'args has the key "A", which some servers may take for "a"',
    ],
    [is('args.l[*].id', 'eq', 1), 'deny', '{"l":[{"id":2},{"id":1}]}', 'args.l[1].id is 1'],
    [is('args.l[*].id', 'eq', 1), 'require', '{"l":[{"id":1},{}]}', 'args.l[1].id is missing'],
    [is('args.l[*]', 'eq', 1), 'require', '{"l":[]}', 'args.l is an empty list'],
    [
      is('args.l[*]', 'eq', 1),
      'require',
      '{"l":[1,1,1,1]}',
      'args.l[0] is 1 and args.l[1] is 1 and 2 more',
    ],
    [
      is('args.e', 'in', ['a', 'b', 'c', 'd']),
      'require',
      '{"e":"x"}',
      'args.e is "x", not one of "a", "b", "c" …',
    ],
    [
      is('args.e', 'in', ['a']),
      'require',
      '{"e":1}',
      'args.e is a number, of which there is none in the list',
    ],
    [is('args.e', 'exists'), 'deny', '{"e":1}', 'args.e is there'],
    [is('args.e', 'contains', 'x'), 'require', '{"e":"abc"}', 'args.e does not contain "x"'],
    [
      is('args.e', 'length_lt', 2),
      'require',
      '{"e":"abc"}',
      'args.e has length 3, not less than 2',
    ],
    [
      is('args.e', 'within', '/srv'),
      'require',
      '{"e":"/etc/x"}',
      'args.e is "/etc/x", outside of "/srv"',
    ],
    [
      is('args.e', 'within', '/srv'),
      'require',
      '{"e":"x"}',
      'args.e is "x", which is no absolute path, and the condition has no `base`',
    ],
    [
      is('args.e', 'host_in', ['a.example']),
      'require',
      '{"e":"http://B.example/"}',
      'args.e has the host "b.example", none of "a.example"',
    ],
    [{ any: [F, U] }, 'require', ARGS, 'args.t is a number, cannot be compared with a string'],
    [{ any: [F, F] }, 'require', ARGS, 'args.t is 1, not 2 and args.t is 1, not 2'],
  ])('%j to %s', (condition, reading, args, why) => {
    expect(judge([condition], reading, args).why()).toBe(why);
  });

  test.each(['"', '\\u0001', 'x', '\\ud83d\\ude00'])('a value of many %j is cut', unit => {
    const long = `"${unit === '"' ? '\\"'.repeat(1e5) : unit.repeat(1e5)}"`;
    for (const op of ['eq', 'starts_with', 'glob', 'host_in', 'within', 'contains'] as const) {
      const value = op === 'host_in' ? ['a.example'] : op === 'within' ? '/srv' : 'a*';
      const why = judge([is('args.a', op, value)], 'deny', `{"a":${long}}`).why();
      expect(why.length).toBeLessThan(200);
      // No half of a character.
      expect(Buffer.from(why).toString()).toBe(why);
    }
    const twin = judge([is('args.A', 'eq', 1)], 'deny', `{"a":1,"${'x'.repeat(1e5)}":1}`).why();
    expect(twin.length).toBeLessThan(200);
  });
});
