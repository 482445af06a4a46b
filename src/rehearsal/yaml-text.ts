// A YAML text as it was written: on which line a part of it stands, and a part as JSON in which every
// number is spelt as it was.
import type { ParsedNode } from 'yaml';
import type { Path, Problem } from '../policy/problems.ts';
import { PARSING } from '../policy/read-yaml.ts';

export interface YamlText {
  /** The line, from 1, on which the part begins. */
  lineOf(path: Path): number;
  /** The part as JSON text, or what keeps it from being any. */
  jsonAt(path: Path): { json: string } | { problem: Problem };
}

const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Of a text that `readYaml` has read without a problem. */
export async function yamlText(text: string): Promise<YamlText> {
  const { parseDocument, isAlias, isMap, isScalar, isSeq, LineCounter } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { ...PARSING, lineCounter: lines });

  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const nodeAt = (path: Path): unknown => {
    let node: unknown = document.contents;
    for (const part of path) {
      const parent = resolved(node);
      if (isMap(parent))
        node = parent.items.find(({ key }) => isScalar(key) && String(key.value) === part)?.value;
      else node = isSeq(parent) ? parent.items[Number(part)] : undefined;
    }
    return node;
  };

  const json = (given: unknown): string => {
    const node = resolved(given);
    if (isSeq(node)) return `[${node.items.map(json).join(',')}]`;
    if (isMap(node)) {
      const members = node.items.map(
        ({ key, value }) =>
          `${JSON.stringify(String(isScalar(key) ? key.value : key))}:${json(value)}`,
      );
      return `{${members.join(',')}}`;
    }
    if (!isScalar(node)) return 'null';
    const { value, source = '' } = node;
    if (typeof value !== 'number') return JSON.stringify(value) ?? 'null';
    if (JSON_NUMBER.test(source)) return source;
    if (!Number.isFinite(value)) throw new NoJson(offsetOf(node), source);
    return JSON.stringify(value);
  };

  return {
    lineOf: path => lines.linePos(offsetOf(nodeAt(path))).line,
    jsonAt: path => {
      try {
        return { json: json(nodeAt(path)) };
      } catch (error) {
        if (!(error instanceof NoJson)) throw error;
        const { offset, message } = error;
        return { problem: { path, message, offset } };
      }
    },
  };
}

class NoJson extends Error {
  constructor(
    readonly offset: number,
    source: string,
  ) {
    super(`JSON has no such number: \`${source}\``);
  }
}

function offsetOf(node: unknown): number {
  return (node as ParsedNode | undefined)?.range?.[0] ?? 0;
}
