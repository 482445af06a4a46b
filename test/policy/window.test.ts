// Windows: what is accepted, where a calendar window begins, and how waits are told.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alignmentOf,
  CALENDAR_UNITS,
  describeWait,
  describeWindow,
  fixedSpan,
  parseWindow,
  type Window,
} from '../../src/policy/window.ts';

function windowOf(value: unknown): Window {
  const window = parseWindow(value);
  if (window === undefined) throw new Error(`no window: ${JSON.stringify(value)}`);
  return window;
}

describe('parseWindow', () => {
  test.each([
    ['second', 1000],
    ['minute', 60_000],
    ['hour', 3_600_000],
    ['day', 86_400_000],
    ['week', 604_800_000],
    ['month', 2_592_000_000],
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    [1, 1000],
    [90, 90_000],
    [31_622_400, 31_622_400_000],
  ])('%j is %i ms', (value, ms) => {
    expect(parseWindow(value)?.ms).toBe(ms);
  });

  test.each([
    ...['', 's', 'm', '0s', '-1s', '01s', '1.5h', '15 m', '15M', '15min', 'Minute', 'minutes'],
    ...['fortnight', '367d', '90', '1e3s', '٣s', ' 15m', '15m\n', 'toString', '__proto__'],
    ...[0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 31_622_401, 1e300],
    ...[null, undefined, true, [], {}, ['minute']],
  ])('%j is none', value => {
    expect(parseWindow(value)).toBeUndefined();
  });

  test('a label reads as the window that it names', () => {
    const value = fc.oneof(
      fc.constantFrom(...CALENDAR_UNITS),
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 1, max: 100, noNaN: true }),
      fc.integer({ min: 2, max: 200_000 }).map(n => n / 2),
      fc.tuple(fc.nat(400), fc.constantFrom(...'smhd')).map(([n, unit]) => `${n}${unit}`),
    );
    fc.assert(
      fc.property(value, given => {
        const window = parseWindow(given);
        if (window !== undefined) expect(parseWindow(window.label)).toEqual(window);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('fixedSpan', () => {
  test.each([
    ['second', '2026-03-01T12:34:56.789Z', '2026-03-01T12:34:56Z', '2026-03-01T12:34:57Z'],
    ['minute', '2026-03-01T12:34:56.789Z', '2026-03-01T12:34:00Z', '2026-03-01T12:35:00Z'],
    ['hour', '2026-03-01T12:34:56.789Z', '2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z'],
    ['day', '2026-03-01T23:59:59.999Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['day', '2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'],
    // Monday is the first day: 2026-03-02 is one, 2026-03-01 the Sunday before it.
    ['week', '2026-03-01T23:59:59.999Z', '2026-02-23T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['week', '2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['week', '2025-12-31T12:00:00.000Z', '2025-12-29T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['week', '1970-01-01T00:00:00.000Z', '1969-12-29T00:00:00Z', '1970-01-05T00:00:00Z'],
    ['1w', '2026-03-01T23:59:59.999Z', '2026-02-23T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['7d', '2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'],
    [604_800, '2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['2w', '1970-01-11T23:59:59.999Z', '1969-12-29T00:00:00Z', '1970-01-12T00:00:00Z'],
    ['month', '2026-02-28T23:59:59.999Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['month', '2028-02-29T23:59:59.999Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
    ['month', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['15m', '2026-03-01T12:34:56.789Z', '2026-03-01T12:30:00Z', '2026-03-01T12:45:00Z'],
    ['1d', '2026-03-01T12:34:56.789Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    [3600, '2026-03-01T12:34:56.789Z', '2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z'],
  ])('%s of %s: %s to %s', (window, now, start, end) => {
    const span = fixedSpan(windowOf(window), Date.parse(now));
    expect(span).toEqual({ start: Date.parse(start), end: Date.parse(end) });
  });

  test('one window has one alignment, however it is written', () => {
    for (const same of [
      ['week', '1w', '7d', '168h', 604_800],
      ['day', '1d', '24h', 86_400],
    ])
      expect(new Set(same.map(windowOf).map(alignmentOf)).size).toBe(1);
  });

  test('spans hold their time, meet without a gap and do not depend on the time within', () => {
    const time = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
    const window = fc.constantFrom(...CALENDAR_UNITS, '90s', '7h').map(windowOf);
    fc.assert(
      fc.property(
        window,
        time,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (unit, now, part) => {
          const span = fixedSpan(unit, now);
          expect(span.start).toBeLessThanOrEqual(now);
          expect(span.end).toBeGreaterThan(now);
          expect(fixedSpan(unit, span.start + Math.floor(part * (span.end - span.start)))).toEqual(
            span,
          );
          expect(fixedSpan(unit, span.end).start).toBe(span.end);
          expect(fixedSpan(unit, span.start - 1).end).toBe(span.start);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ['minute', 'minute'],
  ['month', 'month'],
  ['60s', 'minute'],
  [60, 'minute'],
  ['90s', '90 seconds'],
  ['15m', '15 minutes'],
  ['120m', '2 hours'],
  ['24h', 'day'],
  ['7d', 'week'],
  ['30d', '30 days'],
  [1, 'second'],
])('per %j is per %s', (window, expected) => {
  expect(describeWindow(windowOf(window))).toBe(expected);
});

describe('describeWait', () => {
  test.each([
    [0, '1 s'],
    [1, '1 s'],
    [1000, '1 s'],
    [1001, '2 s'],
    [12_000, '12 s'],
    [11_001, '12 s'],
    [119_000, '119 s'],
    [119_001, '2 min'],
    [120_001, '3 min'],
    [7_140_000, '119 min'],
    [7_140_001, '2 h'],
    [7_200_001, '2 h 1 min'],
    [7_500_000, '2 h 5 min'],
    [172_740_000, '47 h 59 min'],
    [172_740_001, '2 d'],
    [172_800_001, '3 d'],
    [345_600_000, '4 d'],
  ])('%i ms: %s', (ms, expected) => {
    expect(describeWait(ms)).toBe(expected);
  });

  test('is never too early, and late by less than the unit it tells', () => {
    const UNIT: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 * 86_400_000 }), ms => {
        const parts = [...describeWait(ms).matchAll(/(\d+) (s|min|h|d)/g)];
        const told = parts.reduce(
          (sum, [, n, unit]) => sum + Number(n) * (UNIT[unit ?? ''] ?? 0),
          0,
        );
        expect(told).toBeGreaterThanOrEqual(ms);
        expect(told - ms).toBeLessThan(ms < 172_740_001 ? 60_000 : 86_400_000 + 60_000);
      }),
      { numRuns: 1000 },
    );
  });
});
