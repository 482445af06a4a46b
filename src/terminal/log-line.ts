// One recorded decision as one line for a person.
import type { ChalkInstance } from 'chalk';
import type { LogEntry } from '../audit/read.ts';
import { RULES_METHOD } from '../audit/record.ts';
import { escapeText } from './escape.ts';

const LABELS: Record<string, string> = {
  allow: 'allowed',
  deny: 'denied',
  rate_limit: 'limited',
  require_approval: 'refused',
};

/** Of rows about the policy itself. */
const RULES_LABELS: Record<string, string> = { allow: 'reloaded', deny: 'kept' };

/** `2026-11-22 10:20:01  denied    ecs  delete_app  clusters are deleted by people`. */
export function renderLogEntry(entry: LogEntry, chalk: ChalkInstance): string {
  const labels = entry.method === RULES_METHOD ? RULES_LABELS : LABELS;
  const label = (labels[entry.effect] ?? entry.effect).padEnd(8);
  const colour =
    entry.effect === 'allow' ? chalk.green : entry.effect === 'deny' ? chalk.red : chalk.yellow;
  const parts = [
    chalk.dim(localTime(entry.time)),
    colour(label),
    chalk.dim(escapeText(entry.server)),
    chalk.bold(escapeText(entry.subject)),
    escapeText(reasonOf(entry)),
    ending(entry, chalk),
  ];
  return parts.filter(part => part !== '').join('  ');
}

function reasonOf({ effect, reason }: LogEntry): string {
  if (effect !== 'require_approval') return reason ?? '';
  return `needs a person's approval${reason === null ? '' : `: ${reason}`}`;
}

function ending(entry: LogEntry, chalk: ChalkInstance): string {
  if (entry.method === RULES_METHOD) return '';
  if (entry.effect !== 'allow')
    return entry.forwarded ? chalk.yellow('(observed only, let through)') : '';
  if (entry.outcome === null) return chalk.dim('no answer yet');
  const took = entry.durationMs === null ? '' : ` in ${entry.durationMs} ms`;
  return entry.outcome === 'ok' ? chalk.dim(`ok${took}`) : chalk.yellow(`${entry.outcome}${took}`);
}

export function localTime(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
