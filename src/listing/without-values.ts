// A text without the values of an environment, which may be secrets.

/** Shorter ones (`1`, `on`) are in every text, and no secrets. */
const SHORTEST = 6;

/** What stands for each of them is the same: how long it was is not told either. */
export function withoutValues(text: string, values: readonly string[]): string {
  // The longest first: one may be part of another.
  const secret = values
    .filter(({ length }) => length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  return secret.reduce((left, value) => left.replaceAll(value, '[redacted]'), text);
}
