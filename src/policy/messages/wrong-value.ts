// What to write instead of a value that is none of those expected; undefined where nobody can say.
import type { Path } from '../document-path.ts';
import { CALENDAR_UNITS, parseWindow } from '../window.ts';
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
  if (value === null) return nothing(path);
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

const REQUIRED: ReadonlySet<unknown> = new Set([
  'version',
  'default',
  'max',
  'window',
  'conditions',
  'path',
  'op',
  'value',
]);

function nothing(path: Path): string | undefined {
  if (path.length === 0) return 'a policy needs at least `version` and `default`';
  const isMember = typeof path.at(-1) === 'string' && !REQUIRED.has(path.at(-1));
  return isMember ? 'where there is nothing to say, leave the key out' : undefined;
}

/** For a value of the wrong type. */
export function hintForType(type: string, path: Path, value: unknown): string | undefined {
  const isEntry = path.length === 2 && (path[0] === 'tools' || path[0] === 'categories');
  const isObject = type === 'object';
  if (isObject && (isEntry || path[0] === 'all_tools')) return entryHint(value);
  if (isObject && path.at(-1) === 'not' && Array.isArray(value))
    return 'for several conditions write `{"all": […]}`';
  if (isObject && path.length === 1 && path[0] === 'tools' && Array.isArray(value))
    return 'each tool is a key: `{"delete_file": {"action": "deny"}}`';
  if (value === null) return nothing(path);
  if (type === 'array') return listHint(value);
  if (/^(?:number|int)$/.test(type)) return numberHint(value);
  return undefined;
}

function listHint(value: unknown): string | undefined {
  if (value === undefined || value === null || Array.isArray(value)) return undefined;
  const shown = typeof value === 'object' ? '{…}' : JSON.stringify(value);
  return shown.length > 60 ? 'put it in a list' : `put it in a list: \`[${shown}]\``;
}

function entryHint(value: unknown): string | undefined {
  if (value === null || value === true) return 'an entry that allows is `{}`';
  if (value === false) return 'write `{"action": "deny"}`';
  if (Array.isArray(value)) return 'an entry is one object, with `limits` and rules as lists in it';
  if (typeof value !== 'string') return undefined;
  const action = hintForWord(['action'], value, ['allow', 'deny', 'require_approval']);
  if (/^(?:0|[1-9]\d*)\//.test(value)) return `write \`{"rate_limit": "${value.slice(0, 40)}"}\``;
  const meant = action === undefined ? undefined : /"(\w+)"/.exec(action)?.[1];
  return meant === undefined ? undefined : `write \`{"action": "${meant}"}\``;
}

function numberHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const digits = value.replace(/(?<=\d)[_, ](?=\d)/g, '');
  if (!/^-?\d{1,15}(?:\.\d+)?$/.test(digits)) return undefined;
  return digits === value ? `write it without quotes: \`${digits}\`` : `write \`${digits}\``;
}

/** For a value that only its own reader can judge, by the key that it stands under. */
export function hintForText(path: Path, value: unknown, expected: string): string | undefined {
  switch (path.at(-1)) {
    case 'value':
      return operandHint(value, expected);
    case 'window':
      return windowHint(value);
    case 'rate_limit':
      return rateHint(value);
    case 'per':
      return hintForWord(path, value, ['tool', 'subject']) ?? pathHint(value);
    case 'path':
      return pathHint(value);
    case 'cost':
      return typeof value === 'string' && value.startsWith('args')
        ? `did you mean \`{"path": ${JSON.stringify(value)}}\`?`
        : numberHint(value);
    case 'max':
    case 'concurrency':
      return numberHint(value);
    default:
      return undefined;
  }
}

function operandHint(value: unknown, expected: string): string | undefined {
  if (/^expected a (?:whole )?number/.test(expected)) return numberHint(value);
  if (/true or false/.test(expected) && typeof value === 'string')
    return /^(?:true|false)$/i.test(value)
      ? `write it without quotes: \`${value.toLowerCase()}\``
      : undefined;
  const [url] = [value].flat().map(item => /^[a-z]+:\/\/([\w.-]{1,60})/i.exec(String(item)));
  if (/hosts/.test(expected) && url?.[1] !== undefined) return `write \`["${url[1]}"]\``;
  return /^expected a list/.test(expected) ? listHint(value) : undefined;
}

const LETTERS: Record<string, string> = { s: 's', m: 'm', h: 'h', d: 'd', w: 'w' };

function windowHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toLowerCase();
  const [, hours = '', minutes = ''] = /^(\d{1,4})h\s*(\d{1,4})m$/.exec(text) ?? [];
  if (hours !== '') return `did you mean \`"${Number(hours) * 60 + Number(minutes)}m"\`?`;
  const [, count = '', unit = ''] =
    /^(?:per|every|each)?\s*(\d{1,9})?\s*([a-z]*)$/.exec(text) ?? [];
  const meant = unitOf(unit);
  if (count !== '' && unit === '') return `write it without quotes: \`${Number(count)}\``;
  if (meant === undefined) return undefined;
  if (count === '' || count === '1') return `did you mean \`"${meant}"\`?`;
  const letter = LETTERS[meant.charAt(0)];
  return meant === 'month'
    ? `did you mean \`"${Number(count) * 30}d"\`?`
    : `did you mean \`"${count}${letter}"\`?`;
}

function unitOf(word: string): string | undefined {
  if (word === '') return undefined;
  if (word === 'hourly' || word === 'hr' || word === 'hrs') return 'hour';
  if (word === 'daily') return 'day';
  if (word === 'mo') return 'month';
  const singular = word.replace(/(?:ly|s)$/, '') || word;
  const begun = CALENDAR_UNITS.find(unit => unit.startsWith(singular));
  return begun ?? nearest(singular, CALENDAR_UNITS);
}

function rateHint(value: unknown): string | undefined {
  if (typeof value === 'number') return `did you mean \`"${value}/minute"\`?`;
  if (typeof value === 'object' && value !== null) return rateObjectHint(value);
  if (typeof value !== 'string') return undefined;
  const [, most = '', window = ''] = /^(\d{1,6})\s*\/\s*(\d{1,6}[smhdw])$/.exec(value) ?? [];
  if (most !== '') return rateObjectHint({ max: Number(most), window });
  const [, count = '', word = ''] =
    /^(\d{1,6})\s*(?:calls|requests|times)?\s*(?:\/|per|an?|each)\s*([a-z]+)$/i.exec(value) ?? [];
  const unit = unitOf(word.toLowerCase());
  const meant = `${Number(count)}/${unit}`;
  return unit === undefined || meant === value ? undefined : `did you mean \`"${meant}"\`?`;
}

function rateObjectHint(value: object): string | undefined {
  const { max, window, ...rest } = value as Record<string, unknown>;
  const others = Object.keys(rest);
  const parsed = typeof window === 'string' ? parseWindow(window) : undefined;
  if (others.length > 0) return 'for more than `max` and `window` use `limits`';
  return parsed === undefined || typeof max !== 'number'
    ? undefined
    : `did you mean \`{"max": ${max}, "window": ${parsed.ms / 1000}}\`?`;
}

function pathHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const inArgs = value.replace(/^(?:\$\.)?(?:(?:params\.)?(?:arguments|args)[./])?/, '');
  const isPath = /^[\p{L}_][\p{L}\p{N}_$-]*(?:\.[\p{L}_][\p{L}\p{N}_$-]*|\[(?:\d+|\*)\])*$/u;
  if (!isPath.test(inArgs) || inArgs.length > 60 || value === `args.${inArgs}`) return undefined;
  return `did you mean \`"args.${inArgs}"\`?`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length < 40 ? value : undefined;
}
