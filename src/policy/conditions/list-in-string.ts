// Lists that are written as JSON inside a string: some servers take them for lists.
import { type Exact, parseJson } from '../../rpc/exact.ts';

const MAX_LENGTH = 256 * 1024;

/** The list; undefined where a string stands for itself alone, `unclear` where nobody can say. */
export function listIn(text: string): readonly Exact[] | 'unclear' | undefined {
  if (!/^\s*\[/.test(text) || !endsAsList(text)) return undefined;
  if (text.length > MAX_LENGTH) return 'unclear';
  try {
    return parseJson(text) as Exact[];
  } catch {
    // Lenient readers take more than JSON: `[NaN, "a"]`.
    return /["'\\]/.test(text) ? 'unclear' : undefined;
  }
}

/** What it costs to find out, in steps. */
export function readingOf(text: string): number {
  return text.trimStart().startsWith('[') ? 2 ** 4 * Math.min(text.length, MAX_LENGTH) : 0;
}

function endsAsList(text: string): boolean {
  return text.trimEnd().endsWith(']');
}
