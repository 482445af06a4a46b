// `policy-wrap inventory`: every client, server and tool on this machine, what each can do and what stops it.
import { homedir } from 'node:os';
import chalk from 'chalk';
import { discover } from '../clients/discover.ts';
import { CLIENTS } from '../clients/table.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { governing } from '../inventory/governing.ts';
import { type Found, type Inventory, reportOn } from '../inventory/report.ts';
import { asked, listAll } from '../inventory/survey.ts';
import { parseWindow } from '../policy/window.ts';
import { escapeJson } from '../terminal/escape.ts';
import { renderInventory } from '../terminal/inventory.ts';
import { writePage } from './inventory-page.ts';

export interface InventoryOptions {
  readonly start?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  readonly client?: string;
  readonly timeout: string;
}

export async function inventory(options: InventoryOptions): Promise<number> {
  const { env, platform } = process;
  const timeoutMs = timeoutOf(options.timeout);
  const found = discover({ env, platform, home: homedir(), cwd: process.cwd() });
  const { client } = options;
  const known = new Set([
    ...found.clients.map(({ id }) => id),
    ...found.entries.flatMap(({ readers }) => readers),
  ]);
  if (client !== undefined && !known.has(client)) throw unknownClient(client, known);
  const isChosen = (id: string) => client === undefined || id === client;
  const entries = found.entries.filter(
    entry => isChosen(entry.client) || entry.readers.some(isChosen),
  );
  const start = await asked(entries, options.start === true);
  const listed = await listAll(entries, start, timeoutMs);
  const surveyed: Found[] = [];
  for (const [i, entry] of entries.entries()) {
    const outcome = listed[i];
    if (outcome === undefined) continue;
    surveyed.push({ entry, ...outcome, governed: await governing(entry, env) });
  }
  const report: Inventory = {
    time: new Date().toISOString(),
    clients: found.clients
      .filter(({ id }) => isChosen(id) || entries.some(entry => entry.client === id))
      .map(client => ({ ...client, elicits: elicits(client.id) })),
    servers: reportOn(surveyed),
    problems: found.problems.filter(({ client, readers = [] }) =>
      [client, ...readers].some(isChosen),
    ),
  };
  if (options.html !== undefined) writePage(options.html, report);
  process.stdout.write(
    options.json
      ? `${escapeJson(JSON.stringify(report))}\n`
      : `${renderInventory(report, process.stdout.columns, chalk).join('\n')}\n`,
  );
  if (found.clients.length === 0)
    process.stderr.write(
      'policy-wrap: no client was found: docs/clients.md lists where they are looked for\n',
    );
  return isWhole(report) ? ExitCode.ok : ExitCode.failed;
}

function elicits(client: string): boolean | null {
  return CLIENTS.find(({ id }) => id === client)?.elicits ?? null;
}

function isWhole({ servers, problems }: Inventory): boolean {
  return (
    problems.length === 0 &&
    servers.every(({ state, policy }) => state !== 'failed' && (policy?.problem ?? null) === null)
  );
}

function timeoutOf(value: string): number {
  const window = /^\d+[smh]$/.test(value) ? parseWindow(value) : undefined;
  if (window !== undefined) return window.ms;
  throw new PolicyWrapError('PW_USAGE', `--timeout: \`${value}\` is no duration`, {
    help: 'for instance --timeout 20s, or 2m where servers are downloaded first',
    exitCode: ExitCode.usage,
  });
}

function unknownClient(client: string, found: ReadonlySet<string>): PolicyWrapError {
  const known = [...found].join(', ');
  return new PolicyWrapError('PW_USAGE', `--client: there is no \`${client}\` on this machine`, {
    help: known === '' ? 'no client was found' : `found are ${known}`,
    exitCode: ExitCode.usage,
  });
}
