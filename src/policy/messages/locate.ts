// Where in a text, YAML or JSON, a part of a document stands.
import { describePath, type Path } from '../document-path.ts';
import type { Problem } from '../problems.ts';

/** A problem with its place in the text; line and column count from 1. */
export interface Located {
  readonly line: number;
  readonly column: number;
  /** `tools.a.limits[0]`, empty where it is about the text itself. */
  readonly path: string;
  readonly message: string;
}

/** Every problem with its place, sorted by that. */
export async function locate(text: string, problems: readonly Problem[]): Promise<Located[]> {
  const { parseDocument, isMap, isSeq, isScalar, isNode, LineCounter } = await import('yaml');
  const lines = new LineCounter();
  // JSON is YAML enough for positions, also where it is broken further down.
  const parsing = { lineCounter: lines, prettyErrors: false, uniqueKeys: false };
  const root = parseDocument(text, parsing).contents;

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
      return {
        line: Math.max(1, line),
        column: Math.max(1, col),
        path: describePath(path),
        message,
      };
    });
}

/** `name:line:column: path: message`. */
export function renderLocated(name: string, { line, column, path, message }: Located): string {
  return `${name}:${line}:${column}: ${path === '' ? '' : `\`${path}\`: `}${message}`;
}
