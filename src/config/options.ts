// The wrapper's own options, from the command line and the environment, without a parser's weight.
import { isAbsolute, resolve } from 'node:path';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import type { Mode } from '../proxy/context.ts';
import { LOG_LEVELS, type LogLevel } from '../terminal/stderr.ts';
import { givenName } from './server-name.ts';

export interface RunOptions {
  readonly policies: readonly string[];
  readonly mode: Mode;
  /** Undefined: derived from the command. */
  readonly server: string | undefined;
  readonly grant: string;
  /** Undefined: in the platform's state folder. */
  readonly state: string | undefined;
  /** Bytes. */
  readonly maxMessage: number;
  readonly logLevel: LogLevel;
  /** Lists leave out what the policy can never allow. */
  readonly hideDenied: boolean;
  /** Milliseconds for which a call waits for a person; undefined: what the policies say. */
  readonly approvalTimeout: number | undefined;
}

const DEFAULT_MAX_MESSAGE = 64 * 1024 * 1024;
const NAMES = [
  'policy',
  'mode',
  'server',
  'grant',
  'state',
  'max-message',
  'log-level',
  'hide-denied',
  'approval-timeout',
] as const;
type Name = (typeof NAMES)[number];
/** Observing is a decision of whoever writes the command line, not of an environment. */
const NOT_IN_ENV: readonly Name[] = ['mode'];
/** Options that take no value of their own: there or not, or `--name=no`. */
const FLAGS: readonly Name[] = ['hide-denied'];

/** Parses what stands before `--`; throws `PW_USAGE`. */
export function parseRunOptions(argv: readonly string[], env: NodeJS.ProcessEnv): RunOptions {
  const given = new Map<Name, string[]>();
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (!isName(name)) throw usage(`unknown option \`${arg}\``);
    const value = inline ?? (FLAGS.includes(name) ? 'yes' : argv[++i]);
    if (value === undefined || value === '') throw usage(`--${name} needs a value`);
    const values = given.get(name) ?? [];
    if (values.length > 0 && name !== 'policy') throw usage(`--${name} is given twice`);
    given.set(name, [...values, value]);
  }
  const one = (name: Name): string | undefined => {
    const fromEnv = NOT_IN_ENV.includes(name) ? undefined : env[variable(name)];
    return given.get(name)?.[0] ?? (fromEnv === '' ? undefined : fromEnv);
  };
  const policy = one('policy');
  const server = one('server');
  const state = one('state');
  return {
    policies: given.get('policy') ?? (policy === undefined ? [] : [policy]),
    mode: oneOf('mode', one('mode') ?? 'enforce', ['enforce', 'observe']),
    server: server === undefined ? undefined : givenName(server),
    grant: grantOf(one('grant') ?? 'default'),
    state: state === undefined ? undefined : stateOf(state),
    maxMessage: sizeOf(one('max-message')),
    logLevel: oneOf('log-level', one('log-level') ?? 'info', LOG_LEVELS),
    hideDenied: isYes('hide-denied', one('hide-denied') ?? 'no'),
    approvalTimeout: timeoutOf(one('approval-timeout')),
  };
}

/** An environment without settings of policy-wrap's. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^POLICY_WRAP_/i.test(name)));
}

/** True for an argument such as `--policy` or `--mode=observe`. */
export function isRunOption(arg: string): boolean {
  return isName(/^--([a-z-]+)/.exec(arg)?.[1]);
}

function isName(name: string | undefined): name is Name {
  return NAMES.some(known => known === name);
}

function variable(name: Name): string {
  return `POLICY_WRAP_${name.toUpperCase().replaceAll('-', '_')}`;
}

function usage(message: string): PolicyWrapError {
  return new PolicyWrapError('PW_USAGE', message, {
    help: "policy-wrap --help lists the options; the server's own command comes after `--`",
    exitCode: ExitCode.usage,
  });
}

function oneOf<T extends string>(name: Name, value: string, known: readonly T[]): T {
  const found = known.find(option => option === value);
  if (found === undefined) throw usage(`--${name}: \`${value}\` is none of ${known.join(', ')}`);
  return found;
}

function isYes(name: Name, value: string): boolean {
  return ['yes', 'true', '1'].includes(
    oneOf(name, value, ['yes', 'true', '1', 'no', 'false', '0']),
  );
}

/** A grant's name as it was given; throws `PW_USAGE`. */
export function grantOf(name: string): string {
  if (name === '' || name.length > 128 || /\p{Cc}/u.test(name))
    throw usage('--grant: expected 1 to 128 characters without control characters');
  return name;
}

/**
 * The path of a state file that was named; throws `PW_USAGE`. A relative one would mean another file,
 * with fresh counters, wherever a client starts us.
 */
export function stateOf(value: string): string {
  if (value === '') throw usage('--state needs a value');
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(value))
    throw usage(`--state: \`${value}\` is a URL, and this version keeps its state in a file only`);
  return isAbsolute(value) ? value : resolve(value);
}

function sizeOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_MAX_MESSAGE;
  const [, count, unit = ''] = /^([1-9][0-9]{0,11})\s*(k|m|g)?(?:i?b)?$/i.exec(value) ?? [];
  const bytes = Number(count) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' ');
  const largest = 1024 ** 3;
  if (count === undefined || bytes < 1024 || bytes > largest)
    throw usage(`--max-message: \`${value}\` is no size between 1KiB and 1GiB, such as 64MiB`);
  return bytes;
}

// The units of a policy's durations; the reader of those is not loaded before the server is started.
const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST_WAIT_MS = 86_400_000;

function timeoutOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, count, unit = ''] = /^([1-9][0-9]{0,5})([smh])$/.exec(value) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(ms <= LONGEST_WAIT_MS))
    throw usage(`--approval-timeout: \`${value}\` is no duration up to 24h, such as 45s or 5m`);
  return ms;
}
