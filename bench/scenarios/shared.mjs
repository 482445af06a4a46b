// Two and sixteen wrappers on one counter: how fast, and whether exactly its `max` got through.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EXACT, SHARED_MAX } from '../policies.mjs';
import { begin } from '../session.mjs';
import { DIRECT, PUMP, VARIANTS, wrapped } from '../variants.mjs';

const CALLS = 8000;

const several =
  (wrappers, command, max = CALLS) =>
  run => ({
    wrappers,
    command: command(run),
    max,
  });

export const shared = {
  name: 'shared',
  about: `${CALLS} calls by 2 and by 16 clients at once, each behind its own wrapper, on one counter of ${SHARED_MAX}; native server`,
  server: 'native',
  variants: Object.fromEntries(
    [2, 16].flatMap(wrappers => [
      [`${wrappers} × ${DIRECT}`, several(wrappers, VARIANTS[DIRECT])],
      [`${wrappers} × ${PUMP}`, several(wrappers, VARIANTS[PUMP])],
      [`${wrappers} × policy-wrap`, several(wrappers, wrapped('shared'), SHARED_MAX)],
    ]),
  ),
  figures: { rate: 'calls/s', 'p99 of the slowest': 'µs', 'stopped while busy': 'calls' },
  async session({ workshop, on, command: { wrappers, command, max } }) {
    const home = mkdtempSync(join(workshop.dir, 'home-'));
    const steps = ['wait', `call:${CALLS / wrappers}:${EXACT}`];
    const clients = Array.from({ length: wrappers }, () =>
      begin({ workshop, on, command, steps, mayDeny: true, home }),
    );
    const ended = Promise.all(clients.map(client => client.results));
    // One that fails before it is asked for still ends the run in good order, below.
    ended.catch(() => {});
    await Promise.all(clients.map(client => client.started));
    for (const client of clients) client.go();
    const results = (await ended).map(([, calls]) => calls);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });

    const sum = key => results.reduce((total, result) => total + result[key], 0);
    const passed = CALLS - sum('denied');
    if (passed !== max)
      throw new Error(`${wrappers} wrappers let ${passed} calls through, not ${max}`);
    const began = Math.min(...results.map(result => result.began));
    const last = Math.max(...results.map(result => result.ended));
    return {
      rate: (CALLS / (last - began)) * 1e6,
      'p99 of the slowest': Math.max(...results.map(result => result.p99)),
      ...(max < CALLS && { 'stopped while busy': sum('denied') - sum('limited') }),
    };
  },
};
