// A configuration file as it is on disk: its bytes, and the text in them.
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

export interface Source {
  readonly bytes: Buffer;
  /** Without the byte order mark. */
  readonly text: string;
  readonly bom: boolean;
}

const MIB = 1024 * 1024;
const MAX_BYTES = 20 * MIB;
/** Of a file that came with a repository: a few kilobytes can unpack to many of them, and each is read. */
export const MAX_FOREIGN_BYTES = MIB / 4;
const BOM = '\ufeff';

/** Throws where it cannot be read, is no UTF-8 text or far too long. */
export function readSource(file: string, maxBytes = MAX_BYTES): Source {
  // A pipe would block its opener; Windows has no such flag.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new Error('it is no regular file');
    if (status.size > maxBytes) throw new Error(`it is longer than ${maxBytes / MIB} MiB`);
    const bytes = readFileSync(descriptor);
    if (!isUtf8(bytes)) throw new Error('it is no UTF-8 text');
    const text = bytes.toString('utf8');
    const bom = text.startsWith(BOM);
    return { bytes, text: bom ? text.slice(1) : text, bom };
  } finally {
    closeSync(descriptor);
  }
}

export function bytesOf(text: string, bom: boolean): Buffer {
  return Buffer.from(bom ? BOM + text : text, 'utf8');
}
