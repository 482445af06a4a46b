// An inventory for people at a terminal: each server with its grade, its tools in a table.
import type { ChalkInstance } from 'chalk';
import { elsewhereTexts } from '../inventory/elsewhere.ts';
import type { Grade } from '../inventory/grade.ts';
import type { Inventory, ServerReport, ToolReport } from '../inventory/report.ts';
import {
  askingText,
  attackCounts,
  gradesNow,
  holdText,
  shortLimits,
  summaryText,
  toolName,
  verdictText,
} from '../inventory/summary.ts';
import type { Risk } from '../policy/classify/caution.ts';
import { cell, columnOf } from './columns.ts';
import { escapeText } from './escape.ts';
import { wrapLine } from './wrap.ts';

/** Where nobody says how wide it is. */
const USUAL_COLUMNS = 120;
const MIN_COLUMNS = 60;
/** From here on there is room for the reason. */
const WIDE = 100;
const INDENT = '  ';

/** The lines; none is wider than `columns`. */
export function renderInventory(
  inventory: Inventory,
  columns: number | undefined,
  chalk: ChalkInstance,
): string[] {
  const width = Math.max(columns ?? USUAL_COLUMNS, MIN_COLUMNS);
  const names = new Map(inventory.clients.map(({ id, name }) => [id, name]));
  const blocks = inventory.clients.flatMap(({ id, files, elicits }) => {
    const servers = inventory.servers.filter(({ client }) => client === id);
    if (servers.length === 0 && files.length === 0) return [];
    const title = chalk.bold.underline(escapeText(names.get(id) ?? id));
    if (servers.length === 0) return [[title, `${INDENT}no servers`, '']];
    const asking = askingText(elicits);
    const asks = asking === '' ? [] : wrapLine(`${INDENT}${asking}`, width);
    return [
      [title, ...asks.map(line => chalk.dim(line))],
      ...servers.map(server => [...renderServer(server, names, width, chalk), '']),
    ];
  });
  return [...blocks.flat(), ...renderEnd(inventory, width, chalk)];
}

function renderServer(
  server: ServerReport,
  names: ReadonlyMap<string, string>,
  width: number,
  chalk: ChalkInstance,
): string[] {
  const { name, command, url, readers, file, project, state, why, tools } = server;
  const grade = gradeText(server);
  const room = width - INDENT.length - (grade === '' ? 0 : grade.length + 1);
  const shownName = cell(name, room);
  const title = `${INDENT}${chalk.bold(grade === '' ? shownName.trimEnd() : shownName)}`;
  const also = readers.map(id => names.get(id) ?? id).join(', ');
  const facts = [
    command ?? url ?? '',
    `in ${file}${project === null ? '' : ` for ${project}`}${also === '' ? '' : `, also read by ${also}`}`,
    holdText(server),
    ...elsewhereTexts(server, id => names.get(id) ?? id),
    state === 'failed' ? `its tools are not known: ${why ?? ''}` : '',
    state === 'not-started' ? 'its tools are not known: it was not started' : '',
  ].filter(text => text !== '');
  const attacks = attackCounts(tools).map(
    ({ name, without, with: left }) => `${name} ${without}→${left ?? '?'}`,
  );
  return [
    grade === '' ? title : `${title} ${coloured(server, grade, chalk)}`,
    ...facts.flatMap(fact => lines(fact, width)).map(line => chalk.dim(line)),
    ...renderTools(tools, { width, chalk, verdict: isInForce(server) ? 'VERDICT' : 'WOULD BE' }),
    ...(attacks.length === 0 ? [] : lines(`open to: ${attacks.join(', ')}`, width)),
  ];
}

function isInForce({ wrapped, observes }: ServerReport): boolean {
  return wrapped && !observes;
}

function lines(text: string, width: number): string[] {
  return wrapLine(`${INDENT}${INDENT}${escapeText(text)}`, width);
}

function gradeText({ grade, wrapped }: ServerReport): string {
  if (grade === null) return '';
  const { now, before, after } = grade;
  if (wrapped) return `grade ${now}, ${before} without policy`;
  return after === null ? `grade ${now}` : `grade ${now}, ${after} with policy`;
}

function coloured({ grade }: ServerReport, text: string, chalk: ChalkInstance): string {
  return grade === null ? text : gradeColour(grade.now, chalk)(text);
}

function gradeColour(grade: Grade, chalk: ChalkInstance): (text: string) => string {
  if (grade === 'A' || grade === 'B') return chalk.green;
  return grade === 'C' ? chalk.yellow : chalk.red;
}

const CATEGORY = 11;
const RISK = 8;
const VERDICT = 8;
const GAP = 2;
const LEAST_WHY = 16;

interface Showing {
  readonly width: number;
  readonly chalk: ChalkInstance;
  /** The head of the column with the verdicts. */
  readonly verdict: string;
}

function renderTools(tools: readonly ToolReport[], { width, chalk, verdict }: Showing): string[] {
  if (tools.length === 0) return [];
  const isWide = width >= WIDE;
  const indent = INDENT.length * 2;
  const fixed = indent + CATEGORY + RISK + VERDICT + 4 * GAP;
  const name = columnOf(tools.map(toolName), 'TOOL'.length, Math.floor((width - fixed) * 0.6));
  const left = width - fixed - name;
  const limits = isWide
    ? columnOf(tools.map(shortLimits), 'LIMITS'.length, left - GAP - LEAST_WHY)
    : left;
  const why = left - limits - GAP;
  const widths = [name, CATEGORY, RISK, VERDICT, limits, ...(isWide ? [why] : [])];
  const row = (texts: readonly string[]) => widths.map((of, i) => cell(texts[i] ?? '', of));
  const joined = (texts: readonly string[]) =>
    `${' '.repeat(indent)}${texts.join(' '.repeat(GAP))}`.trimEnd();
  const head = row(['TOOL', 'CATEGORY', 'RISK', verdict, 'LIMITS', 'WHY']);
  return [
    chalk.dim(joined(head)),
    ...tools.map(tool => {
      const said = verdictText(tool);
      const [name = '', category = '', risk = '', shown = '', ...rest] = row([
        toolName(tool),
        tool.category,
        tool.risk,
        said,
        shortLimits(tool),
        tool.why,
      ]);
      const colours = [riskColour(tool.risk, chalk)(risk), verdictColour(said, chalk)(shown)];
      return joined([name, category, ...colours, ...rest]);
    }),
  ];
}

function riskColour(risk: Risk, chalk: ChalkInstance): (text: string) => string {
  if (risk === 'low') return text => text;
  return risk === 'medium' ? chalk.yellow : chalk.red;
}

function verdictColour(verdict: string, chalk: ChalkInstance): (text: string) => string {
  if (verdict === 'allowed') return text => text;
  return verdict === 'denied' || verdict === 'hidden' ? chalk.red : chalk.yellow;
}

const INSTALL = 'policy-wrap install puts the policies in front of what is not wrapped';

function renderEnd(inventory: Inventory, width: number, chalk: ChalkInstance): string[] {
  const { problems, servers } = inventory;
  const grades = gradesNow(servers).map(({ grade, count }) => `${grade} ${count}`);
  const canInstall = servers.some(
    ({ wrapped, obstacle, policy }) => !wrapped && obstacle === null && policy !== null,
  );
  const hasAttacks = servers.some(({ tools }) => tools.length > 0);
  return [
    ...problems.flatMap(({ file, line, column, message }) => {
      const at = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
      return wrapLine(`${escapeText(`${file}${at}: ${message}`)}`, width).map(text =>
        chalk.red(text),
      );
    }),
    chalk.bold(cell(summaryText(inventory), width).trimEnd()),
    ...(grades.length === 0 ? [] : [`grades now: ${grades.join(', ')}`]),
    ...(canInstall ? wrapLine(INSTALL, width) : []),
    ...(hasAttacks
      ? wrapLine('open to: tools that invite the attack, without → with the policy', width)
      : []),
  ];
}
