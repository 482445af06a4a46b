// Files that people write, read as text.
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';

/** Beyond this it is some other file: the longest policies have some 100 KiB, and take no second to read. */
const MAX_MIB = 4;

/** Without a byte order mark. Throws where the file cannot be read, is no UTF-8, or far too long. */
export function readText(file: string): string {
  const { size } = statSync(file);
  if (size > MAX_MIB * 1024 * 1024)
    throw new Error(`it is longer than ${MAX_MIB} MiB, which no such file is`);
  const bytes = readFileSync(file);
  if (!isUtf8(bytes)) throw new Error('it is no UTF-8 text');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}
