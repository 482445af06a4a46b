// Amounts that limits add up: decimals with up to six places, as whole millionths, so that sums are exact.
import { type Decimal, decimalOf } from '../rpc/decimal.ts';

const PLACES = 6;
/** Millionths in one. */
export const PARTS = 10 ** PLACES;
/** The largest amount: in millionths, the sum of two of them is still a safe integer. */
export const MAX_COST = 1_000_000_000;

/** The millionths in a number of at least 0; undefined where it is no such number, or too large. */
export function partsOf(value: unknown): number | undefined {
  // A double prints as the shortest decimal that means it: what has been written, if that was short.
  return typeof value === 'number' && Number.isFinite(value)
    ? partsIn(decimalOf(String(value)))
    : undefined;
}

function partsIn({ negative, digits, exponent }: Decimal): number | undefined {
  if (digits === '') return 0;
  if (negative || exponent < -PLACES || digits.length + exponent > 10) return undefined;
  const parts = Number(digits + '0'.repeat(exponent + PLACES));
  return parts <= MAX_COST * PARTS ? parts : undefined;
}
