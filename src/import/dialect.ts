// Scalars that Intercept's YAML reader and others take for different values.
import type { Problem } from '../policy/problems.ts';

// go-yaml 3, resolve.go: `_` in numbers, binary and old octal numbers, dates. None of them is more
// than a string, or another number, in the core schema of YAML 1.2.
const AMBIGUOUS =
  /^[-+]?(?:0[0-9_]+|[0-9][0-9.eE+-]*_[0-9_.eE+-]*|0b[01_]+)$|^-0[xo]|^0[xo][0-9a-f]*_|^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/i;

/** Keys under which the value's type decides. */
const TYPED: ReadonlySet<unknown> = new Set(['value', 'increment']);

export async function ambiguousScalars(text: string): Promise<Problem[]> {
  const { parseDocument, visit, isScalar, isNode, Scalar } = await import('yaml');
  const problems: Problem[] = [];
  visit(parseDocument(text, { prettyErrors: false }), {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !TYPED.has(key.value) || !isNode(value)) return;
      visit(value, {
        Scalar(_, { source = '', type, range }) {
          if (type === Scalar.PLAIN && AMBIGUOUS.test(source))
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
