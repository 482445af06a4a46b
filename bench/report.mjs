// What a run found, as rows, and the rows as text, Markdown and JSON.
import { GOALS, judge, renderGoal } from './goals.mjs';
import { PLACES } from './measure.mjs';

/** One row for each figure of each variant, with best, median and ratio to the pump in each place. */
export function rowsOf(scenario, results) {
  const rows = [];
  for (const [figure, unit] of Object.entries(scenario.figures))
    for (const variant of Object.keys(scenario.variants)) {
      const measured = Object.entries(results).filter(([, samples]) => samples.of(variant, figure));
      if (measured.length === 0) continue;
      rows.push({
        ...{ scenario: scenario.name, figure, unit, variant },
        ...Object.fromEntries(
          measured.map(([on, samples]) => [on, cellOf(variant, figure, samples)]),
        ),
        goals: goalsOf(scenario, variant, figure, results),
      });
    }
  return rows;
}

function cellOf(variant, figure, samples) {
  const best = samples.best(variant, figure);
  const toPump = ratio(best, pumpOf(variant, figure, samples));
  return { best, median: samples.median(variant, figure), toPump };
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
  const places = placesOf(rows);
  const cells = places.flatMap(on => [`${PLACES[on]}, best / median`, '× pump']);
  const lines = [
    `| scenario | | ${cells.join(' | ')} | goal |`,
    `| --- | --- |${' ---: |'.repeat(cells.length)} --- |`,
  ];
  for (const row of rows) {
    const values = places.flatMap(on => {
      const [best, median, toPump] = cellsOf(row[on]);
      return [best === '' ? '' : `${best} / ${median}`, toPump];
    });
    const cells = [
      `\`${row.scenario}\`, ${titleOf(row)}`,
      row.variant,
      ...values,
      renderGoals(row),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
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
  return [number(best), number(median), toPump === undefined ? '' : short(toPump)];
}

/** Three digits, or all of a whole number. */
export function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function number(value) {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function renderGoals({ goals }) {
  return goals
    .map(
      ({ goal, on, value, ok }) =>
        `${goal}, ${PLACES[on]}: ${short(value)} ${ok ? 'ok' : 'MISSED'}`,
    )
    .join('; ');
}

function grouped(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
