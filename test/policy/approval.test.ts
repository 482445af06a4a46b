// How a person is asked where several layers say so: the strictest of each.
import { expect, it } from 'vitest';
import { type ApprovalSettings, termsOf } from '../../src/policy/approval.ts';
import { parseWindow } from '../../src/policy/window.ts';

const remembering = (remember: string): ApprovalSettings =>
  remember === 'once' || remember === 'session'
    ? { remember }
    : { remember: parseWindow(remember) };
const remembered = (...layers: string[]) => {
  const { remember } = termsOf(layers.map(remembering));
  return typeof remember === 'string' ? remember : remember.ms;
};

it.each<[string[], string | number]>([
  [[], 'once'],
  [['once', 'session'], 'once'],
  [['8h', 'once'], 'once'],
  [['session', 'session'], 'session'],
  [['8h', '15m'], 15 * 60_000],
  // A run of the wrapper may last for weeks, and 15 minutes may go beyond its end.
  [['session', '15m'], 'once'],
  [['15m', 'session'], 'once'],
  [['15m', 'session', '8h'], 'once'],
])('a yes lasts for no longer than every layer allows: %j', (layers, expected) => {
  expect(remembered(...layers)).toBe(expected);
});

it('asks in those ways only that every layer has', () => {
  expect(termsOf([{ via: ['elicitation', 'queue'] }, { via: ['queue'] }]).via).toEqual(['queue']);
  expect(termsOf([{ via: ['elicitation'] }, { via: ['queue'] }]).via).toEqual([]);
});
