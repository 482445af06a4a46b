// What the wrapper says to people while it runs: one line each on stderr, never on stdout.
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
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

export interface Relay {
  /**
   * Resolves when all of it has been passed on, or when its reader has taken nothing for
   * `patienceMs()`. To be asked when whoever wrote it has ended.
   */
  finished(patienceMs: () => number): Promise<void>;
}

/** How long the last bytes may be under way when nobody is slow. */
const UNDER_WAY_MS = 200;
const POLL_MS = 20;

/** Passes a server's stderr on byte for byte, no faster than it is read. */
export function relayToStderr(source: Readable): Relay {
  const { stderr } = process;
  let passed = 0;
  source.on('data', (chunk: Buffer) => {
    passed += chunk.length;
    if (stderr.destroyed || stderr.write(chunk)) return;
    source.pause();
    const resume = () => {
      stderr.off('drain', resume).off('close', resume);
      source.resume();
    };
    stderr.on('drain', resume).on('close', resume);
  });
  const progress = () => passed - (stderr.destroyed ? 0 : stderr.writableLength);
  return {
    async finished(patienceMs) {
      let since = performance.now();
      let seen = progress();
      while (!source.destroyed || (!stderr.destroyed && stderr.writableLength > 0)) {
        const isSlow = source.isPaused() || stderr.writableLength > 0;
        if (performance.now() - since > (isSlow ? patienceMs() : UNDER_WAY_MS)) return;
        await delay(POLL_MS);
        if (progress() !== seen) since = performance.now();
        seen = progress();
      }
    },
  };
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
