// A number's lexeme as a decimal, and whether a double says the same.

/** ±digits × 10^exponent; the digits begin and end with none that is 0, so zero has none. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** No decimal of so few characters is lost in a double: 15 digits survive there and back. */
const SHORT = 15;

/** Reads a number as JSON spells it, or as JavaScript prints a finite one. */
export function decimalOf(lexeme: string): Decimal {
  const negative = lexeme.startsWith('-');
  const from = negative ? 1 : 0;
  const e = lexeme.search(/[eE]/);
  const mantissa = e < 0 ? lexeme.slice(from) : lexeme.slice(from, e);
  const point = mantissa.indexOf('.');
  const all = point < 0 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1);
  const fraction = point < 0 ? 0 : mantissa.length - point - 1;
  // Loops, for `/0+$/` takes quadratic time on zeros with another digit behind them.
  let first = 0;
  while (all[first] === '0') first++;
  let last = all.length;
  while (last > first && all[last - 1] === '0') last--;
  const digits = all.slice(first, last);
  if (digits === '') return { negative, digits, exponent: 0 };
  const exponent = (e < 0 ? 0 : Number(lexeme.slice(e + 1))) - fraction + (all.length - last);
  return { negative, digits, exponent };
}

/**
 * True where a double says what the lexeme says: an integer must be this very one (`2 ** 53 + 1` is
 * not), any other number must be printed as the same decimal (`0.1` is).
 */
export function isHeldByDouble(lexeme: string): boolean {
  if (lexeme.length <= SHORT && !/[eE]/.test(lexeme)) return true;
  const double = Number(lexeme);
  if (!Number.isFinite(double)) return false;
  // A large double prints with zeros for digits that it has.
  const printed = Number.isInteger(double) ? BigInt(double).toString() : String(double);
  const [written, held] = [decimalOf(lexeme), decimalOf(printed)];
  return written.digits === held.digits && written.exponent === held.exponent;
}
