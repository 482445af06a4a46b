// Changes to a text by place, so that every other character of it stays.
import type { Span } from '../format/tree.ts';

export interface Edit extends Span {
  readonly text: string;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let done = 0;
  for (const { start, end, text: replacement } of inOrder(edits)) {
    result += text.slice(done, start) + replacement;
    done = end;
  }
  return result + text.slice(done);
}

/** The stretch of the text from the first edit to the last, before and after. */
export function hullOf(text: string, edits: readonly Edit[]) {
  const ordered = inOrder(edits);
  const start = ordered[0]?.start ?? 0;
  const end = ordered.at(-1)?.end ?? start;
  const shifted = ordered.map(edit => ({
    ...edit,
    start: edit.start - start,
    end: edit.end - start,
  }));
  const before = text.slice(start, end);
  return { start, end, before, after: applyEdits(before, shifted) };
}

function inOrder(edits: readonly Edit[]): Edit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}
