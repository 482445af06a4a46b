// Cells of a table that fits: text cut and padded to columns of the terminal.
import { escapeText } from './escape.ts';

const CUT = '…';

/** Exactly `width` columns wide, or less where a last wide character leaves one over; made harmless. */
export function cell(text: string, width: number): string {
  const safe = escapeText(text);
  const shown = widthOf(safe) <= width ? safe : cut(safe, width);
  return shown + ' '.repeat(Math.max(0, width - widthOf(shown)));
}

/** The widest of them, within bounds. */
export function columnOf(texts: readonly string[], least: number, most: number): number {
  const widest = Math.max(0, ...texts.map(text => widthOf(escapeText(text))));
  return Math.max(least, Math.min(widest, most));
}

function cut(text: string, width: number): string {
  let shown = '';
  let left = width - widthOf(CUT);
  for (const char of text) {
    left -= widthOf(char);
    if (left < 0) break;
    shown += char;
  }
  return shown + CUT;
}

// As wrap.ts has it: what is no ASCII takes two columns at most. The sign of a cut is known to take one.
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += (char >= ' ' && char <= '~') || char === CUT ? 1 : 2;
  return width;
}
