// Values as the readers print them, and whether one is the value that policy-wrap has judged.
import { type Exact, ExactNumber } from '../../src/rpc/exact.ts';

/**
 * A value in a form that every language can print alike: texts by their code points, a number by its
 * lexeme, as an integer of any size or by the bits of a double.
 */
export type Form =
  | null
  | boolean
  | Text
  | { readonly n: string }
  | { readonly i: string }
  | { readonly f: string }
  | { readonly a: readonly Form[] }
  | { readonly o: readonly (readonly [Text, Form])[] };
interface Text {
  readonly s: readonly number[];
}

/** True where a reader has the value that was judged; a number as far as its type can hold it. */
export function isSame(judged: Exact, form: Form): boolean {
  if (form === null || typeof form === 'boolean') return judged === form;
  if ('s' in form) return judged === textOf(form.s);
  if ('a' in form)
    return (
      Array.isArray(judged) &&
      judged.length === form.a.length &&
      form.a.every((item, i) => isSame(judged[i] as Exact, item))
    );
  if ('o' in form) return isObject(judged) && hasSameMembers(judged, form.o);
  return isNumber(judged) && isSameNumber(judged, form);
}

function isNumber(value: Exact): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber;
}

function isObject(value: Exact): value is { [key: string]: Exact } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

function hasSameMembers(
  judged: { [key: string]: Exact },
  members: readonly (readonly [Text, Form])[],
): boolean {
  const found = new Map(members.map(([key, item]) => [textOf(key.s), item]));
  const keys = Object.keys(judged);
  return (
    keys.length === members.length &&
    found.size === members.length &&
    keys.every(key => {
      const item = found.get(key);
      return item !== undefined && isSame(judged[key] as Exact, item);
    })
  );
}

function textOf(points: readonly number[]): string {
  return points.map(point => String.fromCodePoint(point)).join('');
}

function isSameNumber(
  judged: number | ExactNumber,
  form: { n: string } | { i: string } | { f: string },
): boolean {
  const written = judged instanceof ExactNumber ? judged.lexeme : printed(judged);
  if ('n' in form) return decimal(written) === decimal(form.n);
  // An integer has no sign at zero.
  if ('i' in form) return decimal(written).replace('-0e0', '0e0') === decimal(form.i);
  return Object.is(Number(written), Buffer.from(form.f, 'hex').readDoubleBE());
}

/** A double as a decimal, an integer with all its digits. */
function printed(double: number): string {
  if (Object.is(double, -0)) return '-0';
  return Number.isInteger(double) ? String(BigInt(double)) : String(double);
}

/** One spelling for all of the same decimal number. */
function decimal(lexeme: string): string {
  const parts = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(lexeme);
  if (parts === null) throw new Error(`no number: ${lexeme}`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = (whole + fraction).replace(/^0+(?=.)/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return `${sign}0e0`;
  const power =
    BigInt(exponent.replace('+', '')) - BigInt(fraction.length - (digits.length - short.length));
  return `${sign}${short}e${power}`;
}
