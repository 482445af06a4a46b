// What an entry of the server's half of the corpus is, and the words that its files are written in.
import { type Answer, error, INTERNAL, message, tool } from './entry.ts';

export interface Step {
  /** Lines of the client's, sent before the server writes. */
  readonly sends?: readonly string[];
  /** Chunks of the server's, exactly as they are. */
  readonly writes: readonly (string | Uint8Array)[];
}

export interface Play {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Lines that the client gets from the server, as JSON text; the wrapper's own answers. */
  readonly gets: readonly (string | Answer)[];
  /** The server ends after the last step. */
  readonly ends?: boolean;
}

export const result = (id: string, text = 'real') =>
  message(`"id":${id},"result":{"content":[{"type":"text","text":"${text}"}]}`);
export const REAL = result('1');
export const broken = error(INTERNAL);

/** While call 1 waits, the server writes this, and then the real answer. */
export const before = (
  name: string,
  noise: string | Uint8Array,
  ...gets: (string | Answer)[]
): Play => ({
  name,
  steps: [{ sends: [tool('a')], writes: [noise, `\n${REAL}\n`] }],
  gets: [...gets, REAL],
});
/** The server's answer to call 1 passes, as it is or as `as`; what comes after it does not. */
export const passes = (name: string, line: string, as = line): Play => ({
  name,
  steps: [{ sends: [tool('a')], writes: [`${line}\n${result('1', 'second')}\n`] }],
  gets: [as],
});
/** The server's answer to call 1 is no message: the wrapper answers in its place, once. */
export const spoilt = (name: string, line: string | Uint8Array): Play => ({
  name,
  steps: [{ sends: [tool('a')], writes: [line, `\n${REAL}\n`] }],
  gets: [broken],
});
