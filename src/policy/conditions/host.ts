// Hosts of URLs: `host_in`. A URL in which parsers see different hosts has none that can be compared.
import { TOO_MUCH } from './effort.ts';
import { whyNotComparable } from './equal.ts';
import type { Comparison } from './operators.ts';
import { show, showList } from './show.ts';
import { truthOf, unknown } from './truth.ts';

const MAX_URL = 64 * 1024;
/** Parsing a URL some times, in steps. */
const PARSE = 2 ** 9;
/** DNS has no longer names. */
const MAX_HOST = 253;

/** A policy's host or `*.domain` in the form that is compared; undefined where it is neither. */
export function hostOf(text: string): string | undefined {
  const [, star = '', name = ''] = /^(\*\.)?(.+)$/s.exec(text) ?? [];
  const host = normalHost(name);
  if (host === undefined || (star !== '' && isAddress(host))) return undefined;
  return star + host;
}

export function compileHosts(wanted: readonly string[]): Comparison {
  const hosts = wanted.map(hostOf).filter(host => host !== undefined);
  const names = new Set(hosts);
  const domains = hosts.filter(host => host.startsWith('*')).map(host => host.slice(1));
  return (value, effort) => {
    if (typeof value !== 'string') return unknown(() => whyNotComparable(value, ''));
    if (!effort.spend(PARSE + value.length)) return unknown(TOO_MUCH);
    const found = hostInUrl(value);
    if (typeof found === 'object') return unknown(() => `is ${show(value)}, ${found.odd}`);
    const isIn = names.has(found) || domains.some(domain => found.endsWith(domain));
    if (!isIn && leadsToIPv4(found))
      return unknown(() => `has the host ${show(found)}, which stands for another address`);
    const list = () => `${isIn ? 'one' : 'none'} of ${showList(wanted)}`;
    return { truth: truthOf(isIn), why: () => `has the host ${show(found)}, ${list()}` };
  };
}

const URL_PARTS = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)(?:[/?#]|$)/i;
const NO_URL = { odd: 'which is no URL with a scheme and a host' };
const AMBIGUOUS = { odd: 'in which not every parser sees the same host' };

function hostInUrl(text: string): string | { odd: string } {
  if (text.length > MAX_URL) return NO_URL;
  // Some parsers drop these, some take a backslash for a slash.
  if (/[\p{Cc}\p{Z}\\]/u.test(text)) return AMBIGUOUS;
  const authority = URL_PARTS.exec(text)?.[1];
  if (authority === undefined) return NO_URL;
  // The user's name; some parsers look for it behind `?` and `#` too.
  const [sloppy = ''] = /\/\/[^/]*/.exec(text) ?? [];
  if (sloppy.includes('@')) return AMBIGUOUS;
  const [, host, port = ''] = /^(\[.*\]|[^:[\]]+)(?::([0-9]*))?$/s.exec(authority) ?? [];
  if (host === undefined || Number(port) > 65_535 || port.length > 5) return AMBIGUOUS;
  const found = normalHost(host);
  if (found === undefined || !URL.canParse(text)) return AMBIGUOUS;
  const { hostname } = new URL(text);
  return hostname.toLowerCase().replace(/\.$/, '') === found ? found : AMBIGUOUS;
}

/** In lower case, in punycode, without a dot at the end; undefined where others may read it in another way. */
function normalHost(text: string): string | undefined {
  const host = text.replace(/\.$/, '');
  if (host === '' || host.length > MAX_HOST) return undefined;
  const url = `http://${host}/`;
  if (!(host.startsWith('[') || isPlainName(host)) || !URL.canParse(url)) return undefined;
  const { hostname, port, username, pathname } = new URL(url);
  if (port !== '' || username !== '' || pathname !== '/') return undefined;
  // Of numbers there are many spellings, as 0x7f.1, and not everybody reads them alike.
  const isAscii = /^[\x21-\x7e]+$/.test(host);
  return !isAscii || host.startsWith('[') || hostname === host.toLowerCase() ? hostname : undefined;
}

// Letters beyond ASCII only where old and new rules for such names make the same of them: not ß.
function isPlainName(host: string): boolean {
  return (
    /^[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*$/u.test(host) &&
    !/[ßẞς]/.test(host) &&
    host.normalize('NFKC') === host
  );
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^[0-9.]+$/.test(host);
}

// RFC 4291, 2.5.5; RFC 6052, 2.1; RFC 3056, 2: IPv6 addresses with an IPv4 address in them, and
// `[::]`, which stands for this machine.
function leadsToIPv4(host: string): boolean {
  return /^\[(?:::(?:ffff:)?(?:[0-9a-f]{1,4}:)?[0-9a-f]{0,4}\]|::ffff:0:|64:ff9b:|2002:)/.test(
    host,
  );
}
