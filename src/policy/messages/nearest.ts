// Did you mean: the word among those that are known that another was most likely meant to be.

/** Undefined where none is near. Case and separators do not count: `rateLimit` is `rate_limit`. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word);
  const near = known
    .map(candidate => ({ candidate, distance: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, distance }) => distance <= tolerance(wanted, plain(candidate)))
    .sort((a, b) => a.distance - b.distance);
  const begun = known.filter(candidate => wanted.length > 2 && plain(candidate).startsWith(wanted));
  return near[0]?.candidate ?? (begun.length === 1 ? begun[0] : undefined);
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[\s_-]+/g, '');
}

// A third of the letters may differ; of a word of two nearly any other is one letter away.
function tolerance(a: string, b: string): number {
  return Math.floor(Math.max(a.length, b.length) / 3);
}

/** Letters to put in, leave out, change, or swap with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  // Nothing is near to what is far longer than any name.
  if (Math.abs(a.length - b.length) > tolerance(a, b)) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (line: number[], column: number) => line[column] ?? 0;
      const changed = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? at(before, j - 2) + 1 : changed;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, changed, swapped));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
