// A part of a document that is written in more than one way, and read by a function.
import * as z from 'zod/mini';

/** What `parse` makes of a value; where that is undefined, `expected` says what it should be. */
export function parsedBy<T>(parse: (value: unknown) => T | undefined, expected: string) {
  return z.pipe(
    z.unknown(),
    z.transform((value, { issues }): T => {
      const parsed = parse(value);
      if (parsed !== undefined) return parsed;
      issues.push({ code: 'custom', message: expected, input: value });
      return z.NEVER;
    }),
  );
}
