// The fuzzer finds what it is there for: defects planted in the product, one at a time.
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.resetModules();
});

type Exports = Record<string, (...args: unknown[]) => object>;

const withIdsAsText = ({ readMessage }: Exports) => ({
  readMessage: (...args: unknown[]) => {
    const message = { ...readMessage?.(...args) } as { id?: unknown };
    return message.id === undefined ? message : { ...message, id: String(message.id) };
  },
});

class Roomy {
  busy() {}
  take() {}
  letGo() {}
}

const withoutConditions = {
  compileConditions: (_: unknown, reading: string) => () => ({
    holds: reading === 'require',
    truth: 'true',
    why: () => '',
  }),
};

/** A module of `src/`, what stands in for a function of it, and the promise that breaks. */
const mutants: readonly [
  what: string,
  module: string,
  stand: object | ((exports: Exports) => object),
  promise: RegExp,
][] = [
  ['duplicate keys pass', 'rpc/keys', { noteKey: () => undefined }, /what JSON.parse takes/],
  [
    'look-alikes pass',
    'rpc/fold',
    { folded: (name: string) => name },
    /denied|only known methods|may not ask/,
  ],
  ['hidden breaks pass', 'rpc/neutral', { isNeutral: () => true }, /breaks are seen/],
  ['any method passes', 'proxy/vendors', { isVendors: () => true }, /only known methods/],
  ['there is always room', 'proxy/slots', { Slots: Roomy }, /in flight than may be at once/],
  ['no condition strikes', 'policy/conditions/condition', withoutConditions, /no denied argument/],
  ['1 and "1" are one id', 'rpc/message', withIdsAsText, /waits for|id of its request/],
];

const SEEDS = 4;

test.each(mutants)('%s', { timeout: 120_000 }, async (_, module, stand, promise) => {
  const path = `../../src/${module}.ts`;
  vi.doMock(path, async original => {
    const exports = await original<Exports>();
    return { ...exports, ...(typeof stand === 'function' ? stand(exports) : stand) };
  });
  try {
    const { fuzz } = await import('./fuzz.ts');
    const broken: (string | undefined)[] = [];
    // Of the first seed's inputs none may come to it, or come to another promise before.
    for (let seed = 1; seed <= SEEDS && !promise.test(broken.at(-1) ?? ''); seed++) {
      const { found } = await fuzz({ seed, isOver: n => n >= 3000 });
      broken.push(found?.finding.promise);
    }
    expect(broken.at(-1)).toMatch(promise);
  } finally {
    vi.doUnmock(path);
  }
});

test('what it finds it makes small, as an entry for the corpus', { timeout: 120_000 }, async () => {
  const path = '../../src/proxy/vendors.ts';
  vi.doMock(path, async original => ({
    ...(await original<object>()),
    isVendors: () => true,
  }));
  try {
    const { fuzz, tried } = await import('./fuzz.ts');
    const { minimised } = await import('./minimise.ts');
    const { reportOf } = await import('./report.ts');
    const rules = await (await import('./policies.ts')).loadRules();
    const { found } = await fuzz({ seed: 1, isOver: n => n >= 3000 });
    if (found === undefined) throw new Error('nothing found');
    const { promise } = found.finding;
    const small = minimised(found.scenario, one => tried(one, rules)?.promise === promise);
    expect(small.events).toHaveLength(1);
    const finding = tried(small, rules);
    expect(finding?.promise).toBe(promise);
    const text = reportOf(small, found.finding);
    expect(text).toContain('for test/wire:');
    const [size, before] = [small, found.scenario].map(({ events }) =>
      events.reduce((sum, { bytes }) => sum + bytes.length, 0),
    );
    expect(size).toBeLessThan((before ?? 0) / 2);
  } finally {
    vi.doUnmock(path);
  }
});
