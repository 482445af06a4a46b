// What a long policy costs: 1,000 entries of which 100 are patterns, against 10.
import { BY_PATTERN, EXACT } from '../policies.mjs';
import { session } from '../session.mjs';
import { PUMP, VARIANTS, wrapped } from '../variants.mjs';

const calling = (tool, command) => run => ({ command: command(run), tool });

export const policySize = {
  name: 'policy',
  about: 'calls under 10 and 1,000 entries, allowed by an entry or by a pattern; native server',
  server: 'native',
  variants: {
    [PUMP]: calling(EXACT, VARIANTS[PUMP]),
    '10 entries': calling(EXACT, wrapped('open')),
    '1,000 entries': calling(EXACT, wrapped('many')),
    '10 entries, pattern': calling(BY_PATTERN, wrapped('open')),
    '1,000 entries, pattern': calling(BY_PATTERN, wrapped('many')),
  },
  figures: { start: 'ms', p50: 'µs', rate: 'calls/s' },
  async session({ command: { command, tool }, ...run }) {
    const calls = [`call:2000:${tool}`, `call:${run.short ? 2000 : 5000}:${tool}`];
    const steps = [...calls, ...(run.short ? [] : [`burst:20000:${tool}`])];
    const [{ ms }, , { p50 }, burst] = await session({ ...run, command, steps });
    return { start: ms, p50, ...(burst && { rate: burst.rate }) };
  },
};
