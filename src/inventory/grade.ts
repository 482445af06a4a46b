// The grade of a server: that of its worst tool, by what it can do and by what stands in between.
// docs/inventory.md has the rule for people.
import type { Risk } from '../policy/classify/caution.ts';
import type { Hold } from './attacks.ts';

/** From the best to the worst. */
export const GRADES = ['A', 'B', 'C', 'D', 'F'] as const;
export type Grade = (typeof GRADES)[number];

/** What stands between an agent and a tool: a person or a denial, a limit or a rule, nothing. */
export type Standing = 'closed' | 'held' | 'open';

const GRADE: Readonly<Record<Risk, Readonly<Record<Standing, Grade>>>> = {
  low: { closed: 'A', held: 'A', open: 'B' },
  medium: { closed: 'A', held: 'B', open: 'C' },
  high: { closed: 'A', held: 'C', open: 'D' },
  critical: { closed: 'A', held: 'D', open: 'F' },
};

export function standingOf(holds: ReadonlySet<Hold>): Standing {
  if (holds.has('hide') || holds.has('deny') || holds.has('approval')) return 'closed';
  return holds.size > 0 ? 'held' : 'open';
}

export function gradeFor(risk: Risk, standing: Standing): Grade {
  return GRADE[risk][standing];
}

/** The worst of its tools; of none it is the best. */
export function gradeOf(tools: readonly { risk: Risk; holds: ReadonlySet<Hold> }[]): Grade {
  const grades = tools.map(({ risk, holds }) => gradeFor(risk, standingOf(holds)));
  return GRADES.findLast(grade => grades.includes(grade)) ?? 'A';
}

/** Where nothing at all stands in between. */
export function gradeWithout(tools: readonly { risk: Risk }[]): Grade {
  return gradeOf(tools.map(({ risk }) => ({ risk, holds: new Set() })));
}
