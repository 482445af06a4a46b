// The inventory in terminals of any width, whatever servers call their tools.
import { Chalk } from 'chalk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderInventory } from '../../src/terminal/inventory.ts';
import { entry, found, inventoryOf, WRAPPED } from '../inventory/reports.ts';

const plain = new Chalk({ level: 0 });

/** As wide as any terminal may draw it. */
function widthOf(line: string): number {
  return [...line].reduce(
    (sum, c) => sum + ((c >= ' ' && c <= '~') || '…→'.includes(c) ? 1 : 2),
    0,
  );
}

const limited = { default: 'deny', categories: { read: { rate_limit: '60/minute' } } };

test('at 80 columns: no reasons', async () => {
  const one = await found(
    entry(),
    { get_page: 'Gets it.', drop_all: 'Drops all.' },
    {
      documents: [limited],
    },
  );
  expect(renderInventory(inventoryOf([one]), 80, plain)).toEqual([
    'CURSOR',
    '  files                                                   grade F, A with policy',
    '    npx -y files-mcp',
    '    in /home/u/.cursor/mcp.json',
    '    not wrapped, nothing holds it yet; would be held by p.json',
    '    TOOL      CATEGORY     RISK      WOULD BE  LIMITS',
    '    get_page  read         low       allowed   60/minute',
    '    drop_all  destructive  critical  denied',
    '    open to: runaway loop 2→0, injected instructions 1→0, delete loop 1→0',
    '',
    '1 client, 1 server, 2 tools',
    'grades now: F 1',
    'policy-wrap install puts the policies in front of what is not wrapped',
    'open to: tools that invite the attack, without → with the policy',
  ]);
});

test('at 120 columns: with reasons', async () => {
  const one = await found(
    entry({ wrapped: WRAPPED }),
    { get_page: 'Gets it.' },
    {
      documents: [limited],
    },
  );
  const lines = renderInventory(inventoryOf([one]), 120, plain);
  expect(lines).toContain('    TOOL      CATEGORY     RISK      VERDICT   LIMITS     WHY');
  expect(lines).toContain('    get_page  read         low       allowed   60/minute  verb "get"');
  expect(lines.some(line => line.endsWith('grade A, B without policy'))).toBe(true);
});

test('no line is wider than the terminal, and none moves the cursor', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 60, max: 200 }),
      fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }), fc.string()),
      fc.string({ unit: 'binary', maxLength: 200 }),
      async (columns, tools, name) => {
        const one = await found(entry({ name, file: `/${name}`, args: [name] }), tools);
        const lines = renderInventory(inventoryOf([one]), columns, plain);
        expect(lines.filter(line => widthOf(line) > columns)).toEqual([]);
        expect(lines.filter(line => /\p{Cc}|\p{Cf}/u.test(line))).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});
