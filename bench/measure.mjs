// Runs a scenario: its variants in turn, round after round, so that what else the machine does strikes
// all of them alike.

export const PLACES = { core: 'one core', all: 'all cores' };

/** Returns, for each place, what each variant's figures were in each round. */
export async function measure(
  scenario,
  { workshop, rounds, places, variants, short = false, tell = () => {} },
) {
  await scenario.prepare?.(workshop);
  const chosen = variants ?? Object.keys(scenario.variants);
  const wanted = places.filter(on => scenario.only === undefined || scenario.only === on);
  const results = Object.fromEntries(wanted.map(on => [on, new Samples()]));
  for (let round = 0; round < (scenario.rounds?.(rounds) ?? rounds); round++)
    for (const on of wanted)
      for (const variant of chosen) {
        tell(`${scenario.name}, ${PLACES[on]}, round ${round + 1}: ${variant}`);
        const run = { workshop, on, short, server: workshop.servers[scenario.server] };
        const command = scenario.variants[variant](run);
        results[on].add(variant, await scenario.session({ ...run, command }));
      }
  return results;
}

/** Every figure of every variant, in one place. */
export class Samples {
  #lists = new Map();

  add(variant, figures) {
    for (const [figure, value] of Object.entries(figures)) {
      const key = JSON.stringify([variant, figure]);
      this.#lists.set(key, [...(this.#lists.get(key) ?? []), value]);
    }
  }

  /** All values, ascending; undefined where there are none. */
  of(variant, figure) {
    return this.#lists.get(JSON.stringify([variant, figure]))?.toSorted((a, b) => a - b);
  }

  /** The best of the rounds: the highest rate, else the least. */
  best(variant, figure) {
    const values = this.of(variant, figure);
    return figure === 'rate' ? values?.at(-1) : values?.[0];
  }

  median(variant, figure) {
    const values = this.of(variant, figure);
    return values?.[Math.floor(values.length / 2)];
  }
}
