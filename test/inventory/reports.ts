// Inventories made up for tests.
import type { ServerEntry } from '../../src/clients/entry.ts';
import type { Found, Inventory } from '../../src/inventory/report.ts';
import { reportOn } from '../../src/inventory/report.ts';
import { alwaysDenied } from '../../src/inventory/rules.ts';
import { checkPolicy } from '../../src/policy/load.ts';

export function entry(more: Partial<ServerEntry> = {}): ServerEntry {
  return {
    client: 'cursor',
    readers: [],
    file: '/home/u/.cursor/mcp.json',
    scope: 'user',
    project: undefined,
    name: 'files',
    transport: 'stdio',
    command: 'npx',
    args: ['-y', 'files-mcp'],
    env: {},
    cwd: undefined,
    url: undefined,
    disabled: false,
    wrapped: undefined,
    obstacle: undefined,
    ...more,
  };
}

export const WRAPPED = { command: 'npx', args: ['-y', 'files-mcp'], options: [] };

/** A listed server with these tools (name: description), under these documents. */
export async function found(
  of: ServerEntry,
  tools: Readonly<Record<string, string>>,
  { documents = [{ default: 'allow' }], observes = false, machine = false } = {} as {
    documents?: object[];
    observes?: boolean;
    machine?: boolean;
  },
): Promise<Found> {
  const ruled = await Promise.all(
    documents.map(async document => {
      const text = JSON.stringify({ version: '1', ...document });
      const loaded = await checkPolicy({ name: 'p.json', text, format: 'json' });
      if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
      return loaded;
    }),
  );
  const policies = ruled.map(({ policy }) => policy);
  const rules = { server: 'files', policies, always: alwaysDenied(ruled) };
  return {
    entry: of,
    state: 'listed',
    why: undefined,
    listed: {
      ok: true,
      era: '2025-11-25',
      server: { name: 'files', version: '1.0' },
      tools: Object.entries(tools).map(([name, description]) => ({
        name,
        title: undefined,
        description,
        inputSchema: undefined,
        annotations: undefined,
      })),
    },
    governed: {
      policy: { server: 'files', sources: [{ layer: 'policy', name: 'p.json' }], problem: null },
      rules,
      observes,
      machine: machine ? rules : undefined,
    },
  };
}

export function inventoryOf(all: readonly Found[]): Inventory {
  const ids = [...new Set(all.map(({ entry: { client } }) => client))];
  return {
    time: '2026-11-22T10:20:01.000Z',
    clients: ids.map(id => ({ id, name: id.toUpperCase(), elicits: null, files: ['/home/u/f'] })),
    servers: reportOn(all),
    problems: [],
  };
}
