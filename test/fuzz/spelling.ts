// JSON as hostile senders spell it: escapes, white space, keys that look alike or stand twice.
import type { Chance } from './chance.ts';

const SHORT: Record<string, string> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' };
const SPACES = ['', '', '', '', ' ', '\t', '\r', ' \r\t'];
const LETTERS: Record<string, string> = { s: '\u017f', k: '\u212a', i: '\u0131\u0130' };
const STRINGS = [
  ...['', 'a', 'é', '\0', '\u2028', '\u0085', '\r', '\ufeff', '😀', '"', '\\', '/', '__proto__'],
  ...[
    'delete_all',
    '{"name":"delete_all"}',
    'policy-wrap/verdict',
    '\u2029{}',
    'name',
    'ListClusters',
  ],
];
/** What is denied somewhere: worth standing beside what is allowed. */
const DECOYS = ['delete_all', 'secret_x', 'ref/resource', 'DeleteCluster'];
const NUMBERS = [
  ...['0', '-0', '1', '1.0', '1e2', '1E+400', '-1e-400', '9007199254740993', '0.1', '1.5e300'],
  '123456789012345678901234567890',
];
const KEYS = [
  'a',
  'b',
  '',
  'name',
  'id',
  'method',
  'params',
  '__proto__',
  'constructor',
  'toString',
];

export class Spelling {
  constructor(readonly chance: Chance) {}

  space(): string {
    return this.chance.percent(12) ? this.chance.pick(SPACES) : '';
  }

  /** A string in quotes, some of its characters as escapes. */
  string(text: string, mayBeHex = (_: string) => true): string {
    const escapes = this.chance.percent(20);
    const isHex = (c: string) => escapes && this.chance.percent(30) && mayBeHex(c);
    return `"${[...text].map(c => (isHex(c) ? hex(c) : plain(c))).join('')}"`;
  }

  /** A key, sometimes one that only looks like it. */
  key(name: string): string {
    const spelled = this.chance.percent(2) ? this.lookAlike(name) : name;
    // Few escapes that no writer makes: such a line is refused, and nothing else is found by it.
    return this.string(spelled, c => !/[\w -]/.test(c) || this.chance.percent(3));
  }

  private lookAlike(name: string): string {
    const at = this.chance.int(name.length || 1);
    const c = name[at] ?? '';
    const other = this.chance.pick([
      c.toUpperCase(),
      this.chance.pick([...(LETTERS[c] ?? c.toUpperCase())]) ?? c,
      c > ' ' && c <= '~' ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c,
      `${c}\u0301`,
    ]);
    if (this.chance.percent(20)) return name.toUpperCase();
    return name.slice(0, at) + other + name.slice(at + 1);
  }

  /** An object of these members; sometimes one of them stands twice, or there is another. */
  object(members: readonly (readonly [key: string, value: string])[]): string {
    const all = [...members];
    const again = this.chance.pick(members);
    if (again !== undefined && this.chance.percent(6)) {
      const key = this.chance.percent(50) ? again[0] : this.lookAlike(again[0]);
      all.splice(this.chance.int(all.length + 1), 0, [key, this.twin(again[1])]);
    }
    if (this.chance.percent(4))
      all.splice(this.chance.int(all.length + 1), 0, [this.chance.pick(KEYS), this.value(2)]);
    if (this.chance.percent(5)) all.reverse();
    const texts = all.map(
      ([key, value]) =>
        `${this.space()}${this.key(key)}${this.space()}:${this.space()}${value}${this.space()}`,
    );
    return `{${texts.join(',')}}`;
  }

  private twin(value: string): string {
    const { chance } = this;
    const text = chance.pick(chance.percent(70) ? DECOYS : STRINGS);
    return chance.pick([value, this.string(text), this.string(text), this.value(2)]);
  }

  array(items: readonly string[]): string {
    return `[${items.map(item => `${this.space()}${item}${this.space()}`).join(',')}]`;
  }

  /** Any value, at most `depth` levels deep. */
  value(depth: number): string {
    const { chance } = this;
    const kind = chance.int(depth > 0 ? 10 : 6);
    if (kind < 2) return this.string(chance.pick(STRINGS));
    if (kind < 4) return chance.pick(NUMBERS);
    if (kind < 6) return chance.pick(['true', 'false', 'null', '{}', '[]']);
    const parts = Array.from({ length: chance.int(4) }, () => this.value(depth - 1));
    if (kind < 8) return this.array(parts);
    return this.object(
      parts.map((part, i) => [KEYS[(i + chance.int(9)) % KEYS.length] ?? '', part]),
    );
  }
}

function plain(c: string): string {
  if (c === '"' || c === '\\') return `\\${c}`;
  if (c >= ' ') return c;
  return SHORT[c] === undefined ? hex(c) : `\\${SHORT[c]}`;
}

function hex(c: string): string {
  return c
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
