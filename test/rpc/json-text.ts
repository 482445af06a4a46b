// Random JSON texts as any sender might write them: white space, escapes, number lexemes.
import fc from 'fast-check';

export const SPACE = fc.constantFrom('', '', '', ' ', '\t', '\r', '\r \t');
const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const SPECIAL = [...'"\\/\b\f\n\r\t\0\u007f\u0085\u2028\u2029\ufeffabAé１😀'];

type Spelling = 'raw' | 'short' | 'hex' | 'HEX';
const SPELLINGS: readonly Spelling[] = ['raw', 'short', 'hex', 'HEX'];

/** One character inside quotes; raw only where JSON allows it. */
function spelled(character: string, spelling: Spelling): string {
  const mustEscape = character === '"' || character === '\\' || character < ' ';
  if (spelling === 'raw' && !mustEscape) return character;
  const short = SHORT[character];
  if (spelling === 'short') return short ?? (mustEscape ? escaped(character) : character);
  return spelling === 'HEX' ? escaped(character).replace(/[a-f]/g, upper) : escaped(character);
}

function upper(digit: string): string {
  return digit.toUpperCase();
}

function escaped(character: string): string {
  const units = character.split('').map(unit => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return units.map(unit => `\\u${unit}`).join('');
}

const character = fc.oneof(
  fc.constantFrom(...SPECIAL),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);

type Spell = (character: string, spelling: Spelling) => string;

const anyCharacters = fc.array(fc.tuple(character, fc.constantFrom(...SPELLINGS)), {
  maxLength: 6,
});
function quoted(spell: Spell): (characters: [string, Spelling][]) => string {
  return characters => `"${characters.map(([c, spelling]) => spell(c, spelling)).join('')}"`;
}

/** A string in quotes. */
export const stringText: fc.Arbitrary<string> = anyCharacters.map(quoted(spelled));

/** A key in quotes, without an escape that no writer makes: V8 may read another key. */
export const keyText: fc.Arbitrary<string> = anyCharacters.map(quoted(asWritten));

/** What writers of JSON escape, or some do. */
const ESCAPED = /^["\\/<>&'+=`]$|[^ -~]/u;

function asWritten(character: string, spelling: Spelling): string {
  return spelled(character, ESCAPED.test(character) ? spelling : 'raw');
}

/** A number as JSON spells it. */
export const numberText = fc.stringMatching(
  /^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,6})?([eE][+-]?[0-9]{1,3})?$/,
);
const scalarText = fc.oneof(fc.constantFrom('null', 'true', 'false'), numberText, stringText);

/** The text of an array or object, and the texts of what stands between its commas. */
export interface ListText {
  readonly text: string;
  readonly items: readonly string[];
}

/** The text of one key, colon and value, and its parts. */
export interface MemberText {
  readonly text: string;
  readonly key: string;
  readonly value: string;
}

function listOf(items: fc.Arbitrary<string[]>, open: string, close: string) {
  return items
    .chain(texts => fc.tuple(fc.constant(texts), fc.array(fc.tuple(SPACE, SPACE), exactly(texts))))
    .chain(([texts, spaces]) =>
      SPACE.map((inside): ListText => {
        const spaced = texts.map((text, i) => `${spaces[i]?.[0]}${text}${spaces[i]?.[1]}`);
        return {
          text: `${open}${texts.length === 0 ? inside : spaced.join(',')}${close}`,
          items: texts,
        };
      }),
    );
}

function exactly({ length }: { length: number }) {
  return { minLength: length, maxLength: length };
}

export function arrayOf(values: fc.Arbitrary<string>): fc.Arbitrary<ListText> {
  return listOf(fc.array(values, { maxLength: 6 }), '[', ']');
}

/** Members with the given keys' texts. */
export function memberOf(
  keys: fc.Arbitrary<string>,
  values: fc.Arbitrary<string>,
): fc.Arbitrary<MemberText> {
  return fc.tuple(keys, SPACE, SPACE, values).map(([key, before, after, value]) => ({
    text: `${key}${before}:${after}${value}`,
    key: JSON.parse(key) as string,
    value,
  }));
}

/** An object of the given members. */
export function objectOf(members: fc.Arbitrary<MemberText[]>): fc.Arbitrary<{
  text: string;
  members: MemberText[];
}> {
  return members.chain(list =>
    listOf(fc.constant(list.map(({ text }) => text)), '{', '}').map(({ text }) => ({
      text,
      members: list,
    })),
  );
}

function uniqueMembers(values: fc.Arbitrary<string>): fc.Arbitrary<MemberText[]> {
  return fc.uniqueArray(memberOf(keyText, values), { maxLength: 6, selector: ({ key }) => key });
}

const { value } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalarText,
    arrayOf(tie('value')).map(({ text }) => text),
    objectOf(uniqueMembers(tie('value'))).map(({ text }) => text),
  ),
}));

/** Any JSON value without duplicate keys, on one line. */
export const jsonText: fc.Arbitrary<string> = value;
export const arrayText: fc.Arbitrary<ListText> = arrayOf(jsonText);
export const objectText = objectOf(uniqueMembers(jsonText));

/** A string's text, some of its characters as escapes. */
export function spellingOf(text: string, spell: Spell = spelled): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...SPELLINGS), exactly([...text]))
    .map(how => quoted(spell)([...text].map((c, i) => [c, how[i] ?? 'raw'])));
}

/** The same for a key, as writers spell it. */
export function keyTextOf(key: string): fc.Arbitrary<string> {
  return spellingOf(key, asWritten);
}

export interface Line {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A text as one line in the middle of a buffer, whose neighbours must not matter. */
export function lineOf(text: string | Uint8Array, before = '{"', after = '"34}]\n'): Line {
  const bytes = Buffer.from(text);
  const start = Buffer.byteLength(before);
  return {
    buffer: Buffer.concat([Buffer.from(before), bytes, Buffer.from(`\n${after}`)]),
    start,
    end: start + bytes.length,
  };
}

export interface Survey {
  depth: number;
  mostKeys: number;
  /** How deep each object stands that has a key twice. */
  duplicatesAt: number[];
  loneSurrogate: boolean;
  /** True where some key has an escape that no writer of JSON makes. */
  needlessEscape: boolean;
}

/** What a text that JSON.parse has accepted holds, found by another way than the scanner's. */
export function survey(text: string): Survey {
  const found: Survey = {
    depth: 0,
    mostKeys: 0,
    duplicatesAt: [],
    loneSurrogate: false,
    needlessEscape: false,
  };
  const open: (Set<string> | undefined)[] = [];
  const counts: number[] = [];
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gu) ?? [];
  for (const [i, token] of tokens.entries()) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined);
      counts.push(0);
      found.depth = Math.max(found.depth, open.length);
    } else if (token === '}' || token === ']') {
      open.pop();
      found.mostKeys = Math.max(found.mostKeys, counts.pop() ?? 0);
    } else if (token.startsWith('"')) {
      const decoded = JSON.parse(token) as string;
      if (/\p{Cs}/u.test(decoded)) found.loneSurrogate = true;
      if (tokens[i + 1] !== ':') continue;
      const escapes = token.match(/\\(?:u.{4}|.)/gu) ?? [];
      if (escapes.some(one => !ESCAPED.test(JSON.parse(`"${one}"`) as string)))
        found.needlessEscape = true;
      const keys = open.at(-1);
      if (keys?.has(decoded)) found.duplicatesAt.push(open.length);
      keys?.add(decoded);
      counts.push((counts.pop() ?? 0) + 1);
    }
  }
  return found;
}

export function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
