// What the wrapper says to people while it runs: one line each on stderr, never on stdout.
import type { Readable } from 'node:stream';
import { shorten } from '../audit/record.ts';
import { escapeText } from './escape.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Say = (level: LogLevel, text: string) => void;

/** A client that does not read our stderr may miss lines; it must not stop us or fill our memory. */
const MAX_WAITING = 64 * 1024;
const MAX_LINE = 4000;
const MAX_COMPARED = 300;

/** Writes `policy-wrap: …` lines of at least the given importance. */
export function sayer(threshold: LogLevel): Say {
  return (level, text) => {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(threshold)) return;
    if (process.stderr.writableLength > MAX_WAITING) return;
    process.stderr.write(`policy-wrap: ${escapeText(shorten(text, MAX_LINE))}\n`);
  };
}

/** Makes a stderr that nobody reads any more a place where text vanishes, and no reason to end. */
export function tolerateClosedStderr(): void {
  process.stderr.on('error', () => {});
}

/** Passes a server's stderr on byte for byte, no faster than it is read. */
export function relayToStderr(source: Readable): void {
  source.on('data', (chunk: Buffer) => {
    if (process.stderr.destroyed || process.stderr.write(chunk)) return;
    source.pause();
    const resume = () => {
      process.stderr.off('drain', resume).off('close', resume);
      source.resume();
    };
    process.stderr.on('drain', resume).on('close', resume);
  });
}

/** Passes a text on unless it passed within the last `quietMs`: a loop of denials says it once. */
export function onceEvery(quietMs: number, now: () => number): (text: string) => boolean {
  const said = new Map<string, number>();
  return whole => {
    const text = whole.slice(0, MAX_COMPARED);
    const time = now();
    if (time - (said.get(text) ?? Number.NEGATIVE_INFINITY) < quietMs) return false;
    // Bounded: an agent that invents names must not make it grow.
    if (said.size >= 1000) said.clear();
    said.set(text, time);
    return true;
  };
}
