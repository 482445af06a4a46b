// Grades as docs/inventory.md tells them, and what an attack needs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ATTACKS,
  attacksOn,
  HOLDS,
  type Hold,
  SERVER_ATTACKS,
} from '../../src/inventory/attacks.ts';
import { GRADES, gradeOf, gradeWithout } from '../../src/inventory/grade.ts';
import { RISKS } from '../../src/policy/classify/caution.ts';
import { CATEGORIES } from '../../src/policy/schema.ts';
import { root } from '../support/wrapper.ts';

const page = readFileSync(join(root, 'docs/inventory.md'), 'utf8');
const holds = (...of: Hold[]) => new Set(of);

test.each(RISKS)('the page has the row of %s', risk => {
  const grades = [holds('approval'), holds('limit'), holds()].map(of =>
    gradeOf([{ risk, holds: of }]),
  );
  expect(page).toContain(`| ${risk} | ${grades.join(' | ')} |`);
});

test.each([...ATTACKS, ...SERVER_ATTACKS])('the page has $id', ({ id, what, rule }) => {
  expect(page).toContain(`| \`${id}\` | ${what} |`);
  expect(page).toContain(`| ${rule} |`);
});

const tool = fc.record({
  risk: fc.constantFrom(...RISKS),
  holds: fc.subarray([...HOLDS]).map(of => new Set(of)),
});
const rank = (grade: (typeof GRADES)[number]) => GRADES.indexOf(grade);

describe('for any tools', () => {
  test('one more never mends the grade, and a policy never worsens it', () => {
    fc.assert(
      fc.property(fc.array(tool), tool, (tools, more) => {
        expect(rank(gradeOf([...tools, more]))).toBeGreaterThanOrEqual(rank(gradeOf(tools)));
        expect(rank(gradeOf(tools))).toBeLessThanOrEqual(rank(gradeWithout(tools)));
      }),
    );
  });

  test('one more hold never opens a way', () => {
    fc.assert(
      fc.property(
        tool,
        fc.constantFrom(...HOLDS),
        fc.constantFrom(...CATEGORIES),
        (one, hold, category) => {
          const more = new Set([...one.holds, hold]);
          expect(rank(gradeOf([{ ...one, holds: more }]))).toBeLessThanOrEqual(
            rank(gradeOf([one])),
          );
          const together = new Set(CATEGORIES);
          const exposed = { category, touchesSecrets: true };
          const before = attacksOn({ ...exposed, holds: one.holds }, together);
          const after = attacksOn({ ...exposed, holds: more }, together);
          expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
          before.forEach(({ stopped }, i) => {
            if (stopped) expect(after[i]?.stopped).toBe(true);
          });
        },
      ),
    );
  });
});

describe('an attack', () => {
  const on = (
    category: (typeof CATEGORIES)[number],
    together: (typeof CATEGORIES)[number][],
    of = holds(),
  ) => attacksOn({ category, touchesSecrets: false, holds: of }, new Set([category, ...together]));
  const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);

  test('needs what it needs', () => {
    expect(ids(on('read', []))).toEqual(['runaway-tool-loops']);
    expect(ids(on('write', []))).not.toContain('lethal-trifecta');
    expect(ids(on('write', ['read']))).toContain('lethal-trifecta');
    expect(ids(on('financial', ['read']))).toEqual([
      'runaway-tool-loops',
      'indirect-prompt-injection',
      'wallet-drainer',
    ]);
  });

  test('is stopped by its rule only', () => {
    const stopped = (found: readonly { id: string; stopped: boolean }[]) =>
      ids(found.filter(one => one.stopped));
    expect(stopped(on('destructive', ['read'], holds('limit')))).toEqual(['runaway-tool-loops']);
    expect(stopped(on('destructive', ['read'], holds('approval')))).toHaveLength(3);
    expect(stopped(on('destructive', ['read']))).toEqual([]);
  });

  test.each(CATEGORIES)('every category invites one: %s', category => {
    expect(ids(on(category, []))).toContain('runaway-tool-loops');
  });
});
