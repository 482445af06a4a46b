// Ten thousand hostile conversations, always the same ones; `npm run fuzz` plays others for as long as
// one likes.
import { describe, expect, test } from 'vitest';
import { wires } from '../wire/index.ts';
import { conversations } from './conversations.ts';
import { fuzz, tried } from './fuzz.ts';
import { loadRules } from './policies.ts';
import { reportOf } from './report.ts';

const seeds = wires.map(({ line }) => Buffer.from(line)).filter(({ length }) => length < 1000);

test('no promise is broken', { timeout: 300_000 }, async () => {
  const { executions, kept, found } = await fuzz({ seed: 1, seeds, isOver: n => n >= 10_000 });
  expect(found && reportOf(found.scenario, found.finding)).toBeUndefined();
  expect(executions).toBe(10_000);
  // Else the inputs would hardly differ.
  expect(kept).toBeGreaterThan(100);
});

describe('what was found once', () => {
  test.each(conversations)('$name', async scenario => {
    expect(tried(scenario, await loadRules())).toBeUndefined();
  });
});
