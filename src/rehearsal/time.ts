// Times in a file of policy tests: since a test began, and when that was.

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
/** A hundred years: every time that is reached by it is a date. */
const MAX_MS = 36_525 * 86_400_000;

/** Milliseconds of `"90s"`, `"1m30s"`, `"59999ms"` or of seconds; undefined where it is none of these. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return bounded(value * 1000);
  if (typeof value !== 'string') return undefined;
  const parts = [...value.matchAll(/(\d{1,9}(?:\.\d{1,3})?)(ms|[smhdw])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== value) return undefined;
  return bounded(
    parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0),
  );
}

function bounded(ms: number): number | undefined {
  return ms >= 0 && ms <= MAX_MS ? Math.round(ms) : undefined;
}

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of `2026-01-31T23:59:00Z`; undefined where it is no such text. */
export function parseStart(value: unknown): number | undefined {
  if (typeof value !== 'string' || !DATE.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

/** When tests begin that do not say. */
export const DEFAULT_START = Date.UTC(2026, 0, 1);
