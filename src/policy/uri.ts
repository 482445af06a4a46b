// The forms in which a server may read one URI: a rule on a resource must hold for all of them.
//
// Servers differ in what they do before they look a URI up: decode it, once or again, resolve its
// dots, parse it as WHATWG URL or not at all. None of these may lead past a rule.

/** A percent-encoding of a percent-encoding of … ends at this depth; what is deeper has no form. */
const MAX_DECODED = 8;

export interface UriForms {
  /** The URI as it came, decoded and normalised: to allow it, all of them must be allowed. */
  readonly forms: readonly string[];
  /** More ways to say the same resource, which only a rule that denies looks at. */
  readonly stripped: readonly string[];
  /** False where no finite list of forms says what a server would read. */
  readonly isPlain: boolean;
}

/** All forms of a URI that a client asks for. */
export function formsOfUri(uri: string): UriForms {
  const decoded = decodings(uri, decodePercent);
  const forms = new Set(decoded.flatMap(text => [text, ...normalised(text)]));
  const stripped = new Set([...forms].flatMap(form => normalised(withoutTail(form))));
  return {
    forms: [...forms],
    stripped: [...stripped].filter(form => !forms.has(form)),
    isPlain: decoded.length <= MAX_DECODED && ![...forms].some(form => /\p{Cc}/u.test(form)),
  };
}

/** The same forms of a pattern, in which what stands for itself never becomes a wildcard. */
export function formsOfPattern(pattern: string): string[] {
  const decoded = decodings(pattern, text => decodePercent(text, /^%(2a|3f)$/i));
  return [...new Set(decoded.flatMap(text => [text, ...normalised(text)]))];
}

function decodings(text: string, decode: (text: string) => string): string[] {
  const found = [text];
  for (let next = decode(text); found.length <= MAX_DECODED; next = decode(next)) {
    if (next === found.at(-1)) break;
    found.push(next);
  }
  return found;
}

// Runs of encoded bytes that are no UTF-8 stay as they are: no server reads them as text.
function decodePercent(text: string, keep?: RegExp): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, run => {
    if (keep !== undefined && run.match(/%../g)?.some(byte => keep.test(byte))) return run;
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function normalised(text: string): string[] {
  const slashed = text.replaceAll('\\', '/');
  const plain = withoutDots(lowerAuthority(slashed));
  return [plain, hrefOf(text), hrefOf(plain)].filter(form => form !== undefined);
}

// RFC 3986, 6.2.2.1: scheme and host are the parts without case.
function lowerAuthority(uri: string): string {
  return uri.replace(/^[a-z][a-z0-9+.-]*:(?:\/\/[^/?#]*)?/i, start => {
    const user = start.lastIndexOf('@') + 1;
    const scheme = start.indexOf(':');
    return user === 0
      ? start.toLowerCase()
      : start.slice(0, scheme).toLowerCase() +
          start.slice(scheme, user) +
          start.slice(user).toLowerCase();
  });
}

// RFC 3986, 5.2.4, on the path alone; empty segments go too, as file systems read them.
function withoutDots(uri: string): string {
  const [, start = '', path = '', tail = ''] =
    /^([a-z][a-z0-9+.-]*:(?:\/\/[^/?#]*)?)?([^?#]*)(.*)$/is.exec(uri) ?? [];
  const segments: string[] = [];
  const all = path.split('/');
  const root = path.startsWith('/') ? 1 : 0;
  for (const [index, segment] of all.entries()) {
    const isLast = index === all.length - 1;
    if (segment === '..') {
      if (segments.length > root) segments.pop();
    } else if (segment !== '.' && (segment !== '' || index === 0 || isLast)) segments.push(segment);
    if (isLast && (segment === '.' || segment === '..')) segments.push('');
  }
  return start + segments.join('/') + tail;
}

function withoutTail(uri: string): string {
  return uri.replace(/[?#].*$/s, '');
}

function hrefOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).href : undefined;
}
