// Text put into a map of a YAML or JSON document, everything else left byte for byte.
import type { Node, Pair, YAMLMap } from 'yaml';

/** Keys with their values, as they are to stand there. */
export interface NewPair {
  readonly key: string;
  readonly value: string;
  /** Where comments can stand. */
  readonly comment?: string | undefined;
}

export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** A map behind whose pair something is put; undefined `after`: behind its last. */
export interface Spot {
  readonly map: YAMLMap;
  readonly after?: Pair | undefined;
}

/** Undefined where the map is written in a way that nothing can be put into for certain. */
export function insertInto(
  text: string,
  { map, after = map.items.at(-1) }: Spot,
  pairs: readonly NewPair[],
  heading?: string,
): Insertion | undefined {
  return map.flow ? intoFlow(text, map, after, pairs) : intoBlock(text, after, pairs, heading);
}

/** All of them at once; those of one place in their order. */
export function insertAll(text: string, insertions: readonly Insertion[]): string {
  const sorted = [...insertions].sort((a, b) => a.at - b.at);
  const parts = sorted.map(
    ({ at, text: added }, i) => text.slice(sorted[i - 1]?.at ?? 0, at) + added,
  );
  return parts.join('') + text.slice(sorted.at(-1)?.at ?? 0);
}

/** How lines end in a text. */
export function lineEnd(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

function intoBlock(
  text: string,
  after: Pair | undefined,
  pairs: readonly NewPair[],
  heading: string | undefined,
): Insertion | undefined {
  const start = (after?.key as Node | undefined)?.range?.[0];
  const end = endOf(after?.value);
  if (start === undefined || end === undefined) return undefined;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  // Behind `? ` or an anchor the column says nothing.
  if (!/^ *$/.test(indent)) return undefined;
  const eol = lineEnd(text);
  const lines = [
    ...(heading === undefined ? [] : [`${indent}# ${heading}`]),
    ...pairs.flatMap(({ key, value, comment }) =>
      `${key}: ${value}`
        .replace(/: \n/, ':\n')
        .split('\n')
        .map((line, i) => `${indent}${line}${i === 0 && comment ? `  # ${comment}` : ''}`),
    ),
  ];
  const newline = text[end - 1] === '\n' ? end - 1 : text.indexOf('\n', end);
  if (newline < 0) return { at: text.length, text: lines.map(line => eol + line).join('') };
  return { at: newline + 1, text: lines.map(line => line + eol).join('') };
}

// That of its last line; a comment may follow. A block's own range may take in what follows it.
function endOf(node: unknown): number | undefined {
  const { flow, items, range } = (node ?? {}) as Partial<YAMLMap>;
  const last: unknown = flow === true ? undefined : items?.at(-1);
  if (last === undefined) return range?.[1];
  return endOf((last as Partial<Pair>).key === undefined ? last : (last as Pair).value);
}

function intoFlow(
  text: string,
  map: YAMLMap,
  after: Pair | undefined,
  pairs: readonly NewPair[],
): Insertion | undefined {
  const opening = map.range?.[0];
  if (opening === undefined || text[opening] !== '{') return undefined;
  const written = pairs.map(({ key, value }) => `${key}: ${value}`);
  if (after === undefined)
    return {
      at: opening + 1,
      text: ` ${written.join(', ')}${text[opening + 1] === '}' ? ' ' : ''}`,
    };
  const end = (after.value as Node | null)?.range?.[1];
  const start = (after.key as Node).range?.[0];
  if (end === undefined || start === undefined) return undefined;
  const between = separatorBefore(text, start);
  return { at: end, text: written.map(pair => `,${between}${pair}`).join('') };
}

// As the one before is set off: on a line of its own, or by a space.
function separatorBefore(text: string, start: number): string {
  const [space = ''] = /\s*$/.exec(text.slice(Math.max(0, start - 400), start)) ?? [];
  return space.includes('\n')
    ? space.slice(space.lastIndexOf('\n') - (space.includes('\r') ? 1 : 0))
    : ' ';
}
