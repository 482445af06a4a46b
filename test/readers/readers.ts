// The readers in other languages: how each is built and started, and what it does not read at all.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Part } from '../support/needs.ts';
import { root } from '../support/wrapper.ts';
import type { Form } from './values.ts';

/** What a reader has made of a line; a part that the line does not have is left out. */
export type Read =
  | { readonly ok: false; readonly error: string }
  | { readonly ok: true; readonly method?: Form; readonly name?: Form; readonly arguments?: Form };

export interface Reader {
  readonly name: string;
  /** What must be installed. */
  readonly part: Part;
  /** Builds it where it has to be built. */
  command(): readonly [string, ...string[]];
  /** It knows the keys of a call, and gives null for one that is not there. */
  readonly isTyped?: true;
  /** The error of a limit of its own: such a line it refuses as a whole. */
  readonly limit?: RegExp;
}

const HERE = join(root, 'test/readers');

function built(name: 'go' | 'rust'): string {
  return execFileSync(process.execPath, [join(HERE, 'build.mjs'), name], {
    encoding: 'utf8',
  }).trim();
}

export const readers: readonly Reader[] = [
  {
    name: 'Python',
    part: 'python3',
    command: () => ['python3', join(HERE, 'reader.py')],
    // Since 3.11.
    limit: /^Exceeds the limit \(4300 digits\) for integer string conversion/,
  },
  { name: 'Go map', part: 'go', command: () => [built('go'), 'map'] },
  {
    name: 'Go struct',
    part: 'go',
    command: () => [built('go'), 'struct'],
    isTyped: true,
    // Beyond the range of a double.
    limit: /^json: cannot unmarshal number \S+ into Go .* of type float64$/,
  },
  {
    name: 'Rust',
    part: 'cargo',
    command: () => [built('rust')],
    // At 128 levels.
    limit: /^recursion limit exceeded /,
  },
];

/** What a reader makes of each of these lines. */
export function readLines(reader: Reader, lines: readonly string[]): Read[] {
  const [program, ...args] = reader.command();
  const input = lines.map(line => `${line}\n`).join('');
  const output = execFileSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  return output
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Read);
}
