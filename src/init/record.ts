// The tools of a server as the record has them: what agents have called, and how often.
import type { LogEntry } from '../audit/read.ts';
import { classifyName } from '../policy/classify/name.ts';
import { OPERATION } from '../policy/classify/schema.ts';
import { recordedCall } from '../rehearsal/recorded.ts';
import { parseJson } from '../rpc/exact.ts';
import type { Door } from './door.ts';
import type { FoundTool } from './review.ts';

interface Seen {
  calls: number;
  /** The argument by which a policy told its operations apart. */
  argument: string | undefined;
  /** How often each argument that may name an operation had which value. */
  readonly values: Map<string, Map<string, number>>;
}

/** Of one server's rows, in the order of their first calls. Rows that do not say which tool are left out. */
export function toolsOnRecord(entries: readonly LogEntry[]): FoundTool[] {
  const tools = new Map<string, Seen>();
  for (const entry of entries) {
    if (entry.method !== 'tools/call' || entry.layer === 'protocol') continue;
    const call = recordedCall(entry);
    if (call === undefined) continue;
    const seen = tools.get(call.name) ?? { calls: 0, argument: undefined, values: new Map() };
    tools.set(call.name, seen);
    seen.calls++;
    const args = Object.entries(argumentsIn(entry)).filter(([key, value]) => isTelling(key, value));
    const operation = entry.subject.slice(call.name.length + 1);
    for (const [key, value] of args as [string, string][]) {
      const counts = seen.values.get(key) ?? new Map<string, number>();
      seen.values.set(key, counts.set(value, (counts.get(value) ?? 0) + 1));
      if (operation !== '' && value === operation) seen.argument ??= key;
    }
  }
  return [...tools].map(([name, seen]) => toolOf(name, seen));
}

function toolOf(name: string, seen: Seen): FoundTool {
  const argument = seen.argument ?? argumentOf(seen);
  const counts = argument === undefined ? undefined : seen.values.get(argument);
  if (argument === undefined || counts === undefined)
    return { name, calls: new Map([['', seen.calls]]) };
  const door: Door = { argument, operations: [...counts.keys()] };
  return { name, door, calls: counts };
}

// What has been called is no list of all that can be: one operation that is known is enough for a door,
// or a yes to it would be one to all of them.
function argumentOf({ calls, values }: Seen): string | undefined {
  for (const [argument, counts] of values) {
    const names = [...counts.keys()];
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const isOne = names.some(name => classifyName(name).category !== 'unknown');
    if (OPERATION.test(argument) && total === calls && isOne) return argument;
  }
  return undefined;
}

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_.-]{0,100}$/;

function isTelling(key: string, value: unknown): boolean {
  return typeof value === 'string' && IDENTIFIER.test(value) && key !== '__proto__';
}

function argumentsIn({ arguments: text }: LogEntry): object {
  try {
    const value = parseJson(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // Cut at its end.
    return {};
  }
}
