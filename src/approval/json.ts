// JSON text of which parts are JSON text already: parsing and writing them anew would change some numbers.

/** An object of `plain`, and behind its members `texts`, as they stand; null where there is none. */
export function spliced(plain: object, texts: Readonly<Record<string, string | null>>): string {
  const members = Object.entries(texts).map(
    ([key, text]) => `${JSON.stringify(key)}:${text ?? 'null'}`,
  );
  return `${JSON.stringify(plain).slice(0, -1)},${members.join(',')}}`;
}
