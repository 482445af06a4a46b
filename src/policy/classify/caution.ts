// What a classification is, and the one order of caution of categories for the whole product.
import type { Category } from '../schema.ts';

export const RISKS = ['low', 'medium', 'high', 'critical'] as const;
export type Risk = (typeof RISKS)[number];

export interface Classification {
  readonly category: Category;
  readonly risk: Risk;
  /** For people: `verb "delete"`. */
  readonly why: string;
}

/**
 * From the mildest to the strictest. Unknown stands where the recommended policy puts it: above what is
 * only counted, because it needs approval, and below what is known to be beyond undoing.
 */
export const BY_CAUTION: readonly Category[] = [
  'read',
  'write',
  'execute',
  'unknown',
  'destructive',
  'financial',
];

// Never milder for a stricter category; what is unknown may be anything that is not yet known to be worse.
const RISK_OF: Readonly<Record<Category, Risk>> = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  unknown: 'high',
  destructive: 'critical',
  financial: 'critical',
};

/** The risk of a category where nothing else is known. */
export function riskOf(category: Category): Risk {
  return RISK_OF[category];
}

export function classification(category: Category, why: string): Classification {
  return { category, risk: riskOf(category), why };
}

/** Of several categories the one that asks for most caution. */
export function strictest(categories: readonly (Category | undefined)[]): Category | undefined {
  return BY_CAUTION.findLast(category => categories.includes(category));
}

/** Whether the first category asks for more caution than the second. */
export function isStricter(a: Category, b: Category): boolean {
  return BY_CAUTION.indexOf(a) > BY_CAUTION.indexOf(b);
}

/** Whether it cannot be taken back, or costs money. */
export function isGrave(category: Category | undefined): boolean {
  return category === 'destructive' || category === 'financial';
}
