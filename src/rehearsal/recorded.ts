// What was asked, read back from a row of the record, which has it without secrets and shortened.
import type { LogEntry } from '../audit/read.ts';
import type { Target } from './rehearsal.ts';

/** The call of a row: what it named and, where the record has all of them, its arguments. */
export interface RecordedCall {
  readonly target: Target;
  readonly name: string;
  /** JSON text; null where it had none, undefined where the record holds them only in part. */
  readonly args: string | null | undefined;
}

/** True for a row that some rule decided, of a request that names one tool, resource or prompt. */
export function isReplayable({ method, layer }: LogEntry): boolean {
  return (TARGETS.has(method) || method === COMPLETION) && layer !== 'protocol';
}

// What is decided and counted alike is asked for alike.
const TARGETS: ReadonlyMap<string, Target> = new Map([
  ['tools/call', 'tool'],
  ['resources/read', 'resource'],
  ['resources/subscribe', 'resource'],
  ['prompts/get', 'prompt'],
]);
const COMPLETION = 'completion/complete';

function targetOf({ method, subject }: LogEntry): Target | undefined {
  if (method !== COMPLETION) return TARGETS.get(method);
  // The record does not say what a name is of: hardly a prompt's has `://`, any resource's a colon.
  if (subject.includes('://')) return 'resource';
  return subject.includes(':') ? undefined : 'prompt';
}

/** Undefined where the row does not say what was asked for. */
export function recordedCall(entry: LogEntry): RecordedCall | undefined {
  const { subject } = entry;
  const target = targetOf(entry);
  if (target === undefined || !isWholeText(subject)) return undefined;
  if (target !== 'tool') return { target, name: subject, args: null };
  const args = argumentsOf(entry);
  const name = toolOf(subject, entry, args);
  return name === undefined ? undefined : { target, name, args };
}

function argumentsOf({ arguments: text }: LogEntry): string | null | undefined {
  if (text === null) return null;
  const value = parsed(text);
  return value !== undefined && isWhole(value.value) ? text : undefined;
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Cut at its end.
    return undefined;
  }
}

// A subject `a:b` is a tool of that name, or the operation `b` of a tool `a` that an argument named.
function toolOf(
  subject: string,
  { arguments: text, key }: LogEntry,
  args: RecordedCall['args'],
): string | undefined {
  // Of what `operations` itself stopped no operation was read.
  if (!subject.includes(':') || text === null || key === 'operations') return subject;
  const value = parsed(text)?.value;
  const strings = Object.values(value ?? {}).filter(item => typeof item === 'string');
  const operation = strings.find(item => subject.endsWith(`:${item}`));
  if (operation !== undefined) return subject.slice(0, -operation.length - 1);
  return args === undefined ? undefined : subject;
}

// What `audit/redact` leaves where it takes something out.
const CUT = /\[redacted\]|\[…\]|… \(\d+ (?:characters|items)\)$|^\(\d+ bytes\)$/;
/** Digits beyond which a number may have been another one before it was recorded. */
const MOST_DIGITS = 15;

function isWholeText(text: string): boolean {
  return !CUT.test(text);
}

function isWhole(value: unknown): boolean {
  if (typeof value === 'string') return isWholeText(value);
  if (typeof value === 'number') return digitsOf(value) <= MOST_DIGITS;
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(
    ([key, child]) => key !== '…' && isWholeText(key) && isWhole(child),
  );
}

function digitsOf(value: number): number {
  return String(value).replace(/e.*$/, '').replace(/\D/g, '').length;
}
