// What a run found, as rows, and the rows as text, Markdown and JSON.
import { GOALS, judge, renderGoal } from './goals.mjs';
import { PLACES } from './measure.mjs';

/** One row for each figure of each variant, with best, median and ratio to the pump in each place. */
export function rowsOf(scenario, results) {
  return Object.entries(scenario.figures).flatMap(([figure, unit]) =>
    Object.keys(scenario.variants).map(variant => ({
      scenario: scenario.name,
      figure,
      unit,
      variant,
      ...Object.fromEntries(
        Object.entries(results).map(([on, samples]) => [
          on,
          {
            best: samples.best(variant, figure),
            median: samples.median(variant, figure),
            toPump: ratio(samples.best(variant, figure), pumpOf(variant, figure, samples)),
          },
        ]),
      ),
      goals: goalsOf(scenario, variant, figure, results),
    })),
  );
}

// `2 × policy-wrap` goes with `2 × pump`.
function pumpOf(variant, figure, samples) {
  const [, count = ''] = /^(\d+ × )/.exec(variant) ?? [];
  return samples.best(`${count}pump`, figure);
}

function ratio(value, pump) {
  return pump > 0 ? value / pump : undefined;
}

function goalsOf(scenario, variant, figure, results) {
  return GOALS.filter(
    ({ scenario: name, of }) => name === scenario.name && of[0] === variant && of[1] === figure,
  ).flatMap(goal =>
    Object.entries(results)
      .filter(([on]) => goal.on === undefined || goal.on === on)
      .map(([on, samples]) => ({
        goal: renderGoal(goal),
        on,
        ...judge(goal, (...of) => samples.best(...of)),
      })),
  );
}

const COLUMNS = ['best', 'median', '× pump'];

/** A table for a terminal. */
export function renderText({ name, about }, rows) {
  const places = placesOf(rows);
  const width = Math.max(...rows.map(({ variant }) => variant.length)) + 2;
  const head = places.map(on => PLACES[on].padStart(12).padEnd(32)).join('');
  const columns = places.map(() => COLUMNS.map(text => text.padStart(10)).join('')).join('  ');
  const lines = [`${name}: ${about}`, `${' '.repeat(width + 2)}${head}`.trimEnd()];
  for (const [figure, group] of grouped(rows, titleOf)) {
    lines.push(`  ${figure.padEnd(width)}${columns}`);
    for (const row of group) {
      const cells = places.map(on =>
        cellsOf(row[on])
          .map(text => text.padStart(10))
          .join(''),
      );
      lines.push(
        `  ${row.variant.padEnd(width)}${cells.join('  ')}  ${renderGoals(row)}`.trimEnd(),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The table of docs/performance.md. */
export function renderMarkdown(rows) {
  const places = ['core', 'all'];
  const cells = places.flatMap(on => COLUMNS.map(column => `${PLACES[on]}: ${column}`));
  const lines = [
    `| scenario | | ${cells.join(' | ')} | goal |`,
    `| --- | --- |${' ---: |'.repeat(cells.length)} --- |`,
  ];
  for (const row of rows)
    lines.push(
      `| ${row.scenario}: ${titleOf(row)} | ${row.variant} | ${places.flatMap(on => cellsOf(row[on])).join(' | ')} | ${renderGoals(row)} |`,
    );
  return `${lines.join('\n')}\n`;
}

function titleOf({ figure, unit }) {
  return `${figure} (${unit})`;
}

function placesOf(rows) {
  return Object.keys(PLACES).filter(on => rows.some(row => row[on] !== undefined));
}

function cellsOf(cell) {
  if (cell?.best === undefined) return ['', '', ''];
  const { best, median, toPump } = cell;
  return [number(best), number(median), toPump === undefined ? '' : toPump.toFixed(2)];
}

function number(value) {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  return value.toFixed(value < 100 ? 1 : 0);
}

function renderGoals({ goals }) {
  return goals
    .map(
      ({ goal, on, value, ok }) =>
        `${goal}, ${PLACES[on]}: ${value.toFixed(2)} ${ok ? 'ok' : 'MISSED'}`,
    )
    .join('; ');
}

function grouped(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
