// A short run against generous bounds, for every change: only a real loss breaks one of them twice.
import { BOUNDS, judge, renderGoal } from './goals.mjs';
import { measure, PLACES } from './measure.mjs';
import { short } from './report.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

const ROUNDS = 5;
/** Quick enough for every change. */
const GUARDED = ['start', 'trip', 'pipelined', 'reply', 'policy'];

/** Prints a line for each bound; returns how many held and how many are broken. */
export async function guard(workshop) {
  const on = workshop.pins.core === undefined ? 'all' : 'core';
  for (const line of workshop.warnings) console.error(line);
  const bounds = BOUNDS.filter(({ scenario }) => GUARDED.includes(scenario));
  const broken = await holdTwice(
    bounds,
    left => tryOut(left, workshop, on),
    ({ bound, value, ok }, isLast) => {
      const verdict = ok ? 'holds ' : isLast ? 'BROKEN' : 'again ';
      const figure = [bound.scenario, PLACES[on], ...bound.of].join(', ');
      console.error(`${verdict} ${figure}: ${short(value)}, bound ${renderGoal(bound)}`);
    },
  );
  return { held: bounds.length - broken.length, broken: broken.length };
}

/** Tries out the bounds, and those that did not hold once more; returns those that are broken. */
export async function holdTwice(bounds, tryOut, tell) {
  let left = bounds;
  for (const isLast of [false, true]) {
    const tried = left.length === 0 ? [] : await tryOut(left);
    for (const one of tried) tell(one, isLast);
    left = tried.filter(({ ok }) => !ok).map(({ bound }) => bound);
  }
  return left;
}

async function tryOut(bounds, workshop, on) {
  const tried = [];
  for (const scenario of SCENARIOS) {
    const own = bounds.filter(bound => bound.scenario === scenario.name);
    if (own.length === 0) continue;
    const named = own.flatMap(({ of, against = of[0] }) => [of[0], against]);
    const results = await measure(scenario, {
      workshop,
      rounds: ROUNDS,
      variants: [...new Set(named)],
      places: [on],
      short: true,
    });
    const best = (...of) => results[on].best(...of);
    tried.push(...own.map(bound => ({ bound, ...judge(bound, best) })));
  }
  return tried;
}
