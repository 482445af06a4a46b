// Names as a lenient reader may take them.

/** Folding shortens a name to no less than a quarter: none so long is confused with a known one. */
const MAX_LENGTH = 256;
/** ASCII without capitals. */
const FOLDED_ALREADY = /^[ -@[-~]*$/;

/** A name without case, width and compatibility variants: equal for names that may be confused. */
export function folded(name: string): string {
  if (FOLDED_ALREADY.test(name)) return name;
  // Putting a long run of combining marks in order takes quadratic time.
  if (name.length > MAX_LENGTH) return name;
  const lower = name.normalize('NFKC').toUpperCase().toLowerCase();
  // Java's equalsIgnoreCase takes U+0130 for an `i`; in JavaScript its lower case has a dot on top.
  return lower.replaceAll('i\u0307', 'i').normalize('NFKC');
}
