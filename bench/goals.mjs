// What a run is measured by, and how a figure is held against it.
import { LIMITED, OPEN, PUMP, READLINE } from './variants.mjs';

/**
 * `most` or `least` of a figure of one variant. With `against`, of its ratio (`by: 'times'`) or its
 * difference (`by: 'plus'`) to another variant's. `on`: where it holds; both if unsaid.
 */
export const GOALS = [
  {
    scenario: 'start',
    on: 'all',
    of: [OPEN, 'start'],
    by: 'plus',
    against: PUMP,
    most: 5,
    unit: 'ms',
  },
  {
    scenario: 'start',
    on: 'all',
    of: [LIMITED, 'start'],
    by: 'plus',
    against: PUMP,
    most: 10,
    unit: 'ms',
  },

  { scenario: 'trip', on: 'core', of: [OPEN, 'p50'], by: 'times', against: PUMP, most: 1.4 },
  { scenario: 'trip', on: 'core', of: [LIMITED, 'p50'], by: 'times', against: PUMP, most: 2.8 },
  { scenario: 'trip', on: 'core', of: [LIMITED, 'p99'], most: 2000, unit: 'µs' },

  { scenario: 'pipelined', on: 'all', of: [OPEN, 'rate'], by: 'times', against: PUMP, least: 0.55 },
  {
    scenario: 'pipelined',
    on: 'all',
    of: [LIMITED, 'rate'],
    by: 'times',
    against: PUMP,
    least: 0.45,
  },
  {
    scenario: 'pipelined',
    on: 'all',
    of: [LIMITED, 'rate'],
    by: 'times',
    against: READLINE,
    least: 1.5,
  },

  { scenario: 'reply', on: 'all', of: [OPEN, '8 MB'], by: 'times', against: PUMP, most: 1.2 },

  ...['', ', pattern'].map(how => ({
    scenario: 'policy',
    on: 'core',
    of: [`1,000 entries${how}`, 'p50'],
    by: 'times',
    against: `10 entries${how}`,
    most: 1.1,
  })),
  {
    scenario: 'state',
    on: 'core',
    of: ['long past', 'p50'],
    by: 'times',
    against: 'empty file',
    most: 1.1,
  },

  ...[OPEN, LIMITED].flatMap(variant => [
    { scenario: 'memory', of: [variant, '1,000,000'], most: 110, unit: 'MB' },
    { scenario: 'memory', of: [variant, 'growth'], most: 1.1, unit: '×' },
  ]),
];

/** The guard's bounds: twice what is allowed, half of what is asked for. */
export const BOUNDS = GOALS.map(({ most, least, ...goal }) =>
  most === undefined ? { ...goal, least: least / 2 } : { ...goal, most: most * 2 },
);

/**
 * Holds one place's results, `best(variant, figure)`, against a goal: `{value, ok}`. A figure that is
 * not there holds against nothing.
 */
export function judge(goal, best) {
  const [variant, figure] = goal.of;
  const own = best(variant, figure);
  const other = best(goal.against, figure);
  const value = goal.by === undefined ? own : goal.by === 'plus' ? own - other : own / other;
  return { value, ok: goal.most === undefined ? value >= goal.least : value <= goal.most };
}

/** `≤ pump + 5 ms`, `≥ 0.55 × pump`. */
export function renderGoal({ by, against, most, least, unit }) {
  const sign = most === undefined ? '≥' : '≤';
  const amount = `${most ?? least}`;
  if (by === 'plus') return `${sign} ${against} + ${amount} ${unit}`;
  return by === 'times' ? `${sign} ${amount} × ${against}` : `${sign} ${amount} ${unit}`;
}
