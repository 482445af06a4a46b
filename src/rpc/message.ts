// What a scanned line is in JSON-RPC 2.0 terms, its id, and the wrapper's own replies.
import { escapeBreaks } from './neutral.ts';
import {
  emptySpans,
  type Fault,
  type Member,
  NO_OBJECT,
  type ScanOptions,
  STRICT,
  scanJson,
  scanMessage,
} from './scan.ts';

export type Id = string | number;

/** JSON-RPC and MCP error codes that the wrapper itself sends. */
export const ErrorCode = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** Stopped by the policy, where the reply cannot be a tool result. */
  denied: -31001,
} as const;

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Message = (
  | { kind: 'request'; id: Id; method: string; params: Span | undefined }
  | { kind: 'notification'; method: string; params: Span | undefined }
  | { kind: 'response'; id: Id; result: Span | undefined }
) & {
  /** Of `params`, `result` or `error`, whichever is an object. */
  members: Member[];
  /** True where some key, at any depth, may be one that only policy-wrap may write. */
  mayHaveOwnKey: boolean;
};

/** A line that is no message: what to answer, under the id where one can be read. */
export interface Malformed {
  kind: 'malformed';
  code: number;
  message: string;
  id: Id | undefined;
}

const spans = emptySpans();

/**
 * Reads bytes [start, end) of a client's line. Anything that is not exactly a JSON-RPC 2.0 request,
 * notification or response with MCP's ids (strings and safe integers) is malformed.
 */
export function readMessage(
  buffer: Buffer,
  start: number,
  end: number,
  how: ScanOptions = STRICT,
): Message | Malformed {
  const fault = scanMessage(buffer, start, end, spans, how);
  if (fault !== undefined) return notJson(buffer, start, end, fault);
  const strict = how === STRICT;
  const hasId = spans.idStart >= 0;
  const id = hasId ? readId(buffer, spans.idStart, spans.idEnd, strict) : undefined;
  if (strict && !isVersion2(buffer, spans.jsonrpcStart, spans.jsonrpcEnd))
    return invalid('`jsonrpc` must be "2.0"', id);
  if (strict && spans.hasOther) return invalid('unknown top-level key', id);
  if (spans.hasTwin)
    return invalid('a top-level key that differs from a known one only by case', id);
  if (hasId && id === undefined) return invalid('`id` must be a string or a safe integer', id);
  const { members, mayHaveOwnKey } = spans;

  if (spans.methodStart >= 0) {
    if (spans.resultStart >= 0 || spans.errorStart >= 0)
      return invalid('a message has `method` or a result, not both', id);
    const method = readString(buffer, spans.methodStart, spans.methodEnd);
    if (method === undefined) return invalid('`method` must be a string', id);
    const params = span(spans.paramsStart, spans.paramsEnd);
    if (params !== undefined && buffer[params.start] !== 0x7b)
      return invalid('`params` must be an object', id);
    return id === undefined
      ? { kind: 'notification', method, params, members, mayHaveOwnKey }
      : { kind: 'request', id, method, params, members, mayHaveOwnKey };
  }
  if (
    id === undefined ||
    spans.resultStart >= 0 === spans.errorStart >= 0 ||
    spans.paramsStart >= 0
  )
    return invalid('neither a request, a notification nor a response', id);
  const result = span(spans.resultStart, spans.resultEnd);
  return { kind: 'response', id, result, members, mayHaveOwnKey };
}

function isVersion2(buffer: Buffer, start: number, end: number): boolean {
  // The bytes of `"2.0"`, quotes included.
  return (
    end - start === 5 &&
    start >= 0 &&
    buffer.readUInt32BE(start) === 0x22322e30 &&
    buffer[end - 1] === 0x22
  );
}

function span(start: number, end: number): Span | undefined {
  return start < 0 ? undefined : { start, end };
}

function notJson(buffer: Buffer, start: number, end: number, fault: Fault): Malformed {
  const inJson = fault.message === NO_OBJECT ? scanJson(buffer, start, end) : fault;
  if (inJson === undefined) return malformed(ErrorCode.invalidRequest, NO_OBJECT, undefined);
  const column = inJson.at - start + 1;
  return malformed(ErrorCode.parse, `${inJson.message} (byte ${column})`, undefined);
}

function invalid(message: string, id: Id | undefined): Malformed {
  return malformed(ErrorCode.invalidRequest, message, id);
}

/** A line that is answered with an error; without an id where none is to be answered. */
export function malformed(code: number, message: string, id: Id | undefined): Malformed {
  return { kind: 'malformed', code, message, id };
}

/** The id in bytes [start, end): a string or a safe integer, from servers also as `1.0`. */
export function readId(buffer: Buffer, start: number, end: number, strict = true): Id | undefined {
  if (buffer[start] === 0x22) return readString(buffer, start, end);
  const plain = plainNumber(buffer, start, end);
  if (plain !== undefined) return plain;
  const lexeme = buffer.toString('latin1', start, end);
  const number = Number(lexeme);
  const isSpelt = strict ? /^-?[0-9]+$/.test(lexeme) : /^-?[0-9]/.test(lexeme);
  return isSpelt && Number.isSafeInteger(number) ? number : undefined;
}

// Nearly every id: a few digits.
function plainNumber(buffer: Buffer, start: number, end: number): number | undefined {
  if (end - start > 15) return undefined;
  let number = 0;
  for (let i = start; i < end; i++) {
    const digit = (buffer[i] as number) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    number = 10 * number + digit;
  }
  return number;
}

/** The string in bytes [start, end), quotes included, decoded; undefined where it is no string. */
export function readString(buffer: Buffer, start: number, end: number): string | undefined {
  if (start < 0 || buffer[start] !== 0x22) return undefined;
  const raw = buffer.toString('utf8', start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

/** The value of a member of `params`, `result` or `error`; undefined where there is none. */
export function member(members: readonly Member[], key: string): Member | undefined {
  for (const candidate of members) if (candidate.key === key) return candidate;
  return undefined;
}

/** A string member, decoded; undefined where it is absent or no string. */
export function stringMember(
  buffer: Buffer,
  members: readonly Member[],
  key: string,
): string | undefined {
  const found = member(members, key);
  return found && readString(buffer, found.start, found.end);
}

/** One line: an error reply; without an id where none could be read or it would settle another call. */
export function errorReply(
  id: Id | undefined,
  code: number,
  message: string,
  data?: unknown,
): string {
  const error = data === undefined ? { code, message } : { code, message, data };
  return line(id === undefined ? { jsonrpc: '2.0', error } : { jsonrpc: '2.0', id, error });
}

/** One line: a result reply. */
export function resultReply(id: Id, result: unknown): string {
  return line({ jsonrpc: '2.0', id, result });
}

// Some clients split lines at U+2028, U+2029 and U+0085 too.
function line(message: unknown): string {
  return `${escapeBreaks(JSON.stringify(message))}\n`;
}

/** True for what MCP allows as an id: a string or a safe integer. */
export function isId(value: unknown): value is Id {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}
