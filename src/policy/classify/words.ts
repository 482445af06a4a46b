// A name as its words, whatever its case and separators.

/** `deleteAppV2`, `delete_app`, `DELETE-app` → delete, app; in lower case, without single letters. */
export function wordsOf(name: string): string[] {
  return (
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      // Not `[A-Z]+` and what follows it: that takes quadratic time on a long run of capitals.
      .replace(/(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
      .toLowerCase()
      .split(/[^a-z]+/)
      .filter(word => word.length > 1)
  );
}
