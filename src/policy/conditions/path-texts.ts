// The texts that a server may make of one text before it takes it for a path.

/** A text with more of them than this has no list of them that anybody could trust. */
const MAX_TEXTS = 12;
/** Longer paths are refused by file systems. */
const MAX_LENGTH = 4096;

/** The text itself and what becomes of it, in whatever order; or what is odd about it. */
export function textsOf(text: string): ReadonlySet<string> | { odd: string } {
  if (text.length > MAX_LENGTH) return { odd: 'is longer than a path can be' };
  const texts = new Set([text]);
  for (const form of texts) {
    if (texts.size > MAX_TEXTS) return { odd: 'is encoded too often' };
    if (/\p{Cc}/u.test(form)) return { odd: 'has a control character' };
    const decoded = decode(form);
    if (decoded === undefined) return { odd: 'is encoded in an odd way' };
    texts.add(decoded).add(form.trim()).add(flattened(form));
  }
  return texts;
}

// Bytes that are no UTF-8 are read in as many ways as there are servers; `%u002e` by some.
function decode(text: string): string | undefined {
  if (/%u[0-9a-f]{4}/i.test(text)) return undefined;
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** What looks like a slash in Unicode, beyond what normalisation makes one. */
const SLASHES = /[\u2044\u2215\u29f8]/g;
const BACKSLASHES = /[\u2216\u29f5]/g;

// As a server reads it that normalises text: `‥／` becomes `../`. Character by character, as a long
// run of combining marks takes quadratic time otherwise.
function flattened(text: string): string {
  return text
    .replace(/\P{ASCII}/gu, c => c.normalize('NFKC'))
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(SLASHES, '/')
    .replace(BACKSLASHES, '\\');
}
