// Three truth values after Kleene: `unknown` is a comparison that cannot be made.
export type Truth = 'true' | 'false' | 'unknown';

/** What was found out, and in words that go on after the name of an argument: `is 7, more than 5`. */
export interface Outcome {
  readonly truth: Truth;
  readonly why: () => string;
}

export function truthOf(value: boolean): Truth {
  return value ? 'true' : 'false';
}

export function negate(truth: Truth): Truth {
  if (truth === 'unknown') return truth;
  return truth === 'true' ? 'false' : 'true';
}

export function unknown(why: string | (() => string)): Outcome {
  return { truth: 'unknown', why: typeof why === 'string' ? () => why : why };
}

/** `any` is Kleene's or, `every` his and. */
export type Quantifier = 'any' | 'every';

const MAX_REASONS = 2;

/** Collects outcomes one by one, until one of them decides. */
export class Combined {
  /** The truth that no other outcome can change. */
  private readonly deciding: Truth;
  private decided: Outcome | undefined;
  private unclear: Outcome | undefined;
  private readonly others: Outcome[] = [];
  private count = 0;

  constructor(quantifier: Quantifier) {
    this.deciding = truthOf(quantifier === 'any');
  }

  /** False where nothing that follows can change the outcome. */
  add(outcome: Outcome): boolean {
    if (outcome.truth === this.deciding) this.decided = outcome;
    else if (outcome.truth === 'unknown') this.unclear ??= outcome;
    else if (this.count++ < MAX_REASONS) this.others.push(outcome);
    return this.decided === undefined;
  }

  get outcome(): Outcome {
    const one = this.decided ?? this.unclear;
    if (one !== undefined) return one;
    const { others, count } = this;
    return { truth: negate(this.deciding), why: () => joined(others, count) };
  }
}

function joined(outcomes: readonly Outcome[], count: number): string {
  const reasons = outcomes.map(({ why }) => why());
  const more = count - reasons.length;
  return [...reasons, ...(more > 0 ? [`${more} more`] : [])].join(' and ');
}
