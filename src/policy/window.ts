// Windows of time in a policy: `"minute"`, `"90s"`, `15`, and where a calendar window began.

export const CALENDAR_UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month'] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/** A parsed window: its length, and how a policy would write it. */
export interface Window {
  /** Milliseconds; a month is 30 days. */
  readonly ms: number;
  readonly label: string;
  /** Set where the policy named a calendar unit. */
  readonly unit: CalendarUnit | undefined;
}

const UNIT_MS: Record<CalendarUnit, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};
const SHORT: Record<string, CalendarUnit> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};
export const MAX_WINDOW_MS = 366 * UNIT_MS.day;

/** Reads `"minute"`, `"90s"` or a number of seconds; undefined where it is none of these. */
export function parseWindow(value: unknown): Window | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) ? windowOf(value * 1000, `${value}s`, undefined) : undefined;
  if (typeof value !== 'string') return undefined;
  const unit = CALENDAR_UNITS.find(name => name === value);
  if (unit !== undefined) return windowOf(UNIT_MS[unit], unit, unit);
  const [, count, letter] = /^([1-9][0-9]{0,8})([smhdw])$/.exec(value) ?? [];
  const short = SHORT[letter ?? ''];
  return short === undefined
    ? undefined
    : windowOf(Number(count) * UNIT_MS[short], value, undefined);
}

function windowOf(ms: number, label: string, unit: CalendarUnit | undefined): Window | undefined {
  return Number.isSafeInteger(ms) && ms >= 1000 && ms <= MAX_WINDOW_MS
    ? { ms, label, unit }
    : undefined;
}

/**
 * What a window is aligned to: `month`, `week` or a length in milliseconds, counted from
 * 1970-01-01T00:00Z, whole weeks from the Monday before it. Windows of one alignment begin and end together, however they are written.
 */
export function alignmentOf({ unit, ms }: Window): string {
  if (unit === 'month') return unit;
  return ms === UNIT_MS.week ? 'week' : String(ms);
}

/** The span [start, end) of the aligned window, in UTC, that holds `now`. */
export function alignedSpan(alignment: string, now: number): { start: number; end: number } {
  if (alignment === 'month') {
    const date = new Date(now);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) };
  }
  const ms = alignment === 'week' ? UNIT_MS.week : Number(alignment);
  // 1970-01-01 was a Thursday: Mondays lie three days before the multiples of a week.
  const offset = ms % UNIT_MS.week === 0 ? 3 * UNIT_MS.day : 0;
  const start = Math.floor((now + offset) / ms) * ms - offset;
  return { start, end: start + ms };
}

/** The span of the calendar-aligned window that holds `now`. */
export function fixedSpan(window: Window, now: number): { start: number; end: number } {
  return alignedSpan(alignmentOf(window), now);
}

/** Milliseconds for which a call may still count: a calendar month may be longer than 30 days. */
export function reachOf(window: Window): number {
  return window.unit === 'month' ? window.ms + UNIT_MS.day : window.ms;
}

/** `minute` for a calendar unit, `15 minutes` or `90 seconds` otherwise: what follows "per". */
export function describeWindow(window: Window): string {
  if (window.unit !== undefined) return window.unit;
  const unit = (['week', 'day', 'hour', 'minute'] as const).find(
    name => window.ms % UNIT_MS[name] === 0,
  );
  const count = window.ms / UNIT_MS[unit ?? 'second'];
  return count === 1 ? (unit ?? 'second') : `${count} ${unit ?? 'second'}s`;
}

/** A wait in words: `12 s`, `3 min`, `2 h 5 min`, `4 d`; rounded up, so that it is never too early. */
export function describeWait(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.ceil(minutes / 1440)} d`;
}
