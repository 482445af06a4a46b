// Reading YAML, and finding where in a text, YAML or JSON, a part of a document stands. The library
// is loaded only when it is needed: a JSON policy without problems is read without it.
import type { Document } from 'yaml';
import { DUPLICATE } from '../rpc/keys.ts';
import { describePath, type Path, type Problem } from './problems.ts';

const MAX_ALIASES = 100;

/** The document in a text; undefined where it cannot be read at all. */
export async function readYaml(text: string): Promise<{ document?: unknown; problems: Problem[] }> {
  const { parseDocument } = await import('yaml');
  const parsed = parseDocument(text, { prettyErrors: false });
  const faults = [...parsed.errors, ...parsed.warnings]
    // Found again below, with keys that are the same only as names.
    .filter(({ code }) => code !== 'DUPLICATE_KEY')
    .map(({ message, pos }): Problem => ({ path: [], message, offset: pos[0] }));
  const names = await nameProblems(parsed);
  // What the parser makes of the rest of such a text would only hide the cause.
  const causes = names.filter(({ message }) => message !== DUPLICATE);
  if (causes.length > 0) return { problems: causes };
  if (faults.length > 0) return { problems: [...faults, ...names] };
  try {
    const document: unknown = parsed.toJS({ maxAliasCount: MAX_ALIASES }) ?? null;
    // Throws where an alias leads back to itself.
    JSON.stringify(document);
    return { document, problems: names };
  } catch {
    const message = 'its aliases cannot be followed: there are too many, or one leads to itself';
    return { problems: [{ path: [], message, offset: text.indexOf('&') }] };
  }
}

// YAML's keys are typed, a policy's are names: `1` and `"1"` are one, and a list is none.
async function nameProblems(parsed: Document.Parsed): Promise<Problem[]> {
  const { isScalar, visit } = await import('yaml');
  const problems: Problem[] = [];
  const add = (message: string, node: { range?: readonly number[] | null }) =>
    problems.push({ path: [], message, offset: node.range?.[0] ?? 0 });
  visit(parsed, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) {
          add('expected a name as key', isNode(key) ? key : map);
          continue;
        }
        const name = String(key.value);
        if (seen.has(name)) add(DUPLICATE, key);
        seen.add(name);
      }
    },
    Alias(_, alias) {
      if (alias.resolve(parsed) === undefined)
        add(
          `a name that begins with \`*\` needs quotes: "*${alias.source.replace(/:$/, '')}"`,
          alias,
        );
    },
  });
  return problems;
}

function isNode(key: unknown): key is { range?: readonly number[] | null } {
  return typeof key === 'object' && key !== null && 'range' in key;
}

/** `name:line:column: path: message` of each problem, sorted by position. */
export async function locate(
  name: string,
  text: string,
  problems: readonly Problem[],
): Promise<string[]> {
  const { parseDocument, isMap, isSeq, isScalar, LineCounter } = await import('yaml');
  const lines = new LineCounter();
  // JSON is YAML enough for positions, also where it is broken further down.
  const root = parseDocument(text, { lineCounter: lines, prettyErrors: false }).contents;

  const offsetOf = (path: Path, atKey: boolean): number => {
    let node: unknown = root;
    let offset = 0;
    for (const [i, part] of path.entries()) {
      const inList = isSeq(node);
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
        if (pair === undefined) break;
        offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
        if (atKey && i === path.length - 1) break;
        node = pair.value;
      } else if (isSeq(node) && typeof part === 'number') node = node.items[part];
      // A map that stands under a key is best found by that key.
      if (isNode(node) && (inList || !isMap(node))) offset = node.range?.[0] ?? offset;
    }
    return offset;
  };

  return problems
    .map(({ path, message, offset, atKey = false }) => ({
      path,
      message,
      offset: offset ?? offsetOf(path, atKey),
    }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ path, message, offset }) => {
      const { line, col } = lines.linePos(offset);
      const where = path.length === 0 ? '' : `\`${describePath(path)}\`: `;
      return `${name}:${Math.max(1, line)}:${Math.max(1, col)}: ${where}${message}`;
    });
}
