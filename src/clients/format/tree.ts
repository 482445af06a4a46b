// A document of any format as a tree that knows where in the text everything stands.

/** UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Leaf {
  readonly kind: 'leaf';
  readonly value: unknown;
  readonly span: Span;
  /** Why its text cannot be put elsewhere: an alias, an anchor, a tag, a block of lines. */
  readonly bound?: string;
}

export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span: Span;
  /** `block`: an item a line, behind dashes. */
  readonly style: 'flow' | 'block';
  readonly bound?: string;
}

export interface Field {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

export interface MapTree {
  readonly kind: 'map';
  readonly fields: readonly Field[];
  /** `block`: a field a line. */
  readonly style: 'flow' | 'block';
  readonly bound?: string;
}

export type Tree = Leaf | ListTree | MapTree;

export interface Fault {
  readonly message: string;
  readonly offset: number;
}

export type Parsed =
  | {
      readonly tree: Tree;
      /** What a strict reader would not take. */
      readonly loose?: Fault;
    }
  | { readonly fault: Fault };

/** The value of a key of a map. */
export function at(tree: Tree | undefined, key: string): Tree | undefined {
  return fieldOf(tree, key)?.value;
}

export function fieldOf(tree: Tree | undefined, key: string): Field | undefined {
  return tree?.kind === 'map' ? tree.fields.find(field => field.key === key) : undefined;
}

/** Text, or what is written without quotes and can only be meant as text. */
export function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'leaf' && typeof tree.value === 'string' ? tree.value : undefined;
}

/** 1-based. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const ends = /\r\n|\r|\n/g;
  let line = 1;
  let start = 0;
  // Not a list of all lines: there may be a million of them, and many places.
  while (ends.test(text) && ends.lastIndex <= offset) {
    line++;
    start = ends.lastIndex;
  }
  return { line, column: offset - start + 1 };
}

export const DUPLICATE = 'the key stands there twice';
