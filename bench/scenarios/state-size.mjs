// What a long past costs: a state file with 1,000,000 rows and 100,000 counters, against none.
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillState, rowsIn } from '../past.mjs';
import { EXACT } from '../policies.mjs';
import { session } from '../session.mjs';
import { PUMP, VARIANTS, wrapped } from '../variants.mjs';
import { WARM_UP } from './calls.mjs';

const PAST = 'past.db';
const COPY = 'copy.db';

export const stateSize = {
  name: 'state',
  about: 'limit + audit with an empty state file, and one with a long past; native server',
  server: 'native',
  variants: {
    [PUMP]: VARIANTS[PUMP],
    'empty file': wrapped('limited'),
    'long past': run => wrapped('limited', '--state', join(run.workshop.dir, COPY))(run),
  },
  figures: { 'first call': 'ms', p50: 'µs', p99: 'µs', rate: 'calls/s', 'rows left': 'rows' },
  rounds: rounds => Math.min(rounds, 5),
  prepare: workshop => fillState(workshop, join(workshop.dir, PAST)),
  async session(run) {
    // Anew for each session, as each leaves rows and a counter that is partly used up.
    const copy = join(run.workshop.dir, COPY);
    for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
    copyFileSync(join(run.workshop.dir, PAST), copy);
    const steps = [`call:1:${EXACT}`, WARM_UP, `call:5000:${EXACT}`, `burst:20000:${EXACT}`];
    const [, { first }, , { p50, p99 }, { rate }] = await session({ ...run, steps });
    const figures = { 'first call': first / 1000, p50, p99, rate };
    return run.command.includes(copy) ? { ...figures, 'rows left': rowsIn(copy) } : figures;
  },
};
