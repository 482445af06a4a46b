// How a scan ends at the first thing that is wrong.

/** Thrown inside the scanner only; it becomes a `Fault`. */
export class Refusal extends Error {
  constructor(
    override readonly message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

export function refuse(message: string, at: number): never {
  throw new Refusal(message, at);
}
