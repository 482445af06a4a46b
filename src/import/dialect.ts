// Scalars that Intercept's YAML reader and others take for different values.
import type { Problem } from '../policy/problems.ts';
import { PARSING } from '../policy/read-yaml.ts';

// go-yaml 3, resolve.go: to it these are numbers and dates. In the core schema of YAML 1.2 they are
// strings, or other numbers.
const AMBIGUOUS = [
  /^[-+]?0[0-9_]+$/,
  /^[-+]?[0-9.][0-9.eE+-]*_[0-9_.eE+-]*$/,
  /^[-+]?0[bB][01_]+$/,
  /^(?:[-+]0[xXoO]|0[XO]|0[xo][0-9a-fA-F]*_)/,
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/,
];

/** Keys under which the value's type decides. */
const TYPED: ReadonlySet<unknown> = new Set(['value', 'increment']);

export async function ambiguousScalars(text: string): Promise<Problem[]> {
  const { parseDocument, visit, isScalar, isNode, Scalar } = await import('yaml');
  const problems: Problem[] = [];
  visit(parseDocument(text, PARSING), {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !TYPED.has(key.value) || !isNode(value)) return;
      visit(value, {
        Scalar(_, { source = '', type, range }) {
          if (type === Scalar.PLAIN && AMBIGUOUS.some(pattern => pattern.test(source)))
            problems.push({
              path: [],
              message: `readers of YAML do not agree on \`${source}\`: write a plain decimal number, or a string in quotes`,
              offset: range?.[0] ?? 0,
            });
        },
      });
      return visit.SKIP;
    },
  });
  return problems;
}
