// Names as a lenient reader may take them.

/** A name without case, width and compatibility variants: equal for names that may be confused. */
export function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase();
}
