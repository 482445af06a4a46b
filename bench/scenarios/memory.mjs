// Memory of the wrapper after 20,000, 200,000 and 1,000,000 pipelined calls.
import { EXACT } from '../policies.mjs';
import { session } from '../session.mjs';
import { LIMITED, OPEN, PUMP, pick, wrapped } from '../variants.mjs';

const bursts = n => Array.from({ length: n }, () => `burst:20000:${EXACT}`);

export const memory = {
  name: 'memory',
  about:
    'resident memory after that many calls, the highest, and how that grew after 200,000; server in Node',
  server: 'node',
  variants: { ...pick(PUMP, OPEN), [LIMITED]: wrapped('endless') },
  figures: { '20,000': 'MB', '200,000': 'MB', '1,000,000': 'MB', highest: 'MB', growth: '×' },
  // A million calls take their time, and memory does not depend on how busy the machine is.
  rounds: rounds => Math.min(rounds, 5),
  only: 'all',
  async session(run) {
    const steps = [...bursts(1), 'memory', ...bursts(9), 'memory', ...bursts(40), 'memory'];
    const [a, b, c] = (await session({ ...run, steps })).filter(({ step }) => step === 'memory');
    const resident = { '20,000': a.rss, '200,000': b.rss, '1,000,000': c.rss };
    // Of the highest, which does not depend on when the garbage collector last ran.
    return { ...resident, highest: c.peak, growth: c.peak / b.peak };
  },
};
