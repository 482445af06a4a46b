// Whether two documents say the same but for how some servers are started.
import type { MapTree, Tree } from '../format/tree.ts';
import type { Found } from './found.ts';

type Version = Pick<Found, 'tree' | 'target'>;

/** `targets`: where command and arguments stood, and where they stand now; `keys` may differ there. */
export function sameBut(
  a: Version,
  b: Version,
  targets: ReadonlyMap<Tree, MapTree>,
  keys: ReadonlySet<string>,
): boolean {
  const now = new Set<Tree>(targets.values());
  const same = (x: Tree, y: Tree): boolean => {
    if (x.kind === 'map' && y.kind === 'map' && targets.get(x) === y)
      return sameMaps(rest(x), rest(y));
    if (targets.has(x) || now.has(y)) return false;
    if (x.kind === 'map') return y.kind === 'map' && sameMaps(x, y);
    if (x.kind === 'list')
      return (
        y.kind === 'list' &&
        x.items.length === y.items.length &&
        x.items.every((item, i) => same(item, y.items[i] ?? item))
      );
    return y.kind === 'leaf' && sourceOf(a.target.text, x) === sourceOf(b.target.text, y);
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
