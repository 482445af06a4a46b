// `policy-wrap approvals`: the requests that a person can answer, and the answers that are remembered.
import chalk from 'chalk';
import { phaseOf } from '../approval/fate.ts';
import { stateFile } from '../config/paths.ts';
import { givenName } from '../config/server-name.ts';
import { ExitCode } from '../errors.ts';
import { readQueue } from '../store/queue.ts';
import { renderListed, renderRemembered } from '../terminal/approvals.ts';
import { entryJson, rememberedJson } from '../terminal/approvals-json.ts';
import { escapeText } from '../terminal/escape.ts';

export interface StateOptions {
  readonly state?: string;
}

export interface ListOptions extends StateOptions {
  readonly json?: boolean;
  readonly remembered?: boolean;
  readonly server?: string;
}

export function approvals(options: ListOptions): number {
  const server = options.server === undefined ? undefined : givenName(options.server);
  const isAsked = (of: { server: string }) => server === undefined || server === of.server;
  const file = queueFile(options);
  const now = Date.now();
  if (options.remembered) {
    const all = readQueue(file, table => table.allRemembered()) ?? [];
    const known = all.filter(one => one.until >= now && isAsked(one));
    const lines = known.map(one =>
      options.json ? rememberedJson(one) : renderRemembered(one, chalk),
    );
    print(lines, 'no answer is remembered', options);
    return ExitCode.ok;
  }
  const all = readQueue(file, table => table.all()) ?? [];
  const open = all.filter(one => phaseOf(one, now) !== 'over' && isAsked(one.request));
  const lines = open.map(one =>
    options.json ? entryJson(one, now) : renderListed(one, now, chalk),
  );
  print(lines, 'nothing waits for an answer', options);
  if (lines.length > 0 && process.stdin.isTTY && process.stdout.isTTY)
    say('help: policy-wrap approvals show ID, policy-wrap approve ID, policy-wrap deny ID');
  return ExitCode.ok;
}

/** Which file the queue is in. */
export function queueFile({ state }: StateOptions): string {
  return stateFile(process.env, state ?? process.env.POLICY_WRAP_STATE);
}

function print(lines: readonly string[], ifNone: string, { json, server }: ListOptions): void {
  if (json) process.stdout.write(`[${lines.join(',\n')}]\n`);
  else for (const line of lines) process.stdout.write(`${line}\n`);
  if (lines.length > 0 || json) return;
  say(`${ifNone}${server === undefined ? '' : ` for the server ${escapeText(server)}`}`);
}

function say(text: string): void {
  process.stderr.write(`policy-wrap: ${text}\n`);
}
