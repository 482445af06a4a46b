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
  for (const line of workshop.warnings) console.error(line);
  const bounds = BOUNDS.filter(({ scenario }) => GUARDED.includes(scenario));
  const broken = await holdTwice(
    bounds,
    left => tryOut(left, workshop),
    ({ bound, value, ok }, isLast) => {
      const verdict = ok ? 'holds ' : isLast ? 'BROKEN' : 'again ';
      const figure = [bound.scenario, PLACES[placeOf(bound, workshop)], ...bound.of].join(', ');
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

/** Where a bound holds; on all cores too where there is no `taskset`. */
function placeOf({ on }, { pins }) {
  return pins[on] === undefined ? 'all' : on;
}

async function tryOut(bounds, workshop) {
  const tried = [];
  for (const scenario of SCENARIOS) {
    const own = bounds.filter(bound => bound.scenario === scenario.name);
    if (own.length === 0) continue;
    const named = own.flatMap(({ of, against = of[0] }) => [of[0], against]);
    const results = await measure(scenario, {
      workshop,
      rounds: ROUNDS,
      variants: [...new Set(named)],
      places: [...new Set(own.map(bound => placeOf(bound, workshop)))],
      short: true,
    });
    for (const bound of own) {
      const samples = results[placeOf(bound, workshop)];
      tried.push({ bound, ...judge(bound, (...of) => samples.best(...of)) });
    }
  }
  return tried;
}
