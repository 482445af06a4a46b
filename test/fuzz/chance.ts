// Chance from a seed: the same seed makes the same run.

export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  /** True this many times in a hundred. */
  percent(times: number): boolean;
  /** Undefined only of an empty list. */
  pick<T>(list: readonly T[]): T;
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  // mulberry32: 32 bits of state are plenty for choosing test inputs.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const int = (below: number) => next() % below;
  return {
    int,
    percent: times => int(100) < times,
    pick: list => list[int(list.length)] as (typeof list)[number],
  };
}
