// What to write instead of a value that is none of those expected; undefined where nobody can say.
import type { Path } from '../document-path.ts';
import { ACTIONS } from '../schema.ts';
import { CALENDAR_UNITS } from '../window.ts';
import { rateHint, windowHint } from './durations.ts';
import { hintForWord } from './words.ts';

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

/** Objects that are easily taken for their `default`, or for the list of what they allow. */
const SECTIONS: ReadonlySet<unknown> = new Set(['resources', 'prompts', 'methods']);
const ACTION_WORDS: readonly string[] = ACTIONS;
const ALLOWING = 'an entry that allows is `{}`';
const RATE = new RegExp(`^(\\d{1,6})/(${CALENDAR_UNITS.join('|')})$`);

/** For a null. */
export function hintForNull(path: Path): string | undefined {
  if (path.length === 0) return 'a policy needs at least `version` and `default`';
  const isMember = typeof path.at(-1) === 'string' && !REQUIRED.has(path.at(-1));
  return isMember ? 'where there is nothing to say, leave the key out' : undefined;
}

/** For a value of the wrong type. */
export function hintForType(type: string, path: Path, value: unknown): string | undefined {
  const isEntry = path.length === 2 && (path[0] === 'tools' || path[0] === 'categories');
  const isObject = type === 'object';
  if (isObject && path.at(-2) === 'limits' && value !== null) return limitHint(value);
  if (isObject && (isEntry || path[0] === 'all_tools')) return entryHint(value);
  if (isObject && path.length === 1 && SECTIONS.has(path[0]) && value !== null)
    return sectionHint(path[0], value);
  if (isObject && path.at(-1) === 'not' && Array.isArray(value))
    return 'for several conditions write `{"all": […]}`';
  if (isObject && path.length === 1 && path[0] === 'tools' && Array.isArray(value))
    return 'each tool is a key: `{"delete_file": {"action": "deny"}}`';
  if (value === null) return hintForNull(path);
  if (type === 'array') return listHint(value);
  if (/^(?:number|int)$/.test(type)) return numberHint(value);
  return undefined;
}

function listHint(value: unknown): string | undefined {
  if (value === undefined || value === null || Array.isArray(value)) return undefined;
  const shown = typeof value === 'object' ? '{…}' : JSON.stringify(value);
  return shown.length > 60 ? 'put it in a list' : `put it in a list: \`[${shown}]\``;
}

function limitHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const meant = /"(\d+\/\w+)"/.exec(rateHint(value) ?? '')?.[1] ?? value;
  const [, max, unit] = RATE.exec(meant) ?? [];
  return max === undefined ? undefined : `write \`{"max": ${max}, "window": "${unit}"}\``;
}

function sectionHint(key: unknown, value: unknown): string | undefined {
  if (Array.isArray(value)) return 'names to let through stand in `{"allow": […]}`';
  const isDefault = key !== 'methods' && (value === 'allow' || value === 'deny');
  return isDefault ? `write \`{"default": "${value}"}\`` : undefined;
}

function entryHint(value: unknown): string | undefined {
  if (value === null || value === true) return ALLOWING;
  if (value === false) return 'write `{"action": "deny"}`';
  if (Array.isArray(value)) return 'an entry is one object, with `limits` and rules as lists in it';
  if (typeof value !== 'string') return undefined;
  if (value === 'allow') return ALLOWING;
  if (ACTION_WORDS.includes(value)) return `write \`{"action": "${value}"}\``;
  const action = hintForWord(['action'], value, ACTIONS);
  if (/^(?:0|[1-9]\d*)\/\w{1,20}$/.test(value)) return `write \`{"rate_limit": "${value}"}\``;
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

function pathHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const inArgs = value.replace(/^(?:\$\.)?(?:(?:params\.)?(?:arguments|args)[./])?/, '');
  const isPath = /^[\p{L}_][\p{L}\p{N}_$-]*(?:\.[\p{L}_][\p{L}\p{N}_$-]*|\[(?:\d+|\*)\])*$/u;
  if (!isPath.test(inArgs) || inArgs.length > 60 || value === `args.${inArgs}`) return undefined;
  return `did you mean \`"args.${inArgs}"\`?`;
}
