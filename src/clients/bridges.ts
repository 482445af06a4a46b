// Programs that a client can start to reach a remote server, so that there is something to stand before.

// Pinned: what is written once is started for years, and each sees every call.
const MCP_REMOTE = 'mcp-remote@0.15.1';
const AWS_PROXY = 'mcp-proxy-for-aws@1.7.0';

/** The command line, or undefined where the address is none that they take. */
export function bridgeTo(address: string): string[] | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  const isAmazon = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(url.hostname);
  if (isAmazon) return ['uvx', AWS_PROXY, address];
  // It takes others only where it is told that they may be unencrypted.
  return url.protocol === 'https:' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
    ? ['npx', '-y', MCP_REMOTE, address]
    : undefined;
}
