// A second reader of JSON that forgets nothing: every member of every object, also where a key stands
// twice, and every value as it was spelled. It shares no code with the product.

export interface Tree {
  /** The value's text, of a scalar only. */
  readonly raw: string;
  readonly members: readonly (readonly [key: string, value: Tree])[];
  readonly items: readonly Tree[];
  readonly kind: 'object' | 'array' | 'scalar';
}

/** A text that JSON.parse accepts, and what only a look at its spelling tells. */
export interface Survey {
  /** Undefined where the text is nested too deeply to matter. */
  readonly tree: Tree | undefined;
  readonly mostKeys: number;
  /** How deep each object stands that has a key twice; the outermost value is 1. */
  readonly duplicatesAt: readonly number[];
  readonly hasLoneSurrogate: boolean;
  /** True where some key makes serde_json, of Rust, read another value, or V8 another key. */
  readonly hasMisreadKey: boolean;
}

const MAX_DEPTH = 128;
/** A character of ASCII as four digits that nobody writes so. */
const NEEDLESS = /(?<!\\)(?:\\\\)*\\u00(?!2[2b67f]|3[cde]|5c|60|7f)[2-7][\da-f]/i;

/** Undefined for what JSON.parse refuses. */
export function surveyOf(text: string): Survey | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return new Reader(text).survey();
}

class Reader {
  private readonly tokens: readonly string[];
  private at = 0;
  private mostKeys = 0;
  private readonly duplicatesAt: number[] = [];
  private hasLoneSurrogate = false;
  private hasMisreadKey = false;

  constructor(text: string) {
    this.tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gu) ?? [];
  }

  survey(): Survey {
    const tree = isDeep(this.tokens) ? undefined : this.value(1);
    const { mostKeys, duplicatesAt, hasLoneSurrogate, hasMisreadKey } = this;
    return { tree, mostKeys, duplicatesAt, hasLoneSurrogate, hasMisreadKey };
  }

  private value(depth: number): Tree {
    const raw = this.tokens[this.at++] ?? '';
    if (raw.startsWith('"')) this.decoded(raw);
    if (raw !== '{' && raw !== '[') return { raw, members: [], items: [], kind: 'scalar' };
    const members: [string, Tree][] = [];
    const items: Tree[] = [];
    while (this.tokens[this.at] !== '}' && this.tokens[this.at] !== ']') {
      if (this.tokens[this.at] === ',') this.at++;
      if (raw === '[') items.push(this.value(depth + 1));
      else {
        const written = this.tokens[this.at] ?? '""';
        const key = this.decoded(written);
        if (key.startsWith('$serde_json::private::') || NEEDLESS.test(written))
          this.hasMisreadKey = true;
        this.at += 2;
        members.push([key, this.value(depth + 1)]);
      }
    }
    this.at++;
    this.mostKeys = Math.max(this.mostKeys, members.length);
    if (new Set(members.map(([key]) => key)).size < members.length) this.duplicatesAt.push(depth);
    return { raw: '', members, items, kind: raw === '{' ? 'object' : 'array' };
  }

  private decoded(raw: string): string {
    const text = JSON.parse(raw) as string;
    if (/\p{Cs}/u.test(text)) this.hasLoneSurrogate = true;
    return text;
  }
}

function isDeep(tokens: readonly string[]): boolean {
  let depth = 0;
  return tokens.some(token => {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    return depth > MAX_DEPTH;
  });
}

/** A key as the most lenient server would compare it: no case, width or compatibility variants. */
export function looseKey(key: string): string {
  return key.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('i\u0307', 'i');
}

/** The values of every member that some server could take for `name`: the first, the last, `NAME`. */
export function readings(tree: Tree | undefined, name: string): Tree[] {
  const found = tree?.members.filter(([key]) => looseKey(key) === looseKey(name)) ?? [];
  return found.map(([, value]) => value);
}

/** The values of every member with exactly this key. */
export function all(trees: readonly Tree[], name: string): Tree[] {
  return trees.flatMap(({ members }) =>
    members.filter(([key]) => key === name).map(([, value]) => value),
  );
}

/** The string that a value is; undefined where it is none. */
export function stringOf({ raw }: Tree): string | undefined {
  return raw.startsWith('"') ? (JSON.parse(raw) as string) : undefined;
}
