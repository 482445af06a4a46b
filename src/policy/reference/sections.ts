// All of the reference, and how the part of a policy that a section is about becomes a whole one.
import { APPROVAL } from './approval.ts';
import { CONDITION } from './condition.ts';
import { DOCUMENT } from './document.ts';
import { ENTRY, RULE } from './entry.ts';
import type { KeyReference, SectionReference } from './example.ts';
import { COST, LIMIT } from './limit.ts';
import { OPERATORS } from './operators.ts';
import { CLIENT, METHODS, SECTION } from './section.ts';

/** A policy's document in which `example.policy` stands where it belongs. */
type Whole = (example: KeyReference) => Record<string, unknown>;

const HEAD = { version: '1', default: 'deny' };

export interface WrappedSection extends SectionReference {
  readonly whole: Whole;
}

/** By the name that docs/policy.md places them by. */
export const REFERENCE = {
  document: { ...DOCUMENT, whole: ({ policy }) => ({ ...HEAD, ...policy }) },
  entry: { ...ENTRY, whole: example => entry(example, example.policy) },
  rule: {
    ...RULE,
    whole: example => entry(example, { [example.list ?? 'deny_if']: [example.policy] }),
  },
  condition: { ...CONDITION, whole: denying },
  operators: { ...OPERATORS, whole: denying },
  limit: { ...LIMIT, whole: limited },
  cost: { ...COST, whole: limited },
  section: { ...SECTION, whole: ({ policy }) => ({ ...HEAD, resources: policy }) },
  approval: {
    ...APPROVAL,
    whole: ({ policy, beside }) => ({ ...HEAD, ...beside, approval: policy }),
  },
  client: { ...CLIENT, whole: ({ policy }) => ({ ...HEAD, client: policy }) },
  methods: { ...METHODS, whole: ({ policy }) => ({ ...HEAD, methods: policy }) },
} as const satisfies Record<string, WrappedSection>;

export type SectionName = keyof typeof REFERENCE;

function denying(example: KeyReference) {
  return entry(example, { deny_if: [{ conditions: [example.policy] }] });
}

function limited(example: KeyReference) {
  return entry(example, { limits: [example.policy] });
}

// The tool is the one that is called.
function entry({ calls, beside = {} }: KeyReference, content: object) {
  const tool = /^[a-z_]+/.exec(calls[0]?.[0] ?? '')?.[0] ?? '';
  return { ...HEAD, ...beside, tools: { ...beside.tools, [tool]: content } };
}
