// Patterns on names: `*` for any run of characters, `?` for one; matched in linear memory and
// without backtracking beyond the last star.

/** True where the text is more than a plain name. */
export function isPattern(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

/** A test for one pattern; names are compared case-sensitively, as servers compare them. */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (!isPattern(pattern)) return name => name === pattern;
  return name => matches(pattern, name);
}

/** A test for a list of names and patterns. */
export function compilePatterns(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter(pattern => !isPattern(pattern)));
  const globs = patterns.filter(isPattern);
  return name => exact.has(name) || globs.some(glob => matches(glob, name));
}

// On a mismatch only the last star is tried again, one character further: O(n · m) at worst.
function matches(glob: string, text: string): boolean {
  // `?` is one character, also where UTF-16 needs two units for it.
  const inUnits = !/[\ud800-\udfff]/.test(glob + text);
  const pattern = inUnits ? glob : Array.from(glob);
  const name = inUnits ? text : Array.from(text);
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    const c = pattern[p];
    if (c === '*') {
      star = p++;
      resume = n;
    } else if (c === '?' || c === name[n]) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
