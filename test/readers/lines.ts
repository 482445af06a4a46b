// Lines as a hostile client may write them: tool calls with odd strings, numbers and keys, some broken.
import fc from 'fast-check';
import {
  arrayOf,
  keyText,
  keyTextOf,
  type MemberText,
  memberOf,
  numberText,
  objectOf,
  SPACE,
  spellingOf,
  stringText,
} from '../rpc/json-text.ts';

const anyText = (texts: readonly string[]) =>
  fc.constantFrom(...texts).chain(text => spellingOf(text));
const anyKey = (texts: readonly string[]) => fc.constantFrom(...texts).chain(keyTextOf);

const names = anyText([
  'a',
  'delete_all',
  'cafe\u0301',
  'stream_group_create',
  '__proto__',
  'toString',
  '',
  'a/b:c',
  '\u{1f600}\ufeff\u2028',
]);

const rarely = <T, U>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<U>, weight = 20) =>
  fc.oneof({ arbitrary: common, weight }, { arbitrary: rare, weight: 1 });

/** Keys that some reader takes for another one, or for more than a key. */
const oddKeys = anyKey([
  '__proto__',
  'constructor',
  'toJSON',
  'length',
  '__class__',
  '',
  ' ',
  '0',
  '-0',
  '1e2',
  '4294967296',
  'null',
  'Name',
  'NAME',
  'ｎame',
  'nam\u00e9',
  'name\u0301',
  'argument\u017f',
  'to\u212aen',
  'a\0b',
  'a.b',
  '$ref',
]);
const refusedKeys = anyKey(['$serde_json::private::Number', '$serde_json::private::RawValue']);
const keys = rarely(fc.oneof(keyText, oddKeys), refusedKeys, 1000);

const oddNumbers = fc.constantFrom(
  ...['-0', '-0.0', '0E-0', '1E5', '1e+05', '100.00', '0.1', '1e22', '1e23', '9e+307', '1e-400'],
  ...['-1e-400', '5e-324', '2e-324', '3e-324', '1.7976931348623157e308', '2.2250738585072011e-308'],
  ...['0.1000000000000000055511151231257827', '1e-99999999999999999999', `0.${'0'.repeat(400)}1`],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740993'],
  ...['9007199254740993.0', '9007199254740993e0', '9007199254740992.5', '900719925474099.3e1'],
  ...['2147483648', '4294967296', '9223372036854775807', '9223372036854775808'],
  ...['-9223372036854775808', '-9223372036854775809', '18446744073709551615'],
  ...['18446744073709551616', '340282366920938463463374607431768211456', `9${'0'.repeat(307)}`],
);
/** Beyond the range of a double: read by fewer. */
const hugeNumbers = fc.constantFrom(
  ...['1e400', '-1E+400', '1.8e308', '1e99999999999999999999', `1${'0'.repeat(400)}`],
);
const numbers = rarely(
  fc.oneof(
    fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$/),
    oddNumbers,
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(double => double.toPrecision(17)),
    // Halfway between two doubles, or nearly so: where rounding goes wrong.
    fc
      .bigInt({ min: 2n ** 52n, max: 2n ** 53n })
      .chain(whole =>
        fc
          .constantFrom('.5', '.49999999999999999', '.50000000001', '')
          .map(half => `${whole}${half}`),
      ),
  ),
  fc.oneof(hugeNumbers, numberText),
  40,
);

const strings = fc.oneof(
  stringText,
  anyText(['5', '"5"', '{"name":"delete_all"}', 'null', '1e999', 'NaN', '\\u0022', '\u2028\u0085']),
);
const scalars = fc.oneof(fc.constantFrom('null', 'true', 'false'), numbers, strings);

function membersOf(of: fc.Arbitrary<string>): fc.Arbitrary<MemberText[]> {
  const unique = fc.uniqueArray(memberOf(keys, of), {
    maxLength: 5,
    selector: ({ key: name }) => name,
  });
  return rarely(unique, fc.tuple(unique, of).map(withFirstTwice), 200);
}

function withFirstTwice([members, value]: [MemberText[], string]): MemberText[] {
  const [first] = members;
  if (first === undefined) return members;
  return [...members, { ...first, text: `${JSON.stringify(first.key)}:${value}`, value }];
}

const { value: values } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalars,
    arrayOf(tie('value')).map(({ text }) => text),
    objectOf(membersOf(tie('value'))).map(({ text }) => text),
  ),
}));
const objects = objectOf(membersOf(values)).map(({ text }) => text);

/** Where a line's own id goes. */
const ID = '\u0001';

const key = (name: string) => rarely(fc.constant(`"${name}"`), spellingOf(name), 50);

const deep = fc
  .tuple(fc.integer({ min: 120, max: 126 }), fc.boolean())
  .map(([depth, inObjects]) =>
    inObjects
      ? `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`
      : `${'['.repeat(depth)}${']'.repeat(depth)}`,
  );

const params = objectOf(
  fc
    .tuple(
      memberOf(key('name'), rarely(names, values)),
      rarely(memberOf(key('arguments'), rarely(objects, fc.oneof(values, deep))), fc.constant([])),
      rarely(fc.constant([]), memberOf(key('_meta'), objects), 4),
      rarely(fc.constant([]), membersOf(values), 4),
    )
    .map(parts => parts.flat())
    .chain(members => fc.shuffledSubarray(members, { minLength: members.length })),
).map(({ text }) => text);

const methods = rarely(
  rarely(fc.constant('"tools/call"'), spellingOf('tools/call'), 4),
  anyText(['prompts/get', 'notifications/progress', 'ping', 'tools/list', 'tools/Call', 'x']),
  8,
);

const messages = objectOf(
  fc
    .tuple(
      memberOf(key('jsonrpc'), fc.constant('"2.0"')),
      memberOf(key('id'), fc.constantFrom(ID, `-${ID}`, `"${ID}"`, `"\\u0061${ID}"`)),
      memberOf(key('method'), methods),
      memberOf(key('params'), params),
    )
    .chain(members => fc.shuffledSubarray(members, { minLength: members.length })),
).chain(({ text }) => fc.tuple(SPACE, SPACE).map(([before, after]) => before + text + after));

/** What a mutation writes into a line; no LF, which would make two lines of it. */
const BITS = fc.oneof(
  fc.constantFrom(
    ...'"\\{}[],: \t\r019eE+-.nutfl/$_\0\x7f\u0085\u2028\ufeff\u{1f600}',
    '\\u',
    '//',
  ),
  fc.constantFrom('\\ud800', '\\udc00', 'NaN', '"name":"delete_all",', ',"Name":1', '1e5', '00'),
);
const mutation = fc.record({
  at: fc.noBias(fc.integer({ min: 0, max: 999_999 })),
  cut: fc.integer({ min: 0, max: 2 }),
  bit: fc.oneof(fc.constant(''), BITS),
});

function mutated(text: string, changes: readonly { at: number; cut: number; bit: string }[]) {
  return changes.reduce((line, { at, cut, bit }) => {
    const from = at % line.length;
    return line.slice(0, from) + bit + line.slice(from + cut);
  }, text);
}

const line = fc
  .tuple(messages, rarely(fc.constant([]), fc.array(mutation, { minLength: 1, maxLength: 2 }), 3))
  .map(
    ([text, changes]) =>
      (index: number) =>
        mutated(text.replace(ID, String(index)), changes),
  );

/** The same lines for the same seed, each with an id of its own. */
export function hostileLines(count: number, seed: number): string[] {
  return fc.sample(line, { numRuns: count, seed }).map((at, index) => at(index));
}
