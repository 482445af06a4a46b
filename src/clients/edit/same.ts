// Whether two documents say the same but for how one server is started.
import type { MapTree, Tree } from '../format/tree.ts';

export interface Version {
  readonly text: string;
  readonly tree: Tree;
  /** Where command and arguments stand. */
  readonly target: MapTree;
}

/** `keys` may differ there. */
export function sameBut(a: Version, b: Version, keys: ReadonlySet<string>): boolean {
  const same = (x: Tree, y: Tree): boolean => {
    if (x === a.target || y === b.target)
      return x === a.target && y === b.target && sameMaps(rest(a.target), rest(b.target));
    if (x.kind === 'map') return y.kind === 'map' && sameMaps(x, y);
    if (x.kind === 'list')
      return (
        y.kind === 'list' &&
        x.items.length === y.items.length &&
        x.items.every((item, i) => same(item, y.items[i] ?? item))
      );
    return y.kind === 'leaf' && sourceOf(a.text, x) === sourceOf(b.text, y);
  };
  const sameMaps = (x: MapTree, y: MapTree): boolean =>
    x.fields.length === y.fields.length &&
    x.fields.every((field, i) => {
      const other = y.fields[i];
      return other !== undefined && field.key === other.key && same(field.value, other.value);
    });
  const rest = ({ fields, style }: MapTree): MapTree => ({
    kind: 'map',
    style,
    fields: fields.filter(({ key }) => !keys.has(key)),
  });
  return same(a.tree, b.tree);
}

function sourceOf(text: string, { span }: { span: { start: number; end: number } }): string {
  return text.slice(span.start, span.end);
}
