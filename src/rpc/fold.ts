// Names as a lenient reader may take them.

/** A name without case, width and compatibility variants: equal for names that may be confused. */
export function folded(name: string): string {
  const lower = name.normalize('NFKC').toUpperCase().toLowerCase();
  // Java's equalsIgnoreCase takes U+0130 for an `i`; in JavaScript its lower case has a dot on top.
  return lower.replaceAll('i\u0307', 'i').normalize('NFKC');
}
