// The arguments of a call as the record shows them.
import { redactArguments, redactJson } from '../audit/redact.ts';
import type { Member } from '../rpc/scan.ts';

/** Bytes of arguments beyond which they are not decoded only to be recorded. */
const MAX_SHOWN = 256 * 1024;

export function shownArguments(buffer: Buffer, shown: Member): string {
  const bytes = shown.end - shown.start;
  return bytes > MAX_SHOWN
    ? redactArguments(`(${bytes} bytes)`)
    : redactJson(buffer.toString('utf8', shown.start, shown.end));
}
