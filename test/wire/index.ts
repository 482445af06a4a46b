// Hostile lines, gathered: each file holds those of one concern.
import { batches } from './batches.ts';
import { encoding } from './encoding.ts';
import type { Wire } from './entry.ts';
import { ids } from './ids.ts';
import { json } from './json.ts';
import { keys } from './keys.ts';
import { matrix } from './matrix.ts';
import { methods } from './methods.ts';
import { names } from './names.ts';
import type { Play } from './play.ts';
import { serverAnswers } from './server-answers.ts';
import { serverNoise } from './server-noise.ts';
import { shapes } from './shapes.ts';

export const corpus: Readonly<Record<string, readonly Wire[]>> = {
  json,
  encoding,
  keys,
  shapes,
  ids,
  methods,
  batches,
  names,
};

/** All of them; `corpus` has those that get a session of their own. */
export const wires: readonly Wire[] = [...Object.values(corpus).flat(), ...matrix];

/** What servers write. */
export const plays: readonly Play[] = [...serverNoise, ...serverAnswers];
