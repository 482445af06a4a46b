// Conditions of a policy document as a zod schema.
import * as z from 'zod/mini';
import type { Json } from './equal.ts';
import { OPERATORS, type Operator } from './operators.ts';
import { parsePath } from './path.ts';
import { isAbsolute } from './path-forms.ts';
import { faultOf } from './value-schema.ts';

/** One comparison. */
export interface LeafDocument {
  readonly path: string;
  readonly op: Operator;
  /** Always there, but for `exists`. */
  readonly value?: Json;
  readonly quantifier?: 'any' | 'every';
  readonly base?: string;
}

export type ConditionDocument =
  | LeafDocument
  | { readonly any: readonly ConditionDocument[] }
  | { readonly all: readonly ConditionDocument[] }
  | { readonly not: ConditionDocument };

const nested = z.lazy(() => conditionSchema);
const some = z
  .array(nested, { error: 'expected a list of conditions' })
  .check(z.minLength(1, { error: 'expected at least one condition' }));

const parts = z.strictObject(
  {
    path: z.optional(z.string({ error: 'expected a path such as "args.name", in quotes' })),
    op: z.optional(z.enum(OPERATORS, { error: `expected an operator: ${OPERATORS.join(', ')}` })),
    value: z.optional(z.unknown()),
    quantifier: z.optional(z.enum(['any', 'every'])),
    base: z.optional(z.string()),
    any: z.optional(some),
    all: z.optional(some),
    not: z.optional(nested),
  },
  { error: 'expected a condition: an object' },
);
type Parts = z.output<typeof parts>;

export const conditionSchema: z.ZodMiniType<ConditionDocument, unknown> = z.pipe(
  parts,
  z.transform((value, { issues }): ConditionDocument => {
    const faults = [...faultsOf(value)];
    for (const { path, message } of faults)
      issues.push({ code: 'custom', path, message, input: value });
    return faults.length > 0 ? z.NEVER : (value as ConditionDocument);
  }),
);

/** A list of conditions, all of which must hold; an empty one always holds. */
export const conditionsSchema = z.array(conditionSchema, {
  error: 'expected a list of conditions',
});

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

const COMBINING = ['any', 'all', 'not'] as const;
const OF_LEAF = ['path', 'op', 'value', 'quantifier', 'base'] as const;

function* faultsOf(value: Parts): Generator<Fault> {
  const combining = COMBINING.filter(key => value[key] !== undefined);
  const ofLeaf = OF_LEAF.filter(key => key in value);
  if (combining.length + (ofLeaf.length > 0 ? 1 : 0) !== 1)
    yield { path: [], message: 'expected {path, op, value}, or one of "any", "all" and "not"' };
  else if (ofLeaf.length > 0) yield* faultsOfLeaf(value);
}

function* faultsOfLeaf({ path, op, quantifier, base, ...rest }: Parts): Generator<Fault> {
  const parsed = parsePath(path ?? '');
  if ('problem' in parsed) yield { path: ['path'], message: parsed.problem };
  else if (quantifier !== undefined && !parsed.isMany)
    yield { path: ['quantifier'], message: 'expected only where the path has "[*]"' };
  if (op === undefined) {
    yield { path: ['op'], message: `expected an operator: ${OPERATORS.join(', ')}` };
    return;
  }
  const message = faultOf(op, rest.value);
  if (message !== undefined) yield { path: ['value'], message };
  if (base === undefined) return;
  if (op !== 'within') yield { path: ['base'], message: 'expected only with "within"' };
  else if (!isAbsolute(base))
    yield { path: ['base'], message: 'expected an absolute path, or one that begins with "~/"' };
}

/** All regular expressions in conditions, each with its place below them. */
export function* regexesIn(
  conditions: readonly ConditionDocument[],
  path: readonly (string | number)[] = [],
): Generator<{ path: (string | number)[]; source: string }> {
  for (const [i, condition] of conditions.entries()) {
    const at = [...path, i];
    if ('any' in condition) yield* regexesIn(condition.any, [...at, 'any']);
    else if ('all' in condition) yield* regexesIn(condition.all, [...at, 'all']);
    else if ('not' in condition) yield* inNot(condition.not, at);
    else if (condition.op === 'regex')
      yield { path: [...at, 'value'], source: String(condition.value) };
  }
}

// The one condition below `not` has no number.
function* inNot(condition: ConditionDocument, at: readonly (string | number)[]) {
  for (const { path, source } of regexesIn([condition]))
    yield { path: [...at, 'not', ...path.slice(1)], source };
}
