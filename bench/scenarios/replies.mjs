// Long messages: a list of 200 tools, and replies and requests of many megabytes.
import { session } from '../session.mjs';
import { VARIANTS } from '../variants.mjs';

const MB = 1024 * 1024;
const figures = { '8 MB': 'ms', '60 MB': 'ms' };

export const list = {
  name: 'list',
  about: '`tools/list` of 200 tools (120 kB), 200 times; server in Node',
  server: 'node',
  variants: VARIANTS,
  figures: { p50: 'µs' },
  async session(run) {
    const [, , { p50 }] = await session({ ...run, steps: ['list:50', 'list:200'] });
    return { p50 };
  },
};

export const big = ['reply', 'request'].map(kind => ({
  name: kind,
  about: `one ${kind} of log lines as a text; server in Node`,
  server: 'node',
  variants: VARIANTS,
  figures,
  rounds: rounds => Math.min(rounds, 5),
  async session(run) {
    const steps = [`${kind}:8:${8 * MB}`, ...(run.short ? [] : [`${kind}:2:${60 * MB}`])];
    const [, eight, sixty] = await session({ ...run, steps });
    return { '8 MB': eight.min / 1000, ...(sixty && { '60 MB': sixty.min / 1000 }) };
  },
}));
