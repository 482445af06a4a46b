// A short run against generous bounds, for every change: only a real loss breaks one of them twice.
import { BOUNDS, judge, renderGoal } from './goals.mjs';
import { measure, PLACES } from './measure.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

const ROUNDS = 5;
const NAMES = ['start', 'trip', 'pipelined', 'reply', 'policy'];

/** Prints a line for each bound; returns how many held and how many are broken. */
export async function guard(workshop) {
  const on = workshop.pins.core === undefined ? 'all' : 'core';
  for (const line of workshop.warnings) console.error(line);
  let left = BOUNDS.filter(({ scenario }) => NAMES.includes(scenario));
  const total = left.length;
  for (const tries of [1, 2]) {
    const broken = [];
    for (const name of NAMES) {
      const bounds = left.filter(({ scenario }) => scenario === name);
      for (const { bound, value, ok } of await tried(name, bounds, workshop, on)) {
        const figure = `${name}, ${PLACES[on]}, ${bound.of.join(', ')}`;
        const verdict = ok ? 'holds ' : tries === 1 ? 'again ' : 'BROKEN';
        console.error(`${verdict} ${figure}: ${value.toFixed(2)}, bound ${renderGoal(bound)}`);
        if (!ok) broken.push(bound);
      }
    }
    left = broken;
  }
  return { held: total - left.length, broken: left.length };
}

async function tried(name, bounds, workshop, on) {
  if (bounds.length === 0) return [];
  const scenario = SCENARIOS.find(scenario => scenario.name === name);
  const variants = new Set(
    bounds.flatMap(({ of, against }) => [of[0], ...(against === undefined ? [] : [against[0]])]),
  );
  const results = await measure(scenario, {
    workshop,
    rounds: ROUNDS,
    variants: [...variants],
    places: [on],
  });
  return bounds.map(bound => ({
    bound,
    ...judge(bound, (...of) => results[on].best(...of)),
  }));
}
