// Notices that the files of a policy say something else, by looking at them: no platform's
// notifications reach through every link and network folder.
import { lstatSync, type Stats, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { PolicySource } from '../policy/load.ts';
import { type FoundLayer, type Place, readPlace } from './policy-files.ts';

/** What a place was found to hold. */
export type Reading =
  | { readonly kind: 'source'; readonly source: PolicySource }
  /** No file: what applies instead is not said here. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'problem'; readonly message: string };

export interface Changed {
  /** The layer's place among all. */
  readonly index: number;
  readonly reading: Reading;
}

/** One look costs some 10 µs; two are so far apart at least. */
const APART_MS = 1;
/** Where it takes longer than this, as on some network folders, … */
const SLOW_MS = 5;
/** … looking takes one part of the time in so many. */
const SHARE = 20;
/** An editor may write a file in pieces; one that was still for so long is whole. */
const STILL_MS = 50;
/** A file that is never still is left alone after so many tries, for REST_MS. */
const TRIES = 10;
const REST_MS = 250;
/** No file system's clock is coarser: two writes within it may look like one. */
const COARSE_MS = 3000;

interface Watched {
  readonly index: number;
  readonly place: Place;
  /** What its files looked like when they were read last; undefined before the first look. */
  stamp: string | undefined;
  /** What was read then. */
  text: string;
  /** Until when a file that looks the same may say something else. */
  doubtUntil: number;
}

export class PolicyWatch {
  private readonly watched: readonly Watched[];
  private restUntil = Number.NEGATIVE_INFINITY;
  private looked = Number.NEGATIVE_INFINITY;
  private took = 0;

  /** `now`: any clock that only goes forward, milliseconds. */
  constructor(
    layers: readonly FoundLayer[],
    private readonly now: () => number,
  ) {
    this.watched = layers
      .map(({ place, source }, index) => ({
        ...{ index, place, stamp: undefined },
        text: textOf(readingFrom(place, source)),
        doubtUntil: now() + COARSE_MS,
      }))
      .filter(({ place }) => !place.files.some(isReadOnce));
  }

  /**
   * True where some file says something else than when it was read last. `carefully`: files that may
   * have changed without looking so are read as well.
   */
  look(carefully: boolean): boolean {
    const began = this.now();
    if (began < this.restUntil || (!carefully && began - this.looked < APART_MS)) return false;
    const isChanged = this.watched.some(one =>
      this.isChanged(one, carefully && began < one.doubtUntil),
    );
    this.looked = this.now();
    const took = this.looked - began;
    // One slow look alone says nothing: another process may have had the processor meanwhile.
    const usual = Math.min(took, this.took);
    if (usual > SLOW_MS) this.restUntil = this.looked + SHARE * usual;
    this.took = took;
    return isChanged;
  }

  /** What has changed, once all files are still; undefined where they are not, to be asked again. */
  async settled(): Promise<readonly Changed[] | undefined> {
    for (let i = 0; i < TRIES; i++) {
      const before = this.stamps();
      await delay(STILL_MS);
      const readings = this.watched.map(({ place }) => readingOf(place));
      const after = this.stamps();
      if (after.some((stamp, at) => stamp !== before[at])) continue;
      return this.watched.flatMap((one, at) => this.note(one, readings[at], after[at]));
    }
    this.restUntil = this.now() + REST_MS;
    return undefined;
  }

  private isChanged(one: Watched, inDoubt: boolean): boolean {
    const stamp = stampOf(one.place);
    if (stamp === one.stamp && !inDoubt) return false;
    if (textOf(readingOf(one.place)) !== one.text) return true;
    if (stamp !== one.stamp) one.doubtUntil = this.now() + COARSE_MS;
    one.stamp = stamp;
    return false;
  }

  private note(one: Watched, reading: Reading | undefined, stamp: string | undefined): Changed[] {
    if (reading === undefined || textOf(reading) === one.text) return [];
    one.stamp = stamp;
    one.text = textOf(reading);
    // What cannot be read may be readable any time, and look the same.
    one.doubtUntil = reading.kind === 'problem' ? Number.POSITIVE_INFINITY : this.now() + COARSE_MS;
    return [{ index: one.index, reading }];
  }

  private stamps(): string[] {
    return this.watched.map(({ place }) => stampOf(place));
  }
}

// What a shell hands over by `<(…)` has been read for good.
function isReadOnce(file: string): boolean {
  try {
    return file.startsWith('/dev/') || statOf(file)?.isFile() === false;
  } catch {
    return false;
  }
}

function readingOf(place: Place): Reading {
  try {
    // To read a pipe or a device could take for ever.
    const special = place.files.find(file => statOf(file)?.isFile() === false);
    if (special !== undefined) throw new Error(`${special} is no regular file`);
    return readingFrom(place, readPlace(place));
  } catch (error) {
    return { kind: 'problem', message: messageOf(error) };
  }
}

function readingFrom(place: Place, source: PolicySource | undefined): Reading {
  return isFromFile(place, source) ? { kind: 'source', source } : { kind: 'nothing' };
}

/** True for a source that was read from one of the place's files, and is no preset. */
export function isFromFile(
  { files }: Place,
  source: PolicySource | undefined,
): source is PolicySource {
  return source !== undefined && files.includes(source.name);
}

function textOf(reading: Reading): string {
  if (reading.kind === 'source') return JSON.stringify([reading.source.name, reading.source.text]);
  return reading.kind === 'problem' ? reading.message : '';
}

function stampOf({ files }: Place): string {
  return files.map(stampOfFile).join();
}

// With the time of the inode's last change, which tells of copies that keep the time of a file.
function stampOfFile(file: string): string {
  try {
    const seen = lstatSync(file, { throwIfNoEntry: false });
    if (seen === undefined) return '';
    const own = numbers(seen);
    return seen.isSymbolicLink() ? `${own} → ${numbers(statOf(file))}` : own;
  } catch (error) {
    return messageOf(error);
  }
}

function numbers(stats: Stats | undefined): string {
  if (stats === undefined) return '';
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}
