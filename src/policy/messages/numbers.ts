// Numbers of a policy that would be read as others than were written: those that a double does not
// hold, and in YAML those of other spellings than JSON's.
import { decimalOf } from '../../rpc/decimal.ts';
import { type Exact, ExactNumber, readExact } from '../../rpc/exact.ts';
import type { Path } from '../document-path.ts';
import type { Problem } from '../problems.ts';
import type { OddNumber } from '../read-yaml.ts';

/** All of them in JSON text that the strict scanner has accepted; a line feed must follow it. */
export function inexactNumbers(bytes: Buffer): Problem[] {
  return [...inexactIn(readExact(bytes, { start: 0, end: bytes.length }), [])];
}

function* inexactIn(value: Exact, path: Path): Generator<Problem> {
  if (value instanceof ExactNumber) yield { path, message: inexact(value.lexeme) };
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* inexactIn(item, [...path, i]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) yield* inexactIn(member, [...path, key]);
}

export function numberInYaml({ source, value, path, offset }: OddNumber): Problem {
  return { path, message: oddity(source, value), offset };
}

function oddity(source: string, value: number): string {
  if (/^[+-]?\.(?:inf|nan)$/i.test(source)) return `expected a finite number, found \`${source}\``;
  if (/^0[xo]/i.test(source)) return `write the number \`${source}\` as \`${printed(value)}\``;
  if (/^[+-]?0\d/.test(source))
    return `the number \`${source}\` is read in different ways: write it without a zero before it`;
  const plain = source
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|e)/i, '');
  return plain === source ? inexact(source) : `write the number \`${source}\` as \`${plain}\``;
}

function inexact(lexeme: string): string {
  const { digits, exponent } = decimalOf(lexeme);
  const shown = lexeme.length > 40 ? `${lexeme.slice(0, 37)}…` : lexeme;
  const size = digits.length + exponent;
  const nearest = Number(lexeme);
  const read = size > 308 || size < -307 ? '' : `: it would be read as ${printed(nearest)}`;
  return `the number \`${shown}\` cannot be held exactly${read}; whole numbers go up to 9007199254740991, others to 15 digits`;
}

function printed(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21
    ? BigInt(value).toString()
    : String(value);
}
