// What another policy would change, for people.
import type { ChalkInstance } from 'chalk';
import type { Change, Changed, Simulation } from '../rehearsal/simulation.ts';
import { escapeText } from './escape.ts';
import { localTime } from './log-line.ts';

/** Subjects of one change that are shown; the rest is counted. */
const MAX_SHOWN = 20;
const COUNT_WIDTH = 7;

export function renderSimulation(
  simulation: Simulation,
  policies: readonly string[],
  chalk: ChalkInstance,
): string {
  const { unchanged, changed, unjudged, leftOut, changes, unjudgedSubjects } = simulation;
  const span = spanOf(simulation);
  return [
    chalk.bold(escapeText(`${policies.join(' + ')}${span}`)),
    `${counted(unchanged)}  as it was`,
    ...changes.map(change => `${counted(change.count)}  ${titleOf(change)}`),
    ...(changed === 0 ? [`${counted(0)}  otherwise`] : []),
    ...(unjudged === 0 ? [] : [`${counted(unjudged)}  ${chalk.yellow(UNJUDGED)}`]),
    ...(leftOut === 0 ? [] : [chalk.dim(`${counted(leftOut)}  ${LEFT_OUT}`)]),
    ...changes.flatMap(change => section(titleOf(change), change.subjects, chalk)),
    ...(unjudged === 0 ? [] : section(UNJUDGED, unjudgedSubjects, chalk)),
    ...(unjudged === 0 ? [] : ['', UNCOUNTED]),
  ].join('\n');
}

const UNJUDGED = 'cannot be judged: the record holds their arguments or names only in part';
const LEFT_OUT = 'left out: refused before any rule, or no use of one tool, resource or prompt';
const UNCOUNTED =
  'What cannot be judged is counted by no limit here: limits may be reached earlier than this shows.';

function spanOf({ from, to }: Simulation): string {
  return from === null || to === null ? '' : `, ${localTime(from)} … ${localTime(to)}`;
}

function titleOf({ from, to }: Change): string {
  return `${escapeText(from)} → ${escapeText(to)}`;
}

function section(title: string, subjects: readonly Changed[], chalk: ChalkInstance): string[] {
  const shown = subjects.slice(0, MAX_SHOWN).map(subject => line(subject, chalk));
  const rest = subjects.length - shown.length;
  return ['', chalk.bold(title), ...shown, ...(rest === 0 ? [] : [`${counted(rest)}  more`])];
}

function line({ server, subject, count, key, reason, newest }: Changed, chalk: ChalkInstance) {
  const why = [key === null ? '' : `\`${key}\``, reason ?? ''].filter(part => part !== '');
  return [
    counted(count),
    chalk.dim(escapeText(server)),
    chalk.bold(escapeText(subject)),
    escapeText(why.join(': ')),
    chalk.dim(`newest ${localTime(newest.time)}, row ${newest.id}`),
  ]
    .filter(part => part !== '')
    .join('  ');
}

function counted(count: number): string {
  return String(count).padStart(COUNT_WIDTH);
}
