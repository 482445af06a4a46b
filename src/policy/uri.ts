// The forms in which a server may read one URI: a rule on a resource must hold for all of them.
//
// Servers differ in what they do before they look a URI up: decode it, once or again, resolve its
// dots, parse it as WHATWG URL or not at all. None of these may lead past a rule.

/** A URI that can be read in more ways than this has no finite list of forms. */
const MAX_FORMS = 20;
const MAX_STRIPPED = 100;
/** Longer URIs are not looked into: servers and clients refuse them much earlier. */
const MAX_LENGTH = 8192;

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
  if (uri.length > MAX_LENGTH) return { forms: [uri], stripped: [], isPlain: false };
  const read = (text: string) => [decodePercent(text, ENCODED), ...normalised(text)];
  const forms = closed(uri, MAX_FORMS, read);
  const stripped = closed(uri, MAX_STRIPPED, text => [...read(text), ...strip(text)]);
  return {
    forms: [...forms],
    stripped: [...stripped].filter(form => !forms.has(form)),
    isPlain:
      forms.size <= MAX_FORMS &&
      stripped.size <= MAX_STRIPPED &&
      ![...forms].some(form => /\p{Cc}/u.test(form)),
  };
}

/** The same forms of a pattern, in which what stands for itself never becomes a wildcard. */
export function formsOfPattern(pattern: string): string[] {
  const decode = (text: string) => decodePercent(text, ENCODED_BUT_WILDCARDS);
  const forms = closed(pattern, MAX_FORMS, text => [decode(text), ...normalised(text)]);
  return [...forms].filter(form => wildcards(form).length <= wildcards(pattern).length);
}

/**
 * Those of them that match no more than the pattern says: in `http://*:80/` the star would reach
 * over a default port that is left out, in `http://a?.example/` a URL's query begins at the `?`.
 */
export function formsToAllow(pattern: string): string[] {
  const [all, server] = [wildcards(pattern), wildcardServer(pattern)];
  return formsOfPattern(pattern).filter(
    form => wildcards(form) === all && wildcardServer(form) === server,
  );
}

function wildcards(pattern: string): string {
  return pattern.replace(/[^*?]/g, '');
}

function wildcardServer(pattern: string): string {
  const [server = ''] = /^[^:/]*:\/\/[^/\\#]*/.exec(pattern) ?? [];
  const [port = ''] = /:[0-9]*$/.exec(server) ?? [];
  return wildcards(server) === '' ? '' : wildcards(server) + port;
}

// One server resolves dots and then decodes, the next one decodes first, or does both twice: the
// forms are those that come out in whatever order.
function closed(text: string, max: number, formsOf: (text: string) => string[]): Set<string> {
  const found = new Set([text]);
  for (const form of found) {
    if (found.size > max) break;
    for (const next of formsOf(form)) found.add(next);
  }
  return found;
}

const ENCODED = /(?:%[0-9a-f]{2})+/gi;
const ENCODED_BUT_WILDCARDS = /(?:%(?!2a|3f)[0-9a-f]{2})+/gi;

// Bytes that are no UTF-8 become replacement characters: the slashes beside them count all the same.
function decodePercent(text: string, encoded: RegExp): string {
  return text.replace(encoded, run => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

const PATH = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/?#]*)?)?([^?#]*)(.*)$/is;
// For a server that cuts `scheme://` off, all behind it is a path, host and query too.
const BEHIND_SCHEME = /^([a-z][a-z0-9+.-]*:\/*)?(.*)()$/is;

function normalised(text: string): string[] {
  const lower = lowerAuthority(text);
  const asPath = hasDots(lower) ? withoutDots(lower, BEHIND_SCHEME) : undefined;
  const slashed = text.replaceAll('\\', '/');
  return [slashed, withoutDots(lower, PATH), asPath, hrefOf(text)].filter(
    form => form !== undefined,
  );
}

function hasDots(uri: string): boolean {
  return /(?:^|[/:])\.\.?(?:\/|$)/.test(uri);
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

// RFC 3986, 5.2.4, on a part alone; empty segments go too, as file systems read them.
function withoutDots(uri: string, part: RegExp): string {
  const [, start = '', path = '', tail = ''] = part.exec(uri) ?? [];
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

/** What only some servers read: without user, query, fragment and what file systems ignore. */
function strip(uri: string): string[] {
  return [uri.replace(/[?#].*$/s, ''), withoutUser(uri), withoutEnd(uri)];
}

// A dot behind a host says the same host; whose file it is, servers rarely ask.
function withoutUser(uri: string): string {
  return uri.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i,
    (_, scheme: string, authority: string) => {
      const host = authority.slice(authority.lastIndexOf('@') + 1);
      return scheme.toLowerCase() === 'file://'
        ? scheme
        : scheme + host.replace(/\.(?=:[0-9]*$|$)/, '');
    },
  );
}

// Paths are resolved without slashes behind them; Windows drops dots and spaces there too.
function withoutEnd(uri: string): string {
  let end = uri.length;
  while ('/. '.includes(uri[end - 1] ?? '-')) end--;
  return uri.slice(0, end);
}

function hrefOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).href : undefined;
}
