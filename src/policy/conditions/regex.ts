// Regular expressions that take linear time, whatever an agent sends: RE2's syntax and semantics.
// The engine is loaded only where a policy has such a pattern.

export interface Regex {
  /** How many steps one character of text may cost. */
  readonly size: number;
  /** Searches anywhere in the text. */
  readonly test: (text: string) => boolean;
}

/** Larger ones are slow on long texts: `[a-z]{1,1000}` has twice that many parts. */
const MAX_SIZE = 2500;

/** Every pattern made ready, or what is wrong with it. */
export async function compileRegexes(
  sources: Iterable<string>,
): Promise<Map<string, Regex | { problem: string }>> {
  const all = new Set(sources);
  if (all.size === 0) return new Map();
  const { RE2JS } = await import('re2js');
  return new Map([...all].map(source => [source, compile(RE2JS, source)]));
}

type Engine = typeof import('re2js')['RE2JS'];

function compile(engine: Engine, source: string): Regex | { problem: string } {
  try {
    const compiled = engine.compile(source);
    const size = compiled.programSize();
    return size > MAX_SIZE
      ? { problem: 'expected a regular expression with fewer repetitions' }
      : { size, test: text => compiled.test(text) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      problem: `expected a regular expression in RE2's syntax, which has no look-around and no back-references: ${why.replace(/^error parsing regexp: /, '')}`,
    };
  }
}
