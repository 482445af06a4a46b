// How much work one judgement may cost: an agent chooses how much text a condition has to look at.

/** Steps of a matcher. In all, a second or so at the worst. */
const MAX_STEPS = 2 ** 26;

export class Effort {
  private left = MAX_STEPS;

  /** False where it is more than is left: what would cost it is then not done. */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }
}

export const TOO_MUCH = 'is too much to look at';
