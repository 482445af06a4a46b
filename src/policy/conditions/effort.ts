// How much work the judgement of one call may cost: an agent chooses how much conditions have to look at.

/** Steps, of some 7 ns each: in all, a tenth of a second or so at the worst, for all rules together. */
const MAX_STEPS = 2 ** 24;

/** What it costs to come to one value, beside what is done with it. */
export const VISIT = 2 ** 6;
/** A key that is held against another one, beside its length. */
export const KEY = 2 ** 5;

export class Effort {
  private left = MAX_STEPS;

  /** False where it is more than is left: what would cost it is then not done. */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }
}

export const TOO_MUCH = 'is too much to look at';
