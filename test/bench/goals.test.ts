// What the benchmarks are measured by: goals that can be missed, and a guard that can fail.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { root } from '../support/wrapper.ts';

interface Goal {
  scenario: string;
  of: [variant: string, figure: string];
  by?: 'times' | 'plus';
  against?: string;
  most?: number;
  least?: number;
  unit?: string;
}
interface Tried {
  bound: Goal;
  value: number;
  ok: boolean;
}
type Best = (variant: string, figure: string) => number | undefined;

const load = (name: string) => import(pathToFileURL(join(root, 'bench', name)).href);
const { GOALS, BOUNDS, judge, renderGoal } = (await load('goals.mjs')) as {
  GOALS: Goal[];
  BOUNDS: Goal[];
  judge: (goal: Goal, best: Best) => { value: number; ok: boolean };
  renderGoal: (goal: Goal) => string;
};
const { holdTwice } = (await load('guard.mjs')) as {
  holdTwice: (
    bounds: Goal[],
    tryOut: (bounds: Goal[]) => Promise<Tried[]>,
    tell: (tried: Tried, isLast: boolean) => void,
  ) => Promise<Goal[]>;
};
const { SCENARIOS } = (await load('scenarios/index.mjs')) as {
  SCENARIOS: { name: string; variants: Record<string, unknown>; figures: Record<string, string> }[];
};

const figures: Record<string, number> = { 'a.p50': 30, 'b.p50': 20, 'a.rate': 50, 'b.rate': 100 };
const best: Best = (variant, figure) => figures[`${variant}.${figure}`];
const trip = { scenario: 'trip' };

describe('a goal', () => {
  const a: Goal['of'] = ['a', 'p50'];
  const rate: Goal['of'] = ['a', 'rate'];
  it.each<[string, Goal, number, boolean]>([
    ['kept alone', { ...trip, of: a, most: 30, unit: 'µs' }, 30, true],
    ['missed alone', { ...trip, of: a, most: 29, unit: 'µs' }, 30, false],
    ['kept as a ratio', { ...trip, of: a, by: 'times', against: 'b', most: 1.5 }, 1.5, true],
    ['missed as a ratio', { ...trip, of: a, by: 'times', against: 'b', most: 1.4 }, 1.5, false],
    ['kept as a share', { ...trip, of: rate, by: 'times', against: 'b', least: 0.5 }, 0.5, true],
    ['missed as a share', { ...trip, of: rate, by: 'times', against: 'b', least: 1 }, 0.5, false],
    ['kept as a sum', { ...trip, of: a, by: 'plus', against: 'b', most: 10 }, 10, true],
    ['missed as a sum', { ...trip, of: a, by: 'plus', against: 'b', most: 9 }, 10, false],
  ])('%s', (_, goal, value, ok) => {
    expect(judge(goal, best)).toEqual({ value, ok });
  });

  it.each<[string, Goal]>([
    ['of its own', { ...trip, of: ['c', 'p50'], most: 1 }],
    ['at most', { ...trip, of: a, by: 'times', against: 'c', most: 1 }],
    ['at least', { ...trip, of: a, by: 'times', against: 'c', least: 0 }],
  ])('is missed where there is no figure: %s', (_, goal) => {
    expect(judge(goal, best).ok).toBe(false);
  });
});

test.each(
  GOALS.map(goal => [`${goal.scenario}: ${goal.of.join(', ')}: ${renderGoal(goal)}`, goal]),
)('%s names what is measured', (_, goal) => {
  const found = SCENARIOS.find(({ name }) => name === goal.scenario);
  const [variant, figure] = goal.of;
  expect(Object.keys(found?.variants ?? {})).toContain(variant);
  expect(Object.keys(found?.variants ?? {})).toContain(goal.against ?? variant);
  expect(Object.keys(found?.figures ?? {})).toContain(figure);
});

test('a bound is twice its goal, or half where more is better', () => {
  const of = ({ most, least }: Goal) => [most, least];
  expect(BOUNDS.map(of)).toEqual(
    GOALS.map(({ most, least }) => [
      most === undefined ? undefined : 2 * most,
      least === undefined ? undefined : least / 2,
    ]),
  );
});

test('a bound is broken when it does not hold twice, and only what failed is tried again', async () => {
  const [good, unlucky, bad] = ['good', 'unlucky', 'bad'].map(
    (name): Goal => ({ ...trip, of: [name, 'p50'], most: 1 }),
  );
  if (!good || !unlucky || !bad) throw new Error('three bounds');
  const tries: string[][] = [];
  const told: [string, boolean, boolean][] = [];
  const broken = await holdTwice(
    [good, unlucky, bad],
    async bounds => {
      tries.push(bounds.map(({ of }) => of[0]));
      const isSecond = tries.length === 2;
      return bounds.map(bound => {
        const ok = bound === good || (bound === unlucky && isSecond);
        return { bound, value: ok ? 1 : 2, ok };
      });
    },
    ({ bound, ok }, isLast) => told.push([bound.of[0], ok, isLast]),
  );
  expect(broken).toEqual([bad]);
  expect(tries).toEqual([
    ['good', 'unlucky', 'bad'],
    ['unlucky', 'bad'],
  ]);
  expect(told).toContainEqual(['bad', false, true]);
});

test('docs/performance.md has every goal', () => {
  const page = readFileSync(join(root, 'docs/performance.md'), 'utf8');
  const [, section = ''] = page.split('## Goals');
  const [table = ''] = section.split('\n## ');
  const rows = [...table.matchAll(/^\| `([a-z]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, scenario, variant, figure, goal]) => [scenario, variant, figure, goal].join(' | '),
  );
  expect(rows).toEqual(
    GOALS.map(goal => [goal.scenario, ...goal.of, renderGoal(goal)].join(' | ')),
  );
});
