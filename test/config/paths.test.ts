// Which state file a command uses, whoever names it.
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { stateFile } from '../../src/config/paths.ts';

const home = { POLICY_WRAP_HOME: '/h' };

test.each<[string | undefined, NodeJS.ProcessEnv, string]>([
  [undefined, home, '/h/state/state.db'],
  [undefined, { ...home, POLICY_WRAP_STATE: '' }, '/h/state/state.db'],
  [undefined, { ...home, POLICY_WRAP_STATE: '/e.db' }, '/e.db'],
  ['/o.db', { ...home, POLICY_WRAP_STATE: '/e.db' }, '/o.db'],
  ['o.db', home, resolve('o.db')],
])('--state %j, %j: %s', (given, env, file) => expect(stateFile(env, given)).toBe(resolve(file)));

test.each([
  ['redis://localhost:6379', /is a URL/],
  ['', /needs a value/],
])('--state %j is refused, by every command alike', (given, message) => {
  expect(() => stateFile(home, given)).toThrow(message);
});
