// What to write instead of a word that is none of those expected; undefined where nobody can say.
import type { Path } from '../document-path.ts';
import { nearest } from './nearest.ts';

/** Words for what is called otherwise, by the key that they stand under. */
const SYNONYMS: Record<string, readonly (readonly [words: string, meant: string])[]> = {
  action: [
    ['block blocked denied reject forbid forbidden refuse disallow no never', 'deny'],
    ['permit allowed accept pass yes ok', 'allow'],
    ['ask approve approval confirm prompt manual review human', 'require_approval'],
  ],
  default: [
    ['block blocked denied reject closed no', 'deny'],
    ['permit allowed accept open yes', 'allow'],
  ],
  category: [
    ['readonly read_only query safe', 'read'],
    ['mutate update create', 'write'],
    ['exec run admin', 'execute'],
    ['delete destroy dangerous', 'destructive'],
    ['payment money finance', 'financial'],
    ['other none', 'unknown'],
  ],
  scope: [
    ['all shared everywhere machine', 'global'],
    ['server', 'grant'],
    ['run connection', 'session'],
  ],
  kind: [
    ['rolling window sliding_window', 'sliding'],
    ['calendar tumbling fixed_window aligned', 'fixed'],
  ],
  quantifier: [
    ['all each', 'every'],
    ['some one', 'any'],
  ],
  op: [
    ['= == === equals equal is', 'eq'],
    ['!= !== <> ne not_equals not_equal is_not', 'neq'],
    ['< less less_than', 'lt'],
    ['<= =< le less_or_equal max', 'lte'],
    ['> greater greater_than more', 'gt'],
    ['>= => ge greater_or_equal min', 'gte'],
    ['one_of any_of', 'in'],
    ['nin none_of', 'not_in'],
    ['match matches re regexp pattern', 'regex'],
    ['include includes has', 'contains'],
    ['startswith prefix begins_with', 'starts_with'],
    ['endswith suffix', 'ends_with'],
    ['like wildcard', 'glob'],
    ['present defined exist', 'exists'],
    ['inside under in_dir subpath', 'within'],
    ['host domain host_is', 'host_in'],
    ['shorter_than max_length', 'length_lt'],
    ['longer_than min_length', 'length_gt'],
  ],
};

/** Ways to say what needs a `not`, or a value, beside the operator. */
const NEGATED: Record<string, string> = {
  not_contains: '`{"not": {"path": …, "op": "contains", "value": …}}`',
  not_regex: '`{"not": {"path": …, "op": "regex", "value": …}}`',
  not_within: '`{"not": {"path": …, "op": "within", "value": …}}`',
  not_exists: '`"op": "exists", "value": false`',
  missing: '`"op": "exists", "value": false`',
  absent: '`"op": "exists", "value": false`',
};

/** For a value that is none of some words. */
export function hintForWord(
  path: Path,
  value: unknown,
  words: readonly string[],
): string | undefined {
  // In `client` the words are those of `default`.
  const key = path[0] === 'client' ? 'default' : String(path.at(-1));
  if (key === 'default' && typeof value === 'boolean')
    return `did you mean \`"${value ? 'allow' : 'deny'}"\`?`;
  const word = textOf(value);
  if (word === undefined) return undefined;
  const asWord = word.toLowerCase().replace(/[\s-]+/g, '_');
  if (key === 'op' && NEGATED[asWord] !== undefined) return `write ${NEGATED[asWord]}`;
  if (key === 'action' && /^hid(?:e|den)$/.test(asWord))
    return '`hide` stands at the top of the policy: `"hide": ["name"]`';
  if (key === 'action' && /^(?:log|warn|audit|observe|monitor)$/.test(asWord))
    return 'to decide and record without stopping anything, start with `--mode observe`';
  const synonym = SYNONYMS[key]?.find(([known]) => known.split(' ').includes(asWord))?.[1];
  const meant = [synonym, nearest(word, words)].find(found => words.includes(found ?? ''));
  return meant === undefined || meant === value ? undefined : `did you mean \`"${meant}"\`?`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length < 40 ? value : undefined;
}
