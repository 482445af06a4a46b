// Why a server did not list its tools, in one line of a bounded length: most of it the server has written.
import { stripVTControlCharacters } from 'node:util';
import { ProtocolError } from '@modelcontextprotocol/client';
import { messageOf, PolicyWrapError } from '../errors.ts';
import type { ChildTransport } from './transport.ts';

const LONGEST = 300;

/** INVARIANT: no line break: a line of its own would look like one of ours. */
export function whyNot(error: unknown, { failure, exit, said }: ChildTransport): string {
  if (failure !== undefined) return messageOf(failure);
  if (error instanceof PolicyWrapError) return error.message;
  if (exit !== undefined) {
    const how = exit.signal === null ? `with exit code ${exit.code}` : `by signal ${exit.signal}`;
    return `it ended ${how}${lastLine(said)}`;
  }
  if (error instanceof ProtocolError) return `it answered with an error: ${oneLine(error.message)}`;
  return `it did not speak the protocol: ${oneLine(messageOf(error).split('\n')[0] ?? '')}`;
}

function lastLine(said: string): string {
  const line = oneLine(said.trim().split('\n').at(-1) ?? '');
  return line === '' ? '' : `: ${line}`;
}

// Its beginning first: a message may have millions of characters.
function oneLine(text: string): string {
  const start = stripVTControlCharacters(text.slice(0, 4 * LONGEST))
    .replace(/\s+/g, ' ')
    .trim();
  return start.length <= LONGEST ? start : `${start.slice(0, LONGEST)}…`;
}
