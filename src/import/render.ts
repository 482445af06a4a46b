// An imported policy as text to read and to edit: YAML with its notes as comments, or JSON.
import { escapeJson, escapeText } from '../terminal/escape.ts';
import type { Imported } from './intercept.ts';

const WIDTH = 100;

export function renderJson({ policy }: Pick<Imported, 'policy'>): string {
  return `${escapeLines(JSON.stringify(policy, null, 2))}\n`;
}

/** `source` is the name of the file that was imported. */
export async function renderYaml(
  { policy, notes, comments }: Imported,
  source: string,
): Promise<string> {
  const { Document, isMap, isScalar, Scalar, visit } = await import('yaml');
  // An alias would save a line and hide what a rule says.
  const document = new Document(policy, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      const { value } = scalar;
      // What is not plain to see is written as an escape, which only these quotes know.
      if (typeof value === 'string' && escapeLines(value) !== value)
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
    // One line each: a condition, a limit, what is empty, a cost, a section that only
    // has a default.
    Map(key, map) {
      const [only] = map.items;
      const isLeaf = typeof key === 'number' && (map.has('path') || map.has('max'));
      const isSmall =
        map.items.length === 1 && isScalar(only?.value) && (map.has('default') || map.has('path'));
      map.flow = (isLeaf && !map.has('cost')) || isSmall || map.items.length === 0;
    },
    Seq(_, seq) {
      seq.flow = seq.items.every(isScalar);
    },
  });
  for (const { path, text } of comments) {
    const parent = document.getIn(path.slice(0, -1));
    const last = path.at(-1);
    const node = isMap(parent)
      ? parent.items.find(pair => isScalar(pair.key) && pair.key.value === last)?.key
      : document.getIn(path, true);
    addComment(node, text);
  }
  document.commentBefore = heading(notes, source);
  return escapeLines(document.toString({ lineWidth: WIDTH }));
}

function heading(notes: readonly string[], source: string): string {
  return [
    ` Imported from ${escapeText(source)}, a policy of Intercept.`,
    ...(notes.length > 0 ? [' What differs:'] : []),
    ...notes.flatMap(note => wrapped(` - ${escapeText(note)}`)),
  ].join('\n');
}

/** Lines of at most `WIDTH`, where there are spaces to break at. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = text;
  for (let end = line.lastIndexOf(' ', WIDTH - 2); line.length > WIDTH - 2 && end > 3; ) {
    lines.push(line.slice(0, end));
    line = `   ${line.slice(end + 1)}`;
    end = line.lastIndexOf(' ', WIDTH - 2);
  }
  return [...lines, line];
}

function addComment(node: unknown, text: string): void {
  const commented = node as { commentBefore?: string | null };
  const line = ` ${escapeText(text)}`;
  commented.commentBefore = commented.commentBefore ? `${commented.commentBefore}\n${line}` : line;
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeJson).join('\n');
}
