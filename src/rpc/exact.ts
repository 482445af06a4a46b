// The value of JSON without loss: numbers that no double holds, every key as it is written, and one text
// for one value.
import { isHeldByDouble } from './decimal.ts';
import { readString, type Span } from './message.ts';
import { skipScalar, skipString } from './walk.ts';

/** A number that a double would change, as it was written. */
export class ExactNumber {
  constructor(readonly lexeme: string) {}
}

/** A JSON value; its objects have no prototype, so that `__proto__` is a key as any other. */
export type Exact = Tree<null | boolean | number | string | ExactNumber>;

type Tree<Leaf> = Leaf | Tree<Leaf>[] | Members<Leaf>;
interface Members<Leaf> {
  [key: string]: Tree<Leaf>;
}

/**
 * The value of a span that the strict scanner has accepted: as `JSON.parse` reads it, but for
 * numbers that a double would change.
 */
export function readExact(buffer: Buffer, { start }: Span): Exact {
  return reader(buffer, start).value();
}

/** The same; undefined where it holds more than `most` values, itself included. */
export function readExactUpTo(most: number, buffer: Buffer, { start }: Span): Exact | undefined {
  try {
    return reader(buffer, start, most).value();
  } catch (error) {
    if (error instanceof TooMany) return undefined;
    throw error;
  }
}

class TooMany extends Error {}

// A string in which the last escape and its end come one after the other, and then a colon.
const MAY_HAVE_ESCAPED_KEY = /\\[\s\S][^"\\]*"\s*:/;

/**
 * What `JSON.parse` is to read, or its SyntaxError: a key with an escape too, of which V8 of Node
 * 24 and 26 may make another one (keys.ts). Where a key stands twice the last one counts. Objects may
 * have no prototype.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return MAY_HAVE_ESCAPED_KEY.test(text)
    ? new Reader(Buffer.from(text), 0, DOUBLES).value()
    : value;
}

/** The JSON value of a span that the scanner has accepted, its numbers as doubles. */
export function readValue(buffer: Buffer, { start, end }: Span): unknown {
  return parseJson(buffer.toString('utf8', start, end));
}

function reader(buffer: Buffer, start: number, most?: number) {
  return new Reader(buffer, start, EXACT, most);
}

/**
 * One text for all spellings of a value: keys in the order of their UTF-16 code units, strings as
 * `JSON.stringify` writes them, numbers as they were written (`1` is not `1.0`), no white space.
 * The span is one that the strict scanner has accepted.
 */
export function canonical(buffer: Buffer, { start }: Span): string {
  const tree = new Reader<string>(buffer, start, {
    string: text => JSON.stringify(text),
    number: lexeme => lexeme,
    literal: value => String(value),
  }).value();
  const text = new Text();
  write(text, tree);
  return text.toString();
}

function write(text: Text, tree: Tree<string>): void {
  if (typeof tree === 'string') return text.add(tree);
  if (Array.isArray(tree)) {
    text.add('[');
    for (const [i, item] of tree.entries()) {
      if (i > 0) text.add(',');
      write(text, item);
    }
    return text.add(']');
  }
  text.add('{');
  for (const [i, key] of Object.keys(tree).sort().entries()) {
    text.add(`${i > 0 ? ',' : ''}${JSON.stringify(key)}:`);
    write(text, tree[key] as Tree<string>);
  }
  return text.add('}');
}

/** Text in pieces, joined by the thousand: a million small ones at once take much memory. */
class Text {
  private readonly done: string[] = [];
  private pieces: string[] = [];

  add(piece: string): void {
    if (this.pieces.push(piece) < 4096) return;
    this.done.push(this.pieces.join(''));
    this.pieces = [];
  }

  toString(): string {
    return this.done.join('') + this.pieces.join('');
  }
}

interface Leaves<Leaf> {
  string(text: string): Leaf;
  number(lexeme: string): Leaf;
  literal(value: boolean | null): Leaf;
}

const DOUBLES: Leaves<null | boolean | number | string> = {
  string: text => text,
  number: Number,
  literal: value => value,
};
const EXACT: Leaves<null | boolean | number | string | ExactNumber> = {
  ...DOUBLES,
  number: lexeme => (isHeldByDouble(lexeme) ? Number(lexeme) : new ExactNumber(lexeme)),
};
const LITERALS = new Map([
  [0x74, true],
  [0x66, false],
  [0x6e, null],
]);

/** Reads in one pass, without checks: the scanner has made them. It may be 128 levels deep. */
class Reader<Leaf> {
  constructor(
    private readonly buffer: Buffer,
    private at: number,
    private readonly leaves: Leaves<Leaf>,
    private left = Number.POSITIVE_INFINITY,
  ) {}

  value(): Tree<Leaf> {
    if (--this.left < 0) throw new TooMany();
    const start = this.next();
    const c = this.buffer[start];
    if (c === 0x7b) return this.object();
    if (c === 0x5b) return this.array();
    if (c === 0x22) return this.leaves.string(this.string());
    this.at = skipScalar(this.buffer, start);
    const literal = LITERALS.get(c ?? 0);
    return literal === undefined
      ? this.leaves.number(this.buffer.toString('latin1', start, this.at))
      : this.leaves.literal(literal);
  }

  private array(): Tree<Leaf>[] {
    const items: Tree<Leaf>[] = [];
    this.at++;
    while (this.buffer[this.next()] !== 0x5d) {
      items.push(this.value());
      this.pass(0x2c);
    }
    this.at++;
    return items;
  }

  private object(): Members<Leaf> {
    const members = Object.create(null) as Members<Leaf>;
    this.at++;
    while (this.buffer[this.next()] !== 0x7d) {
      const key = this.string();
      this.pass(0x3a);
      members[key] = this.value();
      this.pass(0x2c);
    }
    this.at++;
    return members;
  }

  private string(): string {
    const start = this.at;
    this.at = skipString(this.buffer, start);
    return readString(this.buffer, start, this.at) ?? '';
  }

  /** Goes to the next byte that is no white space. */
  private next(): number {
    while ((this.buffer[this.at] ?? 0x21) <= 0x20) this.at++;
    return this.at;
  }

  private pass(c: number): void {
    if (this.buffer[this.next()] === c) this.at++;
  }
}
