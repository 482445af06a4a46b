// Scanning a line in one pass: is it one JSON value, and where do the parts of a message stand.
//
// INVARIANT: what it accepts, every conforming parser reads to the same value. Hence no duplicate
// keys (parsers differ in which one wins), no lone surrogates (some refuse, some replace them) and
// none of the keys that serde_json or V8 take for something else (keys.ts).
//
// The caller has checked that the bytes are valid UTF-8 and that a line feed follows the last one.
import { folded } from './fold.ts';
import {
  beginScan,
  hadOwnKey,
  MAX_DEPTH,
  object,
  type ScanOptions,
  space,
  type Visitor,
  value,
} from './grammar.ts';
import { Refusal, refuse } from './refusal.ts';

export { MAX_DEPTH, MAX_KEYS, type ScanOptions } from './grammar.ts';

/** What is wrong, and at which offset of the buffer. */
export interface Fault {
  readonly at: number;
  readonly message: string;
}

/** A member of `params`, `result` or `error`: its key, and the span of its value. */
export interface Member {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** Half-open byte spans of a message's top-level values; a start of -1 where one is absent. */
export interface Spans {
  jsonrpcStart: number;
  jsonrpcEnd: number;
  idStart: number;
  idEnd: number;
  methodStart: number;
  methodEnd: number;
  paramsStart: number;
  paramsEnd: number;
  resultStart: number;
  resultEnd: number;
  errorStart: number;
  errorEnd: number;
  /** True where a top-level key is none of JSON-RPC's. */
  hasOther: boolean;
  /** True where such a key could be taken for one of JSON-RPC's. */
  hasTwin: boolean;
  /** True where some key, at any depth, may be one that only policy-wrap may write. */
  mayHaveOwnKey: boolean;
  /** Members of `params`, `result` or `error`, whichever is an object, in order. */
  members: Member[];
}

/** What is wrong with a message that is some other JSON value, or none. */
export const NO_OBJECT = 'expected a JSON object';
/** For what comes from the client: nothing that two parsers could read differently. */
export const STRICT: ScanOptions = {
  duplicateDepth: MAX_DEPTH,
  loneSurrogates: 'refuse',
  misreadKeys: 'refuse',
};
/** For what comes from the server: what real servers write is let through. */
export const TOLERANT: ScanOptions = {
  duplicateDepth: 1,
  loneSurrogates: 'pass',
  misreadKeys: 'pass',
};

/** Whether bytes [start, end) are one JSON value; undefined where they are. `buffer[end]` must be LF. */
export function scanJson(
  buffer: Buffer,
  start: number,
  end: number,
  how: ScanOptions = STRICT,
): Fault | undefined {
  beginScan(buffer, end, how);
  try {
    endAt(value(space(start), 0), end);
    return undefined;
  } catch (error) {
    return faultOf(error);
  }
}

/**
 * Scans bytes [start, end) as one JSON object and notes where its parts stand in `spans`, which is
 * overwritten. Returns what is wrong, or undefined. `buffer[end]` must be LF.
 */
export function scanMessage(
  buffer: Buffer,
  start: number,
  end: number,
  spans: Spans,
  how: ScanOptions = STRICT,
): Fault | undefined {
  found = clear(spans);
  beginScan(buffer, end, how);
  try {
    const first = space(start);
    if (buffer[first] !== 0x7b) refuse(NO_OBJECT, first);
    endAt(object(first + 1, 1, TOP), end);
    return undefined;
  } catch (error) {
    return faultOf(error);
  } finally {
    spans.mayHaveOwnKey = hadOwnKey();
    spans.members = takeParts();
  }
}

function endAt(at: number, end: number): void {
  const rest = space(at);
  if (rest !== end) refuse('unexpected text after the end of the value', rest);
}

function faultOf(error: unknown): Fault {
  if (error instanceof Refusal) return { at: error.at, message: error.message };
  throw error;
}

// What the scan in progress has found.
let found = emptySpans();
// Used again by each scan: an array that grows from none takes room for many, and a message has few.
let parts: Member[] = [];
let partCount = 0;
/** An array that was longer is not kept. */
const FEW = 64;

function takeParts(): Member[] {
  const taken = parts.slice(0, partCount);
  partCount = 0;
  if (parts.length > FEW) parts = [];
  return taken;
}

const PARTS: Visitor = {
  within: () => undefined,
  member: (key, start, end) => {
    parts[partCount++] = { key, start, end };
  },
};
const TOP: Visitor = {
  within: key => (key === 'params' || key === 'result' || key === 'error' ? PARTS : undefined),
  member: (key, start, end) => top(found, key, start, end),
};

export function emptySpans(): Spans {
  return clear({ members: [] as Member[] } as Spans);
}

function clear(spans: Spans): Spans {
  spans.jsonrpcStart = spans.jsonrpcEnd = spans.idStart = spans.idEnd = -1;
  spans.methodStart = spans.methodEnd = spans.paramsStart = spans.paramsEnd = -1;
  spans.resultStart = spans.resultEnd = spans.errorStart = spans.errorEnd = -1;
  spans.hasOther = spans.hasTwin = spans.mayHaveOwnKey = false;
  spans.members = [];
  return spans;
}

function top(spans: Spans, key: string, start: number, end: number): void {
  switch (key) {
    case 'jsonrpc':
      spans.jsonrpcStart = start;
      spans.jsonrpcEnd = end;
      break;
    case 'id':
      spans.idStart = start;
      spans.idEnd = end;
      break;
    case 'method':
      spans.methodStart = start;
      spans.methodEnd = end;
      break;
    case 'params':
      spans.paramsStart = start;
      spans.paramsEnd = end;
      break;
    case 'result':
      spans.resultStart = start;
      spans.resultEnd = end;
      break;
    case 'error':
      spans.errorStart = start;
      spans.errorEnd = end;
      break;
    default:
      spans.hasOther = true;
      // Some readers match keys without regard to case.
      if (TOP_KEYS.has(folded(key))) spans.hasTwin = true;
  }
}

const TOP_KEYS = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);
