// Values of other types that Intercept takes for the same: it compares them as Go prints them.
import type { Json } from '../policy/conditions/equal.ts';

/**
 * The list with the twins of its members. Needed only where members have several types: a value of a
 * type that no member has cannot be compared at all, which is the strict answer already.
 */
export function withTwins(list: readonly Json[]): readonly Json[] {
  if (new Set(list.map(member => (member === null ? 'null' : typeof member))).size < 2) return list;
  return [...new Set(list.flatMap(member => [member, ...twinsOf(member)]))];
}

function twinsOf(member: Json): Json[] {
  if (typeof member === 'number') return [String(member), printedByGo(member)];
  if (typeof member === 'boolean') return [String(member)];
  if (member === null) return ['<nil>'];
  if (typeof member !== 'string') return [];
  if (member === 'true' || member === 'false') return [member === 'true'];
  if (member === '<nil>') return [null];
  const number = member.trim() === '' ? Number.NaN : Number(member);
  const isExact = Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isExact ? [number] : [];
}

/** As `%v` of package fmt prints a float64: 1000000 is `1e+06`. */
function printedByGo(number: number): string {
  const [digits = '', exponent = ''] = number.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(number);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
