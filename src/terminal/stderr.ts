// What the wrapper says to people while it runs: one line each on stderr, never on stdout.
import { escapeText } from './escape.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Say = (level: LogLevel, text: string) => void;

/** Writes `policy-wrap: …` lines of at least the given importance. */
export function sayer(threshold: LogLevel): Say {
  return (level, text) => {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(threshold)) return;
    process.stderr.write(`policy-wrap: ${escapeText(text)}\n`);
  };
}

/** Passes a text on unless it passed within the last `quietMs`: a loop of denials says it once. */
export function onceEvery(quietMs: number, now: () => number): (text: string) => boolean {
  const said = new Map<string, number>();
  return text => {
    const time = now();
    if (time - (said.get(text) ?? Number.NEGATIVE_INFINITY) < quietMs) return false;
    // Bounded: an agent that invents names must not make it grow.
    if (said.size >= 1000) said.clear();
    said.set(text, time);
    return true;
  };
}
