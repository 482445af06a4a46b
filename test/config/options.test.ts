// The wrapper's options: the command line first, then the environment, then the defaults.
import { isAbsolute, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRunOptions, type RunOptions } from '../../src/config/options.ts';
import { PolicyWrapError } from '../../src/errors.ts';

const MIB = 1024 * 1024;
const DEFAULTS: RunOptions = {
  policies: [],
  mode: 'enforce',
  server: undefined,
  grant: 'default',
  state: undefined,
  maxMessage: 64 * MIB,
  logLevel: 'info',
  hideDenied: false,
  approvalTimeout: undefined,
};
const absolute = resolve('/x/state.db');

test('defaults', () => expect(parseRunOptions([], {})).toEqual(DEFAULTS));

describe('the command line', () => {
  test.each([
    [['--policy', 'a.json'], { policies: ['a.json'] }],
    [['--policy=a.json'], { policies: ['a.json'] }],
    [['--policy', 'a', '--policy', 'b', '--policy=c'], { policies: ['a', 'b', 'c'] }],
    [['--policy', 'preset:ecs'], { policies: ['preset:ecs'] }],
    [['--policy=a=b'], { policies: ['a=b'] }],
    [['--mode', 'observe'], { mode: 'observe' }],
    [['--mode=enforce'], { mode: 'enforce' }],
    [['--server', 'github'], { server: 'github' }],
    [['--server', '@s/p'], { server: '@s+p' }],
    [['--grant', 'team a'], { grant: 'team a' }],
    [['--state', absolute], { state: absolute }],
    [['--log-level', 'debug'], { logLevel: 'debug' }],
    [['--hide-denied'], { hideDenied: true }],
    [['--hide-denied', '--grant', 'g'], { hideDenied: true, grant: 'g' }],
    [['--hide-denied=no'], { hideDenied: false }],
    [['--max-message', '1KiB'], { maxMessage: 1024 }],
    [['--max-message', '1024'], { maxMessage: 1024 }],
    [['--max-message', '2m'], { maxMessage: 2 * MIB }],
    [['--max-message', '1 GiB'], { maxMessage: 1024 * MIB }],
    [['--max-message', '100kb'], { maxMessage: 100 * 1024 }],
    [
      ['--grant', 'g', '--mode', 'observe', '--server', 's'],
      { grant: 'g', mode: 'observe', server: 's' },
    ],
  ] as [string[], Partial<RunOptions>][])('%j', (argv, expected) => {
    expect(parseRunOptions(argv, {})).toEqual({ ...DEFAULTS, ...expected });
  });
});

describe('the environment', () => {
  test.each([
    [{ POLICY_WRAP_POLICY: 'a.json' }, { policies: ['a.json'] }],
    [{ POLICY_WRAP_SERVER: '@s/p' }, { server: '@s+p' }],
    [{ POLICY_WRAP_GRANT: 'g' }, { grant: 'g' }],
    [{ POLICY_WRAP_STATE: absolute }, { state: absolute }],
    [{ POLICY_WRAP_MAX_MESSAGE: '1m' }, { maxMessage: MIB }],
    [{ POLICY_WRAP_LOG_LEVEL: 'error' }, { logLevel: 'error' }],
    [{ POLICY_WRAP_HIDE_DENIED: '1' }, { hideDenied: true }],
    [{ POLICY_WRAP_HIDE_DENIED: 'no' }, {}],
    [{ POLICY_WRAP_GRANT: '' }, {}],
    [{ POLICY_WRAP_POLICY: '' }, {}],
    // Observing is decided on the command line alone.
    [{ POLICY_WRAP_MODE: 'observe' }, {}],
    [{ policy_wrap_grant: 'g', GRANT: 'g' }, {}],
  ] as [NodeJS.ProcessEnv, Partial<RunOptions>][])('%j', (env, expected) => {
    expect(parseRunOptions([], env)).toEqual({ ...DEFAULTS, ...expected });
  });

  test('yields to the command line', () => {
    const env = { POLICY_WRAP_POLICY: 'e', POLICY_WRAP_GRANT: 'e', POLICY_WRAP_MAX_MESSAGE: '1m' };
    const argv = ['--policy', 'a', '--policy', 'b', '--grant', 'g', '--max-message', '2m'];
    expect(parseRunOptions(argv, env)).toEqual({
      ...DEFAULTS,
      policies: ['a', 'b'],
      grant: 'g',
      maxMessage: 2 * MIB,
    });
  });
});

const usage = (argv: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  expect(() => parseRunOptions(argv, env)).toThrow(
    expect.objectContaining({ name: 'PolicyWrapError', code: 'PW_USAGE', exitCode: 2 }),
  );

describe('refused', () => {
  test.each([
    [['--unknown']],
    [['--polcy', 'a']],
    [['-p', 'a']],
    [['--Mode', 'observe']],
    [['a.json']],
    [['--']],
    [['']],
    [['--toString', 'x']],
    [['--policy']],
    [['--policy', '']],
    [['--policy=']],
    [['--mode', 'off']],
    [['--mode', 'Observe']],
    [['--mode', 'observe', '--mode', 'enforce']],
    [['--grant', 'a', '--grant', 'b']],
    [['--server', '..']],
    [['--server', 'a\\b']],
    [['--server', '_all']],
    [['--grant', 'a\nb']],
    [['--grant', 'x'.repeat(129)]],
    [['--state', 'redis://localhost']],
    [['--state', 'REDISS://localhost']],
    [['--log-level', 'loud']],
    [['--max-message', '0']],
    [['--max-message', '1023']],
    [['--max-message', '-1m']],
    [['--max-message', '1.5m']],
    [['--max-message', '2g']],
    [['--max-message', '1t']],
    [['--max-message', 'lots']],
    [['--max-message', '1e6']],
  ])('%j', argv => usage(argv));

  test.each([
    [{ POLICY_WRAP_SERVER: '..' }],
    [{ POLICY_WRAP_MAX_MESSAGE: 'lots' }],
    [{ POLICY_WRAP_LOG_LEVEL: 'loud' }],
    [{ POLICY_WRAP_STATE: 'redis://localhost' }],
  ])('%j', env => usage([], env));
});

test('a state file is the same one wherever a client starts us', () => {
  const { state } = parseRunOptions(['--state', 'state.db'], {});
  expect(state !== undefined && isAbsolute(state)).toBe(true);
});

test('any arguments are understood or refused with a usage error', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '--policy',
      '--mode',
      '--grant',
      '--state',
      '--server',
      '--max-message',
      '--log-level',
      'observe',
      '1m',
      '--',
      '=',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), argv => {
      try {
        expect(['enforce', 'observe']).toContain(parseRunOptions(argv, {}).mode);
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyWrapError);
      }
    }),
    { numRuns: 1000 },
  );
});
