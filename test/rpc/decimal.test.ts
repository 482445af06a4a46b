// A number's lexeme as a decimal, and whether a double says the same.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalOf, isHeldByDouble } from '../../src/rpc/decimal.ts';

describe('decimalOf', () => {
  test.each([
    ['0', false, '', 0],
    ['-0.00e+99', true, '', 0],
    ['0e99999999999999999999', false, '', 0],
    ['1', false, '1', 0],
    ['-1200', true, '12', 2],
    ['10.0', false, '1', 1],
    ['0.0120', false, '12', -3],
    ['12.5E+3', false, '125', 2],
    ['12.5e-03', false, '125', -4],
    ['1e+21', false, '1', 21],
    ['1e99999999999999999999', false, '1', 1e20],
  ])('%s', (lexeme, negative, digits, exponent) => {
    expect(decimalOf(lexeme)).toEqual({ negative, digits, exponent });
  });
});

describe('isHeldByDouble', () => {
  test.each([
    '0',
    '-0',
    '-0.0e-0',
    '0e999999999999',
    '0.1',
    '1.10',
    '-12.5e-3',
    '0.30000000000000004',
    '9007199254740991',
    '9007199254740992',
    '9007199254740994',
    '18014398509481984',
    '-9223372036854775808',
    '9007199254740992.000',
    '1e22',
    '100000000000000000000',
    '5e-324',
    '2.2250738585072014e-308',
    `1${'0'.repeat(22)}`,
  ])('%s is', lexeme => {
    expect(isHeldByDouble(lexeme)).toBe(true);
  });

  test.each([
    '9007199254740993',
    '-9007199254740993',
    '9007199254740993.0',
    '9007199254740993e0',
    '900719925474099.3e1',
    '9007199254740992.5',
    '9223372036854775807',
    '18446744073709551615',
    '1e23',
    '1e308',
    '1e309',
    '-1e999',
    '1e-400',
    '-1e-400',
    '4e-324',
    '1e99999999999999999999',
    '1e-99999999999999999999',
    '0.1000000000000000055511151231257827',
    '0.30000000000000001',
    '123456789012345678901234567890',
  ])('%s is not', lexeme => {
    expect(isHeldByDouble(lexeme)).toBe(false);
  });

  test('a million zeros take no more than linear time', () => {
    const zeros = '0'.repeat(1_000_000);
    expect([`0.${zeros}`, `1.${zeros}`, `0.${zeros}1e+1000001`].map(isHeldByDouble)).toEqual([
      true,
      true,
      true,
    ]);
    expect([`1${zeros}1`, `1.${zeros}1`, `0.${zeros}1`].some(isHeldByDouble)).toBe(false);
  });

  test('every double is, as JavaScript prints it, where it is no large integer', () => {
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(doubles, double => {
        fc.pre(!Number.isInteger(double) || Number.isSafeInteger(double));
        expect(isHeldByDouble(String(double))).toBe(true);
      }),
    );
  });

  test('an integer is where both are the same', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), integer => {
        expect(isHeldByDouble(String(integer))).toBe(BigInt(Number(integer)) === integer);
      }),
    );
  });
});
