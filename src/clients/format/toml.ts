// TOML as a tree. One library says whether it is TOML, the other where everything stands.
import { parseDocument } from '@decimalturn/toml-patch';
import { parse, TomlError } from 'smol-toml';
import type { Field, Leaf, ListTree, MapTree, Parsed, Span, Tree } from './tree.ts';

/** What the library's tree is made of, as far as it is used here. */
interface Part {
  readonly type: string;
  readonly loc: { readonly start: Position; readonly end: Position };
  readonly items?: readonly Part[];
  readonly item?: Part;
  readonly key?: Part;
  readonly value?: unknown;
  readonly raw?: string;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Growing extends MapTree {
  readonly fields: Field[];
}

export function parseToml(text: string): Parsed {
  const lines = lineStarts(text);
  try {
    parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    return { fault: { message: first, offset: (lines[error.line - 1] ?? 0) + error.column - 1 } };
  }
  const root = emptyMap('block');
  const cst = parseDocument(text).cst as unknown as readonly Part[];
  const at = ({ line, column }: Position) => (lines[line - 1] ?? text.length) + column;
  const builder = new Builder(({ start, end }) => ({ start: at(start), end: at(end) }));
  let table = root;
  for (const part of cst) {
    if (part.type === 'Table') table = builder.enter(root, part.key?.item);
    else if (part.type === 'TableArray') table = builder.append(root, part.key?.item);
    for (const item of part.items ?? []) builder.assign(table, item);
    if (part.type === 'KeyValue') builder.assign(root, part);
  }
  return { tree: root };
}

function emptyMap(style: MapTree['style']): Growing {
  return { kind: 'map', fields: [], style };
}

class Builder {
  constructor(private readonly span: (loc: Part['loc']) => Span) {}

  /** `[a.b]`. */
  enter(root: Growing, key: Part | undefined): Growing {
    return this.descend(root, namesOf(key), key);
  }

  /** `[[a.b]]`. */
  append(root: Growing, key: Part | undefined): Growing {
    const names = namesOf(key);
    const parent = this.descend(root, names.slice(0, -1), key);
    const name = names.at(-1) ?? '';
    const known = parent.fields.find(field => field.key === name)?.value;
    const added = emptyMap('block');
    if (known?.kind === 'list') (known.items as Tree[]).push(added);
    else {
      const span = this.spanOf(key);
      const value: ListTree = { kind: 'list', items: [added], span, style: 'block' };
      parent.fields.push({ key: name, keySpan: span, value });
    }
    return added;
  }

  /** `a.b = value`. */
  assign(table: Growing, part: Part): void {
    if (part.type !== 'KeyValue' || part.key === undefined) return;
    const names = namesOf(part.key);
    const parent = this.descend(table, names.slice(0, -1), part.key);
    const keySpan = this.spanOf(part.key);
    parent.fields.push({ key: names.at(-1) ?? '', keySpan, value: this.tree(part.value as Part) });
  }

  private descend(from: Growing, names: readonly string[], key: Part | undefined): Growing {
    let map = from;
    for (const name of names) {
      const known = map.fields.find(field => field.key === name)?.value;
      const next = known?.kind === 'list' ? known.items.at(-1) : known;
      if (next?.kind === 'map') map = next as Growing;
      else {
        const added = emptyMap('block');
        map.fields.push({ key: name, keySpan: this.spanOf(key), value: added });
        map = added;
      }
    }
    return map;
  }

  private tree(part: Part): Tree {
    const span = this.span(part.loc);
    if (part.type === 'InlineArray') {
      const items = (part.items ?? []).flatMap(({ item }) => (item ? [this.tree(item)] : []));
      return { kind: 'list', items, span, style: 'flow' };
    }
    if (part.type === 'InlineTable') {
      const map = emptyMap('flow');
      for (const { item } of part.items ?? []) if (item) this.assign(map, item);
      return map;
    }
    const leaf: Leaf = { kind: 'leaf', value: part.value, span };
    return leaf;
  }

  private spanOf(part: Part | undefined): Span {
    return part === undefined ? { start: 0, end: 0 } : this.span(part.loc);
  }
}

function namesOf(key: Part | undefined): readonly string[] {
  return (key?.value ?? []) as readonly string[];
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}
