// From the start of the process to the reply to `initialize`, and the first call behind it.
import { EXACT } from '../policies.mjs';
import { session } from '../session.mjs';
import { VARIANTS } from '../variants.mjs';

export const start = {
  name: 'start',
  about: 'to the reply to `initialize`, and the first call after it; server in Node',
  server: 'node',
  variants: VARIANTS,
  figures: { start: 'ms', 'first call': 'ms' },
  async session(run) {
    const [began, call] = await session({ ...run, steps: [`call:1:${EXACT}`] });
    return { start: began.ms, 'first call': call.first / 1000 };
  },
};
