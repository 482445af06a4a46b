// YAML as a tree that knows its places.
import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { DUPLICATE, type Fault, type Field, type Parsed, type Span, type Tree } from './tree.ts';

/** Keys that are the same are found below: the library compares each with all before it. */
const PARSING = { prettyErrors: false, uniqueKeys: false } as const;

export function parseYaml(text: string): Parsed {
  const document = parseDocument(text, PARSING);
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return { fault: { message: said(error.message), offset: error.pos[0] } };
  const faults: Fault[] = [];
  const tree = treeOf(document.contents, faults);
  const [fault] = faults;
  return fault === undefined ? { tree } : { fault };
}

function said(message: string): string {
  return message
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '')
    .replace(/^[A-Z](?=[a-z])/, c => c.toLowerCase());
}

function treeOf(node: unknown, faults: Fault[]): Tree {
  const span = spanOf(node);
  if (isAlias(node)) return { kind: 'leaf', value: undefined, span, bound: 'it is an alias' };
  const bound = boundBy(node);
  if (isScalar(node)) {
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const why = isBlock ? 'it is a block of lines' : bound;
    return { kind: 'leaf', value: node.value, span, ...(why && { bound: why }) };
  }
  const style = (node as { flow?: boolean } | null)?.flow === true ? 'flow' : 'block';
  if (isSeq(node)) {
    const items = node.items.map(item => treeOf(item, faults));
    return { kind: 'list', items, span, style, ...(bound && { bound }) };
  }
  if (!isMap(node)) return { kind: 'leaf', value: null, span };
  const seen = new Set<string>();
  const fields = node.items.map((pair): Field => {
    const keySpan = spanOf(pair.key);
    const key = isScalar(pair.key) ? String(pair.key.value ?? '') : '';
    if (!isScalar(pair.key))
      faults.push({ message: 'expected a name as key', offset: keySpan.start });
    if (seen.has(key)) faults.push({ message: DUPLICATE, offset: keySpan.start });
    seen.add(key);
    // A key without a value: what follows it is where the value would stand.
    const value =
      pair.value === null
        ? { kind: 'leaf' as const, value: null, span: { start: keySpan.end, end: keySpan.end } }
        : treeOf(pair.value, faults);
    return { key, keySpan, value };
  });
  return { kind: 'map', fields, style, ...(bound && { bound }) };
}

function spanOf(node: unknown): Span {
  const [start = 0, end = start] = (node as Partial<Node> | null)?.range ?? [];
  return { start, end };
}

// Others may lead to what an anchor names.
function boundBy(node: unknown): string | undefined {
  const { anchor, tag } = (node ?? {}) as { anchor?: string; tag?: string };
  if (anchor !== undefined) return 'it has an anchor, which may be used elsewhere';
  return tag === undefined ? undefined : 'it has a tag';
}
