// What the fuzzer reports: which of the promises was broken, and by what.

export class Finding extends Error {
  constructor(
    /** The promise; two findings of one promise count as the same. */
    readonly promise: string,
    readonly detail = '',
  ) {
    super(detail === '' ? promise : `${promise}: ${detail}`);
  }
}

export function expectThat(holds: boolean, promise: string, detail: () => string = () => ''): void {
  if (!holds) throw new Finding(promise, shown(detail()));
}

function shown(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 1000)}… (${text.length} characters)` : text;
}
