// Small calls: one after the other, and 20,000 at once.
import { EXACT } from '../policies.mjs';
import { session } from '../session.mjs';
import { VARIANTS } from '../variants.mjs';

/** Until the compiler of V8 has settled. */
export const WARM_UP = `call:2000:${EXACT}`;

const trip = {
  name: 'trip',
  about: '5000 calls, one after the other; native server',
  server: 'native',
  variants: VARIANTS,
  figures: { p50: 'µs', p99: 'µs' },
  async session(run) {
    const calls = run.short ? 2000 : 5000;
    const [, , { p50, p99 }] = await session({
      ...run,
      steps: [WARM_UP, `call:${calls}:${EXACT}`],
    });
    return { p50, p99 };
  },
};

const pipelined = {
  name: 'pipelined',
  about: '20,000 calls written while their replies are read; server in Node',
  server: 'node',
  variants: VARIANTS,
  figures: { rate: 'calls/s' },
  async session(run) {
    const [, , { rate }] = await session({ ...run, steps: [WARM_UP, `burst:20000:${EXACT}`] });
    return { rate };
  },
};

export const calls = [trip, pipelined];
