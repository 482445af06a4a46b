// What each operator can be given as its `value`.
import { hostOf } from './host.ts';
import type { Operator } from './operators.ts';
import { isAbsolute } from './path-forms.ts';

const ANY_VALUE =
  'expected a value of JSON, whole numbers within ±9007199254740991, names of at most 64 characters';
const LIST = `expected a list of at least one value, each of JSON, whole numbers within ±9007199254740991`;
const NUMBER = 'expected a number, in whole ones within ±9007199254740991';
const TEXT = 'expected a string that is not empty';
const LENGTH = 'expected a whole number of at least 0';
const FOLDERS =
  'expected an absolute path, one that begins with "~/", or a list of at least one of them';
const HOSTS =
  'expected a list of hosts such as "example.com" or "*.example.com", without scheme, port and path';

/** What was expected, where it is not this. */
export function faultOf(op: Operator, value: unknown): string | undefined {
  switch (op) {
    case 'eq':
    case 'neq':
      return isJson(value) ? undefined : ANY_VALUE;
    case 'contains':
      return isJson(value) && value !== '' ? undefined : `${ANY_VALUE}, and not ""`;
    case 'in':
    case 'not_in':
      return isListOf(value, isJson) ? undefined : LIST;
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return isNumber(value) ? undefined : NUMBER;
    case 'regex':
    case 'starts_with':
    case 'ends_with':
    case 'glob':
      return typeof value === 'string' && value !== '' ? undefined : TEXT;
    case 'length_lt':
    case 'length_gt':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : LENGTH;
    case 'within':
      return isFolder(value) || isListOf(value, isFolder) ? undefined : FOLDERS;
    case 'host_in':
      return isListOf(value, isHost) ? undefined : HOSTS;
    case 'exists':
      return value === undefined || typeof value === 'boolean'
        ? undefined
        : 'expected true or false';
  }
}

function isListOf(value: unknown, test: (member: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(test);
}

function isFolder(value: unknown): boolean {
  return typeof value === 'string' && isAbsolute(value);
}

function isHost(value: unknown): boolean {
  return typeof value === 'string' && hostOf(value) !== undefined;
}

// Beyond these, what stands in the document may be another number than what was read from it.
function isNumber(value: unknown): boolean {
  return (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!Number.isInteger(value) || Number.isSafeInteger(value))
  );
}

/** As long as a name may be that is told apart from all that fold to it. */
const MAX_NAME = 64;

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value !== 'object') return isNumber(value);
  if (Array.isArray(value)) return value.every(isJson);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(([key, member]) => key.length <= MAX_NAME && isJson(member));
}
