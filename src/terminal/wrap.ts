// Long lines broken by us and not by the terminal: where it breaks one, what follows stands at the left
// edge, and an argument could look like a line of ours.

const CONTINUED = '  … ';
/** Below that nothing can be read anyway. */
const MIN_COLUMNS = 20;

/** `line` in pieces that fit; all but the first are indented. Undefined columns: no terminal, no pieces. */
export function wrapLine(line: string, columns: number | undefined): string[] {
  if (columns === undefined || columns < MIN_COLUMNS || widthOf(line) <= columns) return [line];
  const pieces: string[] = [];
  let piece = '';
  let left = columns;
  for (const char of line) {
    const width = widthOf(char);
    if (width > left) {
      pieces.push(piece);
      piece = CONTINUED;
      left = columns - widthOf(CONTINUED);
    }
    piece += char;
    left -= width;
  }
  return [...pieces, piece];
}

// How wide others are depends on the terminal: two columns is the most that any takes.
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += char >= ' ' && char <= '~' ? 1 : 2;
  return width;
}
