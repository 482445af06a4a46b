// HTML made of text that is not trusted: whatever is put in is escaped, but for what was made here.
import { escapeText } from '../terminal/escape.ts';

/** Markup that is safe as it stands. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = string | number | Html | readonly Html[];

/** INVARIANT: a value that is no `Html` can close no tag and no attribute, and hides or turns no text. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    texts.map((text, i) => text + (i < parts.length ? markupOf(parts[i]) : '')).join(''),
  );
}

export const NOTHING = new Html('');

function markupOf(part: Part | undefined): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(({ markup }) => markup).join('');
  return escapeText(String(part)).replace(/[&<>"'`]/g, c => `&#${c.charCodeAt(0)};`);
}
