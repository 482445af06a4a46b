// The schema of how a person is asked for approval.
import * as z from 'zod/mini';
import { MAX_TIMEOUT_MS, type Remember, WAYS } from './approval.ts';
import { parsedBy } from './parsed-by.ts';
import { parseWindow, type Window } from './window.ts';

const TIMEOUT_EXPECTED = 'expected a duration from 1 s to 1 day such as "45s" or "5m"';
const REMEMBER_EXPECTED = 'expected "once", "session" or a duration such as "15m" or "8h"';
const COMMAND_EXPECTED =
  'expected a list of a program and its arguments: its absolute path, a path from `~/`, or a name on the PATH';

/** The key `approval` of a policy. */
export const approval = z
  .strictObject({
    timeout: z.optional(parsedBy(parseTimeout, TIMEOUT_EXPECTED)),
    remember: z.optional(parsedBy(parseRemember, REMEMBER_EXPECTED)),
    via: z.optional(
      z.array(z.enum(WAYS)).check(z.minLength(1, { error: 'expected at least one way to ask' })),
    ),
    command: z.optional(parsedBy(parseCommand, COMMAND_EXPECTED)),
  })
  .check(({ value: { via, command }, issues }) => {
    if (via?.includes('command') && command === undefined)
      issues.push({
        code: 'custom',
        path: ['via'],
        message: 'it names "command", and there is no `command` beside it',
        input: via,
      });
  });

/** A duration that is written as one: `"minute"` would be one as well, and read strangely. */
function parseDuration(value: unknown): Window | undefined {
  const parsed = typeof value === 'string' ? parseWindow(value) : undefined;
  return parsed?.unit === undefined ? parsed : undefined;
}

export function parseTimeout(value: unknown): Window | undefined {
  const parsed = parseDuration(value);
  return parsed !== undefined && parsed.ms <= MAX_TIMEOUT_MS ? parsed : undefined;
}

function parseRemember(value: unknown): Remember | undefined {
  return value === 'once' || value === 'session' ? value : parseDuration(value);
}

// A relative path would be looked for wherever the client was started: in a cloned repository, say.
function parseCommand(value: unknown): readonly string[] | undefined {
  const all = z.array(z.string()).safeParse(value);
  const [program = ''] = all.success ? all.data : [];
  const isAbsolute = /^(~?[\\/]|[A-Za-z]:[\\/])/.test(program);
  const isName = program !== '' && !/[\\/]/.test(program);
  return all.success && (isAbsolute || isName) ? all.data : undefined;
}
