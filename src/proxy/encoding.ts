// What the bytes of a read are, found out for all of its lines at once where that is enough.
import { isAscii, isUtf8 } from 'node:buffer';

const CR = 0x0d;

export interface Encoding {
  /** True where no line has a break that only some readers see: all is ASCII without a CR. */
  readonly isPlain: boolean;
  isUtf8(start: number, end: number): boolean;
}

const PLAIN: Encoding = { isPlain: true, isUtf8: () => true };
const UTF8: Encoding = { isPlain: false, isUtf8: () => true };

export function encodingOf(buffer: Buffer): Encoding {
  if (isAscii(buffer)) return buffer.includes(CR) ? UTF8 : PLAIN;
  if (isUtf8(buffer)) return UTF8;
  return { isPlain: false, isUtf8: (start, end) => isUtf8(buffer.subarray(start, end)) };
}
