// Where `init` takes a server's tools from: the server itself, started for it, or the record.
import { logReader } from '../audit/read.ts';
import { givenName, serverName } from '../config/server-name.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { toolsOnRecord } from './record.ts';
import type { Origin } from './render.ts';
import type { FoundTool } from './review.ts';

export interface Source {
  readonly server: string;
  readonly tools: readonly FoundTool[];
  readonly origin: Origin;
}

/** Starts the server and ends it. Throws `PW_INIT` where it lists nothing. */
export async function fromServer(
  [command = '', ...args]: readonly string[],
  given: string | undefined,
  timeoutMs: number,
): Promise<Source> {
  const server = given === undefined ? serverName(command, args) : givenName(given);
  const { listTools } = await import('../listing/list-tools.ts');
  const listed = await listTools(command, args, {}, undefined, timeoutMs);
  if (!listed.ok)
    throw new PolicyWrapError('PW_INIT', `${server} does not list its tools: ${listed.why}`, {
      help: 'see whether the same command starts by itself; one that is slow gets more time: --timeout 90s',
    });
  if (listed.tools.length === 0)
    throw new PolicyWrapError('PW_INIT', `${server} has no tools`, {
      help: 'policy-wrap check preset:recommended says what applies without a policy',
    });
  const named = given === undefined ? '' : ` --server ${given}`;
  // Not the command itself: its arguments may hold a secret, and policies are shown around.
  const again = `policy-wrap init --update${named} -- <its command>`;
  return { server, tools: listed.tools, origin: { which: 'it listed', again } };
}

/** Throws `PW_INIT` where nothing is recorded, or of several servers. */
export function fromRecord(file: string, given: string | undefined): Source {
  const name = given === undefined ? undefined : givenName(given);
  const reader = logReader(file);
  const entries = reader.read({ last: Number.MAX_SAFE_INTEGER, server: name });
  reader.close();
  const calls = entries.filter(({ method }) => method === 'tools/call');
  const servers = [...new Set(calls.map(({ server }) => server))];
  const [server] = servers;
  if (server === undefined) {
    const about = name === undefined ? '' : ` of the server ${name}`;
    throw new PolicyWrapError('PW_INIT', `no call of a tool${about} is recorded in ${file}`, {
      help: 'take the tools from the server: policy-wrap init -- <command> [args…]',
    });
  }
  if (servers.length > 1)
    throw new PolicyWrapError('PW_INIT', `calls of ${servers.length} servers are recorded`, {
      help: `name one with --server: ${servers.slice(0, 20).join(', ')}`,
      exitCode: ExitCode.usage,
    });
  const origin = {
    which: 'agents had called' as const,
    again: `policy-wrap init --update --from-log --server ${server}`,
  };
  return { server, tools: toolsOnRecord(calls), origin };
}
