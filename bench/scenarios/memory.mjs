// Memory of the wrapper after 20,000, 200,000 and 1,000,000 pipelined calls.
import { EXACT } from '../policies.mjs';
import { session } from '../session.mjs';
import { LIMITED, OPEN, PUMP, pick, wrapped } from '../variants.mjs';

const bursts = n => Array.from({ length: n }, () => `burst:20000:${EXACT}`);

export const memory = {
  name: 'memory',
  about: 'resident memory after that many calls, and the highest; server in Node',
  server: 'node',
  variants: { ...pick(PUMP, OPEN), [LIMITED]: wrapped('endless') },
  figures: { '20,000': 'MB', '200,000': 'MB', '1,000,000': 'MB', highest: 'MB' },
  // A million calls take their time, and memory does not depend on how busy the machine is.
  rounds: rounds => Math.min(rounds, 2),
  only: 'all',
  async session(run) {
    const steps = [...bursts(1), 'memory', ...bursts(9), 'memory', ...bursts(40), 'memory'];
    const [a, b, c] = (await session({ ...run, steps })).filter(({ step }) => step === 'memory');
    return { '20,000': a.rss, '200,000': b.rss, '1,000,000': c.rss, highest: c.peak };
  },
};
