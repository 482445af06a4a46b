// What to write instead of a window or a rate that nobody reads; undefined where nobody can say.
import { CALENDAR_UNITS, parseWindow } from '../window.ts';
import { nearest } from './nearest.ts';

const LETTERS: Record<string, string> = { s: 's', m: 'm', h: 'h', d: 'd', w: 'w' };

export function windowHint(value: unknown): string | undefined {
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

export function rateHint(value: unknown): string | undefined {
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
