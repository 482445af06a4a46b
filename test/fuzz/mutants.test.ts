// The fuzzer finds what it is there for: defects planted in the product, one at a time.
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.resetModules();
});

/** A module of `src/`, what stands in for a function of it, and the promise that breaks. */
const mutants: readonly [what: string, module: string, stand: object, promise: RegExp][] = [
  ['duplicate keys pass', 'rpc/keys', { noteKey: () => undefined }, /what JSON.parse takes/],
  ['look-alikes pass', 'policy/match', { folded: (name: string) => name }, /denied or hidden tool/],
  ['hidden breaks pass', 'rpc/neutral', { isNeutral: () => true }, /breaks are seen/],
  ['1 and "1" are one id', 'rpc/message', { idKey: String }, /waits for|id of its request/],
];

test.each(mutants)('%s', { timeout: 120_000 }, async (_, module, stand, promise) => {
  const path = `../../src/${module}.ts`;
  vi.doMock(path, async original => ({ ...(await original<object>()), ...stand }));
  try {
    const { fuzz } = await import('./fuzz.ts');
    const { found } = await fuzz({ seed: 1, isOver: n => n >= 3000 });
    expect(found?.finding.promise).toMatch(promise);
  } finally {
    vi.doUnmock(path);
  }
});
