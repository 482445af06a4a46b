// What the reference says of one key: its meaning, and an example that the test suite runs.

/** A call, and what comes of it: `allowed`, or what the agent is told. */
export type Exchange = readonly [call: string, outcome: string];

/**
 * `key` is what the schema calls it. `policy` is the part of a policy that the section is about; `calls`
 * are made in that order: `tool {"argument": 1}`, or a method and what it asks for (`prompts/get a`).
 * Before a call may stand `a minute later: `, `after a restart: ` or `meanwhile: ` (the one before is
 * not answered yet).
 */
export interface KeyReference {
  readonly key: string;
  readonly meaning: string;
  readonly policy: object;
  readonly calls: readonly Exchange[];
  /** What else of the policy the example needs. */
  readonly beside?: { readonly tools?: object; readonly categories?: object };
  /** Of which list of rules the example is one, where that is not `deny_if`. */
  readonly list?: 'require' | 'require_approval_if';
}

/** Keys that stand side by side in one kind of object. */
export interface SectionReference {
  readonly title: string;
  readonly keys: readonly KeyReference[];
}
