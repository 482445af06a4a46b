// Which servers of a machine are started to be looked at, and what came of each.
import type { ServerEntry } from '../clients/entry.ts';
import type { Listed } from '../listing/listed.ts';
import { escapeText } from '../terminal/escape.ts';
import { askYes } from '../terminal/terminal.ts';
import type { Found } from './report.ts';
import { commandLineOf } from './shown.ts';
import { count } from './summary.ts';

type Outcome = Pick<Found, 'state' | 'why' | 'listed'>;

/** Whether they may be started: as asked for, or as the person at the terminal says. */
export async function asked(entries: readonly ServerEntry[], start: boolean): Promise<boolean> {
  const startable = [...groups(entries).values()].flatMap(([first]) => first ?? []);
  if (start || startable.length === 0) return start;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    say('no server was started, so no tools are listed: --start starts them');
    return false;
  }
  for (const entry of startable)
    say(`${entry.name}: ${commandLineOf(entry) ?? ''} (${scopeOf(entry)}${entry.file})`);
  return askYes(`start ${count(startable.length, 'server')} to list their tools?`);
}

/** One outcome for each entry; what is configured alike is started once. */
export async function listAll(
  entries: readonly ServerEntry[],
  start: boolean,
  timeoutMs: number,
): Promise<Outcome[]> {
  const found = new Map<ServerEntry, Outcome>();
  const all = [...groups(entries).values()];
  // Its weight is that of an MCP client: loaded where a server is started.
  const listing = start && all.length > 0 ? await import('../listing/list-tools.ts') : undefined;
  for (const [i, alike] of all.entries()) {
    const [first] = alike;
    if (first === undefined) continue;
    if (listing === undefined) {
      for (const entry of alike) found.set(entry, plain('not-started'));
      continue;
    }
    const { command = '', args } = first.wrapped ?? first;
    const clients = [...new Set(alike.map(({ client }) => client))].join(', ');
    say(`${i + 1} of ${all.length}: ${first.name} (${clients}): ${commandLineOf(first) ?? ''}`);
    const listed = await listing.listTools(command, args, first.env, first.cwd, timeoutMs);
    const outcome = outcomeOf(listed);
    say(listed.ok ? `  ${count(listed.tools.length, 'tool')}` : `  ${listed.why}`);
    for (const entry of alike) found.set(entry, outcome);
  }
  return entries.map(entry => found.get(entry) ?? unstarted(entry));
}

// Whoever wrote the folder chose the command.
function scopeOf({ scope }: ServerEntry): string {
  return scope === 'project' ? "a project's file: " : '';
}

function outcomeOf(listed: Listed): Outcome {
  if (!listed.ok) return { state: 'failed', why: listed.why, listed: undefined };
  return { state: 'listed', why: undefined, listed };
}

function plain(state: Found['state'], why?: string): Outcome {
  return { state, why, listed: undefined };
}

/** Those that can be started, in the order of the first of each. */
function groups(entries: readonly ServerEntry[]): Map<string, ServerEntry[]> {
  const found = new Map<string, ServerEntry[]>();
  for (const entry of entries) {
    const { command, args } = entry.wrapped ?? entry;
    if (command === undefined || unstarted(entry).state !== 'not-started') continue;
    const env = Object.entries(entry.env).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([command, args, env, entry.cwd]);
    found.set(key, [...(found.get(key) ?? []), entry]);
  }
  return found;
}

function unstarted({ transport, disabled, command, obstacle }: ServerEntry): Outcome {
  if (transport === 'remote') return plain('remote');
  if (disabled) return plain('disabled');
  if (command === undefined) return plain('unusable', obstacle ?? 'it has no command');
  // With a variable in place of its value it would be another command.
  if (obstacle?.includes('has no value here')) return plain('unusable', obstacle);
  return plain('not-started');
}

function say(text: string): void {
  process.stderr.write(`policy-wrap: ${escapeText(text)}\n`);
}
